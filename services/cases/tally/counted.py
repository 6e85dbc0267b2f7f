"""What a case counts as, and what an event counts as. Pure. Drills and imported history count as nothing (scenarios.md, X-3)."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from schakel.case_clocks import to_be_forgotten
from schakel.case_state import Clock, ClockState, Referral, ReferralState, State
from schakel.entry import Entry
from schakel.events import Event
from schakel.events.clock import ClockBreached, ClockCorrected, ClockStopped
from schakel.events.contact import ContactMade
from schakel.events.data import DisclosureDenied, DisclosurePermitted
from schakel.events.referral import (
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralDelivered,
    ReferralHeld,
    ReferralProposed,
    ReferralReleased,
    ReferralRevoked,
)
from schakel.events.report import CaseOpened, ReportReceived
from schakel.events.vocab import HoldReason, Person
from services.cases.tally.names import (
    HOUR_S,
    INFINITE,
    LEAD_BUCKETS_S,
    Ended,
    Lead,
    Stands,
    Step,
    Waits,
    What,
    name,
)

NO_CHAIN = "none"
_OPEN = (ReferralState.PROPOSED, ReferralState.HELD, ReferralState.RELEASED, ReferralState.DELIVERED)
_HELD_FOR = {
    HoldReason.NO_ANSWER: Waits.PERSON,
    HoldReason.OTHER_SIDE: Waits.OTHER_SIDE,
    HoldReason.PROVISIONAL: Waits.CONFIRMATION,
    HoldReason.REFUSED: Waits.NOBODY,
    HoldReason.WITHDRAWN: Waits.NOBODY,
    HoldReason.ERASURE_REQUESTED: Waits.NOBODY,
    HoldReason.ERASED: Waits.NOBODY,
    HoldReason.NOT_ALLOWED: Waits.NOBODY,
}
"""Of any other reason it waits for the desk that has to ask her."""
Asks = Callable[[State], str]
"""The role that has to ask the person, in a case."""


def standing(case: State, asks: Asks) -> Counter[str]:
    """What stands open in the case now, by name: its clocks, its referrals, itself."""
    found: Counter[str] = Counter()
    if case.drill or case.history or not case.report or to_be_forgotten(case):
        return found
    for clock in case.clocks.values():
        if (one := _clock(clock)) and (not case.closed or clock.about == case.closed):
            found[one] += 1
    if not case.closed:
        found[name(What.CASE, case.chain or NO_CHAIN)] += 1
        for referral in case.referrals.values():
            if referral.state in _OPEN:
                found[_referral(case, referral, asks)] += 1
    return found


def _clock(clock: Clock) -> str | None:
    scheme = clock.protocol.partition("@")[0]
    if clock.state is ClockState.BREACHED:
        return name(What.CLOCK, scheme, clock.name, Stands.BREACHED, "")
    if clock.state is ClockState.SUSPENDED:
        return name(What.CLOCK, scheme, clock.name, Stands.SUSPENDED, "")
    if clock.state is not ClockState.RUNNING:
        return None
    if clock.due_at is None:
        return name(What.CLOCK, scheme, clock.name, Stands.MEASURED, "")
    return name(What.CLOCK, scheme, clock.name, Stands.RUNNING, str(int(clock.due_at.timestamp()) // HOUR_S))


def _referral(case: State, referral: Referral, asks: Asks) -> str:
    held = referral.state is ReferralState.HELD
    reason = (referral.hold_reason or HoldReason.UNKNOWN.value) if held else ""
    if held:
        waits: str = _HELD_FOR.get(HoldReason(reason)) or asks(case)
    else:
        waits = referral.role if referral.state is ReferralState.DELIVERED else Waits.BACKBONE
    return name(What.REFERRAL, referral.role, referral.state.value, reason, waits)


def happened(case: State, entry: Entry) -> Counter[str]:
    """What an effective event counts as, by name; `case` as it is with it."""
    found: Counter[str] = Counter()
    if case.drill or case.history:
        return found
    counts = _COUNTED.get(type(entry.event))
    for one, times in counts(case, entry) if counts else ():
        found[one] += times
    return found


Happened = Iterator[tuple[str, int]]


def _reported(case: State, entry: Entry) -> Happened:
    yield name(What.REPORT), 1


def _opened(case: State, entry: Entry) -> Happened:
    yield _step(case, Step.REPORTED), 1


def _proposed(case: State, entry: Entry) -> Happened:
    yield _step(case, Step.PROPOSED), 1


def _held(case: State, entry: Entry) -> Happened:
    event: ReferralHeld = entry.event  # type: ignore[assignment]
    yield name(What.HELD, case.referrals[event.referral].role, event.reason.value), 1


def _released(case: State, entry: Entry) -> Happened:
    event: ReferralReleased = entry.event  # type: ignore[assignment]
    yield name(What.RELEASED, case.referrals[event.referral].role, event.mode.value), 1


def _revoked(case: State, entry: Entry) -> Happened:
    event: ReferralRevoked = entry.event  # type: ignore[assignment]
    yield name(What.REVOKED, event.reason.value), 1


def _delivered(case: State, entry: Entry) -> Happened:
    event: ReferralDelivered = entry.event  # type: ignore[assignment]
    referral = case.referrals[event.referral]
    if referral.delivered_at == entry.envelope.logged_at:  # not again, after something changed
        yield _step(case, Step.DELIVERED), 1
        yield from _lead(Lead.REPORT_TO_DELIVERY, case.reported_at, referral.delivered_at)


def _accepted(case: State, entry: Entry) -> Happened:
    event: ReferralAccepted = entry.event  # type: ignore[assignment]
    referral = case.referrals[event.referral]
    yield _step(case, Step.ACCEPTED), 1
    yield from _lead(Lead.DELIVERY_TO_ACCEPTANCE, referral.delivered_at, referral.accepted_at)


def _declined(case: State, entry: Entry) -> Happened:
    yield _step(case, Step.DECLINED), 1


def _completed(case: State, entry: Entry) -> Happened:
    yield _step(case, Step.COMPLETED), 1


def _contact(case: State, entry: Entry) -> Happened:
    event: ContactMade = entry.event  # type: ignore[assignment]
    spoken = [contact for contact in case.contacts if contact.made and contact.whom == Person.VICTIM]
    if event.whom is Person.VICTIM and len(spoken) == 1:
        yield _step(case, Step.CONTACT), 1
        yield from _lead(Lead.REPORT_TO_CONTACT, case.reported_at, event.at)


def _permitted(case: State, entry: Entry) -> Happened:
    yield name(What.READ, "permitted"), 1


def _denied(case: State, entry: Entry) -> Happened:
    event: DisclosureDenied = entry.event  # type: ignore[assignment]
    yield name(What.READ, event.reason.value), 1


def _clock_stopped(case: State, entry: Entry) -> Happened:
    event: ClockStopped = entry.event  # type: ignore[assignment]
    clock = case.clocks[event.clock]
    if clock.due_at is None:
        ended = Ended.MEASURED
    else:  # by its breach, not by the moments: one that stood still may stop after a due moment that would have been put off
        ended = Ended.LATE_WORK if clock.breached else Ended.MET
    yield _clock_name(What.ENDED, clock, ended), 1


def _clock_corrected(case: State, entry: Entry) -> Happened:
    event: ClockCorrected = entry.event  # type: ignore[assignment]
    late = event.reason == "registered_late"
    ended = Ended.LATE_PAPERWORK if late else Ended.START_CORRECTED
    yield _clock_name(What.ENDED, case.clocks[event.clock], ended), 1


def _clock_breached(case: State, entry: Entry) -> Happened:
    event: ClockBreached = entry.event  # type: ignore[assignment]
    yield _clock_name(What.BREACHED, case.clocks[event.clock]), 1


def _clock_name(what: What, clock: Clock, *more: str) -> str:
    return name(what, clock.protocol.partition("@")[0], clock.name, *more)


def _step(case: State, step: Step) -> str:
    return name(What.FLOW, case.chain or NO_CHAIN, step)


def _lead(lead: Lead, since: datetime | None, until: datetime | None) -> Happened:
    """A moment before the beginning (somebody's clock was wrong) counts as none at all."""
    if since is None or until is None:
        return
    seconds = max(0, int((until - since).total_seconds()))
    bound = next((str(bound) for bound in LEAD_BUCKETS_S if seconds <= bound), INFINITE)
    yield name(What.LEAD, lead, bound), 1
    yield name(What.LEAD_SUM, lead), seconds


_COUNTED: dict[type[Event], Callable[[State, Entry], Happened]] = {
    CaseOpened: _opened,
    ClockBreached: _clock_breached,
    ClockCorrected: _clock_corrected,
    ClockStopped: _clock_stopped,
    ContactMade: _contact,
    DisclosureDenied: _denied,
    DisclosurePermitted: _permitted,
    ReferralAccepted: _accepted,
    ReferralCompleted: _completed,
    ReferralDeclined: _declined,
    ReferralDelivered: _delivered,
    ReferralHeld: _held,
    ReferralProposed: _proposed,
    ReferralReleased: _released,
    ReferralRevoked: _revoked,
    ReportReceived: _reported,
}
