"""What if: the told events of a period's cases played under two versions of a protocol by the same rules, and what differs.

Both are played, also the version that the cases ran under: so a difference is the protocol's, and not that of a rule which has changed
since. What was told stays as it was told; an answer to a referral that a version does not make has nothing to answer, and is counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backbone.chains import Chain, Chains
from backbone.evaluation.conformance import Chosen, choose
from backbone.evaluation.period import Period
from backbone.evaluation.reading import cases_of
from backbone.evaluation.trail import Trails
from backbone.protocols import Protocol, Protocols
from schakel.case_state import State
from schakel.entry import Entry
from schakel.errors import SchakelError
from schakel.ledger import place_of
from schakel.record import Raw
from services.rehearsal import history
from services.rehearsal.play import Rehearsal, replay
from services.rehearsal.setting import Setting, setting
from services.rehearsal.stage import NeverSettles

SHOWN = {
    "referral.proposed": "step",
    "referral.held": "reason",
    "referral.released": "mode",
    "referral.exhausted": "reason",
    "party.informed": "inform",
    "clock.started": "clock",
    "clock.reminded": "",
    "clock.breached": "",
    "case.escalated": "to",
    "aftercare.due": "kind",
}
"""The conclusions that are compared, and the field that names each beside its referral's step or its clock."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of conclusion: in how many cases under each version; cases that gain one or more, and that lose one or more."""

    what: str
    before: int
    after: int
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Changed:
    case: str
    more: tuple[str, ...]
    less: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """`unanswered`: told answers to a referral that one of the two versions does not make."""

    old: str
    new: str
    cases: int
    rows: tuple[Row, ...]
    changed: tuple[Changed, ...]
    unanswered: int
    not_played: int


@dataclass(frozen=True, slots=True)
class Told:
    """What is played: by case what was told and all that was recorded. `chosen` says which cases of the period are not in it, and why."""

    cases: Mapping[str, tuple[Sequence[Entry], Sequence[Entry]]]
    chosen: Chosen

    @property
    def until(self) -> datetime:
        """The moment at which the records end."""
        return self.chosen.until


class NotWhole(SchakelError):
    """A record of a case that is to be played cannot be understood: a play without it would be another play."""


def told_in(entries: Iterable[Entry], chain: Chain, period: Period, unread: Sequence[Raw] = ()) -> Told | None:
    """The same cases that every figure is of: no drills, imported history or erased persons. None: nothing was read at all.

    unread: records that are not understood and that nobody gave up. Raises NotWhole for one of a case that would be played.
    """
    found = Trails(unread=len(unread))
    by_case: dict[str, list[Entry]] = {}
    for entry in entries:
        found.take(entry)
        if entry.envelope.case is not None and entry.event.IN_CASE:
            by_case.setdefault(entry.envelope.case, []).append(entry)
    chosen = choose(found, chain, period)
    if chosen is None:
        return None
    played = {trail.id: (history.told(by_case[trail.id]), by_case[trail.id]) for trail in chosen.cases}
    for record in unread:
        if not played.keys().isdisjoint(cases_of(record)):
            raise NotWhole(
                f"{place_of(record)} cannot be understood by this version, and its case would be played; play it with the version that "
                f"wrote it, or give the record up with event.voided"
            )
    return Told(played, chosen)


def what_if(told: Told, chain: Chain, old: Protocol, new: Protocol, chains: Chains, protocols: Protocols) -> Difference:
    """Case by case under both, the chain's other protocols beside each."""
    was = setting(chain.name, old, chains, protocols, others=True)
    would = setting(chain.name, new, chains, protocols, others=True)
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    gained: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    changed: list[Changed] = []
    unanswered = not_played = played = 0
    for case_id, (words, recorded) in told.cases.items():
        try:
            one, other = (_play(words, recorded, here, told.until) for here in (was, would))
        except NeverSettles:
            not_played += 1
            continue
        played += 1
        first, second = Counter(_followed(one)), Counter(_followed(other))
        more, less = second - first, first - second
        before.update(first.keys())
        after.update(second.keys())
        gained.update(more.keys())
        lost.update(less.keys())
        unanswered += abs(_nothing_to_answer(other) - _nothing_to_answer(one))
        if more or less:
            changed.append(Changed(case_id, tuple(_times(more)), tuple(_times(less))))
    rows = [Row(what, before[what], after[what], gained[what], lost[what]) for what in sorted({*before, *after})]
    return Difference(old.ref, new.ref, played, tuple(rows), tuple(changed), unanswered, not_played)


def _play(words: Sequence[Entry], recorded: Sequence[Entry], here: Setting, until: datetime | None) -> Rehearsal:
    return replay("", words, recorded, here, until)


def _nothing_to_answer(played: Rehearsal) -> int:
    return sum(scene.note is not None for scene in played.scenes)


def _times(counts: Counter[str]) -> Iterator[str]:
    for what, times in sorted(counts.items()):
        yield f"{what} ({times}x)" if times > 1 else what


def _followed(played: Rehearsal) -> Iterator[str]:
    """Each conclusion in one line, without ids or moments: what is the same under both versions is the same line."""
    for scene in played.scenes:
        for entry in scene.concluded:
            kind = entry.envelope.type
            if kind in SHOWN:
                yield " ".join(filter(None, (kind, *_names(entry, played.case, SHOWN[kind]))))


def _names(entry: Entry, case: State, field: str) -> Iterator[str]:
    event = entry.event
    if referral := case.referrals.get(str(getattr(event, "referral", ""))):
        yield referral.step or "by-hand"
        yield f"to {referral.to}"
    elif clock := case.clocks.get(str(getattr(event, "clock", ""))):
        yield clock.name
    if field:
        yield str(getattr(event, field) or "by-hand")
    if entry.envelope.type in ("referral.proposed", "party.informed"):
        yield f"to {getattr(event, 'to', '')}"
