"""Family *data*: who asked to read what, who may, what is erased, held back or retracted."""

from datetime import date
from typing import ClassVar

from schakel.events.base import (
    CaseId,
    Code,
    Derived,
    EventId,
    LimitText,
    Moment,
    Observed,
    PartnerId,
    Reason,
    Slug,
    SubjectHandle,
    Told,
    Version,
)
from schakel.events.vocab import ErasureGround, HoldReason, Person, Scope


class DisclosureRequested(Observed):
    """Somebody asks to read, now; the gate answers at this position of the ledger.

    `referral` is what the reference leads to: a referral, or the `basis.invoked` with which an auditor opens.
    """

    TYPE: ClassVar[str] = "disclosure.requested"
    OWNER: ClassVar[str] = "gateway"
    referral: EventId
    by: PartnerId
    scopes: tuple[Scope, ...]


class DisclosurePermitted(Derived):
    TYPE: ClassVar[str] = "disclosure.permitted"
    OWNER: ClassVar[str] = "consent"
    request: EventId
    scopes: tuple[Scope, ...]


class DisclosureDenied(Derived):
    TYPE: ClassVar[str] = "disclosure.denied"
    OWNER: ClassVar[str] = "consent"
    request: EventId
    reason: HoldReason


class AccessGiven(Observed):
    """The operator gave a person a copy of everything about her: this is the log of that read, appended before it is made.

    `asked_in` is the case in which it was asked for; a linked case that the copy covers too says so in its own history.
    """

    TYPE: ClassVar[str] = "access.given"
    OWNER: ClassVar[str] = "operator"
    subject: SubjectHandle
    motive: Reason
    asked_in: CaseId


class ErasureRequested(Told):
    """The person wants to be forgotten. Reads stop at once; a second proof and a cooling-off period follow.

    Told a second time it is the proof: by another partner, or by the same one with `second_proof`, how it was made sure that it is
    really this person who asks. One message alone destroys nothing.
    """

    TYPE: ClassVar[str] = "erasure.requested"
    subject: SubjectHandle
    requested_by: Person = Person.VICTIM
    second_proof: Reason | None = None


class HoldPlaced(Told):
    """A legal hold: erasure is refused while it stands, of everybody in the case. `until` is its last day."""

    TYPE: ClassVar[str] = "hold.placed"
    legal_ground: Reason
    until: date


class HoldLifted(Told):
    """The legal hold no longer stands. Told by the partner that placed it."""

    TYPE: ClassVar[str] = "hold.lifted"
    hold: EventId


class StatementRetracted(Told):
    """Its author takes back what was told; what rested on it no longer stands from here on."""

    TYPE: ClassVar[str] = "statement.retracted"
    event: EventId
    reason: Reason


class ErasureScheduled(Derived):
    """From when on a person may be erased: a clock, computed once. Where the term is written: the chain's file, in this version.

    After a request it is the end of the cooling-off period; else the end of the term for keeping what is about this kind of person,
    counted from the closing of the case, which is then among the premises.
    """

    TYPE: ClassVar[str] = "erasure.scheduled"
    OWNER: ClassVar[str] = "consent"
    subject: SubjectHandle
    ground: ErasureGround
    term: LimitText
    due_at: Moment
    calendar: Version
    chain: Slug
    chain_version: Version
    request: EventId | None = None


class SubjectErased(Derived):
    """From here on nobody reads what is about this person: the key is destroyed when this has been read back.

    `request` is the request, or the `erasure.scheduled` of a term for keeping that is over. It has effect only with a `watermark` at
    or behind the end of the term: everything sent before that had been handled.
    """

    TYPE: ClassVar[str] = "subject.erased"
    OWNER: ClassVar[str] = "consent"
    subject: SubjectHandle
    request: EventId
    ground: ErasureGround = ErasureGround.REQUEST
    watermark: Moment | None = None


class ErasureRefused(Derived):
    """A legal hold (`hold`) stands in the way. The request stays: when no hold stands any more, it is carried out."""

    TYPE: ClassVar[str] = "erasure.refused"
    OWNER: ClassVar[str] = "consent"
    request: EventId
    reason: Code
    hold: EventId | None = None
    until: date | None = None
