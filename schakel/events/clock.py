"""Family *clock*: a clock is an event, started, stopped, reminded, breached, corrected; none lives in memory.

A clock's id is the id of its `clock.started`. Only `promised` and `our_choice` clocks have a due moment.
"""

from typing import ClassVar

from schakel.events.base import Code, Count, Derived, EventId, LimitText, Moment, PartnerId, Seconds, Slug, Version
from schakel.events.report import ProtocolRef
from schakel.events.vocab import ClockKind, Role


class ClockStarted(Derived):
    TYPE: ClassVar[str] = "clock.started"
    OWNER: ClassVar[str] = "followup"
    clock: Slug
    protocol: ProtocolRef
    kind: ClockKind
    started_at: Moment
    limit: LimitText | None = None
    due_at: Moment | None = None
    remind_at: tuple[Moment, ...] = ()
    calendar: Version | None = None
    responsible_role: Role
    responsible: PartnerId | None = None
    about: EventId | None = None
    """What it times, where a rule gives each its own clock: the referral, the action, the question, the closing. Null: the case."""


class ClockStopped(Derived):
    TYPE: ClassVar[str] = "clock.stopped"
    OWNER: ClassVar[str] = "followup"
    clock: EventId
    stopped_at: Moment
    """When the contact took place, not when it was written down."""
    elapsed_s: Seconds
    by: PartnerId


class ClockSuspended(Derived):
    """It stands still, and why. `until`: it goes on by itself then; null: when the reason is gone."""

    TYPE: ClassVar[str] = "clock.suspended"
    OWNER: ClassVar[str] = "followup"
    clock: EventId
    reason: Code
    until: Moment | None = None


class ClockResumed(Derived):
    """It runs again; `due_at` is the new due moment, later by the time it stood still."""

    TYPE: ClassVar[str] = "clock.resumed"
    OWNER: ClassVar[str] = "followup"
    clock: EventId
    due_at: Moment | None = None


class ClockReminded(Derived):
    """Somebody was reminded, before the due moment or, up the ladder, after a breach. `next_at`: it comes back then."""

    TYPE: ClassVar[str] = "clock.reminded"
    OWNER: ClassVar[str] = "followup"
    clock: EventId
    nth: Count
    to: PartnerId
    next_at: Moment | None = None


class ClockBreached(Derived):
    """The promise was not kept as far as the ledger knows at `watermark`: everything sent before it had been handled."""

    TYPE: ClassVar[str] = "clock.breached"
    OWNER: ClassVar[str] = "followup"
    clock: EventId
    due_at: Moment
    watermark: Moment
    tell: tuple[PartnerId, ...] = ()
    climb_at: tuple[Moment, ...] = ()
    """When each rung of the ladder above it is reached, unless something stops the clock before."""


class ClockCorrected(Derived):
    """Made in time, written down late: late paperwork, not late work."""

    TYPE: ClassVar[str] = "clock.corrected"
    OWNER: ClassVar[str] = "followup"
    clock: EventId
    reason: Code
    stopped_at: Moment
    by: PartnerId


CLOCKS = (ClockStarted, ClockStopped, ClockSuspended, ClockResumed, ClockReminded, ClockBreached, ClockCorrected)
"""Every type of the family."""
