"""Family *report*: what happened, as told, and what others say about it later."""

from datetime import date
from typing import ClassVar

from schakel.events.base import (
    CaseId,
    Code,
    Count,
    Derived,
    EventId,
    Model,
    Moment,
    Observed,
    PartnerId,
    Reason,
    Slug,
    Told,
    Version,
)
from schakel.events.consent import ConsentTerms
from schakel.events.vocab import (
    Answer,
    Channel,
    Check,
    DayPart,
    Ground,
    GroundBasis,
    Identity,
    InformationTopic,
    LinkKind,
    Nature,
    Origin,
    Person,
    PlaceType,
    PoliceRecord,
    Provisional,
    RecordKind,
    Relation,
    Settlement,
    Severity,
    SeverityScale,
    SubGround,
    Target,
    Tenure,
)


class PresumedMotive(Model):
    """One ground of the offender, as presumed; a report may have several."""

    ground: Ground
    sub_ground: SubGround = SubGround.NONE
    basis: GroundBasis = GroundBasis.UNKNOWN


class Occurrence(Model):
    """When it happened, by the day: one day, an interval, a series, or unknown (both dates null). The exact moment is sealed."""

    first_day: date | None = None
    last_day: date | None = None
    day_part: DayPart = DayPart.UNKNOWN
    series: bool = False
    earlier_unreported: Count | None = None


class Place(Model):
    """Where, no finer than a district."""

    municipality: Slug | None = None
    district: Slug | None = None
    place_type: PlaceType = PlaceType.UNKNOWN
    tenure: Tenure = Tenure.UNKNOWN


class Residence(Model):
    """Where the victim lives, as far as a referral to the home town needs it (principle 7)."""

    elsewhere: Answer = Answer.UNKNOWN
    municipality: Slug | None = None
    abroad: bool = False


FIRST_QUESTION = (Check.DANGER_NOW, Check.RAPE)
"""In danger now, or raped: asked before anything else, at every desk (domain-detail A19)."""


class CheckAnswer(Model):
    """One question that was asked, and its answer."""

    check: Check
    answer: Answer
    question: Slug | None = None
    """With `check: other`: which question of a protocol's own it answers, by its id in the file."""


class SeverityMark(Model):
    """Severity as this partner sees it, on its own scale; marks of several partners stand side by side."""

    scale: SeverityScale
    severity: Severity


class ReportFacts(Model):
    """The readable facts of a report; a correction replaces the fields that it names."""

    record_kind: RecordKind = RecordKind.REPORT
    identity: Identity
    reporter: Person = Person.VICTIM
    target: Target = Target.PERSON
    channel: Channel = Channel.OTHER
    natures: tuple[Nature, ...] = ()
    grounds: tuple[PresumedMotive, ...] = ()
    origin: Origin = Origin.UNKNOWN
    occurrence: Occurrence = Occurrence()
    place: Place = Place()
    residence: Residence = Residence()
    relation: Relation = Relation.UNKNOWN
    acute: bool = False
    high_profile: bool = False
    checks: tuple[CheckAnswer, ...] = ()
    severity: tuple[SeverityMark, ...] = ()
    police_record: PoliceRecord = PoliceRecord.NONE


class ReportReceived(Told):
    """A report as it came in at a door, with what was asked and told there. Opens a case."""

    TYPE: ClassVar[str] = "report.received"
    reported_at: Moment
    """When the reporter was heard or wrote; clocks start here, not at the registration."""
    facts: ReportFacts
    consents: tuple[ConsentTerms, ...] = ()
    """Granted at the door, face to face; each is a grant with the id `<event id>#<index>`."""
    informed: tuple[InformationTopic, ...] = ()
    label: GroundBasis | None = None
    history: bool = False
    """Imported from before the backbone: folded and counted, but nobody is asked, informed or reminded."""

    @property
    def in_danger(self) -> bool:
        """Whether the first question of every door was answered with yes: in danger now, or raped. Not of an old list."""
        said = {one.check for one in self.facts.checks if one.answer is Answer.YES}
        return not self.history and not said.isdisjoint(FIRST_QUESTION)


class ReportCorrected(Told):
    """What turned out to be different. `replaces` names the fields of `facts` that count; the others stay as they were."""

    TYPE: ClassVar[str] = "report.corrected"
    replaces: tuple[Reason, ...]
    facts: ReportFacts


class ReportLinked(Told):
    """This case has to do with another one. The two are linked, never merged."""

    TYPE: ClassVar[str] = "report.linked"
    other_case: CaseId
    kind: LinkKind


class LabelGiven(Told):
    """The label lhbtiqa+, with its ground and, by its sender, its author. `place` is provisional."""

    TYPE: ClassVar[str] = "label.given"
    basis: GroundBasis
    explained: bool = False
    """Advantage and risk were explained first (domain-detail A31)."""


class LabelWithdrawn(Told):
    """The label is taken back: this one, or every one of the same author."""

    TYPE: ClassVar[str] = "label.withdrawn"
    label: EventId | None = None


class LabelRefused(Told):
    """The victim does not want the label: from here it reaches nobody."""

    TYPE: ClassVar[str] = "label.refused"
    explained: bool = False


class AssessmentRecorded(Told):
    """One partner's answer to a check; assessments of several authors stand side by side."""

    TYPE: ClassVar[str] = "assessment.recorded"
    check: Check
    answer: Answer
    severity: SeverityMark | None = None
    question: Slug | None = None
    """With `check: other`: which question of the protocol's own, by its id in the file."""


class ListMatched(Told):
    """A police record found by a versioned query: a candidate, nothing more, until it is screened."""

    TYPE: ClassVar[str] = "list.matched"
    query: Slug
    query_version: Version


class ListScreened(Told):
    """What a person made of the record that the query found."""

    TYPE: ClassVar[str] = "list.screened"
    relevant: Answer
    reason: Reason


class SettlementChosen(Told):
    """The way of settling, chosen jointly; departing from the reporter's wish needs a motive (domain-detail A15)."""

    TYPE: ClassVar[str] = "settlement.chosen"
    settlement: Settlement
    wish: EventId | None = None
    departs_from_wish: bool = False
    motive: Reason | None = None
    together_with: tuple[PartnerId, ...] = ()


class ProtocolRef(Model):
    """A protocol in one version."""

    name: Slug
    version: Version


class CaseOpened(Derived):
    """A case begins, pinned to its chain, its protocol(s) and the fold that reads it."""

    TYPE: ClassVar[str] = "case.opened"
    OWNER: ClassVar[str] = "routing"
    chain: Slug
    chain_version: Version
    protocols: tuple[ProtocolRef, ...]
    fold_version: Count
    door: PartnerId
    coordinator: PartnerId | None = None
    provisional: tuple[Provisional, ...] = ()
    """Whose word on the person's consent the chain wants confirmed; pinned here, so that every reader of the case agrees."""


class ProtocolAttached(Derived):
    """Another protocol runs beside those the case began under; each keeps its clocks."""

    TYPE: ClassVar[str] = "protocol.attached"
    OWNER: ClassVar[str] = "routing"
    protocol: ProtocolRef


class ProtocolMoved(Derived):
    """A running case goes on under another version, for a reason."""

    TYPE: ClassVar[str] = "protocol.moved"
    OWNER: ClassVar[str] = "routing"
    before: ProtocolRef
    after: ProtocolRef
    reason: Code


class ProtocolMoveRequested(Observed):
    """The operator lets a running case go on under another version of a protocol, for a reason; routing concludes `protocol.moved`.

    Without it a case keeps the version it began under, however many follow (docs/adr/0030).
    """

    TYPE: ClassVar[str] = "protocol.move_requested"
    OWNER: ClassVar[str] = "operator"
    protocol: Slug
    version: Version
    reason: Reason
