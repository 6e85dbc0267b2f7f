"""A case's clocks, and what it remembers for them: moments at which something was told, actions with their day, rungs that were climbed.

Plain values, part of `schakel.case_state.State`; `schakel.case_clocks` and `schakel.case_actions` fold events into them.
"""

from datetime import date, datetime
from enum import StrEnum

import msgspec


class ClockState(StrEnum):
    RUNNING = "running"
    SUSPENDED = "suspended"
    STOPPED = "stopped"
    BREACHED = "breached"
    CORRECTED = "corrected"


class Clock(msgspec.Struct, omit_defaults=True):
    id: str
    name: str
    protocol: str
    kind: str
    started_at: datetime
    due_at: datetime | None = None
    remind_at: list[datetime] = []
    responsible: str | None = None
    state: ClockState = ClockState.RUNNING
    reminded: int = 0
    stopped_at: datetime | None = None
    breached: bool = False
    """Stays true when the clock stopped after its breach: late work. Taken back only by a correction."""
    contact: str | None = None
    """Id of the contact (or other word) that stopped or corrected it: when that is taken back, the clock runs again."""
    about: str | None = None
    """What it times, where a rule gives each its own clock."""
    still: str | None = None
    """Why it stands still."""
    still_since: datetime | None = None
    wakes_at: datetime | None = None
    """When it goes on by itself."""
    stood: list[tuple[str, datetime, datetime]] = []
    """Why it stood still, from when and until when, each time that is over."""
    waited: str | None = None
    """Id of the word by which the person put a contact off: that counts once."""
    climb_at: list[datetime] = []
    """Of a breached clock: when each rung of the ladder above it is reached."""
    climbed: int = 0


class Mark(msgspec.Struct, omit_defaults=True):
    """That something was told, when and by whom: what a clock may start or stop at."""

    id: str
    what: str
    """The catalogue name of the event, or `contact.postponed`."""
    at: datetime
    """When it was logged; of what has a moment of its own, that moment."""
    by: str
    about: str | None = None
    """The referral, request or word that it is about."""


class Action(msgspec.Struct, omit_defaults=True):
    """Who does what by when."""

    id: str
    type: str
    owner: str
    by: str
    at: datetime
    due_on: date
    done: str | None = None
    """Id of the word that it was done."""
    done_at: datetime | None = None
    done_by: str | None = None


class Escalated(msgspec.Struct, omit_defaults=True):
    """The case went up to a role."""

    id: str
    to: str
    at: datetime
    cause: str
    """The request, or the breached clock."""
    owner: str | None = None
