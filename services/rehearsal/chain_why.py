"""Why a rhythm or an agreement of a scheme said nothing in a play, by the moments that the services go by. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from backbone.chains import Chain
from backbone.chains.rhythms import FAR, Ended, announced, ended
from backbone.protocols import Protocol
from backbone.protocols.agreements import SignedAgreement
from backbone.protocols.rhythms import Rhythm
from schakel.events.chain import RhythmDue, RhythmMissed
from schakel.events.vocab import ClockKind
from services.followup.rhythms import held_in
from services.rehearsal.chain_play import ChainRehearsal


@dataclass(frozen=True, slots=True)
class Why:
    """A word of `chain_words.WHY`, and what it speaks of."""

    reason: str
    about: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """One part of the file, and why it said nothing."""

    part: Literal["rhythm", "agreement"]
    id: str
    why: tuple[Why, ...]


def unsaid(played: ChainRehearsal, protocol: Protocol) -> Iterator[Unsaid]:
    """Every rhythm and agreement of the file of which nothing was said up to the end."""
    asked = _Asked(played, protocol)
    for rhythm in protocol.cooperation.rhythms:
        if rhythm.id not in asked.said:
            yield Unsaid("rhythm", rhythm.id, tuple(asked.of_rhythm(rhythm)))
    for agreement in protocol.cooperation.agreements:
        if asked.said.isdisjoint(_names(agreement)):
            yield Unsaid("agreement", agreement.id, (asked.of_agreement(agreement),))


def _names(agreement: SignedAgreement) -> tuple[str, str]:
    return f"{agreement.id}-review", f"{agreement.id}-end"


class _Asked:
    def __init__(self, played: ChainRehearsal, protocol: Protocol) -> None:
        self.played, self.ref = played, protocol.ref
        self.cooperation = protocol.cooperation
        self.chain: Chain = played.setting.chain
        self.until: datetime = played.until
        events = (entry.event for entry in played.concluded)
        self.said = {
            event.rhythm
            for event in events
            if isinstance(event, RhythmDue | RhythmMissed) and event.scheme.name == protocol.protocol
        }

    def of_rhythm(self, rhythm: Rhythm) -> Iterator[Why]:
        if rhythm.promise is ClockKind.MEASURED:
            yield Why("measured")
        elif self.cooperation.overview(rhythm.of):
            yield self._first_time(rhythm.id) if rhythm.every else Why("people_write")
        else:
            yield from self._terms(rhythm)

    def _terms(self, rhythm: Rhythm) -> Iterator[Why]:
        terms = [one for one in ended(self.chain, self.until + FAR) if one.scheme == self.ref and one.rhythm == rhythm]
        over = [one for one in terms if one.term.ends_at <= self.until]
        yield from map(self._kept, over)
        if over:
            return
        ahead = next((one.term for one in terms if one.term.ends_at > self.until), None)
        yield Why("not_over", {"last": ahead.last}) if ahead else Why("no_term")

    def _kept(self, one: Ended) -> Why:
        held = held_in(self.chain, self.played.state, one)
        days = {"first": one.term.first, "last": one.term.last}
        return Why("kept", {**days, "held": len(held), "wanted": one.rhythm.at_least or 1})

    def _first_time(self, name: str) -> Why:
        ahead = (one for one in announced(self.chain, self.until + FAR) if one.scheme == self.ref and one.name == name)
        first = min((one.turn.at for one in ahead), default=None)
        return Why("not_due", {"at": first}) if first else Why("no_term")

    def of_agreement(self, agreement: SignedAgreement) -> Why:
        if agreement.in_force is None:
            return Why("no_days")
        if agreement.review_every is None and (agreement.warn_before is None or agreement.until is None):
            return Why("no_reminder")
        ahead = [
            one.turn.at
            for one in announced(self.chain, self.until + FAR)
            if one.scheme == self.ref and one.name in _names(agreement)
        ]
        return Why("not_due", {"at": min(ahead)}) if ahead else Why("over")
