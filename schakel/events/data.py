"""Family *data*: who asked to read what, who may, what is erased, held back or retracted."""

from datetime import date
from typing import ClassVar

from schakel.events.base import CaseId, Code, Derived, EventId, Observed, PartnerId, Reason, SubjectHandle, Told
from schakel.events.vocab import HoldReason, Person, Scope


class DisclosureRequested(Observed):
    """Somebody asks to read, now; the gate answers at this position of the ledger."""

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
    """The person wants to be forgotten. Reads stop at once; a second proof and a cooling-off period follow."""

    TYPE: ClassVar[str] = "erasure.requested"
    subject: SubjectHandle
    requested_by: Person = Person.VICTIM
    second_proof: Reason | None = None


class HoldPlaced(Told):
    """A legal hold: erasure is refused while it stands."""

    TYPE: ClassVar[str] = "hold.placed"
    legal_ground: Reason
    until: date


class HoldLifted(Told):
    """The legal hold no longer stands."""

    TYPE: ClassVar[str] = "hold.lifted"
    hold: EventId


class StatementRetracted(Told):
    """Its author takes back what was told; what rested on it no longer stands from here on."""

    TYPE: ClassVar[str] = "statement.retracted"
    event: EventId
    reason: Reason


class SubjectErased(Derived):
    TYPE: ClassVar[str] = "subject.erased"
    OWNER: ClassVar[str] = "consent"
    subject: SubjectHandle
    request: EventId


class ErasureRefused(Derived):
    TYPE: ClassVar[str] = "erasure.refused"
    OWNER: ClassVar[str] = "consent"
    request: EventId
    reason: Code
