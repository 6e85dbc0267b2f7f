"""What lasts in a case, from when until when: consent and other grounds, noes, clocks. Read from the fold, record by record. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schakel.case import apply
from schakel.case_state import ClockState, Grant, No, Side, State
from schakel.entry import Entry


class Kind(StrEnum):
    YES = "yes"
    OTHER_GROUND = "other_ground"
    NO = "no"


@dataclass(slots=True)
class Word:
    """A yes, another ground or a no. recipient, purpose: None for a no to everybody, to everything. end: None while it stands."""

    id: str
    kind: Kind
    recipient: str | None
    purpose: str | None
    scopes: tuple[str, ...]
    start: datetime
    by: str
    basis: str = "consent"
    other_side: bool = False
    withdrawn: bool = False
    end: datetime | None = None
    ran_out: bool = False
    """It ended by itself, at the moment that it named."""


@dataclass(slots=True)
class Span:
    """A clock from its start. end: when it stopped; None for one that still runs or stands still."""

    id: str
    name: str
    protocol: str
    kind: str
    responsible: str | None
    start: datetime
    due: datetime | None
    end: datetime | None
    state: ClockState
    breached_at: datetime | None


@dataclass(slots=True)
class Lasting:
    words: list[Word]
    clocks: list[Span]


def lasting(case_id: str, entries: Iterable[Entry]) -> Lasting:
    """Everything of the kind in this case, in the order in which it began."""
    case = State(id=case_id)
    words: dict[str, Word] = {}
    breached: dict[str, datetime] = {}
    for entry in entries:
        apply(case, entry)
        at = entry.envelope.logged_at
        for grant in case.grants.values():
            _grant(words, grant, at)
        for number, no in enumerate(case.noes):
            words.setdefault(f"no-{number}", _no(no, at))
        for number, no in enumerate(case.noes):
            if no.recipient is not None and any(one.no == no.id for one in case.reopened):
                words[f"no-{number}"].end = words[f"no-{number}"].end or at
        for clock in case.clocks.values():
            if clock.breached:
                breached.setdefault(clock.id, at)
    for grant in case.grants.values():
        word = words[grant.id]
        over = grant.until is not None and case.time is not None and grant.until <= case.time
        if over and grant.until is not None and (word.end is None or grant.until <= word.end):
            word.end, word.ran_out = grant.until, True
    return Lasting(sorted(words.values(), key=lambda word: word.start), list(_spans(case, breached)))


def _grant(words: dict[str, Word], grant: Grant, at: datetime) -> None:
    word = words.get(grant.id)
    if word is None:
        word = words[grant.id] = Word(
            id=grant.id,
            kind=Kind.YES if grant.basis == "consent" else Kind.OTHER_GROUND,
            recipient=grant.recipient,
            purpose=grant.purpose,
            scopes=tuple(grant.scopes),
            start=grant.at or at,
            by=grant.recorded_by,
            basis=grant.basis,
            other_side=grant.side is Side.OTHER,
        )
    if not grant.standing and word.end is None:
        word.end = at
    elif grant.standing:
        word.end = None


def _no(no: No, at: datetime) -> Word:
    return Word(
        id=no.id,
        kind=Kind.NO,
        recipient=no.recipient,
        purpose=no.purpose,
        scopes=tuple(no.scopes),
        start=no.at or at,
        by=no.recorded_by or "",
        other_side=no.side is Side.OTHER,
        withdrawn=no.withdrawn,
    )


def _spans(case: State, breached: dict[str, datetime]) -> Iterator[Span]:
    for clock in case.clocks.values():
        yield Span(
            clock.id,
            clock.name,
            clock.protocol,
            clock.kind,
            clock.responsible,
            clock.started_at,
            clock.due_at,
            clock.stopped_at,
            clock.state,
            breached.get(clock.id),
        )
