"""What starts a clock, and what it is about: one clock for each referral, action, question or closing. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from backbone.chains import Chain
from backbone.desk.who import takes_grievance
from backbone.protocols.clock_rules import ANY_STEP, OF_REFERRAL, REPORTER, ClockRule, ClockStart, StopOn
from schakel.calendar import NEVER, Calendar
from schakel.case_complaint import wish_for_complaint
from schakel.case_consent import HER
from schakel.case_loop import taken_by_another
from schakel.case_marks import Action, Mark
from schakel.case_needs import noted
from schakel.case_preferences import rhythm, rhythms
from schakel.case_state import Contact, Referral, ReferralState, State
from schakel.events.contact import InformationGiven, TreatmentComplaint
from schakel.events.vocab import ActionType, Role
from schakel.preferences import Agreed

REACHED = (ReferralState.DELIVERED, ReferralState.ACCEPTED, ReferralState.COMPLETED)
_ANSWERED = (ReferralState.DECLINED, ReferralState.EXHAUSTED)


class Subject(msgspec.Struct, frozen=True):
    """What a clock is about, and since when. `doer`: the partner that has to act, where that follows from it."""

    about: str | None
    cause: str
    """Id of the event that the clock rests on."""
    at: datetime
    doer: str | None = None
    role: Role | None = None
    due_on: date | None = None


def subjects(case: State, chain: Chain, calendar: Calendar, rule: ClockRule, protocol: str) -> Iterator[Subject]:
    """Everything in the case that starts a clock by this rule, as it stands now. protocol: the name of the rule's file."""
    assert case.report is not None
    assert case.reported_at is not None
    assert case.time is not None
    start = rule.starts
    if start is ClockStart.REPORT_RECEIVED:
        yield Subject(None, case.report, case.reported_at, case.door)
    elif start is ClockStart.LABEL_GIVEN:
        label = next((label for label in case.labels if label.standing), None)
        if label:
            yield Subject(None, label.id, label.at or case.time)
    elif start is ClockStart.CASE_CLOSED:
        if case.closed and case.closed_at:
            yield Subject(case.closed, case.closed, case.closed_at)
    elif start is ClockStart.OCCURRENCE:
        yield from _occurrence(case, calendar, rule, protocol)
    elif start is ClockStart.LAST_WORD:
        last = max(words(case, rule), key=lambda word: (word.at, word.about))
        yield last
    elif start is ClockStart.LAST_NEWS:
        yield _silence(case, rule)
    elif start in OF_REFERRAL:
        yield from (_of(referral, rule) for referral in _referrals(case, rule))
    elif start is ClockStart.ACTION_AGREED:
        yield from (_action(action) for action in case.actions.values() if _timed(action, rule))
    elif start is ClockStart.COMPLAINT_WISHED:
        if wish := wish_for_complaint(case):
            yield Subject(wish.id, wish.id, wish.at, wish.by)
    elif start is ClockStart.TREATMENT_COMPLAINT:
        yield from _grievances(case, chain)
    else:
        yield from _marked(case, chain, rule)


def _grievances(case: State, chain: Chain) -> Iterator[Subject]:
    """Whoever takes one up has to act; nobody else is timed, and the partner that it is about never (domain-detail A48)."""
    told = {mark.id for mark in case.marks if mark.what == TreatmentComplaint.TYPE}
    for one in noted(case).grievances.values():
        if one.id in told:
            yield Subject(one.id, one.id, one.at, takes_grievance(case, chain, one.about))


def _silence(case: State, rule: ClockRule) -> Subject:
    """The first runs from the report, each next one from the news that ended the one before: whatever is on its way while somebody
    decides, it is the same clock."""
    assert case.report is not None
    assert case.reported_at is not None
    ended = [
        (clock.stopped_at, clock.id) for clock in case.clocks.values() if clock.name == rule.id and clock.stopped_at
    ]
    at, about = max(ended, default=(case.reported_at, case.report))
    return Subject(about, case.report, at)


def _referrals(case: State, rule: ClockRule) -> Iterator[Referral]:
    """Those of the step that reached their receiver. One that was answered counts where the answer is what is timed; nobody is waited
    for where somebody else took the step up."""
    states = (*REACHED, *_ANSWERED) if rule.stops.on is StopOn.ANSWERED else REACHED
    for referral in case.referrals.values():
        timed = rule.of_step == ANY_STEP or referral.step == rule.of_step
        if referral.state in states and timed and not taken_by_another(case, referral):
            taken_up = rule.starts is ClockStart.REFERRAL_ACCEPTED
            if referral.accepted_at if taken_up else referral.delivered_at:
                yield referral


def _of(referral: Referral, rule: ClockRule) -> Subject:
    at = referral.accepted_at if rule.starts is ClockStart.REFERRAL_ACCEPTED else referral.delivered_at
    assert at is not None
    return Subject(referral.id, referral.id, at, referral.to, Role(referral.role))


def _occurrence(case: State, calendar: Calendar, rule: ClockRule, protocol: str) -> Iterator[Subject]:
    """Said anew, it is another start: a clock that began at the wrong day ends there."""
    assert case.report is not None
    occurrence, said = case.facts["occurrence"], case.occurrence_said or case.report
    day = occurrence["last_day"] or occurrence["first_day"]
    taken_up = [one for one in of_its_step(case, rule, protocol) if one.accepted_at]
    if not day or (rule.of_step is not None and not taken_up):
        return
    doer = taken_up[0] if taken_up else None
    try:
        began = calendar.end_of_day(date.fromisoformat(str(day)) - timedelta(days=1))
    except OverflowError:
        began = NEVER
    if doer:
        yield Subject(said, said, began, doer.to, Role(doer.role))
    else:
        yield Subject(said, said, began)


def of_its_step(case: State, rule: ClockRule, protocol: str) -> list[Referral]:
    """Those of the step that the rule names, of its own file: another file of the case may use the same name for a step of its own."""
    return [one for one in case.referrals.values() if one.step == rule.of_step and proposed_by(one, protocol)]


def proposed_by(referral: Referral, protocol: str) -> bool:
    """Whether a step of the file of this name asked for it, in whatever version."""
    return referral.protocol is not None and referral.protocol.partition("@")[0] == protocol


def words(case: State, rule: ClockRule) -> Iterator[Subject]:
    """Every word towards the person that counts, the report first. A rhythm is agreed in a talk with her: where the clock follows it, that
    begins anew, so that what was promised before is not held against what is promised now."""
    assert case.report is not None
    assert case.reported_at is not None
    whom = persons(case, rule)
    yield Subject(case.report, case.report, case.reported_at)
    for contact in case.contacts:
        if contact.made and contact.whom in whom:
            yield Subject(contact.id, contact.id, contact.at)
    for mark in case.marks:
        if mark.what == InformationGiven.TYPE and mark.about in whom:
            yield Subject(mark.id, mark.id, mark.at)

    for agreed in rhythms(case) if follows_her(case, rule) else ():
        yield Subject(agreed.id, agreed.id, agreed.at)


def follows_her(case: State, rule: ClockRule) -> bool:
    """Whether what is agreed with her is the limit of this clock: it times words towards her, in this case."""
    return rule.by_preference and HER in persons(case, rule)


def followed(case: State, rule: ClockRule) -> Agreed | None:
    """The rhythm of contact that this clock follows now. None: what the file says holds."""
    return rhythm(case) if follows_her(case, rule) else None


def persons(case: State, rule: ClockRule) -> set[str]:
    """Whom `stops.with` names in this case."""
    return {case.facts["reporter"] if person == REPORTER else str(person) for person in rule.stops.with_}


def by_one_of(chain: Chain, rule: ClockRule, told: Contact | Mark) -> bool:
    """Whether `stops.by` counts what this partner did; without roles anybody's counts."""
    return not rule.stops.by or not set(rule.stops.by).isdisjoint(chain.roles_of(told.by))


def _timed(action: Action, rule: ClockRule) -> bool:
    """What the person does herself is nobody's term: it is never overdue (domain-detail A56)."""
    return action.type != ActionType.PERSON_ACTS and (not rule.of or action.type in rule.of)


def _action(action: Action) -> Subject:
    return Subject(action.id, action.id, action.at, action.owner, None, action.due_on)


_MARKS = (
    ClockStart.LEVEL_SET,
    ClockStart.ADVICE_REQUESTED,
    ClockStart.COMPLAINT_TAKEN,
    ClockStart.COMPLAINT_SETTLED,
    ClockStart.NEEDS_RECORDED,
)


def _marked(case: State, chain: Chain, rule: ClockRule) -> Iterator[Subject]:
    """Of levels each partner's newest only: a later one replaces it."""
    assert rule.starts in _MARKS
    found = [mark for mark in case.marks if mark.what == rule.starts.value]
    if rule.starts is ClockStart.LEVEL_SET:
        found = list({mark.by: mark for mark in found}.values())
    for mark in found:
        if not rule.of or mark.about in rule.of:
            asked = Role(mark.about) if rule.starts is ClockStart.ADVICE_REQUESTED and mark.about else None
            holders = chain.partners_for(asked, case.facts["place"]["district"]) if asked else []
            yield Subject(mark.id, mark.id, mark.at, holders[0].id if holders else None, asked)
