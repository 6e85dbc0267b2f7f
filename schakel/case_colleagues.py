"""What partners ask each other about a case, and what they advise. It changes no owner, level or clock.

Who may ask whom, and on what ground, is intake's to check: the fold reads no chain.
"""

from schakel.case_desk_state import Advice, AdviceAsked, Inquiry
from schakel.case_needs import desk_of, noted
from schakel.case_state import Effect, State
from schakel.entry import Entry, folds
from schakel.events.partners import AdviceGiven, AdviceRequested, InquiryAnswered, InquiryRequested


@folds(InquiryRequested)
def _inquired(case: State, entry: Entry) -> Effect:
    event: InquiryRequested = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    asked = Inquiry(entry.id, entry.author, event.to, event.question.value, entry.envelope.logged_at)
    desk_of(case).inquiries[entry.id] = asked
    return Effect.EFFECTIVE


@folds(InquiryAnswered)
def _answered(case: State, entry: Entry) -> Effect:
    """By whom it was put to, once: whoever wants to say something else takes the first answer for granted or asks anew."""
    event: InquiryAnswered = entry.event  # type: ignore[assignment]
    asked = open_inquiry(case, event.inquiry, entry.author)
    if asked is None:
        return Effect.NOT_UNDERSTOOD
    asked.answer, asked.answered_at = event.answer.value, entry.envelope.logged_at
    return Effect.EFFECTIVE


@folds(AdviceRequested)
def _advice_asked(case: State, entry: Entry) -> Effect:
    event: AdviceRequested = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    desk_of(case).asked_advice[entry.id] = AdviceAsked(entry.id, entry.author, event.to.value, entry.envelope.logged_at)
    return Effect.EFFECTIVE


@folds(AdviceGiven)
def _advised(case: State, entry: Entry) -> Effect:
    event: AdviceGiven = entry.event  # type: ignore[assignment]
    request = noted(case).asked_advice.get(event.request) if event.request else None
    if not case.report or (event.request and request is None):
        return Effect.NOT_UNDERSTOOD
    at = entry.envelope.logged_at
    if request is not None and request.answered_at is None:
        request.answered_at = at
    desk_of(case).advice[entry.id] = Advice(
        entry.id, entry.author, at, event.request, [action.value for action in event.advises]
    )
    return Effect.EFFECTIVE


def open_inquiry(case: State, inquiry: str, partner: str) -> Inquiry | None:
    """The question under this id, when it was put to this partner and has no answer yet."""
    asked = noted(case).inquiries.get(inquiry)
    return asked if asked and asked.to == partner and asked.answer is None else None
