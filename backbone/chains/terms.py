"""What a chain's file says beside who holds which role: from when until when, at what hours, who acts instead, who hears back.

A part of `model`: the fields and their words. What they come to together stands in `chain` and `candidates`.
"""

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from backbone.protocols.model import Source
from schakel.events.base import PartnerId, Slug
from schakel.events.vocab import Role

DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
_DAY, _TIME = "|".join(DAYS), r"([01]\d|2[0-3]):[0-5]\d"
_HOURS = re.compile(rf"({_DAY})(-({_DAY}))? {_TIME}-({_TIME}|24:00)")


def read_hours(text: str) -> str:
    """The text, when it is days and times. Raises ValueError."""
    if not _HOURS.fullmatch(text):
        raise ValueError(
            f"{text!r} are no hours; expected days and times, such as 'ma-vr 09:00-17:00' or 'za 10:00-14:00'"
        )
    return text


Hours = Annotated[str, AfterValidator(read_hours)]
"""Days and times at which a partner works, in the chain's own time zone: shown (`hours`), and no clock waits for it by itself."""


class Part(BaseModel):
    """An immutable part of a file without room for fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(Part):
    """From its first day to its last; open where none is named."""

    since: date | None = Field(None, description="the first day, as 2016-10-11")
    until: date | None = Field(None, description="the last day, as 2026-12-31")

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> "Term":
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"until {self.until} lies before since {self.since}; exchange the two days")
        return self

    def holds_on(self, day: date | None) -> bool:
        """Whether it holds on this day. None asks whether it ever does."""
        if day is None:
            return True
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Joined(Term):
    """From when until when a municipality is covered: what was reported on another day is not under the chain."""

    municipality: Slug = Field(description="one of the chain's municipalities")


class Capacity(StrEnum):
    """What a partner says of its room: whoever is full is asked last."""

    OPEN = "open"
    FULL = "full"


class Instead(Part):
    """Who acts where nobody holds a role: the holders of these roles, in this order."""

    role: Role = Field(description="the role that may be vacant")
    by: tuple[Role, ...] = Field(min_length=1, description="the roles that act in its place, in order")
    source: Source


class How(StrEnum):
    """How a partner hears what became of its referrals (domain-detail A69)."""

    NONE = "none"
    DIGEST = "digest"
    PER_CASE = "per_case"


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"


class Feedback(Part):
    """A partner's subscription to what becomes of its referrals. Who has none hears nothing unasked."""

    partner: PartnerId = Field(description="a member of the chain")
    how: How = Field(description="none, digest or per_case")
    every: Every = Every.DAY
    since: date | None = Field(None, description="the first day of which it is told: nothing that was answered before")
    source: Source | None = None

    def due(self, at: datetime, time_zone: str) -> datetime:
        """When something that was answered at `at` is told: at once, or at the midnight that ends the day or the week there."""
        if self.how is not How.DIGEST:
            return at
        zone = ZoneInfo(time_zone)
        day = at.astimezone(zone).date()
        days = 1 if self.every is Every.DAY else 7 - day.weekday()
        after = day + timedelta(days=days)
        return datetime(after.year, after.month, after.day, tzinfo=zone)


class Elsewhere(Part):
    """Another chain whose partners in these roles may be referred to for residents of its municipalities who were harmed here."""

    chain: Slug = Field(description="the name of a chain file beside this one")
    roles: tuple[Role, ...] = Field(min_length=1, description="the roles of that chain that may be referred to")
    source: Source
