"""What a scheme's own parts do to a case: levels and lead, checklists and stages, deliberation, statements, a watched place.

The fold reads no protocol: it keeps what was said, in order, and what follows from it alone. Which words a scheme has, who may say them
and what is out of order is asked where protocols are at hand (`services.intake.schemes`, `services.routing.schemes`).
"""

from collections.abc import Callable

from schakel.case_scheme_state import (
    Agreed,
    CategoryMark,
    Escalation,
    Found,
    Lead,
    LineMark,
    Said,
    SchemeState,
    Statement,
    StepMark,
)
from schakel.case_state import Effect, State
from schakel.entry import Entry, folds
from schakel.events import Event
from schakel.events.case import CaseEscalated, EscalationRequested, PlaceWatched
from schakel.events.contact import (
    ActionAgreed,
    ActionDone,
    ComplaintAppointed,
    ComplaintSettled,
    ComplaintTaken,
    NeedsRecorded,
)
from schakel.events.report import AssessmentRecorded, ListMatched, ListScreened, SettlementChosen
from schakel.events.scheme import (
    CategorySet,
    CategorySuggested,
    ChecklistAnswered,
    DeliberationRecorded,
    StatementPublished,
)
from schakel.events.vocab import ActionType, Check, DecisionStep, Need

NOTHING = SchemeState()


def scheme_of(case: State) -> SchemeState:
    """What the case knows of its schemes' parts; for reading only."""
    return case.scheme or NOTHING


def _scheme(case: State) -> SchemeState:
    if case.scheme is None:
        case.scheme = SchemeState()
    return case.scheme


# --- levels, categories, lead -----------------------------------------------------------------------------------------


@folds(CategorySet)
def _category_set(case: State, entry: Entry) -> Effect:
    event: CategorySet = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    scheme = _scheme(case)
    mark = CategoryMark(entry.id, event.protocol, event.category, entry.author, entry.envelope.logged_at)
    scheme.categories.append(mark)
    if event.lead:
        scheme.lead = Lead(entry.id, entry.author, event.lead.value)
    return Effect.EFFECTIVE


def categories(case: State) -> dict[str, CategoryMark]:
    """The level or category that counts now, by protocol: the newest that stands."""
    return {mark.protocol: mark for mark in scheme_of(case).categories}


@folds(CategorySuggested)
def _category_suggested(case: State, entry: Entry) -> Effect:
    event: CategorySuggested = entry.event  # type: ignore[assignment]
    key = f"{event.protocol.name}/{event.category}"
    current = categories(case).get(event.protocol.name)
    if key in scheme_of(case).suggested or (current and current.category == event.category):
        return Effect.OVERTAKEN
    _scheme(case).suggested[key] = entry.id
    return Effect.EFFECTIVE


@folds(EscalationRequested)
def _escalation_requested(case: State, entry: Entry) -> Effect:
    event: EscalationRequested = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    _scheme(case).escalations.append(Escalation(entry.id, event.to.value, entry.author))
    return Effect.EFFECTIVE


def escalated(case: State, entry: Entry) -> None:
    """After the case went up (`schakel.case_clocks`): whoever gets it leads from here on."""
    event: CaseEscalated = entry.event  # type: ignore[assignment]
    for asked in scheme_of(case).escalations:
        if asked.id in event.premises:
            asked.done = entry.id
    if event.owner:
        _scheme(case).lead = Lead(entry.id, event.owner, event.to.value)
        if event.owner not in case.parties:
            case.parties.append(event.owner)


# --- checklists, stages, deliberation, statements ---------------------------------------------------------------------


@folds(ChecklistAnswered)
def _line_answered(case: State, entry: Entry) -> Effect:
    event: ChecklistAnswered = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    key = f"{event.protocol}/{event.checklist}/{event.line}"
    _scheme(case).lines[key] = LineMark(entry.id, event.answer.value, entry.author)
    return Effect.EFFECTIVE


@folds(DeliberationRecorded)
def _deliberated(case: State, entry: Entry) -> Effect:
    event: DeliberationRecorded = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    _scheme(case).steps.append(StepMark(entry.id, event.step.value, entry.author))
    return Effect.EFFECTIVE


def missing_step(case: State, step: DecisionStep) -> DecisionStep | None:
    """The step that has to come before this one and has not: a judgement rests on a picture, a decision on a judgement after it."""
    known = [mark.step for mark in scheme_of(case).steps]
    for before in list(DecisionStep)[: list(DecisionStep).index(step)]:
        if before not in known:
            return before
        known = known[known.index(before) + 1 :]
    return None


@folds(StatementPublished)
def _stated(case: State, entry: Entry) -> Effect:
    event: StatementPublished = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    _scheme(case).statements.append(Statement(entry.id, entry.author, event.speaker.value))
    return Effect.EFFECTIVE


# --- police records, a watched place ----------------------------------------------------------------------------------


@folds(PlaceWatched)
def _watched(case: State, entry: Entry) -> Effect:
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    _scheme(case).watched[entry.id] = "told"
    return Effect.EFFECTIVE


# --- what other parts of the fold own, as far as a scheme goes by it ---------------------------------------------------


def note(case: State, entry: Entry) -> None:
    """Keeps what a scheme goes by of an event that took effect (or was recorded), whoever else folds it."""
    noted = _NOTED.get(type(entry.event))
    if noted is not None and case.report:
        noted(_scheme(case), entry)


def _matched(scheme: SchemeState, entry: Entry) -> None:
    event: ListMatched = entry.event  # type: ignore[assignment]
    scheme.found = Found(entry.id, event.query, event.query_version)


def _screened(scheme: SchemeState, entry: Entry) -> None:
    event: ListScreened = entry.event  # type: ignore[assignment]
    if scheme.found is not None:
        scheme.found.relevant = event.relevant.value


def _settlement(scheme: SchemeState, entry: Entry) -> None:
    event: SettlementChosen = entry.event  # type: ignore[assignment]
    scheme.settlement = event.settlement.value


def _agreed(scheme: SchemeState, entry: Entry) -> None:
    event: ActionAgreed = entry.event  # type: ignore[assignment]
    scheme.actions.append(Agreed(entry.id, event.action.value, entry.author))
    decisions = [mark for mark in scheme.steps if mark.step == DecisionStep.DECISION]
    if decisions:
        decisions[-1].actions.append(entry.id)
    if event.action is ActionType.VICTIM_MOVES:
        scheme.watched[entry.id] = "moves"  # the people go, the place does not get safe by that (domain-detail A25)


def _done(scheme: SchemeState, entry: Entry) -> None:
    event: ActionDone = entry.event  # type: ignore[assignment]
    for action in scheme.actions:
        if action.id == event.agreed:
            action.helped = event.helped.value


def _needs(scheme: SchemeState, entry: Entry) -> None:
    event: NeedsRecorded = entry.event  # type: ignore[assignment]
    scheme.needs[entry.id] = [need.value for need in event.needs]
    if Need.NEW_HOME in event.needs:
        scheme.watched[entry.id] = "moves"


def _complaint(scheme: SchemeState, entry: Entry) -> None:
    scheme.complaint[entry.id] = type(entry.event).TYPE.rpartition(".")[2]


def _settled(scheme: SchemeState, entry: Entry) -> None:
    event: ComplaintSettled = entry.event  # type: ignore[assignment]
    scheme.complaint[entry.id] = f"settled/{event.outcome}"
    applied = event.aggravating_circumstance_applied
    if applied is not None:
        said = Said(entry.id, entry.author, "yes" if applied else "no", outcome=event.outcome.value)
        scheme.aggravating.append(said)


def _assessed(scheme: SchemeState, entry: Entry) -> None:
    event: AssessmentRecorded = entry.event  # type: ignore[assignment]
    if event.check is Check.AGGRAVATING_CIRCUMSTANCE:
        scheme.aggravating.append(Said(entry.id, entry.author, event.answer.value))


_NOTED: dict[type[Event], Callable[[SchemeState, Entry], None]] = {
    ActionAgreed: _agreed,
    ActionDone: _done,
    NeedsRecorded: _needs,
    ComplaintAppointed: _complaint,
    ComplaintTaken: _complaint,
    ComplaintSettled: _settled,
    AssessmentRecorded: _assessed,
    SettlementChosen: _settlement,
    ListMatched: _matched,
    ListScreened: _screened,
}


_TAKEN_BACK = ("categories", "steps", "actions", "statements", "aggravating")


def take_back(case: State, event_id: str, author: str) -> bool:
    """Its author takes one of these words back. False: it is none of them, or not this author's."""
    scheme = case.scheme
    if scheme is None:
        return False
    taken = False
    for name in _TAKEN_BACK:
        marks = getattr(scheme, name)
        for mark in [mark for mark in marks if (mark.id, mark.by) == (event_id, author)]:
            marks.remove(mark)
            taken = True
    for key in [key for key, mark in scheme.lines.items() if (mark.id, mark.by) == (event_id, author)]:
        del scheme.lines[key]
        taken = True
    for escalation in [one for one in scheme.escalations if (one.id, one.by, one.done) == (event_id, author, None)]:
        scheme.escalations.remove(escalation)
        taken = True
    if taken:
        case.lapsed.append(event_id)
        scheme.watched.pop(event_id, None)
        if scheme.lead and scheme.lead.id == event_id:
            scheme.lead = None
    return taken


def authors(case: State) -> dict[str, str]:
    """Who told what can be taken back here, by id."""
    scheme = scheme_of(case)
    told: dict[str, str] = {}
    for name in (*_TAKEN_BACK, "escalations"):
        told |= {mark.id: mark.by for mark in getattr(scheme, name)}
    return told | {mark.id: mark.by for mark in scheme.lines.values()}
