"""An event log for process mining: what happened in each case, as activities with their moment, for the formats to write. Pure.

What is in it is a closed list. No ground, no nature, no label and nothing about one, no assessment, no preference of hers, no complaint
about a partner, no reading and no erasure is an activity; nothing sealed is near it. For readers outside: `backbone.evaluation.anonymous`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backbone.evaluation.conformance import Chosen
from backbone.evaluation.trail import Happened, Trail
from schakel.case_state import State
from schakel.events import CATALOGUE, Derived

SERVICES = frozenset(model.OWNER for model in CATALOGUE.values() if issubclass(model, Derived))
ACTIVITIES = frozenset(
    {
        "report.received",
        "case.opened",
        "protocol.attached",
        "protocol.moved",
        "consent.needed",
        "consent.asked",
        "consent.granted",
        "consent.refused",
        "consent.withdrawn",
        "referral.requested",
        "referral.proposed",
        "referral.held",
        "referral.released",
        "referral.delivered",
        "referral.accepted",
        "referral.declined",
        "referral.completed",
        "referral.revoked",
        "referral.exhausted",
        "referral.reported",
        "feedback.given",
        "party.informed",
        "contact.attempted",
        "contact.made",
        "information.given",
        "clock.started",
        "clock.stopped",
        "clock.reminded",
        "clock.breached",
        "clock.corrected",
        "action.agreed",
        "action.done",
        "advice.requested",
        "advice.given",
        "thread.closed",
        "close.requested",
        "case.closed",
        "case.reopened",
        "case.escalated",
        "aftercare.due",
        "aftercare.answered",
        "evaluation.recorded",
        "nonconformance.found",
    }
)


class Kind(StrEnum):
    """What an event may be about."""

    CASE = "case"
    REFERRAL = "referral"
    CLOCK = "clock"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Thing:
    """A referral or clock of a case: its number there, and its step or name in the protocol. `partner`: inside alone."""

    kind: Kind
    id: str
    name: str
    partner: str | None = None


@dataclass(frozen=True, slots=True)
class LogEvent:
    """`activity` is the type with its step. `by` is a partner or `backbone/<service>`, `to` a partner: inside alone.

    `about` is the id of a thing of the case.
    """

    activity: str
    type: str
    step: str | None
    at: datetime
    took_place: datetime | None = None
    by: str | None = None
    to: str | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class LogCase:
    id: str
    protocols: tuple[str, ...]
    things: tuple[Thing, ...]
    events: tuple[LogEvent, ...]
    level: str = "whole"
    """How much of it is told; see `backbone.evaluation.anonymous.Level`."""


@dataclass(frozen=True, slots=True)
class EventLog:
    """`rule`: one sentence about what was done to it, which every format carries. Cases in any order a reader may not rely on."""

    chain: str
    period: str
    until: datetime
    rule: str
    cases: tuple[LogCase, ...]

    @property
    def partners(self) -> list[str]:
        named = {partner for case in self.cases for event in case.events for partner in (event.by, event.to) if partner}
        named |= {thing.partner for case in self.cases for thing in case.things if thing.partner}
        return sorted(partner for partner in named if is_partner(partner))


def is_partner(by: str) -> bool:
    """The backbone's own services do much, and are nobody's partner."""
    return not by.startswith(BACKBONE)


BACKBONE = "backbone/"
INSIDE = "For readers inside the chain: exact times and partners. Not to be passed on; for anybody else make it anew with --for outside."


def event_log(chosen: Chosen) -> EventLog:
    """The whole log, for readers inside."""
    cases = tuple(log_case(trail) for trail in chosen.cases)
    return EventLog(chosen.chain.name, chosen.period.name, chosen.until, INSIDE, cases)


def log_case(trail: Trail) -> LogCase:
    things = {thing.id: thing for thing in _things(trail.state)}
    events = tuple(_events(trail.happened, trail.state))
    return LogCase(trail.id, tuple(trail.state.protocols), tuple(things.values()), events)


def _things(state: State) -> Iterator[Thing]:
    for referral in state.referrals.values():
        yield Thing(Kind.REFERRAL, referral.id, referral.step or "by-hand", referral.to)
    for clock in state.clocks.values():
        yield Thing(Kind.CLOCK, clock.id, clock.name, clock.responsible)


def _events(happened: Iterable[Happened], state: State) -> Iterator[LogEvent]:
    for line in happened:
        if line.type not in ACTIVITIES:
            continue
        about = line.about if line.about in state.referrals or line.about in state.clocks else None
        activity = f"{line.type} {line.name}" if line.name else line.type
        moment = line.moment if line.moment != line.at else None
        by = f"{BACKBONE}{line.by}" if line.by in SERVICES else line.by
        yield LogEvent(activity, line.type, line.name, line.at, moment, by, line.to, about)


def count(cases: Sequence[LogCase]) -> int:
    """Events in all of them."""
    return sum(len(case.events) for case in cases)
