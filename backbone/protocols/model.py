"""What a protocol file may say: the shape of `protocols/<name>/<version>.yaml`.

Here: the fields, their words and what they mean. Not here: what must hold between fields (`rules`), reading files
(`load`), or doing any of it (the services). What the services do not act on yet is kept as data (`Note`).
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from pydantic import Field, PrivateAttr

from backbone.protocols.clock_rules import (
    REPORTER,
    Aftercare,
    AftercareBeforeClosing,
    ClockRule,
    ClockStart,
    LadderStep,
    Stops,
)
from backbone.protocols.conditions import ALWAYS, When
from backbone.protocols.cooperation import EMPTY, Cooperation
from backbone.protocols.desk import DeskRules
from backbone.protocols.facts import Facts
from backbone.protocols.parts import LimitText, Note, Part, Source, Text
from backbone.protocols.reading import digest
from backbone.protocols.schemes import Scheme
from schakel.events.base import Slug, Version
from schakel.events.vocab import (
    Answer,
    Basis,
    Check,
    ClockKind,
    CloseReason,
    InformationTopic,
    Purpose,
    Role,
    Scope,
)

__all__ = ["REPORTER", "Aftercare", "ClockRule", "ClockStart", "LimitText", "Note", "Part", "Source", "Stops", "Text"]
"""What stands elsewhere and is part of a protocol file; what is defined here needs no list."""


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
    """What the person is told: before a step, or before being asked for consent, the label, a complaint or a hearing; or after what
    it is about has happened. One of the two.
    """

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    topic: InformationTopic = Field(description="what is explained")
    before: Text | None = Field(None, description="the id of a step, or consent, label, complaint, hearing_both_sides")
    after: Text | None = Field(None, description="instead of `before`: the id of a step, or complaint_settled")
    when: When = ALWAYS
    by: Role | None = Field(None, description="the role that explains it, and is told when `when` begins to hold")
    says: Text | None = Field(None, description="what is said, in Dutch")
    source: Source


EXPLAIN_BEFORE = frozenset({"consent", "label", "complaint", "hearing_both_sides"})
"""What an `explain` may come before, besides the file's own steps."""

COMPLAINT_SETTLED = "complaint_settled"
EXPLAIN_AFTER = frozenset({COMPLAINT_SETTLED})
"""What an `explain` may come after, besides the file's own steps: how a criminal complaint ended."""


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
    hand_over: bool = False
    qualified: bool = Field(False, description="true: whoever the chain's file says is trained for it comes first")
    advice: Text | None = Field(None, description="how to handle it, in Dutch: for whoever takes it up")


class Step(Part):
    """When the condition holds, a referral to a role is proposed."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    when: When = ALWAYS
    after: Slug | None = None
    refer: Refer = Field(description="whom it refers to")
    source: Source


class Inform(Part):
    """Roles that are told that something happened, without personal data. Never a contact with the person."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    when: When = ALWAYS
    inform: tuple[Role, ...] = Field(min_length=1, description="the roles that are told")
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
    aftercare: AftercareBeforeClosing | None = None
    notes: tuple[Note, ...] = ()


class Tighter(Part):
    """A clock of the base that the variant's districts hold to a shorter limit."""

    clock: Slug = Field(description="the id of a clock of the base")
    limit: LimitText = Field(description='shorter than the base\'s, such as "24h"')
    promise: ClockKind = Field(description="promised (with its passage) or our_choice")
    source: Source


class Variant(Part):
    """What districts add to the base, or hold themselves to more strictly (`variants`). It loosens nothing."""

    variant: Slug = Field(description="a short name in small letters, digits and hyphens")
    districts: tuple[Slug, ...] = Field(min_length=1, description="the districts that it is for")
    explain: tuple[Explain, ...] = ()
    steps: tuple[Step, ...] = ()
    informs: tuple[Inform, ...] = ()
    clocks: tuple[ClockRule, ...] = ()
    tighter: tuple[Tighter, ...] = ()
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
    ladder: tuple[LadderStep, ...] = ()
    aftercare: Aftercare | None = None
    consultations: tuple[Note, ...] = ()
    rhythms: tuple[Note, ...] = ()
    doors: tuple[Note, ...] = ()
    escalation: tuple[Note, ...] = ()
    evaluations: tuple[Note, ...] = ()
    variants: tuple[Variant, ...] = ()
    desk: DeskRules = DeskRules()
    scheme: Scheme = Scheme()
    cooperation: Cooperation = EMPTY
    _content: str = PrivateAttr("")

    @property
    def ref(self) -> str:
        """`name@version`, as a chain file writes it."""
        return f"{self.protocol}@{self.version}"

    @property
    def digest(self) -> str:
        """SHA-256 of its content; a comment or another layout does not change it."""
        return digest(self.model_dump(mode="json", by_alias=True))

    @property
    def content(self) -> str:
        """SHA-256 of what its file says, whatever this version of the program makes of it; of itself when it came from no file."""
        return self._content or self.digest

    def read_from(self, data: object) -> None:
        """Remember what the file says; called once, by whoever read it."""
        self._content = digest(data)

    @property
    def is_about_cases(self) -> bool:
        """Whether it says anything of a case; a file may be only meetings and overviews, or a text that nobody here holds."""
        parts = (self.opens, self.checks, self.explain, self.steps, self.informs, self.clocks)
        return any(parts) or self.scheme != Scheme() or self.desk != DeskRules()

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

    @property
    def timed(self) -> tuple[ClockRule, ...]:
        """Its clocks, and the one that keeps its aftercare."""
        return (*self.clocks, self.aftercare.as_clock) if self.aftercare else self.clocks

    def rungs(self, clock_id: str) -> tuple[LadderStep, ...]:
        """The ladder above a clock, in the order of the file."""
        return tuple(rung for rung in self.ladder if clock_id in rung.of)

    def clock(self, clock_id: str) -> ClockRule | None:
        return next((clock for clock in self.clocks if clock.id == clock_id), None)

    def roles(self) -> dict[Role, str]:
        """Every role the protocol counts on, with the first place that asks for it."""
        asked: dict[Role, str] = {}
        for step in self.steps:
            asked.setdefault(step.refer.to, f"step {step.id}")
        for explain in self.explain:
            if explain.by:
                asked.setdefault(explain.by, f"explain {explain.id}")
        for inform in self.informs:
            for role in inform.inform:
                asked.setdefault(role, f"inform {inform.id}")
        for clock in self.clocks:
            for role in (*([clock.role] if clock.role else []), *clock.on_breach):
                asked.setdefault(role, f"clock {clock.id}")
        for rung in self.ladder:
            asked.setdefault(rung.to, f"ladder {rung.id}")
        if self.aftercare:
            asked.setdefault(self.aftercare.responsible, f"aftercare {self.aftercare.id}")
        if self.closing.by:
            asked.setdefault(self.closing.by, "closing")
        for role, place in self.scheme.roles():
            asked.setdefault(role, place)
        return asked
