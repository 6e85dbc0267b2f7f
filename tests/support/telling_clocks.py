"""What partners tell that has to do with time: actions, aftercare, evaluation, escalation, advice. As `telling`."""

from datetime import date

from schakel.events.case import EscalationRequested, EvaluationRecorded
from schakel.events.contact import ActionAgreed, ActionDone, AftercareAnswered
from schakel.events.partners import AdviceGiven, AdviceRequested
from tests.support.telling import Tell, moment


def action_agreed(
    by: str,
    owner: str,
    due_on: str,
    action: str = "video_doorbell",
    *,
    logged: str | None = None,
    id: str | None = None,
) -> Tell:
    """Who does what by when."""
    event = ActionAgreed(action=action, owner=owner, due_on=date.fromisoformat(due_on))
    return Tell(by, event, moment(logged) if logged else None, id)


def action_done(by: str, agreed: str, *, logged: str | None = None, id: str | None = None) -> Tell:
    return Tell(by, ActionDone(agreed=agreed), moment(logged) if logged else None, id)


def aftercare_answered(by: str, of: str = "victim", answer: str = "given", id: str | None = None) -> Tell:
    return Tell(by, AftercareAnswered(of=of, answer=answer), id=id)


def aftercare_for_all(by: str, answer: str = "not_wanted") -> tuple[Tell, ...]:
    """An answer for everybody: the case may close."""
    return tuple(aftercare_answered(by, of, answer) for of in ("victim", "others_involved", "neighbourhood"))


def evaluated(by: str, logged: str | None = None) -> Tell:
    return Tell(by, EvaluationRecorded(process="yes"), moment(logged) if logged else None)


def escalation_requested(by: str, to: str = "top_team") -> Tell:
    return Tell(by, EscalationRequested(to=to, reason="means_exhausted"))


def advice_requested(by: str, to: str = "ecad_p", id: str | None = None) -> Tell:
    return Tell(by, AdviceRequested(to=to), id=id)


def advice_given(by: str, request: str | None = None) -> Tell:
    return Tell(by, AdviceGiven(request=request))
