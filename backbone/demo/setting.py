"""The shape of the month: which doors get how many reports, what happens where and when. Weights, not facts.

Rough proportions after the documents: most reports come in at the police and the anti-discrimination desks, the platform's come
late and mostly without a name, nights out weigh on the weekend. They make a month believable; they say nothing about a city.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from schakel.events.vocab import Channel, DayPart, Ground, Identity, Nature, Person, PlaceType, SubGround

ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """Where people report. `late_h`: from hearing it to bringing it here; `follow_up`: whom its steps usually go to."""

    partner: str
    weight: float
    channels: Mapping[Channel, float]
    identity: Mapping[Identity, float]
    reporter: Mapping[Person, float]
    late_h: tuple[float, float]
    office_hours: bool
    follow_up: tuple[str, ...] = ()


_BY_NAME = {Identity.BY_NAME: 76, Identity.KNOWN_TO_DOOR: 12, Identity.ANONYMOUS_HEARD: 9, Identity.ONE_WAY: 3}
_MIXED = {Identity.BY_NAME: 55, Identity.KNOWN_TO_DOOR: 14, Identity.ANONYMOUS_HEARD: 22, Identity.ONE_WAY: 9}
_PLATFORM = {Identity.BY_NAME: 26, Identity.KNOWN_TO_DOOR: 4, Identity.ANONYMOUS_HEARD: 18, Identity.ONE_WAY: 52}
_MOSTLY_VICTIM = {Person.VICTIM: 80, Person.BYSTANDER: 13, Person.PROFESSIONAL: 7}
_VICTIM_OR_HELPER = {Person.VICTIM: 70, Person.BYSTANDER: 12, Person.PROFESSIONAL: 18}


@dataclass(frozen=True, slots=True)
class Setting:
    """One chain's month. `reports`: expected number in thirty days."""

    chain: str
    municipality: str
    reports: float
    coordinator: str
    districts: Mapping[str, float]
    doors: tuple[Door, ...]


AMSTERDAM = Setting(
    chain="amsterdam",
    municipality="amsterdam",
    reports=108,
    coordinator="gemeente-amsterdam",
    districts={
        "centrum": 34, "west": 13, "nieuw-west": 12, "zuid": 13, "oost": 12, "noord": 7, "zuidoost": 7, "weesp": 2,
    },
    doors=(
        Door(
            "politie-amsterdam",
            46,
            {Channel.TELEPHONE: 34, Channel.CONTROL_ROOM: 26, Channel.DESK: 18, Channel.WEB_FORM: 16, Channel.PICKET: 6},
            _BY_NAME,
            _MOSTLY_VICTIM,
            (0.2, 8),
            office_hours=False,
            follow_up=("slachtofferhulp", "discriminatie-nl-amsterdam", "gemeente-amsterdam"),
        ),
        Door(
            "discriminatie-nl-amsterdam",
            27,
            {Channel.WEB_FORM: 48, Channel.TELEPHONE: 26, Channel.EMAIL: 18, Channel.WHATSAPP: 8},
            _MIXED,
            _MOSTLY_VICTIM,
            (0.5, 20),
            office_hours=True,
            follow_up=("gemeente-amsterdam",),
        ),
        Door(
            "coc-amsterdam",
            8,
            {Channel.OUTREACH: 34, Channel.EMAIL: 30, Channel.SOCIAL_MEDIA: 22, Channel.TELEPHONE: 14},
            _MIXED,
            _MOSTLY_VICTIM,
            (2, 40),
            office_hours=True,
            follow_up=("discriminatie-nl-amsterdam",),
        ),
        Door(
            "rita",
            12,
            {Channel.APP: 100},
            _PLATFORM,
            {Person.VICTIM: 72, Person.BYSTANDER: 28},
            (20, 90),
            office_hours=False,
            follow_up=("discriminatie-nl-amsterdam",),
        ),
        Door(
            "gemeente-amsterdam",
            7,
            {Channel.TELEPHONE: 55, Channel.EMAIL: 30, Channel.DESK: 15},
            _MIXED,
            _VICTIM_OR_HELPER,
            (0.5, 20),
            office_hours=True,
            follow_up=("slachtofferhulp", "discriminatie-nl-amsterdam"),
        ),
    ),
)  # fmt: skip

GRONINGEN = Setting(
    chain="groningen",
    municipality="groningen",
    reports=48,
    coordinator="gemeente-groningen",
    districts={"centrum": 44, "noord": 15, "oost": 13, "zuid": 16, "west": 12},
    doors=(
        Door(
            "dmg",
            36,
            {Channel.WEB_FORM: 42, Channel.TELEPHONE: 30, Channel.EMAIL: 16, Channel.WHATSAPP: 12},
            _MIXED,
            _MOSTLY_VICTIM,
            (0.5, 10),
            office_hours=True,
        ),
        Door(
            "gemeente-groningen",
            26,
            {Channel.TELEPHONE: 78, Channel.WEB_FORM: 22},
            _BY_NAME,
            _VICTIM_OR_HELPER,
            (0.2, 6),
            office_hours=True,
            follow_up=("dmg",),
        ),
        Door(
            "politie-noord",
            24,
            {Channel.TELEPHONE: 64, Channel.WEB_FORM: 36},
            _BY_NAME,
            _MOSTLY_VICTIM,
            (0.2, 8),
            office_hours=False,
            follow_up=("dmg",),
        ),
        Door(
            "coc-groningen",
            14,
            {Channel.SOCIAL_MEDIA: 36, Channel.TELEPHONE: 22, Channel.EMAIL: 22, Channel.OUTREACH: 20},
            _MIXED,
            _MOSTLY_VICTIM,
            (2, 24),
            office_hours=True,
            follow_up=("dmg",),
        ),
    ),
)

SETTINGS = (AMSTERDAM, GRONINGEN)

PLACES: Mapping[PlaceType, float] = {
    PlaceType.STREET: 34, PlaceType.HOME: 21, PlaceType.NIGHTLIFE: 15, PlaceType.PUBLIC_TRANSPORT: 10, PlaceType.ONLINE: 7,
    PlaceType.WORK: 4, PlaceType.SCHOOL: 3, PlaceType.PARK: 3, PlaceType.SHOP: 2, PlaceType.SPORTS: 1,
}  # fmt: skip

NATURES: Mapping[PlaceType, Mapping[Nature, float]] = {
    PlaceType.HOME: {Nature.SCOLDING: 30, Nature.INTIMIDATION: 28, Nature.THREAT: 18, Nature.VANDALISM: 16, Nature.FLAG_INCIDENT: 8},
    PlaceType.ONLINE: {Nature.HATE_SPEECH: 68, Nature.THREAT: 32},
    PlaceType.NIGHTLIFE: {Nature.SCOLDING: 32, Nature.ASSAULT: 26, Nature.INTIMIDATION: 18, Nature.THREAT: 12, Nature.REFUSAL: 12},
    PlaceType.WORK: {Nature.UNEQUAL_TREATMENT: 62, Nature.SCOLDING: 38},
    PlaceType.SCHOOL: {Nature.SCOLDING: 56, Nature.INTIMIDATION: 26, Nature.UNEQUAL_TREATMENT: 18},
}  # fmt: skip
NATURES_ELSEWHERE: Mapping[Nature, float] = {
    Nature.SCOLDING: 46, Nature.INTIMIDATION: 20, Nature.THREAT: 15, Nature.ASSAULT: 12, Nature.ROBBERY: 3,
    Nature.SEXUAL_OFFENCE: 2, Nature.STALKING: 2,
}  # fmt: skip
VIOLENT = frozenset({Nature.ASSAULT, Nature.THREAT, Nature.INTIMIDATION, Nature.ROBBERY, Nature.SEXUAL_OFFENCE})

GROUNDS: Mapping[tuple[Ground, SubGround], float] = {
    (Ground.SEXUAL_ORIENTATION, SubGround.GAY): 38,
    (Ground.SEXUAL_ORIENTATION, SubGround.LESBIAN): 17,
    (Ground.SEXUAL_ORIENTATION, SubGround.BI_PLUS): 7,
    (Ground.GENDER_IDENTITY, SubGround.TRANSGENDER): 19,
    (Ground.GENDER_IDENTITY, SubGround.NON_BINARY): 11,
    (Ground.SEXUAL_ORIENTATION, SubGround.NONE): 8,
}
SECOND_GROUNDS: Mapping[Ground, float] = {
    Ground.ORIGIN: 34, Ground.RELIGION: 18, Ground.SKIN_COLOUR: 22, Ground.GENDER: 16, Ground.DISABILITY: 10,
}  # fmt: skip

WEEKDAYS: Mapping[PlaceType, tuple[float, ...]] = {
    PlaceType.NIGHTLIFE: (3, 3, 5, 10, 26, 34, 19),
    PlaceType.WORK: (21, 21, 21, 20, 17, 0, 0),
    PlaceType.SCHOOL: (21, 21, 21, 20, 17, 0, 0),
}
WEEKDAYS_ELSEWHERE = (13.0, 13.0, 13.0, 14.0, 15.0, 17.0, 15.0)

DAY_PARTS: Mapping[PlaceType, Mapping[DayPart, float]] = {
    PlaceType.NIGHTLIFE: {DayPart.NIGHT: 66, DayPart.EVENING: 34},
    PlaceType.WORK: {DayPart.MORNING: 50, DayPart.AFTERNOON: 50},
    PlaceType.SCHOOL: {DayPart.MORNING: 50, DayPart.AFTERNOON: 50},
}
DAY_PARTS_ELSEWHERE: Mapping[DayPart, float] = {
    DayPart.NIGHT: 9, DayPart.MORNING: 17, DayPart.AFTERNOON: 38, DayPart.EVENING: 36,
}  # fmt: skip
HOURS: Mapping[DayPart, tuple[int, int]] = {
    DayPart.NIGHT: (0, 5),
    DayPart.MORNING: (7, 12),
    DayPart.AFTERNOON: (12, 18),
    DayPart.EVENING: (18, 24),
}
