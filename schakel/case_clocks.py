"""Clocks in the fold: what conclusions about clocks do to a case, and which moments of what was told a clock may need.

A clock's own state machine: running, suspended (with its reason), breached, stopped, corrected. Which clock starts and stops when is
follow-up's to decide (`services.followup`); here it takes effect, or is overtaken. Terms that end in erasure, which are consent's:
`schakel.case_erasure.erasure_moments`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from schakel import case_scheme
from schakel.case_consent import HER
from schakel.case_loop import clock_began, clock_passed
from schakel.case_marks import Escalated, Mark
from schakel.case_state import Clock, ClockState, Effect, State
from schakel.entry import Entry, folds
from schakel.events.case import (
    CaseEscalated,
    CloseRequested,
    EscalationRequested,
    EvaluationRecorded,
    LevelSet,
    ThreadClosed,
)
from schakel.events.clock import (
    ClockBreached,
    ClockCorrected,
    ClockReminded,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockSuspended,
)
from schakel.events.contact import (
    AftercareAnswered,
    AftercareDue,
    ComplaintAppointed,
    ComplaintSettled,
    ComplaintTaken,
    ContactAttempted,
    InformationGiven,
    NeedsRecorded,
    TreatmentComplaint,
)
from schakel.events.data import StatementRetracted
from schakel.events.partners import AdviceGiven, AdviceRequested
from schakel.events.referral import ReferralAccepted, ReferralCompleted, ReferralDeclined
from schakel.events.report import ReportCorrected
from schakel.events.vocab import AftercareAnswer, Answer, AttemptOutcome

POSTPONED = "contact.postponed"
"""The mark of an attempt at which the person put the contact off."""
HANDED_IN = "treatment.handed_in"
"""The mark of a complaint about a partner that is handed in."""


# --- the moments of what is told --------------------------------------------------------------------------------------

MARKED: dict[type[Any], Callable[[Any], str | None]] = {
    AdviceGiven: lambda event: event.request,
    AdviceRequested: lambda event: event.to.value,
    AftercareAnswered: lambda event: event.of.value,
    ComplaintAppointed: lambda event: None,
    ComplaintSettled: lambda event: None,
    ComplaintTaken: lambda event: None,
    EscalationRequested: lambda event: event.to.value,
    EvaluationRecorded: lambda event: None,
    InformationGiven: lambda event: event.whom.value,
    LevelSet: lambda event: event.level.value,
    NeedsRecorded: lambda event: None,
    ReferralAccepted: lambda event: event.referral,
    ReferralCompleted: lambda event: event.referral,
    ReferralDeclined: lambda event: event.referral,
    ThreadClosed: lambda event: None,
    TreatmentComplaint: lambda event: event.about,
}
"""What a clock may start or stop at, besides contacts and actions, and what each is about."""


def note(case: State, entry: Entry, effect: Effect) -> None:
    """Remember of a told event what clocks need, whatever else it did. One that had no effect is not remembered."""
    if effect not in (Effect.EFFECTIVE, Effect.RECORDED):
        return
    event, at = entry.event, entry.envelope.logged_at
    case.news = Mark(entry.id, "", at, entry.author)
    if about := MARKED.get(type(event)):
        case.marks.append(Mark(entry.id, type(event).TYPE, at, entry.author, about(event)))
    if isinstance(event, ContactAttempted) and event.outcome is AttemptOutcome.POSTPONED:
        case.marks.append(Mark(entry.id, POSTPONED, event.at, entry.author, event.whom.value))
    elif isinstance(event, TreatmentComplaint) and event.handed_in:
        case.marks.append(Mark(entry.id, HANDED_IN, at, entry.author, event.about))
    elif isinstance(event, AftercareAnswered) and event.answer is not AftercareAnswer.UNKNOWN:
        case.aftercare[event.of.value] = event.answer.value
    elif isinstance(event, CloseRequested | ThreadClosed) and event.wants_call is not Answer.UNKNOWN:
        case.no_call = event.wants_call is Answer.NO
    elif isinstance(event, ReportCorrected) and "occurrence" in event.replaces:
        case.occurrence_said = entry.id
    elif isinstance(event, StatementRetracted):
        _forget(case, event.event, entry.author)


def take_back(case: State, event_id: str, author: str) -> bool:
    """Its author takes back what clocks started or stopped at. False: no such word, or not this author's."""
    if not _forget(case, event_id, author):
        return False
    case.lapsed.append(event_id)
    return True


def _forget(case: State, event_id: str, author: str) -> bool:
    mine = [mark for mark in case.marks if mark.id == event_id and mark.by == author]
    for mark in mine:
        case.marks.remove(mark)
        if mark.what == AftercareAnswered.TYPE and mark.about:
            case.aftercare.pop(mark.about, None)
    if mine:
        run_again(case, event_id)
    return bool(mine)


def run_again(case: State, event_id: str) -> None:
    """A clock that this word stopped is not stopped any more; a breach that it corrected is one again."""
    for clock in case.clocks.values():
        if clock.contact == event_id:
            clock.breached = clock.breached or clock.state is ClockState.CORRECTED
            clock.state = ClockState.BREACHED if clock.breached else ClockState.RUNNING
            clock.contact, clock.stopped_at = None, None


def authors(case: State) -> dict[str, str]:
    """Who told what clocks and actions rest on, by the id of the word."""
    told = {mark.id: mark.by for mark in case.marks}
    told |= {action.id: action.by for action in case.actions.values()}
    return told | {action.done: action.done_by for action in case.actions.values() if action.done and action.done_by}


# --- conclusions ------------------------------------------------------------------------------------------------------


@folds(ClockStarted)
def _started(case: State, entry: Entry) -> Effect:
    event: ClockStarted = entry.event  # type: ignore[assignment]
    protocol = f"{event.protocol.name}@{event.protocol.version}"
    this = (event.clock, protocol, event.about)
    if any((clock.name, clock.protocol, clock.about) == this for clock in case.clocks.values()):
        return Effect.OVERTAKEN
    case.clocks[entry.id] = Clock(
        entry.id,
        event.clock,
        protocol,
        event.kind.value,
        event.started_at,
        due_at=event.due_at,
        remind_at=list(event.remind_at),
        responsible=event.responsible,
        about=event.about,
    )
    clock_began(case, entry)
    return Effect.EFFECTIVE


def _clock(case: State, clock_id: str, *states: ClockState) -> Clock | None:
    clock = case.clocks.get(clock_id)
    return clock if clock and clock.state in states else None


def _word(case: State, premises: tuple[str, ...]) -> str | None:
    """The contact, or other word that may be taken back, among what a conclusion rests on."""
    told = {contact.id for contact in case.contacts} | authors(case).keys()
    return next((premise for premise in premises if premise in told), None)


@folds(ClockStopped)
def _stopped(case: State, entry: Entry) -> Effect:
    event: ClockStopped = entry.event  # type: ignore[assignment]
    clock = _clock(case, event.clock, ClockState.RUNNING, ClockState.SUSPENDED, ClockState.BREACHED)
    if not clock:
        return Effect.OVERTAKEN
    clock.state, clock.stopped_at, clock.contact = ClockState.STOPPED, event.stopped_at, _word(case, event.premises)
    _goes_on(clock, entry)
    return Effect.EFFECTIVE


@folds(ClockCorrected)
def _corrected(case: State, entry: Entry) -> Effect:
    event: ClockCorrected = entry.event  # type: ignore[assignment]
    clock = _clock(case, event.clock, ClockState.BREACHED, ClockState.STOPPED)
    if not clock or not clock.breached:
        return Effect.OVERTAKEN
    clock.state, clock.stopped_at, clock.breached = ClockState.CORRECTED, event.stopped_at, False
    clock.contact = _word(case, event.premises)
    case.silent.pop(case.clock_of.get(clock.id, ""), None)
    return Effect.EFFECTIVE


@folds(ClockBreached)
def _breached(case: State, entry: Entry) -> Effect:
    event: ClockBreached = entry.event  # type: ignore[assignment]
    clock = _clock(case, event.clock, ClockState.RUNNING)
    if not clock or clock.due_at is None or event.watermark < clock.due_at:
        return Effect.OVERTAKEN  # a clock without a promised limit never breaches
    clock.state, clock.breached = ClockState.BREACHED, True
    clock.climb_at = list(event.climb_at)
    clock_passed(case, clock.id, entry.id)
    return Effect.EFFECTIVE


@folds(ClockReminded)
def _reminded(case: State, entry: Entry) -> Effect:
    """Before the due moment, or up the ladder behind a breach. One that is counted already is not sent twice."""
    event: ClockReminded = entry.event  # type: ignore[assignment]
    clock = _clock(case, event.clock, ClockState.RUNNING, ClockState.BREACHED)
    if not clock or event.nth <= clock.reminded:
        return Effect.OVERTAKEN
    if clock.state is ClockState.BREACHED:
        if clock.climbed >= len(clock.climb_at):
            return Effect.OVERTAKEN
        clock.climbed += 1
    clock.reminded = event.nth
    if event.next_at:
        clock.remind_at.append(event.next_at)
    return Effect.EFFECTIVE


@folds(AftercareDue)
def _aftercare_due(case: State, entry: Entry) -> Effect:
    """The first reminder of the clock that keeps the aftercare."""
    event: AftercareDue = entry.event  # type: ignore[assignment]
    clock = next((case.clocks[premise] for premise in event.premises if premise in case.clocks), None)
    if not clock or clock.state is not ClockState.RUNNING or clock.reminded:
        return Effect.OVERTAKEN
    clock.reminded = 1
    return Effect.EFFECTIVE


@folds(ClockSuspended)
def _suspended(case: State, entry: Entry) -> Effect:
    event: ClockSuspended = entry.event  # type: ignore[assignment]
    clock = _clock(case, event.clock, ClockState.RUNNING)
    if not clock:
        return Effect.OVERTAKEN
    clock.state, clock.still = ClockState.SUSPENDED, event.reason
    clock.still_since, clock.wakes_at = entry.envelope.logged_at, event.until
    if event.until:
        clock.waited = _word(case, event.premises)
    return Effect.EFFECTIVE


@folds(ClockResumed)
def _resumed(case: State, entry: Entry) -> Effect:
    event: ClockResumed = entry.event  # type: ignore[assignment]
    clock = _clock(case, event.clock, ClockState.SUSPENDED)
    if not clock:
        return Effect.OVERTAKEN
    clock.state = ClockState.RUNNING
    if event.due_at and clock.due_at and event.due_at > clock.due_at:
        later = event.due_at - clock.due_at
        before, waiting = clock.remind_at[: clock.reminded], clock.remind_at[clock.reminded :]
        clock.remind_at = [*before, *(moment + later for moment in waiting)]
    clock.due_at = event.due_at or clock.due_at
    _goes_on(clock, entry)
    return Effect.EFFECTIVE


def _goes_on(clock: Clock, entry: Entry) -> None:
    if clock.still_since is not None:
        clock.stood = [*clock.stood, (clock.still or "", clock.still_since, entry.envelope.logged_at)]
    clock.still = clock.still_since = clock.wakes_at = None


@folds(CaseEscalated)
def _escalated(case: State, entry: Entry) -> Effect:
    """Once for a request, and once for each rung above a breach."""
    event: CaseEscalated = entry.event  # type: ignore[assignment]
    cause = event.premises[0] if event.premises else ""
    clock = case.clocks.get(cause)
    if clock is not None:
        if clock.state is not ClockState.BREACHED or clock.climbed >= len(clock.climb_at):
            return Effect.OVERTAKEN
        clock.climbed += 1
    elif cause not in requests(case) or any(one.cause == cause for one in case.escalated):
        return Effect.OVERTAKEN
    case.escalated.append(Escalated(entry.id, event.to.value, entry.envelope.logged_at, cause, event.owner))
    case_scheme.escalated(case, entry)
    return Effect.EFFECTIVE


def to_be_forgotten(case: State) -> bool:
    """Whether she asked to be forgotten, or has been: nobody is chased over such a case (docs/adr/0025)."""
    return HER in case.erased or HER in case.erasures


def requests(case: State) -> dict[str, Mark]:
    """Requests to take the case higher up that nobody took back, by id."""
    return {mark.id: mark for mark in case.marks if mark.what == EscalationRequested.TYPE}


# --- when they want attention -----------------------------------------------------------------------------------------


def next_moments(case: State) -> list[tuple[str, datetime]]:
    """(`<clock id>/<n>`, moment) at which a clock of the case wants attention, in order.

    Of running clocks every reminder still to come and the due moment; of breached ones the rungs above them; of one that stands still
    for a time, its end. None for imported history, or where she is to be forgotten; of a closed case only what runs since the closing.
    """
    if case.history or to_be_forgotten(case):
        return []
    moments: list[tuple[str, datetime]] = []
    for clock in case.clocks.values():
        if not case.closed or clock.about == case.closed:
            moments.extend((f"{clock.id}/{n}", moment) for n, moment in enumerate(_moments(clock)))
    return sorted(moments, key=lambda named: named[1])


def _moments(clock: Clock) -> list[datetime]:
    if clock.state is ClockState.RUNNING:
        waiting = clock.remind_at[clock.reminded :] if clock.responsible else []
        return [*waiting, *([clock.due_at] if clock.due_at else [])]
    if clock.state is ClockState.BREACHED:
        return clock.climb_at[clock.climbed :]
    return [clock.wakes_at] if clock.state is ClockState.SUSPENDED and clock.wakes_at else []
