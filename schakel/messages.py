"""What a partner finds on its `out` topic: receipts, referrals, questions to ask, information, reminders.

Messages are no events: they say what stands in the ledger, they are not the ledger. None holds personal data; a referral carries
the case facts that the gate released and a reference under which the receiver may ask for more.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from schakel.events.base import (
    CaseId,
    Code,
    Count,
    Digest,
    EventId,
    FieldPath,
    Model,
    Moment,
    OurWords,
    PartnerId,
    PeriodName,
    Reason,
    Reference,
    SignedNote,
    Slug,
    SubjectHandle,
)
from schakel.events.consent import ConsentTerms
from schakel.events.referral import ReferralAnswer
from schakel.events.report import ProtocolRef, ReportFacts
from schakel.events.vocab import (
    ActionType,
    Basis,
    ClockKind,
    ContactWish,
    DayPart,
    DeclineReason,
    ErasureGround,
    HoldReason,
    InquiryAnswer,
    Mode,
    Person,
    PlaceType,
    Purpose,
    Question,
    Role,
    Scope,
    TrendMeasure,
    Weekday,
)


class Message(Model):
    """One message to one partner. `TYPE` is its name; the CloudEvents type is `nl.schakel.<TYPE>.v1`."""

    TYPE: ClassVar[str]


class ReceiptStatus(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Position(Model):
    """Where the event stands in the ledger; this is the position at which a withdrawal counts."""

    partition: Count
    offset: Count


class Refusal(Model):
    """Why a message was not accepted, in words a person can act on. `found` never repeats personal data."""

    code: Code
    field: FieldPath | None = None
    found: OurWords | None = None
    expected: OurWords | None = None
    remedy: OurWords


class TakenUpElsewhere(Model):
    """A scheme of the chain does not cover this report: who takes it up instead. What to say of it to whoever reported stands on
    `schakel.definitions`, with the protocol, under the route's name."""

    protocol: ProtocolRef
    route: Slug
    role: Role
    to: PartnerId | None = None
    """Who has that role where it happened; null: nobody in the chain, the door keeps it."""


class Receipt(Message):
    """The answer to one message. `about` is the id of the sender's event, or null when it had none that could be read."""

    TYPE: ClassVar[str] = "receipt"
    about: EventId | None
    status: ReceiptStatus
    case: CaseId | None = None
    position: Position | None = None
    refusal: Refusal | None = None
    """Present exactly when refused."""
    in_offset: Count
    """Offset in the sender's `in` topic of the message that is answered."""
    head: SignedNote | None = None
    """The newest signed head of the ledger's partition that the backbone knew when it answered: keep it, and you are a witness."""
    elsewhere: tuple[TakenUpElsewhere, ...] = ()
    """Of a report that is outside a scheme of its chain: the route that does take it up."""


class ReferralOffered(Message):
    """A referral to take up: accept or decline it.

    The facts are all that comes by itself; `scopes` says what may be read under `dataref`.
    """

    TYPE: ClassVar[str] = "referral"
    referral: EventId
    case: CaseId
    role: Role
    purpose: Purpose
    mode: Mode
    basis: Basis
    scopes: tuple[Scope, ...]
    facts: ReportFacts
    reported_at: Moment
    from_partner: PartnerId
    protocol: ProtocolRef | None = None
    step: Slug | None = None
    dataref: Reference
    wishes: tuple[ContactWish, ...] = ()
    """How she wants to be reached: a need of hers, with every referral by name."""
    only_by: tuple[Role, ...] = ()
    """Contact by somebody in these roles of yours; empty: by whoever takes it up."""
    contact_every_days: Count | None = None
    """What was agreed with her: within so many days of the last word she hears the next. None: nothing was agreed, or nothing for
    you to keep."""


class ContactPreference(Message):
    """She wants to be reached otherwise than you were told before; this replaces it."""

    TYPE: ClassVar[str] = "contact.preference"
    case: CaseId
    wishes: tuple[ContactWish, ...]
    only_by: tuple[Role, ...] = ()
    contact_every_days: Count | None = None


class ReferralFeedback(Message):
    """What became of referrals of yours: by your own subscription, and within what the person allows. Nothing about her."""

    TYPE: ClassVar[str] = "referral.feedback"
    case: CaseId
    answers: tuple[ReferralAnswer, ...]


class ReferralWithdrawn(Message):
    """Stop: what was referred no longer holds. Keep nothing that the law does not oblige you to keep."""

    TYPE: ClassVar[str] = "referral.withdrawn"
    referral: EventId
    case: CaseId
    reason: HoldReason


class ConsentQuestion(Message):
    """Please ask the person; answer with `consent.asked`, then `consent.granted` or `consent.refused`."""

    TYPE: ClassVar[str] = "consent.question"
    needed: EventId
    case: CaseId
    of: Person
    terms: ConsentTerms


class Information(Message):
    """For information: it happened, in this district, of this nature. No person, no contact expected."""

    TYPE: ClassVar[str] = "information"
    case: CaseId
    role: Role
    inform: Slug
    facts: ReportFacts


class Reminder(Message):
    """A clock of yours is running or has passed its due moment. One that nobody promised a term for only asks: `due_at` says by when."""

    TYPE: ClassVar[str] = "reminder"
    case: CaseId
    clock: EventId
    name: Slug
    kind: ClockKind
    due_at: Moment
    breached: bool


class Attention(Message):
    """Somebody has to look: a referral that nobody took, for example. `concerning` is the event that says so."""

    TYPE: ClassVar[str] = "attention"
    case: CaseId
    concerning: EventId
    reason: Code
    referral: EventId | None = None
    """The referral that it is about."""
    to: PartnerId | None = None
    """Whom that referral went to."""
    decline: DeclineReason | None = None
    """Why it was not taken up, as its receiver said."""
    owner: PartnerId | None = None
    """Who looks after the case now."""


class ChainAttention(Message):
    """Somebody has to look at how partners work together: a rhythm is due, or was not kept. `concerning` is the event that says so.

    It is about no case. `reason` is `rhythm_due` or `rhythm_missed`; `last_day` is the day it goes out, or the last of the period.
    Where the scheme's version is `events` an event of the chain's calendar is ahead: see to people on duty; `last_day` is its first day.
    """

    TYPE: ClassVar[str] = "chain.attention"
    chain: Slug
    concerning: EventId
    reason: Code
    scheme: ProtocolRef
    rhythm: Slug
    last_day: date


class TrendNews(Message):
    """A hotspot or hot time: it was signalled to you, answered, or not answered in time (`reason`). No case and no person is in it.

    `reason` is `trend_signalled` (answer with `trend.answered`, by `answer_by`), `trend_answered` or `trend_unanswered`.
    """

    TYPE: ClassVar[str] = "trend"
    chain: Slug
    concerning: EventId
    reason: Code
    trend: EventId
    """The id of `trend.signalled`; an answer names it."""
    from_partner: PartnerId
    """Who signalled, or who answered."""
    municipality: Slug
    district: Slug
    place_type: PlaceType = PlaceType.UNKNOWN
    day_part: DayPart = DayPart.UNKNOWN
    weekday: Weekday = Weekday.UNKNOWN
    period: PeriodName | None = None
    issue: Digest | None = None
    answer_by: date | None = None
    measures: tuple[TrendMeasure, ...] = ()
    why: Reason | None = None
    silent: tuple[PartnerId, ...] = ()
    """Who did not answer in time."""


class Erased(Message):
    """A person was erased from this case (`event` says so). Erase what you have of them, as far as no law obliges you to keep it."""

    TYPE: ClassVar[str] = "erased"
    case: CaseId
    subject: SubjectHandle
    ground: ErasureGround
    event: EventId


class ColleagueAsks(Message):
    """A partner in a case asks you something: a closed question, or, in your role, advice. Answer with the event it asks for.

    `facts` come only with a request for advice that the person's consent, or another basis, covers: without them you know that there is
    a case, and nothing of it.
    """

    TYPE: ClassVar[str] = "colleague.asks"
    asked: EventId
    case: CaseId
    from_partner: PartnerId
    question: Question | None = None
    """Null when it is advice that is asked for."""
    district: Slug | None = None
    """Where it happened, for a question: about reports from there, say. No address, and nothing of who or why."""
    role: Role | None = None
    """In which role you are asked for advice; null for a question."""
    facts: ReportFacts | None = None


class ColleagueSays(Message):
    """What a partner answered to your question, or advises, asked or unasked. An advice changes no owner, level or clock."""

    TYPE: ClassVar[str] = "colleague.says"
    said: EventId
    case: CaseId
    from_partner: PartnerId
    asked: EventId | None = None
    """What it answers; null for advice that nobody asked for."""
    answer: InquiryAnswer | None = None
    advises: tuple[ActionType, ...] = ()


class RefusedRecord(Message):
    """On `schakel.refused`: what could not be accepted, where it stands, and why. Never its content."""

    TYPE: ClassVar[str] = "refused"
    partner: PartnerId | None
    topic: Reference
    partition: Count
    offset: Count
    size_bytes: Count
    sha256: Digest
    about: EventId | None
    refusal: Refusal


MESSAGES: dict[str, type[Message]] = {
    model.TYPE: model
    for model in (
        Receipt,
        ReferralOffered,
        ReferralWithdrawn,
        ReferralFeedback,
        ContactPreference,
        ConsentQuestion,
        Information,
        Reminder,
        Attention,
        ChainAttention,
        TrendNews,
        Erased,
        ColleagueAsks,
        ColleagueSays,
        RefusedRecord,
    )
}
