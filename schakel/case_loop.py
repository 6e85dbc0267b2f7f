"""The referral loop: nobody falls between two stools, and whoever referred hears what became of it.

A referral that its receiver declines, or leaves without an answer past its clock, goes to the next candidate or is given up to whoever
looks after the case. Which candidate, and who is told, are routing's rules; here is what a history says about it.
"""

from collections.abc import Iterable
from datetime import datetime

from schakel.case_consent import HER, grants_for, stopped
from schakel.case_state import Effect, Grant, Referral, ReferralState, State
from schakel.entry import Entry, folds
from schakel.events.clock import ClockStarted
from schakel.events.referral import ReferralExhausted, ReferralReported
from schakel.events.vocab import Answer, Answered, Purpose

ENDED = (ReferralState.ACCEPTED, ReferralState.COMPLETED, ReferralState.EXHAUSTED)
"""Somebody took it up, or it is with whoever looks after the case already: nobody is asked in its place."""
_UNANSWERED = (ReferralState.RELEASED, ReferralState.DELIVERED)
_TAKEN = (ReferralState.ACCEPTED, ReferralState.COMPLETED)


def owner_of(case: State) -> str | None:
    """Who looks after the case: who accepted its last hand-over, else its coordinator, else the door. None before there is a report.

    Of somebody from elsewhere whose case goes to her home town it is the door until somebody there took it up: the coordinator of the place
    where it happened has nothing to do with it [1, uitgangspunt 7].
    """
    hand_overs = [one for one in case.referrals.values() if one.hands_over]
    handed = [(one.accepted_at, one.to) for one in hand_overs if one.state in _TAKEN and one.accepted_at]
    if handed:
        return max(handed)[1]
    goes_home = bool(hand_overs) and case.facts["residence"]["elsewhere"] == Answer.YES
    return (case.door if goes_home else case.coordinator) or case.door


def referrer_of(case: State, referral: Referral) -> str | None:
    """Whoever referred: who asked for it by hand, or for a protocol's step the door."""
    return referral.by or case.door


def is_silent(case: State, referral: Referral) -> bool:
    """Its receiver has it, and let the clock pass that waited for an answer."""
    return referral.id in case.silent and referral.state in _UNANSWERED


def successor(case: State, referral: Referral) -> Referral | None:
    """The referral that was proposed in its place."""
    return next((other for other in case.referrals.values() if other.after == referral.id), None)


def taken_by_another(case: State, referral: Referral) -> bool:
    """Whether somebody in whose place it was proposed, or who was asked in its place, has taken the step up: it has one receiver."""
    line = [referral]
    while line[0].after and line[0].after in case.referrals:
        line.insert(0, case.referrals[line[0].after])
    while following := successor(case, line[-1]):
        line.append(following)
    return any(other.state in _TAKEN for other in line if other.id != referral.id)


def can_be_followed(case: State, referral_id: str, premises: Iterable[str] = ()) -> bool:
    """Whether another candidate may still be asked in its place: nobody took it up, nobody was asked yet.

    premises: of a conclusion that says so; one that rests on a breach holds only while that shows a silence.
    """
    before = case.referrals.get(referral_id)
    if before is None or before.state in ENDED or before.given_up or successor(case, before):
        return False
    if taken_by_another(case, before):
        return False
    others = [premise for premise in premises if premise != referral_id]
    return not others or case.silent.get(referral_id) in others


def give_up(case: State, entry: Entry) -> Effect:
    """Nobody else is left. A receiver that has only been silent, or was suspended, may still answer."""
    event: ReferralExhausted = entry.event  # type: ignore[assignment]
    if not can_be_followed(case, event.referral, event.premises):
        return Effect.OVERTAKEN
    referral = case.referrals[event.referral]
    if referral.state is ReferralState.DECLINED:
        referral.state = ReferralState.EXHAUSTED
    else:
        referral.given_up = entry.id
    return Effect.EFFECTIVE


# -- the clock that waits for an answer


def clock_began(case: State, entry: Entry) -> None:
    """A clock that rests on a referral waits for that one."""
    event: ClockStarted = entry.event  # type: ignore[assignment]
    about = next((premise for premise in event.premises if premise in case.referrals), None)
    if about:
        case.clock_of[entry.id] = about


def clock_passed(case: State, clock_id: str, breach: str) -> None:
    """Breached: when its receiver has not answered, it is silent."""
    referral = case.referrals.get(case.clock_of.get(clock_id, ""))
    if referral and referral.state in _UNANSWERED:
        case.silent.setdefault(referral.id, breach)


# -- word back to whoever referred


def answers(referral: Referral) -> list[tuple[Answered, datetime]]:
    """What its receiver said so far, and when that was logged, in order."""
    said = (
        (Answered.ACCEPTED, referral.accepted_at),
        (Answered.DECLINED, referral.declined_at),
        (Answered.COMPLETED, referral.completed_at),
    )
    return sorted(((what, at) for what, at in said if at is not None), key=lambda one: one[1])


def reported_as(referral_id: str, answer: Answered) -> str:
    """How the state remembers that an answer was told."""
    return f"{referral_id}/{answer.value}"


def hears_back(case: State, referrer: str) -> list[Grant]:
    """Her yes that this partner hears how it went on: consent for the purpose `information`. Empty: she has not said so."""
    return [] if stopped(case) else grants_for(case, referrer, Purpose.INFORMATION.value)


def may_be_told(case: State, referrer: str, answer: Answered) -> bool:
    """That a step is not taken up goes back to whoever asked for it; what is done for her, only with her yes [1 §5.4]."""
    if HER in case.erased:
        return False
    return answer is Answered.DECLINED or bool(hears_back(case, referrer))


@folds(ReferralReported)
def _reported(case: State, entry: Entry) -> Effect:
    """Her word once more, at this event's own place."""
    event: ReferralReported = entry.event  # type: ignore[assignment]
    keys = [reported_as(said.referral, said.answer) for said in event.answers]
    if not keys or any(key in case.reported for key in keys):
        return Effect.OVERTAKEN
    for said in event.answers:
        referral = case.referrals.get(said.referral)
        if referral is None or referrer_of(case, referral) != event.to:
            return Effect.OVERTAKEN
        if said.answer not in dict(answers(referral)) or not may_be_told(case, event.to, said.answer):
            return Effect.OVERTAKEN
    case.reported.extend(keys)
    return Effect.EFFECTIVE
