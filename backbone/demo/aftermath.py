"""What the door and the coordinator tell about a report later, whatever the backbone says: contact, checks, labels, closing. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backbone.demo.acts import STEP, Act, Person
from backbone.demo.dice import Dice
from backbone.demo.setting import ZONE, Door, Setting
from schakel.events import Told, vocab
from schakel.events.case import CloseRequested
from schakel.events.consent import ConsentWithdrawn
from schakel.events.contact import AftercareAnswered, ComplaintTaken, ContactAttempted, ContactMade, InformationGiven
from schakel.events.referral import ReferralRequested
from schakel.events.report import (
    AssessmentRecorded,
    LabelGiven,
    LabelRefused,
    LabelWithdrawn,
    ReportCorrected,
    ReportReceived,
)
from schakel.events.vocab import (
    AftercareAnswer,
    AftercareFor,
    Answer,
    AttemptOutcome,
    Channel,
    Check,
    CloseReason,
    GroundBasis,
    Identity,
    InformationTopic,
    Nature,
    Purpose,
    RecordKind,
    Role,
    Scope,
)

REACHABLE = frozenset({Identity.BY_NAME, Identity.KNOWN_TO_DOOR})


class Follower:
    """Says what follows one report. `tell` makes an act of this case, never before the case is there."""

    def __init__(self, dice: Dice, setting: Setting, door: Door, person: Person, event: ReportReceived) -> None:
        self.dice, self.setting, self.door, self.person, self.event = dice, setting, door, person, event
        self.facts = event.facts
        self.reachable = self.facts.identity in REACHABLE and self.facts.record_kind is RecordKind.REPORT

    def happens(self, chance: float, *about: object) -> bool:
        return self.dice.happens(chance, self.person.report, *about)

    def hours(self, low: float, high: float, *about: object) -> timedelta:
        return self.dice.hours(low, high, self.person.report, *about)

    def tell(self, at: datetime, event: Told, *about: object, partner: str | None = None) -> Act:
        at = max(at, self.person.at + STEP)
        event_id = self.dice.event_id(self.person.report, *about)
        return Act(at, partner or self.door.partner, self.person.report, event_id, event)


def follow(dice: Dice, setting: Setting, door: Door, person: Person, event: ReportReceived) -> Iterator[Act]:
    """Every act that follows the report, in no particular order."""
    it = Follower(dice, setting, door, person, event)
    if setting.chain == "groningen":
        yield from _suspicion(it)
        yield from _earlier_reports(it)
        yield from _within_two_days_or_not(it)
        yield from _listening_ear(it)
    else:
        yield from _first_contact(it)
    yield from _label(it)
    yield from _correction(it)
    yield from _complaint(it)
    yield from _withdrawal(it)
    yield from _by_hand(it)
    yield from _closing(it)
    if it.reachable and it.happens(0.2, "information"):
        at = person.at + it.hours(2, 30, "information")
        told = InformationGiven(topic=InformationTopic.REPORT_VS_COMPLAINT, channel=Channel.TELEPHONE)
        yield it.tell(at, told, "information")


def _suspicion(it: Follower) -> Iterator[Act]:
    """The desk's answer, later where it was not given with the report; an open question is often answered after all."""
    if it.door.partner == "dmg" or it.facts.record_kind is not RecordKind.REPORT:
        return
    asked = Check.DISCRIMINATION_OR_VIOLENCE
    answer = next((one.answer for one in it.facts.checks if one.check is asked), None)
    at = it.person.at
    if answer is None:
        answer = it.dice.pick({Answer.YES: 80, Answer.NO: 10, Answer.UNKNOWN: 10}, it.person.report, "suspicion")
        at += it.hours(1, 20, "suspicion")
        yield it.tell(at, _assessed(answer), "suspicion")
    if answer is Answer.UNKNOWN and it.happens(0.6, "suspicion after all"):
        at = max(at, it.person.at + STEP) + STEP + it.hours(6, 60, "suspicion after all")
        yield it.tell(at, _assessed(Answer.YES), "suspicion after all")


def _assessed(answer: Answer) -> AssessmentRecorded:
    return AssessmentRecorded(check=Check.DISCRIMINATION_OR_VIOLENCE, answer=answer)


def _earlier_reports(it: Follower) -> Iterator[Act]:
    """Whether there were reports before by or against the same people: looked up by some, and known of few."""
    if it.facts.record_kind is not RecordKind.REPORT or not it.happens(0.4, "earlier reports"):
        return
    answer = it.dice.pick({Answer.YES: 25, Answer.NO: 60, Answer.UNKNOWN: 15}, it.person.report, "earlier reports")
    at = it.person.at + it.hours(2, 48, "earlier reports")
    yield it.tell(at, AssessmentRecorded(check=Check.EARLIER_REPORTS, answer=answer), "earlier reports")


def _first_contact(it: Follower) -> Iterator[Act]:
    """Amsterdam: within a day to a week, by the door or by whoever the case is referred to; nobody promised a term."""
    if not it.reachable or it.door.partner == "rita" or not it.happens(0.5, "door calls"):
        return  # the platform passes on and follows up nothing itself
    made = it.event.reported_at + it.hours(3, 110, "door calls")
    if it.happens(0.3, "tried first"):
        tried = it.event.reported_at + it.hours(1, 3, "tried first")
        yield it.tell(tried + timedelta(minutes=20), _tried(it, tried, vocab.Person.VICTIM), "tried first")
    yield it.tell(made + timedelta(minutes=30), _made(it, made, vocab.Person.VICTIM), "door calls")


def _within_two_days_or_not(it: Follower) -> Iterator[Act]:
    """Groningen's chain runs the Handreiking too: contact with whoever reported within 48 hours. Most make it, not all."""
    if not it.reachable:
        return
    caller = it.dice.pick({it.door.partner: 60, it.setting.coordinator: 40}, it.person.report, "caller")
    reported, whom = it.event.reported_at, it.facts.reporter
    how = it.dice.pick(
        {"in time": 64, "tried, then in time": 8, "late": 11, "in time, registered late": 12, "never": 5},
        it.person.report,
        "48 hours",
    )
    if how in ("tried, then in time", "never"):
        tried = reported + it.hours(2, 9, "tried")
        yield it.tell(tried + timedelta(minutes=15), _tried(it, tried, whom), "tried", partner=caller)
    if how == "never":
        return
    hours = {
        "in time": (1.5, 42.0),
        "tried, then in time": (12, 44),
        "late": (50, 110),
        "in time, registered late": (8, 44),
    }
    made = reported + it.hours(*hours[how], "made")
    late = how == "in time, registered late"
    registered = (
        reported + timedelta(hours=49) + it.hours(1, 30, "registered") if late else made + timedelta(minutes=25)
    )
    yield it.tell(registered, _made(it, made, whom), "made", partner=caller)


def _tried(it: Follower, at: datetime, whom: vocab.Person) -> ContactAttempted:
    outcome = it.dice.pick(
        {AttemptOutcome.NO_ANSWER: 60, AttemptOutcome.LEFT_DETAILS: 40}, it.person.report, at, "outcome"
    )
    return ContactAttempted(whom=whom, at=at, channel=Channel.TELEPHONE, outcome=outcome)


def _made(it: Follower, at: datetime, whom: vocab.Person) -> ContactMade:
    channel = it.dice.pick({Channel.TELEPHONE: 80, Channel.VISIT: 20}, it.person.report, at, "channel")
    return ContactMade(whom=whom, at=at, channel=channel)


def _listening_ear(it: Follower) -> Iterator[Act]:
    """An anonymous caller is heard at the Meldpunt, and that is where it ends."""
    if it.door.partner != "dmg" or it.facts.identity is not Identity.ANONYMOUS_HEARD:
        return
    heard = ContactMade(whom=it.facts.reporter, at=it.event.reported_at, channel=it.facts.channel, listening_ear=True)
    yield it.tell(it.person.at + timedelta(hours=2), heard, "heard")
    yield it.tell(it.person.at + timedelta(hours=5), CloseRequested(reason=CloseReason.ANONYMOUS), "heard, end")


def _label(it: Follower) -> Iterator[Act]:
    if it.event.label is None and it.reachable and it.happens(0.08, "label later"):
        given = it.person.at + it.hours(20, 120, "label later")
        yield it.tell(given, LabelGiven(basis=GroundBasis.SAID_BY_VICTIM, explained=True), "label later")
    if it.event.label is GroundBasis.PLACE and it.happens(0.5, "label withdrawn"):
        yield it.tell(it.person.at + it.hours(24, 150, "label withdrawn"), LabelWithdrawn(), "label withdrawn")
    elif it.event.label and it.happens(0.06, "label refused"):
        yield it.tell(it.person.at + it.hours(10, 100, "label refused"), LabelRefused(explained=True), "label refused")


def _correction(it: Follower) -> Iterator[Act]:
    """The media find out later; or the place turns out to be another kind of place."""
    at = it.person.at + it.hours(5, 50, "correction")
    if it.facts.acute and not it.facts.high_profile and it.happens(0.35, "media"):
        facts = it.facts.model_copy(update={"high_profile": True})
        yield it.tell(at, ReportCorrected(replaces=("high_profile",), facts=facts), "correction")
    elif it.happens(0.03, "correction"):
        facts = it.facts.model_copy(update={"relation": vocab.Relation.GROUP})
        yield it.tell(at, ReportCorrected(replaces=("relation",), facts=facts), "correction")


def _complaint(it: Follower) -> Iterator[Act]:
    serious = {Nature.ASSAULT, Nature.THREAT, Nature.ROBBERY, Nature.VANDALISM} & set(it.facts.natures)
    if it.door.partner.startswith("politie") and it.reachable and serious and it.happens(0.45, "complaint"):
        at = it.person.at + it.hours(4, 90, "complaint")
        yield it.tell(at, ComplaintTaken(taken_on=max(at, it.person.at + STEP).astimezone(ZONE).date()), "complaint")


def _withdrawal(it: Follower) -> Iterator[Act]:
    """Said yes at the door, thought better of it."""
    for terms in it.event.consents:
        if it.happens(0.1, "withdrawn", terms.recipient):
            at = it.person.at + it.hours(20, 200, "withdrawn", terms.recipient)
            event = ConsentWithdrawn(recipient=terms.recipient, purpose=terms.purpose)
            yield it.tell(at, event, "withdrawn", terms.recipient)


def _by_hand(it: Follower) -> Iterator[Act]:
    """Help that no protocol names: the desk refers by hand, and the gate asks as always."""
    if it.door.partner in ("dmg", "coc-amsterdam") and it.reachable and it.happens(0.22, "by hand"):
        request = ReferralRequested(
            to="slachtofferhulp",
            role=Role.VICTIM_SUPPORT,
            purpose=Purpose.REFERRAL,
            needs=(Scope.CONTACT_DETAILS,),
            wants=(Scope.STORY,),
        )
        yield it.tell(it.person.at + it.hours(4, 60, "by hand"), request, "by hand")


def _closing(it: Follower) -> Iterator[Act]:
    """The coordinator closes; without a district there is none in Amsterdam."""
    if (
        it.facts.place.district is None
        or it.facts.identity is Identity.ANONYMOUS_HEARD
        or not it.happens(0.4, "closing")
    ):
        return
    reason = it.dice.pick(
        {CloseReason.ENOUGH_HELP: 62, CloseReason.NO_HELP_WANTED: 24, CloseReason.MEANS_EXHAUSTED_REFERRED_ON: 14},
        it.person.report,
        "close reason",
    )
    if it.facts.record_kind is not RecordKind.REPORT:
        reason = CloseReason.FOR_INFORMATION_ONLY
    elif it.facts.identity is Identity.ONE_WAY:
        reason = CloseReason.ANONYMOUS
    at = it.person.at + it.hours(14 * 24, 26 * 24, "closing")
    if it.setting.chain == "groningen" and reason not in (CloseReason.FOR_INFORMATION_ONLY, CloseReason.ANONYMOUS):
        yield from _aftercare(it, at)
    yield it.tell(at, CloseRequested(reason=reason), "closing", partner=it.setting.coordinator)


def _aftercare(it: Follower, closing: datetime) -> Iterator[Act]:
    """The guide wants an answer for everybody before the case closes; that it is not wanted is one."""
    for whom in (AftercareFor.VICTIM, AftercareFor.OTHERS_INVOLVED, AftercareFor.NEIGHBOURHOOD):
        answer = it.dice.pick(
            {AftercareAnswer.GIVEN: 45, AftercareAnswer.AGREED: 15, AftercareAnswer.NOT_WANTED: 40},
            it.person.report,
            "aftercare",
            whom,
        )
        told = AftercareAnswered(of=whom, answer=answer)
        yield it.tell(closing - timedelta(hours=2), told, f"aftercare {whom}", partner=it.setting.coordinator)
