"""The calendar of events of a chain: Pride, remembrance, carnival. Data: on which days, in which districts, and who is reminded before it.

«toename in van het aantal meldingen [...] rondom evenementen als Pride» [1 §1.3]. Called occasions here, since an event is a line of the
ledger. What is shown of them: `backbone.overviews.occasions`; when a reminder is due: `backbone.chains.rhythms`. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from backbone.protocols.parts import LimitText, Part, Source, Text
from schakel.calendar import Limit, Unit
from schakel.events.base import Slug
from schakel.events.vocab import Role

CALENDAR = "events"
"""Stands where the version of a scheme does, in what is told of the calendar: `<chain>@events`."""


class Days(Part):
    """Once that it was, or will be: the first day and the last."""

    first: date = Field(description="the first day, as 2026-07-25")
    last: date | None = Field(None, description="the last day; left out when it is one day")

    @property
    def end(self) -> date:
        return self.last or self.first

    @model_validator(mode="after")
    def _in_order(self) -> "Days":
        if self.end < self.first:
            raise ValueError(f"last {self.last} lies before first {self.first}")
        return self


def _whole_days(limit: Limit) -> Limit:
    if limit.unit not in (Unit.DAYS, Unit.WEEKS, Unit.MONTHS):
        raise ValueError(f"{limit} counts no whole days; write days, weeks or months, such as `6 weken`")
    return limit


class Reminder(Part):
    """Who has to see to people on duty, and how long before it they hear so."""

    before: Annotated[LimitText, AfterValidator(_whole_days)] = Field(
        description='how long before the first day, such as "6 weken"'
    )
    tell: tuple[Role, ...] = Field(min_length=1, description="the roles that hear of it")
    since: date = Field(description="a reminder that was due before this day is not sent any more")


class Occasion(Part):
    """An event that comes again, on days that are written down for each time: nothing is worked out."""

    occasion: Annotated[Slug, StringConstraints(max_length=40)] = Field(description="a short name, the same every year")
    title: Text = Field(description="what people call it")
    days: tuple[Days, ...] = Field(
        min_length=1, description="each time that it was or will be, by its first and last day"
    )
    districts: Annotated[tuple[Slug, ...] | None, BeforeValidator(lambda value: None if value == "all" else value)] = (
        Field(None, description="`all`, or the districts in which it is")
    )
    remind: Reminder | None = Field(None, description="who is reminded of people on duty, and when")
    source: Source

    def times(self) -> Iterator["Time"]:
        """Each time, in order; `nth` counts within a year."""
        seen: dict[int, int] = {}
        for days in sorted(self.days, key=lambda one: one.first):
            year = days.first.year
            seen[year] = seen.get(year, 0) + 1
            yield Time(self, days, seen[year])


@dataclass(frozen=True)
class Time:
    """One time of an occasion: the `nth` of the year in which it begins."""

    occasion: Occasion
    days: Days
    nth: int

    @property
    def name(self) -> str:
        """`pride-2026`, and `market-2026-2` for a second one in a year: a day that is put right does not change it."""
        name = f"{self.occasion.occasion}-{self.days.first.year}"
        return name if self.nth == 1 else f"{name}-{self.nth}"

    def a_year_before(self) -> "Time | None":
        """The same one of the year before; None when the calendar does not have it."""
        year = self.days.first.year - 1
        return next((one for one in self.occasion.times() if (one.days.first.year, one.nth) == (year, self.nth)), None)
