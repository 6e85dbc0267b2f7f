"""Hearing both sides (hoor en wederhoor) [0 p. 60]: agreed with the reporter first, then its result, then what comes next.

It ends when the suspicion is taken away *and* the reporter is content. Else the next steps are discussed with the reporter, and only
what is wanted then is proposed. Who hears the other side is in the partner's hands; what the backbone itself asks of the other side
comes after her yes (`schakel.case_consent`).
"""

from enum import StrEnum

from schakel.case_desk_state import Hearing
from schakel.case_needs import desk_of, noted
from schakel.case_otherwise import mark
from schakel.case_state import State
from schakel.entry import Entry, notes
from schakel.events.contact import ActionAgreed, NeedsRecorded
from schakel.events.report import AssessmentRecorded
from schakel.events.vocab import ActionType, Answer, Check

NOT_AGREED = "hearing_before_agreed"


class Stage(StrEnum):
    """Where hearing both sides stands."""

    AGREED = "agreed"
    """The reporter agreed; there is no result yet."""
    TO_DISCUSS = "to_discuss"
    """The suspicion stays, or the reporter is not content: the next steps have to be discussed first."""
    DISCUSSED = "discussed"
    ENDED = "ended"
    """The suspicion is taken away and the reporter is content."""


def _hearing(case: State) -> Hearing:
    desk = desk_of(case)
    if desk.hearing is None:
        desk.hearing = Hearing()
    return desk.hearing


@notes(ActionAgreed)
def _agreed(case: State, entry: Entry) -> None:
    event: ActionAgreed = entry.event  # type: ignore[assignment]
    if event.action is ActionType.HEARING_BOTH_SIDES and event.wanted_by_person:
        hearing = _hearing(case)
        hearing.agreed, hearing.agreed_at, hearing.owner = entry.id, entry.envelope.logged_at, event.owner


@notes(AssessmentRecorded)
def _result(case: State, entry: Entry) -> None:
    """A changed answer is a new result, which is discussed anew; the same answer again is not."""
    event: AssessmentRecorded = entry.event  # type: ignore[assignment]
    if event.check not in (Check.SUSPICION_REMOVED, Check.REPORTER_CONTENT):
        return
    hearing, said = _hearing(case), event.answer.value
    if event.check is Check.SUSPICION_REMOVED:
        if hearing.agreed is None:
            mark(case, entry, NOT_AGREED)
        changed, hearing.removed = hearing.removed != said, said
    else:
        changed, hearing.content = hearing.content != said, said
    hearing.by = entry.author
    if changed:
        hearing.result_n, hearing.result_at = case.events, entry.envelope.logged_at


@notes(NeedsRecorded)
def _discussed(case: State, entry: Entry) -> None:
    """What she wants now: that is what the talk about the next steps is for."""
    if stage(case) is Stage.TO_DISCUSS:
        _hearing(case).discussed_n = case.events


def stage(case: State) -> Stage | None:
    """Where it stands; None where nobody spoke of it."""
    hearing = noted(case).hearing
    if hearing is None:
        return None
    if hearing.removed == Answer.YES and hearing.content == Answer.YES:
        return Stage.ENDED
    if hearing.removed == Answer.NO or (hearing.removed == Answer.YES and hearing.content == Answer.NO):
        return Stage.DISCUSSED if hearing.discussed_n > hearing.result_n else Stage.TO_DISCUSS
    return Stage.AGREED if hearing.agreed else None
