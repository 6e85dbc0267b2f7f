"""Family *consent*: per recipient, purpose and data scope. Not asked, refused and no answer are three things."""

from typing import ClassVar

from schakel.events.base import Derived, EventId, Model, Moment, PartnerId, Reason, Slug, Told, Version
from schakel.events.vocab import Basis, ConsentWay, InformationTopic, Person, Purpose, Role, Scope


class ConsentTerms(Model):
    """What is asked or granted. A grant covers what it names, nothing wider."""

    recipient: PartnerId
    purpose: Purpose
    scopes: tuple[Scope, ...]
    until: Moment | None = None
    """In force while this moment lies after the case's time; null: until it is withdrawn."""
    given_by: Person = Person.VICTIM
    way: ConsentWay = ConsentWay.SPOKEN
    text_version: Version | None = None
    """Which wording the person heard or read: her readable copy names it."""


class ConsentAsked(Told):
    """The partner asked the person, face to face (domain-detail A68). Without an answer later: asked, no answer."""

    TYPE: ClassVar[str] = "consent.asked"
    terms: ConsentTerms
    needed: EventId | None = None
    explained: tuple[InformationTopic, ...] = ()


class ConsentGranted(Told):
    """After a refusal or withdrawal it takes effect only when `supersedes` names that event."""

    TYPE: ClassVar[str] = "consent.granted"
    terms: ConsentTerms
    asked: EventId | None = None
    supersedes: EventId | None = None


class ConsentRefused(Told):
    """No, to this recipient and purpose, for these scopes; no scopes means: nothing at all."""

    TYPE: ClassVar[str] = "consent.refused"
    recipient: PartnerId
    purpose: Purpose
    scopes: tuple[Scope, ...] = ()
    refused_by: Person = Person.VICTIM
    asked: EventId | None = None


class ConsentWithdrawn(Told):
    """From here on, no more. Without recipient or purpose: for every recipient, every purpose."""

    TYPE: ClassVar[str] = "consent.withdrawn"
    recipient: PartnerId | None = None
    purpose: Purpose | None = None
    withdrawn_by: Person = Person.VICTIM


class BasisInvoked(Told):
    """Another ground than consent: named, motivated (a code), limited in time, first in the audit.

    For the purpose `audit` it opens by itself what it names, to whoever invokes it: `disclosure.requested` then names this event.
    """

    TYPE: ClassVar[str] = "basis.invoked"
    basis: Basis
    recipient: PartnerId
    purpose: Purpose
    scopes: tuple[Scope, ...]
    motive: Reason
    until: Moment
    agreement: Slug | None = None


class ConsentNeeded(Derived):
    """Whom to ask what: `ask` is the partner who is in touch with the person."""

    TYPE: ClassVar[str] = "consent.needed"
    OWNER: ClassVar[str] = "consent"
    referral: EventId
    recipient: PartnerId
    role: Role
    purpose: Purpose
    scopes: tuple[Scope, ...]
    ask: PartnerId
    of: Person = Person.VICTIM


class ConsentExpired(Derived):
    """Announces that a grant's last day has passed; it was no longer in force already."""

    TYPE: ClassVar[str] = "consent.expired"
    OWNER: ClassVar[str] = "consent"
    grant: EventId
