"""What follow-up owes a case: its clocks started, stopped, reminded, breached, corrected; the case closed and reopened.

Every rule answers *what does this history lack?* and is quiet when nothing does. `now` is the watermark: everything that partners sent
before it stands in the ledger, so that an outage of ours accuses nobody.
"""

from collections.abc import Iterator
from datetime import datetime

from backbone.case_facts import chain_of, facts_of
from backbone.chains import Chain, Chains
from backbone.protocols import Protocol, Protocols
from backbone.protocols.model import REPORTER, ClockRule, ClockStart
from schakel.calendar import Calendar
from schakel.case_state import Clock, ClockState, Contact, ReferralState, State
from schakel.events import Derived
from schakel.events.case import CaseClosed, CaseReopened
from schakel.events.clock import (
    ClockBreached,
    ClockCorrected,
    ClockReminded,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockSuspended,
)
from schakel.events.report import ProtocolRef
from schakel.events.vocab import ClockKind, CloseReason

REACHED = (ReferralState.DELIVERED, ReferralState.ACCEPTED, ReferralState.COMPLETED)


def decide(case: State, chains: Chains, protocols: Protocols, now: datetime | None) -> Iterator[Derived]:
    """What follow-up still owes `case` at the watermark `now`; None while no watermark has been seen."""
    if not case.opened or case.chain is None:
        return
    chain = chain_of(case, chains)
    calendar = chain.calendar()
    for ref in case.protocols:
        name, _, version = ref.partition("@")
        yield from _clocks(case, chain, calendar, protocols.get(name, version), now)
    yield from _close_or_reopen(case)


def _clocks(
    case: State, chain: Chain, calendar: Calendar, protocol: Protocol, now: datetime | None
) -> Iterator[Derived]:
    facts = facts_of(case, chain.roles_of(case.door or ""))
    running = {clock.name: clock for clock in case.clocks.values() if clock.protocol == protocol.ref}
    for rule in protocol.clocks:
        clock = running.get(rule.id)
        if clock is None:
            if rule.when.matches(facts) and not case.closed:
                yield from _start(case, chain, calendar, protocol, rule)
            continue
        contact = _stopping_contact(case, chain, rule, clock)
        if clock.state in (ClockState.RUNNING, ClockState.SUSPENDED) and not rule.when.matches(facts):
            yield from _stop_or_suspend(case, clock, contact)
        elif clock.state is ClockState.RUNNING:
            yield from _stop_remind_or_breach(case, chain, rule, clock, contact, now)
        elif clock.state is ClockState.SUSPENDED and not case.closed:
            yield ClockResumed(clock=clock.id, due_at=clock.due_at, premises=(clock.id,))
        elif clock.breached and contact:
            yield from _late_work_or_late_paperwork(clock, contact)


def _start(
    case: State, chain: Chain, calendar: Calendar, protocol: Protocol, rule: ClockRule
) -> Iterator[ClockStarted]:
    """A clock runs from what the protocol says starts it; without a promised limit it measures and never breaches."""
    if (cause := _cause(case, rule)) is None:
        return
    cause_id, started_at = cause
    limit = rule.limit
    due_at = calendar.add(started_at, limit) if limit else None
    reminders = (calendar.add(started_at, after) for after in rule.reminders) if due_at else ()
    responsible = chain.partners_for(rule.responsible, case.facts["place"]["district"])
    yield ClockStarted(
        clock=rule.id,
        protocol=ProtocolRef(name=protocol.protocol, version=protocol.version),
        kind=ClockKind(rule.promise),
        started_at=started_at,
        limit=str(limit) if limit else None,
        due_at=due_at,
        remind_at=tuple(sorted(moment for moment in reminders if due_at and moment < due_at)),
        calendar=calendar.version if due_at else None,
        responsible_role=rule.responsible,
        responsible=responsible[0].id if responsible else None,
        premises=(cause_id,),
    )


def _cause(case: State, rule: ClockRule) -> tuple[str, datetime] | None:
    """The event that starts the clock, and its moment."""
    assert case.report is not None
    assert case.reported_at is not None
    assert case.time is not None
    if rule.starts is ClockStart.REPORT_RECEIVED:
        return case.report, case.reported_at
    if rule.starts is ClockStart.LABEL_GIVEN:
        label = next((label for label in case.labels if label.standing), None)
        return (label.id, label.at or case.time) if label else None
    for referral in case.referrals.values():
        if referral.step == rule.of_step and referral.state in REACHED:
            taken_up = rule.starts is ClockStart.REFERRAL_ACCEPTED
            if at := referral.accepted_at if taken_up else referral.delivered_at:
                return referral.id, at
    return None


def _stopping_contact(case: State, chain: Chain, rule: ClockRule, clock: Clock) -> Contact | None:
    """The first contact, by when it took place, of the kind, with whom and by whom the protocol says."""
    whom = {case.facts["reporter"] if person == REPORTER else str(person) for person in rule.stops.with_}
    roles = set(rule.stops.by)
    found = [
        contact
        for contact in case.contacts
        if contact.whom in whom
        and (contact.made or rule.stops.on == "attempted")
        and contact.at >= clock.started_at
        and (not roles or roles & set(chain.roles_of(contact.by)))
    ]
    return min(found, key=lambda contact: (contact.at, contact.id), default=None)


def _stop_remind_or_breach(
    case: State, chain: Chain, rule: ClockRule, clock: Clock, contact: Contact | None, now: datetime | None
) -> Iterator[Derived]:
    if contact and (clock.due_at is None or contact.at <= clock.due_at or case.history):
        yield _stopped(clock, contact)
        return
    if clock.due_at is None or now is None or case.history or case.closed:
        return  # a contact after the due moment stops the clock behind the breach, which waits for the watermark
    district = case.facts["place"]["district"]
    if now >= clock.due_at:
        tell = {partner.id for role in rule.on_breach for partner in chain.partners_for(role, district)}
        yield ClockBreached(
            clock=clock.id, due_at=clock.due_at, watermark=now, tell=tuple(sorted(tell)), premises=(clock.id,)
        )
    elif clock.responsible and any(moment <= now for moment in clock.remind_at[clock.reminded :]):
        yield ClockReminded(clock=clock.id, nth=clock.reminded + 1, to=clock.responsible, premises=(clock.id,))


def _stop_or_suspend(case: State, clock: Clock, contact: Contact | None) -> Iterator[Derived]:
    """A clock whose rule no longer holds after a correction waits: nobody is late for what nobody has to do."""
    if contact:
        yield _stopped(clock, contact)
    elif clock.state is ClockState.RUNNING and not case.closed:
        yield ClockSuspended(clock=clock.id, reason="no_longer_applies", premises=(clock.id,))


def _stopped(clock: Clock, contact: Contact) -> ClockStopped:
    return ClockStopped(
        clock=clock.id,
        stopped_at=contact.at,
        elapsed_s=int((contact.at - clock.started_at).total_seconds()),
        by=contact.by,
        premises=(clock.id, contact.id),
    )


def _late_work_or_late_paperwork(clock: Clock, contact: Contact) -> Iterator[Derived]:
    """Made in time but written down after the breach corrects it; made late stops the clock and the breach stands."""
    if clock.due_at and contact.at <= clock.due_at:
        yield ClockCorrected(
            clock=clock.id,
            reason="registered_late",
            stopped_at=contact.at,
            by=contact.by,
            premises=(clock.id, contact.id),
        )
    elif clock.state is ClockState.BREACHED:
        yield _stopped(clock, contact)


def _close_or_reopen(case: State) -> Iterator[Derived]:
    """The coordinator's request closes the case; who may ask is intake's to check."""
    if case.close_requested and not case.closed:
        yield CaseClosed(
            reason=CloseReason(case.close_reason or CloseReason.OTHER),
            requested=case.close_requested,
            premises=(case.close_requested,),
        )
    elif case.reopen_requested and case.closed:
        yield CaseReopened(requested=case.reopen_requested, premises=(case.closed, case.reopen_requested))
