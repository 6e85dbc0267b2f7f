"""What the files under `chains/` may say: the register of partners, the shared rights, and one file a chain.

Here: the fields and their words. Not here: what they come to together (`chain`), or reading them (`load`).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from backbone.chains.occasions import Occasion
from backbone.chains.terms import Capacity, Elsewhere, Feedback, Hours, Instead, Joined, Term
from backbone.chains.work import WorkBudget
from backbone.protocols.conditions import ALWAYS, When
from backbone.protocols.model import LimitText, Source, Text
from schakel.calendar import Calendar, Limit
from schakel.case_consent import OTHER_BASES
from schakel.events.base import SUBJECT_KINDS, PartnerId, Slug, Version
from schakel.events.vocab import Basis, Need, Provisional, Purpose, Role


def _all(value: object) -> object:
    return None if value == "all" else value


def _any(value: object) -> object:
    return None if value == "any" else value


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


Districts = Annotated[tuple[Slug, ...] | None, BeforeValidator(_all)]
"""`all` (None), or the districts by name."""


def _known_zone(name: str) -> str:
    return Calendar.current("weekdays", name).time_zone


def _known_calendar(name: str) -> str:
    return Calendar.current(name, "UTC").name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
CalendarName = Annotated[str, AfterValidator(_known_calendar)]
Ref = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}@[A-Za-z0-9][A-Za-z0-9.:_-]{0,39}$")]


class Part(BaseModel):
    """An immutable part of a file without room for fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PartnerKind(StrEnum):
    """What stands behind a door (domain-detail A77): a statutory body, another chain partner, or a private initiative."""

    STATUTORY = "statutory"
    PARTNER = "partner"
    PRIVATE = "private"


class Partner(Part):
    """An organisation that publishes and consumes: its topics are `schakel.in.<id>` and `schakel.out.<id>`."""

    id: PartnerId = Field(description="small letters, digits and hyphens; it becomes part of the topic's name")
    name: Text = Field(description="the organisation's name")
    oin: Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")] = Field(
        description="20 digits between quotes: its organisation identification number (OIN)"
    )
    kind: PartnerKind = Field(description="statutory, partner or private")


class Register(Part):
    """`chains/partners.yaml`: every partner of every chain, once."""

    partners: tuple[Partner, ...] = Field(min_length=1, description="the partners, each with id, name, oin and kind")


class Relation(StrEnum):
    """What a partner has to do with a case.

    `none`: nothing yet, the event opens a case or stands in none. `reporter`: reported it. `party`: received a released
    referral in it, or coordinates it. `member`: any member of the chain, the other two included.
    """

    NONE = "none"
    REPORTER = "reporter"
    PARTY = "party"
    MEMBER = "member"


class Right(Part):
    """Partners in these roles and this relation to a case may tell these types of event."""

    tell: tuple[Text, ...] = Field(min_length=1, description="types of told events, such as report.received")
    roles: Annotated[tuple[Role, ...] | None, BeforeValidator(_any)] = Field(
        description="any, or the roles that may tell it"
    )
    relation: Annotated[tuple[Relation, ...], BeforeValidator(_one_or_more)] = Field(
        min_length=1, description="none, reporter, party or member; or a list of these"
    )


class Rights(Part):
    """`chains/rights.yaml`: what every chain starts from. `operator` names what no partner may tell."""

    rights: tuple[Right, ...] = Field(
        min_length=1, description="who may tell what; chains/rights.yaml of this program is how to begin"
    )
    operator: tuple[Text, ...] = ()


class Member(Term):
    """A partner's roles in a chain; a partner with other roles in other districts stands here more than once."""

    partner: PartnerId = Field(description="a partner of chains/partners.yaml")
    roles: tuple[Role, ...] = Field(min_length=1, description="what the partner is in this chain")
    districts: Districts = Field(description="all, or the districts it serves in these roles")
    home_towns: tuple[Slug, ...] = Field(
        (), description="municipalities elsewhere whose residents it helps when they were harmed here"
    )
    cannot: dict[Need, tuple[Role, ...]] = Field(
        {},
        description="needs that it cannot meet, each with the roles that can, such as {new_home: [housing]}; []: nobody here",
    )
    hours: tuple[Hours, ...] = ()
    capacity: Capacity = Capacity.OPEN
    trained_until: date | None = Field(
        None, description="through this day it is trained for these roles; a step that asks for that prefers it"
    )


class Binding(Term):
    """A protocol version that cases of the chain run under; a case may open under two. Its dates are days of the report."""

    use: Ref = Field(description="name@version of a protocol file")
    districts: Districts = None
    when: When = ALWAYS
    partners: tuple[PartnerId, ...] = Field(
        (), description="the partners of the scheme: each has a role that the scheme counts on"
    )


class Agreement(Part):
    """A covenant between partners: what may be shared among them, for what, from when until when."""

    agreement: Slug = Field(description="a short name in small letters, digits and hyphens")
    title: Text = Field(description="its title")
    parties: tuple[PartnerId, ...] = Field(min_length=2, description="the partners that signed")
    purposes: tuple[Purpose, ...] = Field(min_length=1, description="what may be shared for")
    valid_from: date = Field(description="the first day, as 2026-01-31")
    valid_until: date | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> "Agreement":
        if self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} lies before valid_from {self.valid_from}")
        return self


class OtherBasis(Part):
    """A basis besides consent that partners in these roles may invoke here: with a motive, and for a limited time."""

    basis: Basis = Field(description="vital_interest, legal_duty or agreement")
    roles: tuple[Role, ...] = Field(min_length=1, description="the roles that may invoke it")
    purposes: tuple[Purpose, ...] = Field(
        (), description="only for these; default: every purpose except `audit`, which has to be named"
    )
    at_most: LimitText = Field(description='how long it may last, such as "72h"')
    source: Source

    def covers(self, purpose: Purpose) -> bool:
        """Whether it may be invoked for this. An audit opens without a referral, so no rule allows it without saying so."""
        return purpose in self.purposes if self.purposes else purpose is not Purpose.AUDIT

    @model_validator(mode="after")
    def _can_be_invoked(self) -> "OtherBasis":
        if self.basis not in OTHER_BASES:
            raise ValueError(f"{self.basis} cannot be invoked; expected one of {', '.join(sorted(OTHER_BASES))}")
        return self


class ConsentPolicy(Part):
    """How strictly the gate reads consent in this chain."""

    provisional_if_recorded_by_beneficiary: bool = True
    provisional_on_a_professionals_word: bool = False

    @property
    def provisional(self) -> tuple[Provisional, ...]:
        """Whose word is to be confirmed by somebody else, as a case is pinned to it."""
        chosen = {
            Provisional.RECORDED_BY_BENEFICIARY: self.provisional_if_recorded_by_beneficiary,
            Provisional.ON_A_PROFESSIONALS_WORD: self.provisional_on_a_professionals_word,
        }
        return tuple(word for word, wanted in chosen.items() if wanted)


class ErasureTerms(Part):
    """What happens between a request to be forgotten and the end of what is kept of that person."""

    cooling_off: LimitText = Field(
        description='from the second proof on, such as "14 dagen": until it is over she may change her mind'
    )
    final_within: LimitText = Field(
        description='how long after it took effect it may still be recoverable, from backups of the keys and topics, such as "5 weken"'
    )
    source: Source


_OUR_TERMS = ErasureTerms(
    cooling_off=Limit.parse("14 dagen"), final_within=Limit.parse("5 weken"), source="keuze: twee weken, en vijf weken"
)


def _kind(word: str) -> str:
    if word not in SUBJECT_KINDS:
        raise ValueError(f"{word!r} is no kind of person in a case; expected one of {', '.join(SUBJECT_KINDS)}")
    return word


class RetentionTerm(Part):
    """How long what is sealed about these kinds of person is kept, counted from the closing of the case."""

    of: tuple[Annotated[str, AfterValidator(_kind)], ...] = Field(
        min_length=1, description="kinds of person, such as [victim]: `accused` stands for accused-2 too"
    )
    term: LimitText = Field(description='how long after the closing, such as "24 maanden"')
    source: Source


class KeptScheme(Part):
    """A scheme of working together that the chain keeps (`cooperation:` of a protocol file): no case runs under it."""

    use: Ref = Field(description="name@version of a protocol file with a section `cooperation`")
    since: date = Field(
        description="the first day on which the chain keeps it; a period that began earlier is not counted"
    )
    later: dict[Slug, date] = {}
    """Rhythms and agreements that a later version added, each with its own first day: the periods before it were promised by nobody."""


class DoorBinding(Part):
    """A door of `chains/doors/` and the partner that works it: what it reports came in there. One door a partner."""

    use: Ref = Field(description="name@version of a door file")
    partner: PartnerId = Field(description="the member that works it")


class ChainFile(Part):
    """`chains/<name>.yaml`: who does what in which districts, under which protocols."""

    chain: Slug = Field(description="the chain's short name, the same as the file name")
    version: Version = Field(description="text between quotes; a changed chain gets a new one")
    title: Text = Field(description="the chain's title")
    time_zone: TimeZone = Field(description="an IANA time zone, such as Europe/Amsterdam")
    calendar: CalendarName = Field(description="nl (Algemene termijnenwet) or weekdays (no holidays)")
    municipalities: tuple[Slug, ...] = Field(min_length=1, description="municipalities, in small letters")
    districts: tuple[Slug, ...] = Field(min_length=1, description="districts, in small letters")
    members: tuple[Member, ...] = Field(min_length=1, description="partners with their roles and districts")
    protocols: tuple[Binding, ...] = Field(min_length=1, description="the protocols cases run under")
    rights: tuple[Right, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    bases: tuple[OtherBasis, ...] = ()
    consent: ConsentPolicy = ConsentPolicy()
    erasure: ErasureTerms = _OUR_TERMS
    retention: tuple[RetentionTerm, ...] = ()
    joined: tuple[Joined, ...] = ()
    instead: tuple[Instead, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    work: tuple[WorkBudget, ...] = ()
    schemes: tuple[KeptScheme, ...] = ()
    doors: tuple[DoorBinding, ...] = ()
    occasions: tuple[Occasion, ...] = ()
