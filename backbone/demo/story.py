"""The month: every report and what is told about it later, made up from one seed. Pure: same seed, same month.

What partners do when something reaches them (a question, a referral) is in `reactions`; the weights are in `setting`.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from backbone.demo import aftermath, mishaps, people
from backbone.demo.acts import STEP, Act, Person, Story
from backbone.demo.dice import Dice
from backbone.demo.setting import (
    DAY_PARTS,
    DAY_PARTS_ELSEWHERE,
    GROUNDS,
    HOURS,
    NATURES,
    NATURES_ELSEWHERE,
    PLACES,
    SECOND_GROUNDS,
    SETTINGS,
    WEEKDAYS,
    WEEKDAYS_ELSEWHERE,
    ZONE,
    Door,
    Setting,
)
from schakel.events import vocab
from schakel.events.base import SealedField
from schakel.events.consent import ConsentTerms
from schakel.events.report import (
    CheckAnswer,
    Occurrence,
    Place,
    PresumedMotive,
    ReportFacts,
    ReportReceived,
    Residence,
    SeverityMark,
)
from schakel.events.vocab import (
    Answer,
    Check,
    DayPart,
    Ground,
    GroundBasis,
    Identity,
    InformationTopic,
    Nature,
    PlaceType,
    Purpose,
    RecordKind,
    Scope,
    Severity,
    SeverityScale,
    Target,
    Tenure,
)

FIRST_DAY = date(2026, 3, 2)
"""A Monday; the summer time that begins on 29 March lies in the month."""
HOME_TOWNS = ("haarlem", "utrecht", "almere", "zaanstad", "amstelveen")


def build_story(seed: int, days: int = 30, first_day: date = FIRST_DAY) -> Story:
    """The month of both chains: reports, what is told about them later, and a few messages that must be refused."""
    dice = Dice(seed)
    start = _midnight(first_day)
    end = _midnight(first_day + timedelta(days=days))
    acts: list[Act] = []
    known: dict[str, Person] = {}
    for setting in SETTINGS:
        mean = setting.reports * days / 30
        count = max(round(dice.rolls(setting.chain, "count").gauss(mean, mean * 0.06)), 1)
        for number in range(count):
            report, door = _report(dice, setting, number, start, end)
            person = Person(
                report.id,
                setting.chain,
                door.partner,
                _facts_of(report),
                report.at,
                dice.pick({0.85: 60, 0.5: 26, 0.12: 14}, report.id, "willing"),
            )
            known[report.id] = person
            acts.append(report)
            acts.extend(aftermath.follow(dice, setting, door, person, _event_of(report)))
    reports = [act for act in acts if act.opens]
    acts.extend(mishaps.drill(dice, start))
    acts.extend(mishaps.resubmissions(dice, reports))
    acts.extend(mishaps.refusals(dice, reports))
    return Story(
        seed,
        start,
        end,
        tuple(sorted((act for act in acts if act.at < end), key=lambda act: (act.at, act.id, act.again))),
        mishaps.garbage(dice, start),
        known,
    )


def _midnight(day: date) -> datetime:
    """In UTC, as every moment here: hours are added to it, and in March local time leaps."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def _event_of(act: Act) -> ReportReceived:
    assert isinstance(act.event, ReportReceived)
    return act.event


def _facts_of(act: Act) -> ReportFacts:
    return _event_of(act).facts


def _report(dice: Dice, setting: Setting, number: int, start: datetime, end: datetime) -> tuple[Act, Door]:
    about = (setting.chain, number)
    door = dice.pick({door: door.weight for door in setting.doors}, *about, "door")
    place = dice.pick(PLACES, *about, "place")
    occurred, reported, sent = next(
        moments
        for attempt in range(1000)
        if start + STEP < (moments := _moments(dice, door, place, start, end, *about, attempt))[2] < end
    )
    report_id = dice.event_id(*about, "report")
    facts = _facts(dice, setting, door, place, occurred, *about)
    rolls = dice.rolls(*about, "person")
    parts: dict[SealedField, object] = {}
    if facts.identity in (Identity.BY_NAME, Identity.KNOWN_TO_DOOR):
        parts[SealedField.CONTACT_DETAILS] = people.contact_details(rolls)
    if dice.happens(0.85, *about, "story"):
        parts[SealedField.STORY] = people.story(rolls, facts.natures[0], facts.place.place_type)
    event = ReportReceived(
        reported_at=reported,
        facts=facts,
        consents=_consents_at_the_door(dice, door, facts, *about),
        informed=(InformationTopic.WHAT_HAPPENS_NEXT,) if dice.happens(0.4, *about, "informed") else (),
        label=_label(dice, door, facts, *about),
    )
    return Act(sent, door.partner, report_id, report_id, event, parts), door


def _moments(
    dice: Dice, door: Door, place: PlaceType, start: datetime, end: datetime, *about: object
) -> tuple[datetime, datetime, datetime]:
    """When it happened, when the door heard of it, when the door brings it here."""
    rolls = dice.rolls(*about, "moments")
    weekday_weights = WEEKDAYS.get(place, WEEKDAYS_ELSEWHERE)
    first = start.astimezone(ZONE).date()
    days = [first + timedelta(days=n) for n in range(-4, (end - start).days)]
    day = rolls.choices(days, weights=[weekday_weights[day.weekday()] for day in days])[0]
    part = dice.pick(DAY_PARTS.get(place, DAY_PARTS_ELSEWHERE), *about, "part of day")
    low, high = HOURS[part]
    occurred = _midnight(day) + timedelta(hours=rolls.uniform(low, high))
    # Most call at once or the next day; some wait.
    reported = occurred + timedelta(
        hours=rolls.choice((rolls.uniform(0.1, 2), rolls.uniform(4, 20), rolls.uniform(20, 72)))
    )
    if door.office_hours:
        reported = office(reported)
    return occurred, reported, reported + timedelta(hours=rolls.uniform(*door.late_h))


def office(moment: datetime) -> datetime:
    """The same moment in office hours, else in those of the next working day."""
    local = moment.astimezone(ZONE)
    if local.weekday() < 5 and 9 <= local.hour < 17:
        return moment
    days = 0 if local.weekday() < 5 and local.hour < 9 else 1
    day = local.date() + timedelta(days=days)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, time(9), ZONE).astimezone(UTC) + timedelta(minutes=local.minute * 7)


def _facts(
    dice: Dice, setting: Setting, door: Door, place: PlaceType, occurred: datetime, *about: object
) -> ReportFacts:
    natures = list(_natures(dice, place, *about))
    identity = dice.pick(door.identity, *about, "identity")
    violent = Nature.ASSAULT in natures
    acute = dice.happens(0.25 if violent else 0.03, *about, "acute")
    return ReportFacts(
        record_kind=dice.pick(
            {RecordKind.REPORT: 94, RecordKind.FOR_INFORMATION: 4, RecordKind.SIGNAL: 2}, *about, "kind"
        ),
        identity=identity,
        reporter=dice.pick(door.reporter, *about, "reporter"),
        target=_target(dice, place, natures, *about),
        channel=dice.pick(door.channels, *about, "channel"),
        natures=tuple(natures),
        grounds=tuple(_grounds(dice, *about)),
        occurrence=_occurrence(dice, occurred, *about),
        place=Place(
            municipality=setting.municipality,
            district=dice.pick(setting.districts, *about, "district") if dice.happens(0.95, *about, "known") else None,
            place_type=place,
            tenure=dice.pick({Tenure.RENTED: 68, Tenure.OWNED: 18, Tenure.UNKNOWN: 14}, *about, "tenure")
            if place is PlaceType.HOME
            else Tenure.UNKNOWN,
        ),
        residence=_residence(dice, setting, *about),
        relation=_relation(dice, place, *about),
        acute=acute,
        high_profile=acute and dice.happens(0.12, *about, "high profile"),
        checks=tuple(_checks(dice, setting, door, place, *about)),
        severity=tuple(_severity(dice, door, identity, violent, *about)),
    )


def _natures(dice: Dice, place: PlaceType, *about: object) -> Iterator[Nature]:
    weights = NATURES.get(place, NATURES_ELSEWHERE)
    first = dice.pick(weights, *about, "nature")
    yield first
    if dice.happens(0.3, *about, "more"):
        yield dice.pick({nature: weight for nature, weight in weights.items() if nature != first}, *about, "nature 2")


def _target(dice: Dice, place: PlaceType, natures: list[Nature], *about: object) -> Target:
    if Nature.FLAG_INCIDENT in natures:
        return dice.pick({Target.OBJECT: 50, Target.HOUSEHOLD: 50}, *about, "target")
    if place is PlaceType.HOME:
        return dice.pick({Target.PERSON: 70, Target.HOUSEHOLD: 30}, *about, "target")
    return dice.pick({Target.PERSON: 94, Target.VENUE: 3, Target.ORGANISATION: 3}, *about, "target")


def _grounds(dice: Dice, *about: object) -> Iterator[PresumedMotive]:
    basis = dice.pick(
        {GroundBasis.SHOUTED: 48, GroundBasis.SAID_BY_VICTIM: 38, GroundBasis.PLACE: 8, GroundBasis.UNKNOWN: 6},
        *about,
        "basis",
    )
    if dice.happens(0.06, *about, "another ground alone"):
        yield PresumedMotive(ground=dice.pick(SECOND_GROUNDS, *about, "ground"), basis=basis)
        return
    ground, finer = dice.pick(GROUNDS, *about, "ground")
    yield PresumedMotive(ground=ground, sub_ground=finer, basis=basis)
    if dice.happens(0.14, *about, "second ground"):
        yield PresumedMotive(ground=dice.pick(SECOND_GROUNDS, *about, "ground 2"), basis=GroundBasis.SAID_BY_VICTIM)


def _occurrence(dice: Dice, occurred: datetime, *about: object) -> Occurrence:
    local = occurred.astimezone(ZONE)
    day = local.date()
    part = next((part for part, (low, high) in HOURS.items() if low <= local.hour < high), DayPart.NIGHT)
    if dice.happens(0.1, *about, "series"):
        earlier = day - timedelta(days=dice.rolls(*about, "since").randint(7, 60))
        return Occurrence(first_day=earlier, last_day=day, series=True, earlier_unreported=2)
    return Occurrence(first_day=day, last_day=day, day_part=part)


def _residence(dice: Dice, setting: Setting, *about: object) -> Residence:
    elsewhere = dice.pick({Answer.NO: 82, Answer.YES: 10, Answer.UNKNOWN: 8}, *about, "residence")
    if elsewhere is Answer.YES:
        return Residence(elsewhere=elsewhere, municipality=dice.rolls(*about, "town").choice(HOME_TOWNS))
    return Residence(elsewhere=elsewhere, municipality=setting.municipality if elsewhere is Answer.NO else None)


def _relation(dice: Dice, place: PlaceType, *about: object) -> vocab.Relation:
    unknown, group = vocab.Relation.UNKNOWN_PERSON, vocab.Relation.GROUP
    likely = {
        PlaceType.HOME: {vocab.Relation.NEIGHBOUR: 72, unknown: 18, vocab.Relation.FAMILY: 10},
        PlaceType.WORK: {vocab.Relation.COLLEAGUE: 80, vocab.Relation.CUSTOMER: 20},
        PlaceType.SCHOOL: {vocab.Relation.CLASSMATE: 85, group: 15},
    }
    return dice.pick(likely.get(place, {unknown: 62, group: 34, vocab.Relation.ACQUAINTANCE: 4}), *about, "relation")


def _checks(dice: Dice, setting: Setting, door: Door, place: PlaceType, *about: object) -> Iterator[CheckAnswer]:
    if setting.chain == "groningen" and door.partner != "dmg" and dice.happens(0.6, *about, "answered at the door"):
        answer = dice.pick({Answer.YES: 80, Answer.NO: 10, Answer.UNKNOWN: 10}, *about, "suspicion")
        yield CheckAnswer(check=Check.DISCRIMINATION_OR_VIOLENCE, answer=answer)
    elif setting.chain == "amsterdam" and dice.happens(0.5, *about, "asked about discrimination"):
        answer = dice.pick({Answer.YES: 84, Answer.UNKNOWN: 16}, *about, "discrimination")
        yield CheckAnswer(check=Check.DISCRIMINATION, answer=answer)
    if place is PlaceType.HOME:
        yield from _at_home(dice, *about)


def _at_home(dice: Dice, *about: object) -> Iterator[CheckAnswer]:
    """What is asked after something at home: whether it is of the household, and whether of honour."""
    family = _relation(dice, PlaceType.HOME, *about) is vocab.Relation.FAMILY
    yield CheckAnswer(check=Check.DOMESTIC, answer=Answer.YES if family else Answer.NO)
    of_honour = {Answer.YES: 16, Answer.NO: 76, Answer.UNKNOWN: 8}
    yield CheckAnswer(check=Check.HONOUR_RELATED, answer=dice.pick(of_honour, *about, "honour"))


def _severity(dice: Dice, door: Door, identity: Identity, violent: bool, *about: object) -> Iterator[SeverityMark]:
    """Each on its own scale; none is translated into another."""
    if door.partner.startswith(("politie", "gemeente")) and dice.happens(0.7, *about, "marked"):
        severity = Severity.SERIOUS if violent and dice.happens(0.4, *about, "injury") else Severity.LESS_SERIOUS
        yield SeverityMark(scale=SeverityScale.INJURY, severity=severity)
    if door.partner in ("dmg", "discriminatie-nl-amsterdam"):
        anonymous = identity in (Identity.ONE_WAY, Identity.ANONYMOUS_HEARD)
        weights = (
            {Severity.LIGHT: 100.0}
            if anonymous
            else {Severity.LIGHT: 50.0, Severity.MEDIUM: 35.0, Severity.HEAVY: 15.0}
        )
        yield SeverityMark(scale=SeverityScale.CAPACITY, severity=dice.pick(weights, *about, "capacity"))


def _consents_at_the_door(dice: Dice, door: Door, facts: ReportFacts, *about: object) -> tuple[ConsentTerms, ...]:
    """Some desks ask at once, face to face."""
    asked = facts.identity in (Identity.BY_NAME, Identity.KNOWN_TO_DOOR) and facts.reporter == vocab.Person.VICTIM
    if not asked or not dice.happens(0.38, *about, "asked at the door"):
        return ()
    return tuple(
        ConsentTerms(
            recipient=recipient,
            purpose=Purpose.REFERRAL,
            scopes=(Scope.CONTACT_DETAILS, Scope.STORY),
            way=vocab.ConsentWay.SPOKEN,
        )
        for recipient in door.follow_up
        if dice.happens(0.75, *about, "consent", recipient)
    )


def _label(dice: Dice, door: Door, facts: ReportFacts, *about: object) -> GroundBasis | None:
    own = {Ground.SEXUAL_ORIENTATION, Ground.GENDER_IDENTITY}
    if not own & {motive.ground for motive in facts.grounds} or not dice.happens(0.5, *about, "label"):
        return None
    return facts.grounds[0].basis
