"""Clocks, the aftercare that one of them keeps, and agreed actions: done, late, not done, not yet. Pure.

Nothing is computed that follow-up did not conclude: a breach is a breach because `clock.breached` stands, and a term that has passed
without one accuses nobody here either. Late work (done late) and late paperwork (written down late) are never one number.
"""

from collections.abc import Collection, Iterator

from backbone.evaluation.judging import ERASED, NO_PROTOCOL, OF_NOBODY, Ground, out_of_reach, own_wish
from backbone.evaluation.verdicts import Finding, Judged, Part, Verdict
from backbone.protocols import ClockRule, ClockStart
from schakel.case_marks import Action
from schakel.case_state import Clock, ClockState
from schakel.events.vocab import ActionType, AftercareAnswer, AftercareFor

Said = tuple[Verdict, tuple[Finding, ...]]


def clocks(ground: Ground) -> Iterator[Judged]:
    """Every clock that ran under this protocol. A clock that only brings a silent case back on a list is no step of anybody's."""
    rules = {rule.id: rule for rule in ground.protocol.timed}
    aftercare = ground.protocol.aftercare
    for clock in ground.case.clocks.values():
        rule = rules.get(clock.name)
        if clock.protocol != ground.protocol.ref or rule is None or rule.starts is ClockStart.LAST_NEWS:
            continue
        kept = aftercare is not None and clock.name == aftercare.id
        said = _aftercare(ground, clock) if kept else _clock(ground, rule, clock)
        if said is not None:
            part = Part.AFTERCARE if kept else Part.CLOCK
            yield ground.judged(part, clock.name, clock.responsible, said[0], *said[1])
    yield from _no_call(ground)


def _clock(ground: Ground, rule: ClockRule, clock: Clock) -> Said | None:
    """None: it timed what is not there any more."""
    case = ground.case
    if clock.state is ClockState.STOPPED:
        return (Verdict.LATE, (Finding.LATE_WORK, *_attempted(ground, clock))) if clock.breached else (Verdict.DONE, ())
    if clock.state is ClockState.CORRECTED:
        return _corrected(ground, clock)
    if clock.still in ERASED:
        return Verdict.OWN_WISH, (Finding.ERASURE,)
    if clock.still in OF_NOBODY:
        return None
    if clock.state is ClockState.BREACHED:
        verdict = Verdict.SKIPPED if ground.over else Verdict.LATE
        return verdict, (Finding.NOT_DONE, *_attempted(ground, clock))
    if not ground.over or clock.about == case.closed:
        return Verdict.NOT_YET_DUE, ()
    if own_wish(case):
        return Verdict.OWN_WISH, ()
    if rule.of_the_person and out_of_reach(case):
        return Verdict.NOT_POSSIBLE, _attempted(ground, clock)
    if rule.of_the_person or clock.due_at is not None:
        return Verdict.SKIPPED, (Finding.NOT_DONE, *_attempted(ground, clock))
    return Verdict.CANNOT_TELL, ()  # only measured: nobody has to write down that it ended


def _corrected(ground: Ground, clock: Clock) -> Said | None:
    """Corrected because it was written down late, or because it had begun at a wrong day."""
    lines = [one for one in ground.trail.happened if one.type == "clock.corrected" and one.about == clock.id]
    if lines and lines[-1].word == "start_corrected":
        return None
    return Verdict.DONE, (Finding.LATE_PAPERWORK,)


def _attempted(ground: Ground, clock: Clock) -> tuple[Finding, ...]:
    """Somebody tried in time, and did not reach her: told beside the verdict, which does not change by it."""
    due = clock.due_at
    tried = (one for one in ground.case.contacts if not one.made and one.at >= clock.started_at)
    return (Finding.ATTEMPTED_IN_TIME,) if any(due is None or one.at <= due for one in tried) else ()


# --- aftercare ----------------------------------------------------------------------------------------------------------------


def _aftercare(ground: Ground, clock: Clock) -> Said | None:
    case = ground.case
    if clock.about != case.closed:
        return None  # of an end that was not the last one
    if clock.state in (ClockState.STOPPED, ClockState.CORRECTED):
        return (Verdict.LATE, (Finding.LATE_WORK,)) if clock.breached else (Verdict.DONE, ())
    answer = case.aftercare.get(AftercareFor.VICTIM.value)
    if case.no_call or answer == AftercareAnswer.NOT_WANTED or own_wish(case):
        return Verdict.OWN_WISH, ()
    if clock.still in ERASED:
        return Verdict.OWN_WISH, (Finding.ERASURE,)
    if answer == AftercareAnswer.GIVEN:
        return Verdict.DONE, ()
    if answer == AftercareAnswer.NOT_POSSIBLE or out_of_reach(case):
        return Verdict.NOT_POSSIBLE, ()
    if clock.state is ClockState.BREACHED:
        return Verdict.LATE, (Finding.NOT_DONE,)
    rule = ground.protocol.aftercare
    assert rule is not None
    by = ground.chain.calendar().add(clock.started_at, rule.until or rule.after)
    return (Verdict.SKIPPED, (Finding.NOT_DONE,)) if ground.until > by else (Verdict.NOT_YET_DUE, ())


def _no_call(ground: Ground) -> Iterator[Judged]:
    """She wants no call after the closing: no clock runs, and that is as it should be."""
    case, rule = ground.case, ground.protocol.aftercare
    if rule is None or not case.closed or not case.no_call or not rule.when.matches(ground.facts):
        return
    if not any(clock.name == rule.id and clock.about == case.closed for clock in case.clocks.values()):
        yield ground.judged(Part.AFTERCARE, rule.id, None, Verdict.OWN_WISH)


# --- agreed actions -----------------------------------------------------------------------------------------------------------


def actions(ground: Ground) -> Iterator[Judged]:
    """Who does what by when. What she does herself is nobody's term. Asked once a case."""
    marked = {mark.id for mark in ground.case.desk.marks} if ground.case.desk else set()
    for action in ground.case.actions.values():
        if action.type == ActionType.PERSON_ACTS:
            continue
        verdict, findings = _action(ground, action, marked)
        yield ground.judged(Part.ACTION, action.type, action.owner, verdict, *findings, protocol=NO_PROTOCOL)


def _action(ground: Ground, action: Action, marked: Collection[str]) -> Said:
    """marked: ids of the words that say it was done by another than agreed."""
    if action.done and action.done in marked:
        return Verdict.OTHERWISE, (Finding.BY_ANOTHER,)
    if action.done_at:
        late = ground.chain.day_of(action.done_at) > action.due_on
        return (Verdict.LATE, (Finding.LATE_WORK,)) if late else (Verdict.DONE, ())
    if own_wish(ground.case):
        return Verdict.OWN_WISH, ()
    if ground.over:
        return Verdict.SKIPPED, (Finding.NOT_DONE,)
    late = ground.chain.day_of(ground.until) > action.due_on
    return (Verdict.LATE, (Finding.NOT_DONE,)) if late else (Verdict.NOT_YET_DUE, ())
