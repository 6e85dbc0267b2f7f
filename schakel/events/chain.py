"""The chain's own stream: definitions in force, agreements, standing of partners, watermarks, findings. No case, no person."""

from datetime import date
from typing import ClassVar

from schakel.events.base import Code, Count, Derived, Digest, EventId, Moment, PartnerId, Reason, Slug, Told, Version
from schakel.events.report import ProtocolRef
from schakel.events.vocab import Purpose


class PartnerSuspended(Told):
    """From here on this partner reads and receives nothing."""

    TYPE: ClassVar[str] = "partner.suspended"
    IN_CASE: ClassVar[bool] = False
    partner: PartnerId
    reason: Reason


class PartnerRestored(Told):
    """The partner may read and receive again."""

    TYPE: ClassVar[str] = "partner.restored"
    IN_CASE: ClassVar[bool] = False
    partner: PartnerId


class AgreementSigned(Told):
    """A covenant: who may share what for which purposes, from when until when (domain-detail A82)."""

    TYPE: ClassVar[str] = "agreement.signed"
    IN_CASE: ClassVar[bool] = False
    agreement: Slug
    parties: tuple[PartnerId, ...]
    purposes: tuple[Purpose, ...]
    valid_from: date
    valid_until: date | None = None


class AgreementEnded(Told):
    """A covenant ends, for one party or for all."""

    TYPE: ClassVar[str] = "agreement.ended"
    IN_CASE: ClassVar[bool] = False
    agreement: Slug
    party: PartnerId | None = None
    """Only this party leaves; without it the whole agreement ends."""
    ended_on: date


class EventVoided(Told):
    """An operator drops an event that nothing can process; it stays in the log, without effect."""

    TYPE: ClassVar[str] = "event.voided"
    event: EventId
    reason: Reason


class ProtocolLoaded(Derived):
    """Reserved: nobody concludes it yet. Which protocols are in force stands on `schakel.definitions`, a case's own in `case.opened`."""

    TYPE: ClassVar[str] = "protocol.loaded"
    OWNER: ClassVar[str] = "routing"
    IN_CASE: ClassVar[bool] = False
    name: Slug
    version: Version
    digest: Digest


class ChainLoaded(Derived):
    """Reserved, as `protocol.loaded` is."""

    TYPE: ClassVar[str] = "chain.loaded"
    OWNER: ClassVar[str] = "routing"
    IN_CASE: ClassVar[bool] = False
    name: Slug
    version: Version
    digest: Digest


class WatermarkPassed(Derived):
    """Every message that partners sent before `at` stands in the ledger (or was refused). Logged only where a clock waits for it."""

    TYPE: ClassVar[str] = "watermark.passed"
    OWNER: ClassVar[str] = "intake"
    IN_CASE: ClassVar[bool] = False
    at: Moment


class CheckpointPublished(Derived):
    TYPE: ClassVar[str] = "checkpoint.published"
    OWNER: ClassVar[str] = "audit"
    IN_CASE: ClassVar[bool] = False
    log: Slug
    size: Count
    root: Digest


class NonconformanceFound(Derived):
    """Something was done otherwise than agreed: `event` says what, `rule` what was agreed. Shown, never undone."""

    TYPE: ClassVar[str] = "nonconformance.found"
    OWNER: ClassVar[str] = "consent"
    rule: Code
    event: EventId


class RhythmDue(Derived):
    """A moment of a rhythm has come: an overview is to be made, or partners are to meet. Also when there is nothing to put on it."""

    TYPE: ClassVar[str] = "rhythm.due"
    OWNER: ClassVar[str] = "followup"
    IN_CASE: ClassVar[bool] = False
    chain: Slug
    scheme: ProtocolRef
    rhythm: Slug
    nth: Count
    due_at: Moment
    deliver_on: date
    """The day on which it goes out: the same, or the next working day."""
    watermark: Moment
    tell: tuple[PartnerId, ...] = ()


class RhythmMissed(Derived):
    """What a scheme promises for a period did not happen in it. About the chain, never about a case."""

    TYPE: ClassVar[str] = "rhythm.missed"
    OWNER: ClassVar[str] = "followup"
    IN_CASE: ClassVar[bool] = False
    chain: Slug
    scheme: ProtocolRef
    rhythm: Slug
    first_day: date
    last_day: date
    wanted: Count
    held: Count
    missing: tuple[Slug, ...] = ()
    """The consultations that did not discuss it."""
    watermark: Moment
    tell: tuple[PartnerId, ...] = ()
