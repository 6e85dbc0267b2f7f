"""What stops a clock: the first word, by when it took place, that the protocol counts. Pure."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from backbone.chains import Chain
from backbone.protocols.clock_rules import ClockRule, StopOn
from schakel.case_clocks import HANDED_IN, POSTPONED
from schakel.case_marks import Mark
from schakel.case_preferences import rhythms
from schakel.case_state import Clock, State
from schakel.events.case import EvaluationRecorded, ThreadClosed
from schakel.events.contact import (
    AftercareAnswered,
    ComplaintAppointed,
    ComplaintSettled,
    ComplaintTaken,
    InformationGiven,
)
from schakel.events.partners import AdviceGiven
from schakel.events.referral import ReferralAccepted, ReferralCompleted, ReferralDeclined
from services.followup.subjects import by_one_of, of_its_step, persons, words

_MARKS: dict[StopOn, tuple[str, ...]] = {
    StopOn.ANSWERED: (ReferralAccepted.TYPE, ReferralDeclined.TYPE, ReferralCompleted.TYPE),
    StopOn.ADVISED: (AdviceGiven.TYPE,),
    StopOn.APPOINTED: (ComplaintAppointed.TYPE, ComplaintTaken.TYPE),
    StopOn.SETTLED: (ComplaintSettled.TYPE,),
    StopOn.HANDED_IN: (HANDED_IN,),
    StopOn.AFTERCARE: (AftercareAnswered.TYPE,),
    StopOn.EVALUATED: (EvaluationRecorded.TYPE,),
}
_ABOUT_IT = (StopOn.ANSWERED, StopOn.ADVISED, StopOn.HANDED_IN)
"""These have to name what the clock is about."""


class Stop(msgspec.Struct, frozen=True):
    """What stops a clock: `id` of the word (of the clock, where none can be taken back), when it took place, whose it is."""

    id: str
    at: datetime
    by: str


def first_stop(case: State, chain: Chain, rule: ClockRule, clock: Clock) -> Stop | None:
    """The earliest that counts, whenever it was written down; of two at one moment always the same."""
    found = (stop for stop in _stops(case, chain, rule, clock) if stop.at >= clock.started_at)
    return min(found, key=lambda stop: (stop.at, stop.id), default=None)


def _stops(case: State, chain: Chain, rule: ClockRule, clock: Clock) -> Iterator[Stop]:
    on = rule.stops.on
    if on in (StopOn.MADE, StopOn.ATTEMPTED, StopOn.NOTICE):
        yield from _contacts(case, chain, rule)
    elif on is StopOn.WORD:
        yield from _next_words(case, rule, clock)
    elif on is StopOn.DONE:
        action = case.actions.get(clock.about or "")
        if action and action.done and action.done_at:
            yield Stop(action.done, action.done_at, action.done_by or action.owner)
    elif on is StopOn.AGREED:
        wanted = rule.stops.actions
        for action in case.actions.values():
            if not wanted or action.type in wanted:
                yield Stop(action.id, action.at, action.by)
    elif on is StopOn.NEWS:
        if case.news and case.news.id != case.report and case.news.at > clock.started_at:
            # Rests on the clock alone: what was news stays so when it is taken back, and a conclusion on it would never land.
            yield Stop(clock.id, case.news.at, case.news.by)
    elif on is StopOn.ENDED:
        yield from (_stop(mark) for mark in case.marks if _ends(case, rule, clock, mark))
    else:
        about = _grievance_about(case, clock) if on is StopOn.HANDED_IN else clock.about
        for mark in case.marks:
            about_it = on not in _ABOUT_IT or mark.about == about
            if mark.what in _MARKS[on] and about_it and by_one_of(chain, rule, mark):
                yield _stop(mark)


def _grievance_about(case: State, clock: Clock) -> str | None:
    """The partner that the complaint is about: handed in, it is told of the same partner anew."""
    return next((mark.about for mark in case.marks if mark.id == clock.about), None)


def _contacts(case: State, chain: Chain, rule: ClockRule) -> Iterator[Stop]:
    whom, on = persons(case, rule), rule.stops.on
    for contact in case.contacts:
        counts = contact.made or on is StopOn.ATTEMPTED or (on is StopOn.NOTICE and contact.word_given)
        if counts and contact.whom in whom and by_one_of(chain, rule, contact):
            yield Stop(contact.id, contact.at, contact.by)
    if on is StopOn.NOTICE:
        for mark in case.marks:
            if mark.what == InformationGiven.TYPE and mark.about in whom and by_one_of(chain, rule, mark):
                yield _stop(mark)


def _next_words(case: State, rule: ClockRule, clock: Clock) -> Iterator[Stop]:
    before = (clock.started_at, clock.about or "")
    by = {contact.id: contact.by for contact in case.contacts} | {mark.id: mark.by for mark in case.marks}
    by |= {agreed.id: agreed.by for agreed in rhythms(case)}
    for word in words(case, rule):
        if word.cause in by and (word.at, word.cause) > before:
            yield Stop(word.cause, word.at, by[word.cause])


def _ends(case: State, rule: ClockRule, clock: Clock, mark: Mark) -> bool:
    """Of a clock that counts from the incident, the referral is that of its step."""
    its = case.referrals.get(clock.about or "")
    for referral in [its] if its else of_its_step(case, rule, clock.protocol.partition("@")[0]):
        completed = mark.what == ReferralCompleted.TYPE and mark.about == referral.id
        if mark.by == referral.to and (completed or mark.what == ThreadClosed.TYPE):
            return True
    return False


def _stop(mark: Mark) -> Stop:
    return Stop(mark.id, mark.at, mark.by)


def put_off(case: State, chain: Chain, rule: ClockRule, clock: Clock) -> Mark | None:
    """The first word by which the person put the contact off in time, unless the clock has stood still for one already."""
    if rule.waits is None or clock.waited is not None:
        return None
    whom = persons(case, rule)
    said = (
        mark for mark in case.marks if mark.what == POSTPONED and mark.about in whom and mark.at >= clock.started_at
    )
    in_time = (mark for mark in said if clock.due_at is None or mark.at < clock.due_at)
    return min(
        (mark for mark in in_time if by_one_of(chain, rule, mark)), key=lambda mark: (mark.at, mark.id), default=None
    )
