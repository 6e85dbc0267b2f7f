"""What follow-up owes a case: its clocks, the case taken higher up, closed and reopened.

Every rule answers *what does this history lack?* and is quiet when nothing does. `now` is the watermark: everything that partners sent
before it stands in the ledger, so that an outage of ours accuses nobody. One clock's life is in `clocks`, what starts one in `subjects`,
what stops one in `stops`.
"""

from collections.abc import Iterator
from datetime import datetime

from backbone.case_facts import chain_of, facts_of
from backbone.chains import Chain, Chains
from backbone.protocols import Facts, Protocols
from backbone.protocols.clock_rules import ClockRule, ClockStart
from schakel.case_clocks import requests, to_be_forgotten
from schakel.case_state import Clock, ClockState, State
from schakel.events import Derived
from schakel.events.case import CaseClosed, CaseEscalated, CaseReopened
from schakel.events.vocab import CloseReason, Role
from services.followup.clocks import Ground, keep, start
from services.followup.moved import left_behind
from services.followup.subjects import Subject, subjects, words
from services.followup.whose import goes_on, times


def decide(case: State, chains: Chains, protocols: Protocols, now: datetime | None) -> Iterator[Derived]:
    """What follow-up still owes `case` at the watermark `now`; None while no watermark has been seen."""
    if not case.opened or case.chain is None:
        return
    chain = chain_of(case, chains)
    calendar = chain.calendar()
    facts = facts_of(case, chain.roles_of(case.door or ""), chain.file.time_zone)
    running = tuple(protocols.get(*ref.split("@", 1)) for ref in case.protocols)
    for protocol in running:
        yield from _clocks(Ground(case, chain, calendar, protocol, now, running), facts)
        yield from left_behind(case, protocol)
    yield from _escalate(case, chain)
    yield from _close_or_reopen(case)


def _clocks(ground: Ground, facts: Facts) -> Iterator[Derived]:
    """Each rule of the protocol: what starts a clock and has none gets one; each that there is gets what it lacks."""
    case, ref = ground.case, ground.protocol.ref
    ours: dict[str, dict[str | None, Clock]] = {}
    for clock in case.clocks.values():
        if clock.protocol == ref:
            ours.setdefault(clock.name, {})[clock.about] = clock
    for rule in ground.protocol.timed:
        running = ours.get(rule.id)
        if running is None:
            yield from _first(ground, rule, facts)
            continue
        applies = _applies(ground, rule, facts)
        found = (
            {one.about: one for one in subjects(case, ground.chain, ground.calendar, rule, ground.protocol.protocol)}
            if applies
            else {}
        )
        for subject in found.values():
            lacks = subject.about not in running and _may_start(case, rule, running)
            if lacks and times(ground, rule, subject.about, facts):
                yield start(ground, rule, subject)
        if rule.starts is ClockStart.LAST_WORD and applies:
            found = {one.about: one for one in words(case, rule)}  # an earlier one began its clock all the same
        for about, clock in running.items():
            holds = applies and goes_on(ground, rule, clock, facts)
            yield from keep(ground, rule, clock, _subject_of(rule, found, about), holds)


def _first(ground: Ground, rule: ClockRule, facts: Facts) -> Iterator[Derived]:
    """The clocks of a rule that has none yet. What would start one is looked for first: mostly nothing does, and that costs least."""
    found = {
        one.about: one for one in subjects(ground.case, ground.chain, ground.calendar, rule, ground.protocol.protocol)
    }
    if found and _may_start(ground.case, rule, {}) and _applies(ground, rule, facts):
        for subject in found.values():
            if times(ground, rule, subject.about, facts):
                yield start(ground, rule, subject)


def _applies(ground: Ground, rule: ClockRule, facts: Facts) -> bool:
    return rule.when.matches(facts) and not _wants_none(ground, rule)


def _wants_none(ground: Ground, rule: ClockRule) -> bool:
    """She said that she wants no call after the closing."""
    aftercare = ground.protocol.aftercare
    return ground.case.no_call and aftercare is not None and rule.id == aftercare.id


def _may_start(case: State, rule: ClockRule, running: dict[str | None, Clock]) -> bool:
    """Nothing new is timed in a closed case but what follows its closing, nor where she is to be forgotten."""
    if to_be_forgotten(case) or (case.history and rule.starts in (ClockStart.CASE_CLOSED, ClockStart.LAST_NEWS)):
        return False
    if rule.starts is ClockStart.CASE_CLOSED:
        return True
    if rule.starts is ClockStart.LAST_NEWS and any(
        clock.state in (ClockState.RUNNING, ClockState.SUSPENDED) for clock in running.values()
    ):
        return False  # looked at when its moment comes: not each piece of news makes two events more
    return not case.closed


def _subject_of(rule: ClockRule, found: dict[str | None, Subject], about: str | None) -> Subject | None:
    """What the clock is about, as long as it is there. News is not taken back."""
    if rule.starts is ClockStart.LAST_NEWS:
        return next(iter(found.values()), None)
    return found.get(about)


def _escalate(case: State, chain: Chain) -> Iterator[CaseEscalated]:
    """Whoever may ask says why: the case goes up to that role, once (who may ask is intake's to check)."""
    if case.closed:
        return
    done = {one.cause for one in case.escalated}
    there = {one.to for one in case.escalated if one.cause in requests(case)}
    for request in requests(case).values():
        if request.id not in done and request.about and request.about not in there:
            there.add(request.about)
            holders = chain.partners_for(Role(request.about), case.facts["place"]["district"])
            owner = holders[0].id if holders else None
            yield CaseEscalated(to=Role(request.about), owner=owner, premises=(request.id,))


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
