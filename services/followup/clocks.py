"""One clock through its life: started, reminded, standing still with a reason, breached, put right, and the ladder above it. Pure.

Everything is asked of the case as it stands: nothing is remembered here, and an event that is lacking is said whoever asks when.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from backbone.chains import Chain
from backbone.protocols import Protocol
from backbone.protocols.clock_rules import OF_REFERRAL, ClockRule, ClockStart, LadderStep
from schakel.calendar import Calendar, Limit, Unit
from schakel.case_clocks import to_be_forgotten
from schakel.case_consent import HER
from schakel.case_marks import Mark
from schakel.case_state import Clock, ClockState, State
from schakel.events import Derived
from schakel.events.case import CaseEscalated
from schakel.events.clock import (
    ClockBreached,
    ClockCorrected,
    ClockReminded,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockSuspended,
)
from schakel.events.contact import AftercareDue
from schakel.events.report import ProtocolRef
from schakel.events.vocab import ClockKind, Role
from services.followup.stops import Stop, first_stop, put_off
from services.followup.subjects import Subject, followed

WAITS = "waits_for_person"


class Ground(msgspec.Struct, frozen=True):
    """What a decision about the clocks of one protocol stands on."""

    case: State
    chain: Chain
    calendar: Calendar
    protocol: Protocol
    now: datetime | None
    running: tuple[Protocol, ...] = ()
    """All that the case runs under, in its order."""

    @property
    def district(self) -> str | None:
        district: str | None = self.case.facts["place"]["district"]
        return district

    def holder(self, role: Role) -> str | None:
        """Who fills a role where it happened."""
        holders = self.chain.partners_for(role, self.district)
        return holders[0].id if holders else None


def start(ground: Ground, rule: ClockRule, subject: Subject) -> ClockStarted:
    """A clock runs from what the protocol says starts it; without a limit it measures and never breaches."""
    calendar, protocol = ground.calendar, ground.protocol
    agreed = followed(ground.case, rule)
    limit = Limit(agreed.every_days, Unit.DAYS) if agreed else rule.limit
    due_at = _due(calendar, rule, subject, limit)
    after = [rule.every] if rule.every else rule.reminders
    reminders = sorted(calendar.add(subject.at, each) for each in after)
    return ClockStarted(
        clock=rule.id,
        protocol=ProtocolRef(name=protocol.protocol, version=protocol.version),
        kind=ClockKind.PROMISED if agreed else ClockKind(rule.promise),
        started_at=subject.at,
        limit=str(limit) if limit else None,
        due_at=due_at,
        remind_at=tuple(moment for moment in reminders if due_at is None or moment < due_at),
        calendar=calendar.version if due_at else None,
        responsible_role=_role(ground, rule, subject),
        responsible=_responsible(ground, rule, subject),
        about=subject.about,
        premises=tuple(dict.fromkeys((subject.cause, *([agreed.id] if agreed else [])))),
    )


def _due(calendar: Calendar, rule: ClockRule, subject: Subject, limit: Limit | None) -> datetime | None:
    if subject.due_on is not None and rule.by_when:
        return calendar.end_of_day(subject.due_on)
    return calendar.add(subject.at, limit) if limit else None


def _role(ground: Ground, rule: ClockRule, subject: Subject) -> Role:
    if rule.role is not None:
        return rule.role
    held = sorted(ground.chain.roles_of(subject.doer or ""))
    return subject.role or (held[0] if held else Role.OTHER)


def _responsible(ground: Ground, rule: ClockRule, subject: Subject) -> str | None:
    """Whoever has to act. Where nobody holds the role, whoever coordinates the case hears of what comes after its end."""
    if rule.role is None:
        return subject.doer if ground.chain.roles_of(subject.doer or "") else None
    after_the_end = ground.case.coordinator if rule.starts is ClockStart.CASE_CLOSED else None
    return ground.holder(rule.role) or after_the_end


def keep(ground: Ground, rule: ClockRule, clock: Clock, subject: Subject | None, applies: bool) -> Iterator[Derived]:
    """What a clock that was started lacks. subject: null when what it is about is not there any more."""
    stop = first_stop(ground.case, ground.chain, rule, clock)
    why = still(ground.case, rule, clock, subject, applies)
    if clock.state is ClockState.RUNNING:
        yield from _running(ground, rule, clock, stop, why)
    elif clock.state is ClockState.SUSPENDED:
        yield from _suspended(ground, rule, clock, stop, why)
    elif clock.breached and stop:
        yield from _late_work_or_late_paperwork(clock, stop)
    elif clock.state is ClockState.BREACHED and not ground.case.history:
        yield from _breached(ground, rule, clock, why)


def still(case: State, rule: ClockRule, clock: Clock, subject: Subject | None, applies: bool) -> str | None:
    """Why a clock stands still, whatever its limit says. None: it runs."""
    waits = clock.due_at is not None or len(clock.remind_at) > clock.reminded
    if to_be_forgotten(case) and (waits or clock.still):
        return "erased" if HER in case.erased else "erasure_requested"
    if rule.starts is ClockStart.CASE_CLOSED:
        if clock.about != case.closed:
            return "reopened"
        return None if applies else "no_longer_applies"
    if case.closed:
        return "case_closed" if waits else clock.still
    if not applies:
        return "no_longer_applies"
    if subject is None:
        return "referral_ended" if rule.starts in OF_REFERRAL else "start_taken_back"
    return None


def _running(ground: Ground, rule: ClockRule, clock: Clock, stop: Stop | None, why: str | None) -> Iterator[Derived]:
    if rule.every:
        yield from _again(ground, rule, clock, stop, why)
        return
    in_time = stop and (clock.due_at is None or stop.at <= clock.due_at or ground.case.history or why)
    if stop and in_time:
        yield _stopped(clock, stop)
    elif why:
        yield ClockSuspended(clock=clock.id, reason=why, premises=(clock.id,))
    elif word := put_off(ground.case, ground.chain, rule, clock):
        yield _waits(ground, rule, clock, word)
    elif ground.now is not None and not ground.case.history:
        yield from _remind_or_breach(ground, rule, clock, ground.now)


def _waits(ground: Ground, rule: ClockRule, clock: Clock, word: Mark) -> ClockSuspended:
    """She put it off: nobody is late for that, and it does not wait for ever."""
    assert rule.waits is not None
    until = ground.calendar.add(word.at, rule.waits)
    return ClockSuspended(clock=clock.id, reason=WAITS, until=until, premises=(clock.id, word.id))


def _remind_or_breach(ground: Ground, rule: ClockRule, clock: Clock, now: datetime) -> Iterator[Derived]:
    """A word after the due moment stops the clock behind the breach, which waits for the watermark. After an outage of ours several
    reminders are one."""
    if clock.due_at is not None and now >= clock.due_at:
        tell = {p.id for role in rule.on_breach for p in ground.chain.partners_for(role, ground.district)}
        yield ClockBreached(
            clock=clock.id,
            due_at=clock.due_at,
            watermark=now,
            tell=tuple(sorted(tell)),
            climb_at=tuple(moment for moment, _ in rungs(ground.calendar, ground.protocol, clock)),
            premises=(clock.id,),
        )
        return
    passed = sum(moment <= now for moment in clock.remind_at)
    if not clock.responsible or passed <= clock.reminded:
        return
    aftercare = ground.protocol.aftercare
    if aftercare is not None and aftercare.id == rule.id and not clock.reminded:
        yield _aftercare(ground, clock, passed)
        return
    yield ClockReminded(clock=clock.id, nth=passed, to=clock.responsible, premises=(clock.id,))


def _aftercare(ground: Ground, clock: Clock, passed: int) -> AftercareDue:
    """Time to call: by the last day that the protocol gives, counted from the closing."""
    term = ground.protocol.aftercare
    assert term is not None
    assert clock.responsible is not None
    by = ground.calendar.add(clock.started_at, term.until) if term.until else clock.remind_at[passed - 1]
    return AftercareDue(
        kind=clock.name, due_on=ground.calendar.last_day(by), responsible=clock.responsible, premises=(clock.id,)
    )


def _again(ground: Ground, rule: ClockRule, clock: Clock, stop: Stop | None, why: str | None) -> Iterator[Derived]:
    """A silent case comes back on somebody's list. It is looked at when the moment comes: news before it begins the silence anew."""
    assert rule.every is not None
    now = ground.now
    if why:
        yield ClockSuspended(clock=clock.id, reason=why, premises=(clock.id,))
    elif now is not None and not ground.case.history and any(m <= now for m in clock.remind_at[clock.reminded :]):
        if stop:
            yield _stopped(clock, stop)
        elif clock.responsible:
            yield ClockReminded(
                clock=clock.id,
                nth=len(clock.remind_at),
                to=clock.responsible,
                next_at=ground.calendar.first_after(now, clock.started_at, rule.every),
                premises=(clock.id,),
            )


def _suspended(ground: Ground, rule: ClockRule, clock: Clock, stop: Stop | None, why: str | None) -> Iterator[Derived]:
    """It goes on when the reason is gone, with the time that it had left."""
    if stop and not rule.every:
        yield _stopped(clock, stop)
        return
    waits = clock.wakes_at is not None and (ground.now is None or ground.now < clock.wakes_at)
    if waits or (why and clock.wakes_at is None):
        return  # what stood still for a time goes on when that is over, if only to stand still for another reason
    yield ClockResumed(clock=clock.id, due_at=_new_due(ground, rule, clock), premises=(clock.id,))


def _new_due(ground: Ground, rule: ClockRule, clock: Clock) -> datetime | None:
    """An agreed day stays that day. A rhythm that was agreed with her goes on by whole days, as any limit in days does."""
    case = ground.case
    limit = rule.limit or (Limit(1, Unit.DAYS) if rule.by_preference else None)
    if clock.due_at is None or limit is None or clock.still_since is None:
        return clock.due_at
    assert case.time is not None
    put_off_at = next((mark.at for mark in case.marks if mark.id == clock.waited), clock.still_since)
    since = put_off_at if clock.wakes_at else clock.still_since
    pause = (clock.wakes_at or max(case.time, since)) - since
    return ground.calendar.later(clock.due_at, pause, limit)


def _breached(ground: Ground, rule: ClockRule, clock: Clock, why: str | None) -> Iterator[Derived]:
    """A start that was said wrongly takes its breach along; else the next rung of the ladder, when its time has come."""
    case = ground.case
    if why == "start_taken_back" and rule.starts is ClockStart.OCCURRENCE and case.occurrence_said and case.news:
        yield ClockCorrected(
            clock=clock.id,
            reason="start_corrected",
            stopped_at=clock.due_at or clock.started_at,
            by=case.door or case.news.by,
            premises=(clock.id, case.occurrence_said),
        )
    elif (
        _open(case, clock)
        and not to_be_forgotten(case)
        and ground.now is not None
        and clock.climbed < len(clock.climb_at)
    ):
        above = rungs(ground.calendar, ground.protocol, clock)
        if clock.climb_at[clock.climbed] <= ground.now and clock.climbed < len(above):
            yield _climb(ground, clock, above[clock.climbed][1])


def _open(case: State, clock: Clock) -> bool:
    """Whether the case is open, or the clock runs since its closing."""
    return case.closed is None or clock.about == case.closed


def rungs(calendar: Calendar, protocol: Protocol, clock: Clock) -> list[tuple[datetime, LadderStep]]:
    """The ladder above a clock, lowest first, each rung with its moment."""
    due_at = clock.due_at
    if due_at is None:
        return []
    steps = ((calendar.add(due_at, step.after), step) for step in protocol.rungs(clock.name))
    return sorted(steps, key=lambda rung: rung[0])


def _climb(ground: Ground, clock: Clock, step: LadderStep) -> Derived:
    """Nobody holds the role: the coordinator hears of it; there is none either: that is said too."""
    to = ground.holder(step.to) or ground.case.coordinator
    if step.escalates or to is None:
        return CaseEscalated(to=step.to, owner=to, premises=(clock.id,))
    return ClockReminded(clock=clock.id, nth=clock.reminded + 1, to=to, premises=(clock.id,))


def _stopped(clock: Clock, stop: Stop) -> ClockStopped:
    return ClockStopped(
        clock=clock.id,
        stopped_at=stop.at,
        elapsed_s=int((stop.at - clock.started_at).total_seconds()),
        by=stop.by,
        premises=tuple(dict.fromkeys((clock.id, stop.id))),
    )


def _late_work_or_late_paperwork(clock: Clock, stop: Stop) -> Iterator[Derived]:
    """Done in time but written down after the breach corrects it; done late stops the clock and the breach stands."""
    if clock.due_at and stop.at <= clock.due_at:
        yield ClockCorrected(
            clock=clock.id, reason="registered_late", stopped_at=stop.at, by=stop.by, premises=(clock.id, stop.id)
        )
    elif clock.state is ClockState.BREACHED:
        yield _stopped(clock, stop)
