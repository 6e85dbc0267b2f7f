"""What a protocol file may say: the shape of `protocols/<name>/<version>.yaml`.

Here: the fields, their words and what they mean. Not here: what must hold between fields (`rules`), reading files
(`load`), or doing any of it (the services). What the services do not act on yet is kept as data (`Note`).
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
)

from backbone.protocols.conditions import ALWAYS, When
from backbone.protocols.facts import Facts
from backbone.protocols.reading import digest
from schakel.calendar import Limit
from schakel.events.base import Slug, Version
from schakel.events.vocab import (
    Answer,
    Basis,
    Check,
    ClockKind,
    CloseReason,
    InformationTopic,
    Person,
    Purpose,
    Role,
    Scope,
)


def _limit(value: object) -> Limit:
    if isinstance(value, Limit):
        return value
    return Limit.parse(value if isinstance(value, str) else f"{value}")


def _anybody(value: object) -> object:
    return () if value == "any" else value


LimitText = Annotated[Limit, PlainValidator(_limit), PlainSerializer(str)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Source = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3),
    Field(
        description='where it says so: a mark of `sources` and a quote, "[1] §2.1 «...»", or "keuze: ..." for our own'
    ),
]


class Part(BaseModel):
    """An immutable part of a protocol without room for fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Note(BaseModel):
    """Something the scheme prescribes that no service acts on yet: kept word for word, never dropped."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    source: Source


class Status(StrEnum):
    """`mentioned`: a document names the scheme, but nobody here holds its text. Shown wherever the protocol is."""

    HELD = "held"
    MENTIONED = "mentioned"


class IfRefused(StrEnum):
    """What a refused name does to a referral: hold it, or strip it of all that points to the person (domain-detail B16)."""

    HOLD = "hold"
    STRIP = "strip"


class Where(StrEnum):
    """Whose partner gets a referral: that of the incident's place, or that of the victim's home town (principle 7)."""

    INCIDENT = "incident"
    RESIDENCE = "residence"


class CheckRule(Part):
    """A question that a desk answers; each answer has a consequence, and unknown is never treated as no."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    check: Check = Field(description="the question's code")
    question: Text = Field(description="the question as the desk asks it, in Dutch")
    asked_by: tuple[Role, ...] = Field(min_length=1, description="the roles that answer it")
    when: When = ALWAYS
    consequences: dict[Answer, Text] = Field(description="what yes, no and unknown each lead to, in Dutch")
    source: Source


class Explain(Part):
    """What the person is told before a step, or before being asked for consent, the label, a complaint or a hearing."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    topic: InformationTopic = Field(description="what is explained")
    before: Text = Field(description="the id of a step, or consent, label, complaint, hearing_both_sides")
    source: Source


EXPLAIN_BEFORE = frozenset({"consent", "label", "complaint", "hearing_both_sides"})
"""What an `explain` may come before, besides the file's own steps."""


class Refer(Part):
    """A referral to a role: what the receiver needs to act, what would help, and on what it rests."""

    to: Role = Field(description="the role it goes to")
    purpose: Purpose = Field(description="what the person's consent is for")
    needs: tuple[Scope, ...] = Field(min_length=1, description="the data without which the receiver cannot act")
    wants: tuple[Scope, ...] = ()
    if_refused: IfRefused = IfRefused.HOLD
    basis: Basis = Basis.CONSENT
    where: Where = Where.INCIDENT
    form: Text | None = None
    duty: Text | None = None


class Step(Part):
    """When the condition holds, a referral to a role is proposed."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    when: When = ALWAYS
    refer: Refer = Field(description="whom it refers to")
    source: Source


class Inform(Part):
    """Roles that are told that something happened, without personal data. Never a contact with the person."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    when: When = ALWAYS
    inform: tuple[Role, ...] = Field(min_length=1, description="the roles that are told")
    source: Source


class ClockStart(StrEnum):
    """The event that starts a clock. For the referral ones `of_step` says of which step."""

    REPORT_RECEIVED = "report.received"
    LABEL_GIVEN = "label.given"
    REFERRAL_DELIVERED = "referral.delivered"
    REFERRAL_ACCEPTED = "referral.accepted"


REPORTER = "reporter"
"""In `stops.with`: whoever reported, victim or not (domain-detail B05)."""

_CONTACT_WITH = (REPORTER, *Person)


def _contact_with(word: str) -> str:
    if word not in _CONTACT_WITH:
        raise ValueError(f"{word!r} is not one of {', '.join(_CONTACT_WITH)}")
    return word


class Stops(Part):
    """The contact that stops a clock: tried or made, with whom, by whom (no roles: by any partner)."""

    on: Literal["made", "attempted"] = Field(description="made or attempted; leaving details is an attempt")
    with_: tuple[Annotated[str, AfterValidator(_contact_with)], ...] = Field(
        alias="with", min_length=1, description="the persons of whom a contact with one counts, such as [reporter]"
    )
    by: Annotated[tuple[Role, ...], BeforeValidator(_anybody)] = ()


class ClockRule(Part):
    """A clock. Without a limit it measures and never breaches; a limit is promised by a passage, or is our choice."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    starts: ClockStart = Field(description="the event that starts it")
    of_step: Slug | None = None
    stops: Stops = Field(description="the contact that stops it: {on: made, with: [reporter], by: any}")
    limit: LimitText | None = Field(description='such as "48h" or "2 werkdagen"; null when nobody promised one')
    promise: ClockKind = Field(description="measured (no limit), promised (with its passage) or our_choice")
    reminders: tuple[LimitText, ...] = ()
    responsible: Role = Field(description="the role that has to act, and is reminded")
    on_breach: tuple[Role, ...] = ()
    when: When = ALWAYS
    source: Source


class Opens(Part):
    """Which reports open a case under the protocol; without it every report does."""

    when: When = Field(description="the condition")
    source: Source


class ClosingReason(Part):
    reason: CloseReason = Field(description="the reason's code")
    text: Text = Field(description="the reason in the scheme's words")
    source: Source


class Closing(Part):
    """Who closes the case and why; each partner closes its own follow-up (thread) first."""

    by: Role | None = None
    reasons: tuple[ClosingReason, ...] = ()
    notes: tuple[Note, ...] = ()


class Aftercare(Part):
    """Call again after the case was closed: from `after` to `until` later, unless the person wants no call."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    after: LimitText = Field(description='the earliest moment after closing, such as "1 maand"')
    until: LimitText | None = None
    promise: ClockKind = Field(description="promised (with its passage) or our_choice")
    responsible: Role = Field(description="the role that calls")
    asks: tuple[Text, ...] = ()
    source: Source


class Protocol(Part):
    """One version of one scheme. `title`, questions and quotes are Dutch: a policy officer reads this file."""

    protocol: Slug = Field(description="the scheme's short name, the same as the folder")
    version: Version = Field(description="text between quotes, the same as the file name")
    title: Text = Field(description="the scheme's own title")
    status: Status = Field(description="held, or mentioned when nobody here holds its text")
    adopted_by: Text | None = None
    adopted_on: date | None = None
    valid_until: date | None = None
    sources: dict[str, Text] = Field(description="the documents it rests on, by mark")
    readings: tuple[Note, ...] = ()
    opens: Opens | None = None
    checks: tuple[CheckRule, ...] = ()
    explain: tuple[Explain, ...] = ()
    steps: tuple[Step, ...] = ()
    informs: tuple[Inform, ...] = ()
    clocks: tuple[ClockRule, ...] = ()
    closing: Closing = Closing()
    aftercare: Aftercare | None = None
    consultations: tuple[Note, ...] = ()
    rhythms: tuple[Note, ...] = ()
    doors: tuple[Note, ...] = ()
    escalation: tuple[Note, ...] = ()
    evaluations: tuple[Note, ...] = ()

    @property
    def ref(self) -> str:
        """`name@version`, as a chain file writes it."""
        return f"{self.protocol}@{self.version}"

    @property
    def digest(self) -> str:
        """SHA-256 of its content; a comment or another layout does not change it."""
        return digest(self.model_dump(mode="json", by_alias=True))

    def opens_for(self, facts: Facts) -> bool:
        return self.opens is None or self.opens.when.matches(facts)

    def steps_for(self, facts: Facts) -> Iterator[Step]:
        return (step for step in self.steps if step.when.matches(facts))

    def informs_for(self, facts: Facts) -> Iterator[Inform]:
        return (inform for inform in self.informs if inform.when.matches(facts))

    def clocks_for(self, facts: Facts) -> Iterator[ClockRule]:
        return (clock for clock in self.clocks if clock.when.matches(facts))

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)

    def clock(self, clock_id: str) -> ClockRule | None:
        return next((clock for clock in self.clocks if clock.id == clock_id), None)

    def roles(self) -> dict[Role, str]:
        """Every role the protocol counts on, with the first place that asks for it."""
        asked: dict[Role, str] = {}
        for step in self.steps:
            asked.setdefault(step.refer.to, f"step {step.id}")
        for inform in self.informs:
            for role in inform.inform:
                asked.setdefault(role, f"inform {inform.id}")
        for clock in self.clocks:
            for role in (clock.responsible, *clock.on_breach):
                asked.setdefault(role, f"clock {clock.id}")
        if self.aftercare:
            asked.setdefault(self.aftercare.responsible, f"aftercare {self.aftercare.id}")
        if self.closing.by:
            asked.setdefault(self.closing.by, "closing")
        return asked
