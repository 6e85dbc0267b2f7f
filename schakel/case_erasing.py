"""What erasure does to a case: who asked, which holds stand, from when on a person may be erased, and that it was done.

From the first request on nothing about that person is read or sent (`schakel.case_consent.stopped`). `subject.erased` takes effect
only where, at its own position, the request and its proof stand, the term is over by a watermark, and no legal hold stands.
"""

from schakel.case_consent import HER
from schakel.case_erasure import hold_in_force, may_ask, proof
from schakel.case_state import Asking, Effect, Erasure, LegalHold, State, Term
from schakel.entry import Entry, folds
from schakel.events.data import (
    ErasureRefused,
    ErasureRequested,
    ErasureScheduled,
    HoldLifted,
    HoldPlaced,
    SubjectErased,
)
from schakel.events.vocab import ErasureGround, HoldReason


@folds(ErasureRequested)
def _requested(case: State, entry: Entry) -> Effect:
    event: ErasureRequested = entry.event  # type: ignore[assignment]
    if not case.report or not may_ask(event.subject, event.requested_by):
        return Effect.NOT_UNDERSTOOD  # nobody asks for another: the accused does not have her forgotten
    if event.subject in case.erased:
        return Effect.OVERTAKEN
    asking = Asking(
        entry.id, entry.author, event.requested_by.value, entry.envelope.logged_at, proof=event.second_proof
    )
    case.erasures.setdefault(event.subject, Erasure()).asked.append(asking)
    return Effect.EFFECTIVE


@folds(HoldPlaced)
def _hold_placed(case: State, entry: Entry) -> Effect:
    event: HoldPlaced = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    case.holds[entry.id] = LegalHold(entry.id, entry.author, event.legal_ground, event.until)
    return Effect.EFFECTIVE


@folds(HoldLifted)
def _hold_lifted(case: State, entry: Entry) -> Effect:
    event: HoldLifted = entry.event  # type: ignore[assignment]
    return Effect.EFFECTIVE if _lift(case, event.hold, entry.author) else Effect.NOT_UNDERSTOOD


def take_back(case: State, event_id: str, author: str) -> bool:
    """Its author takes back a request, its proof, or a hold. False: it is none of these, or not this author's."""
    if _lift(case, event_id, author):
        return True
    for subject, erasure in case.erasures.items():
        asking = next((one for one in erasure.asked if one.id == event_id and one.by == author), None)
        if asking is not None:
            _drop(case, subject, erasure, asking)
            return True
    return False


def _lift(case: State, hold_id: str, author: str) -> bool:
    hold = case.holds.get(hold_id)
    if hold is None or hold.by != author:
        return False
    del case.holds[hold_id]
    case.lapsed.append(hold_id)
    return True


def _drop(case: State, subject: str, erasure: Erasure, asking: Asking) -> None:
    """What is left of the request stands; a term that began with what was taken back does not."""
    second = proof(case, erasure.asked)
    if erasure.term and asking in (erasure.asked[0], second):
        case.lapsed.append(erasure.term.id)
        erasure.term = None
    erasure.asked.remove(asking)
    case.lapsed.append(asking.id)
    if not erasure.asked:
        del case.erasures[subject]


def end_terms(case: State) -> None:
    """The case goes on: nothing is kept for a term that began with its closing."""
    case.lapsed += [kept.term.id for kept in case.terms.values() if kept.term]
    case.terms = {}


@folds(ErasureScheduled)
def _scheduled(case: State, entry: Entry) -> Effect:
    event: ErasureScheduled = entry.event  # type: ignore[assignment]
    if event.subject in case.erased:
        return Effect.OVERTAKEN
    if event.ground is ErasureGround.RETENTION_TERM:
        if case.closed not in event.premises or event.subject in case.terms:
            return Effect.OVERTAKEN
        case.terms[event.subject] = Erasure(term=Term(entry.id, event.due_at))
        return Effect.EFFECTIVE
    erasure = case.erasures.get(event.subject)
    second = proof(case, erasure.asked) if erasure else None
    if not erasure or erasure.term or not second or second.id not in event.premises:
        return Effect.OVERTAKEN
    erasure.term = Term(entry.id, event.due_at)
    return Effect.EFFECTIVE


def _plan(case: State, request: str) -> Erasure | None:
    """What a conclusion speaks of: the request, or the term for keeping, under this id."""
    for erasure in case.erasures.values():
        if erasure.asked[0].id == request:
            return erasure
    return next((kept for kept in case.terms.values() if kept.term and kept.term.id == request), None)


@folds(SubjectErased)
def _erased(case: State, entry: Entry) -> Effect:
    event: SubjectErased = entry.event  # type: ignore[assignment]
    assert case.time is not None
    plan = _plan(case, event.request)
    if plan is None or plan not in (case.erasures.get(event.subject), case.terms.get(event.subject)):
        return Effect.OVERTAKEN
    if plan.asked and not proof(case, plan.asked):
        return Effect.OVERTAKEN
    if plan.term is None or plan.term.id not in event.premises:
        return Effect.OVERTAKEN
    if event.watermark is None or event.watermark < plan.term.due_at or hold_in_force(case, case.time):
        return Effect.OVERTAKEN
    case.erasures.pop(event.subject, None)
    case.terms.pop(event.subject, None)
    case.erased[event.subject] = entry.id
    if event.subject == HER:
        case.preferences = None  # hers, and nobody is to reach her any more
        case.desk = None  # what she needed, hoped for and complained of
        for known in case.known:
            if known.until is None:
                known.until, known.ended = entry.envelope.logged_at, HoldReason.ERASED.value
    return Effect.EFFECTIVE


@folds(ErasureRefused)
def _refused(case: State, entry: Entry) -> Effect:
    event: ErasureRefused = entry.event  # type: ignore[assignment]
    assert case.time is not None
    plan, hold = _plan(case, event.request), hold_in_force(case, case.time)
    if plan is None or hold is None or hold.id != event.hold or plan.refused == hold.id:
        return Effect.OVERTAKEN
    plan.refused = hold.id
    return Effect.EFFECTIVE
