"""Family *referral*: proposed by a protocol or by hand, held for consent, released, delivered, answered."""

from typing import ClassVar

from schakel.events.base import Derived, EventId, Model, PartnerId, Reason, Slug, Told
from schakel.events.report import ProtocolRef
from schakel.events.vocab import Answered, Basis, DeclineReason, HoldReason, Mode, Outcome, Purpose, Role, Scope


class ReferralRequested(Told):
    """By hand: a partner wants to refer the person, whatever the protocol says."""

    TYPE: ClassVar[str] = "referral.requested"
    to: PartnerId
    role: Role
    purpose: Purpose
    needs: tuple[Scope, ...] = ()
    wants: tuple[Scope, ...] = ()
    motive: Reason | None = None
    """Why this one, where the scheme asks for somebody who is trained for it and this one is not."""


class ReferralAccepted(Told):
    """We take this referral up."""

    TYPE: ClassVar[str] = "referral.accepted"
    referral: EventId


class ReferralDeclined(Told):
    """We do not take this referral up, and why."""

    TYPE: ClassVar[str] = "referral.declined"
    referral: EventId
    reason: DeclineReason


class ReferralCompleted(Told):
    """What we were asked to do is done, and whether it helped."""

    TYPE: ClassVar[str] = "referral.completed"
    referral: EventId
    helped: Outcome = Outcome.UNKNOWN


class FeedbackGiven(Told):
    """Back to the referrer, where the chain and the person's consent allow it."""

    TYPE: ClassVar[str] = "feedback.given"
    referral: EventId
    topic: Reason


class ReferralProposed(Derived):
    """A step of the protocol (or a request) applies. The referral's id is this event's id."""

    TYPE: ClassVar[str] = "referral.proposed"
    OWNER: ClassVar[str] = "routing"
    to: PartnerId
    role: Role
    purpose: Purpose
    needs: tuple[Scope, ...]
    wants: tuple[Scope, ...] = ()
    strip_if_refused: bool = False
    """The scheme says "always forward": a refused name strips the referral instead of holding it."""
    basis: Basis = Basis.CONSENT
    protocol: ProtocolRef | None = None
    step: Slug | None = None
    hands_over: bool = False
    """Whoever accepts it looks after the case from there on."""


class ReferralExhausted(Derived):
    """Nobody of this role took it: the coordinator has to look."""

    TYPE: ClassVar[str] = "referral.exhausted"
    OWNER: ClassVar[str] = "routing"
    referral: EventId
    reason: DeclineReason
    tell: PartnerId | None = None


class ReferralAnswer(Model):
    """What became of one referral: taken up, not taken up and why, done and whether it helped."""

    referral: EventId
    to: PartnerId
    answer: Answered
    reason: DeclineReason | None = None
    helped: Outcome | None = None


class ReferralReported(Derived):
    """Whoever referred was told what became of it: by its own subscription, and within what the person allows."""

    TYPE: ClassVar[str] = "referral.reported"
    OWNER: ClassVar[str] = "routing"
    to: PartnerId
    answers: tuple[ReferralAnswer, ...]


class PartyInformed(Derived):
    """Told that something happened, without personal data (mayor, alderman). Not a contact with the victim."""

    TYPE: ClassVar[str] = "party.informed"
    OWNER: ClassVar[str] = "routing"
    to: PartnerId
    role: Role
    inform: Slug
    protocol: ProtocolRef


class ReferralHeld(Derived):
    TYPE: ClassVar[str] = "referral.held"
    OWNER: ClassVar[str] = "consent"
    referral: EventId
    reason: HoldReason
    missing: tuple[Scope, ...] = ()


class ReferralReleased(Derived):
    """May go out, in this mode, with these scopes, on this basis. `premises` name the proposal and the grants."""

    TYPE: ClassVar[str] = "referral.released"
    OWNER: ClassVar[str] = "consent"
    referral: EventId
    to: PartnerId
    mode: Mode
    scopes: tuple[Scope, ...]
    basis: Basis


class ReferralDelivered(Derived):
    """The message stands on the receiver's `out` topic."""

    TYPE: ClassVar[str] = "referral.delivered"
    OWNER: ClassVar[str] = "consent"
    referral: EventId
    to: PartnerId


class ReferralRevoked(Derived):
    """What was released no longer holds; the receiver has been told and may not read any more."""

    TYPE: ClassVar[str] = "referral.revoked"
    OWNER: ClassVar[str] = "consent"
    referral: EventId
    to: PartnerId
    reason: HoldReason
