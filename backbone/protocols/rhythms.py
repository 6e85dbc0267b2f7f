"""How often something has to happen, as data: so many times a year, every so many days, or within a term.

Here: the fields and their form. The moments that follow from one: `backbone.protocols.rhythm_moments`. That one was not kept is found
at the watermark by follow-up, once.
"""

from datetime import date, time
from enum import StrEnum

from pydantic import Field, model_validator

from backbone.protocols.parts import LimitText, Part, Source
from schakel.calendar import Limit, Unit
from schakel.events.base import Slug
from schakel.events.vocab import ClockKind, Role


class Each(StrEnum):
    """The period of the calendar in which something has to have happened.

    What comes round from a day of its own does so every so many days, weeks or months (`every`).
    """

    YEAR = "year"
    HALF_YEAR = "half_year"
    QUARTER = "quarter"
    MONTH = "month"


class OnFreeDay(StrEnum):
    """What is made on a day off: is delivered the next working day, or the same day."""

    NEXT_WORKING_DAY = "next_working_day"
    SAME_DAY = "same_day"


class Rhythm(Part):
    """One of three shapes.

    `at_least` times `each` period (`first_year`, `last_year` bound it) · `every` so many days, weeks or months from `starting` on, at
    `at` by the clock on the wall · `within` a term, once (or, with `again`, over and over) from `starting` on.
    """

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    of: Slug = Field(description="the id of a consultation, an overview or an agenda item of this file")
    at_least: int | None = Field(None, ge=1, description="how many times a period")
    each: Each | None = None
    discussed_in: tuple[Slug, ...] = Field((), description="the consultations that must each have discussed it")
    first_year: int | None = None
    last_year: int | None = None
    every: LimitText | None = Field(None, description='such as "14 dagen" or "6 weken"')
    within: LimitText | None = Field(None, description='such as "24 maanden": once, counted from `starting`')
    again: bool = Field(False, description="with `within`: the next term begins where one ends")
    starting: date | None = Field(None, description="the first day, as 2026-01-05")
    at: time | None = Field(None, description='the time by the clock on the wall, as "09:00"')
    on_free_day: OnFreeDay = OnFreeDay.NEXT_WORKING_DAY
    promise: ClockKind = Field(description="measured (never missed), promised (with its passage) or our_choice")
    tell: tuple[Role, ...] = Field((), description="the roles that hear that it was not kept, or that it is due")
    source: Source

    @model_validator(mode="after")
    def _one_shape(self) -> "Rhythm":
        shapes = [name for name in ("at_least", "every", "within") if getattr(self, name) is not None]
        if len(shapes) != 1:
            found = " and ".join(shapes) or "none of them"
            raise ValueError(f"a rhythm has one of at_least, every and within, found {found}")
        if (self.at_least is None) is not (self.each is None):
            raise ValueError("at_least and each belong together: `at_least: 4` with `each: year`")
        if self.at_least is None and self.starting is None:
            raise ValueError(f"`{shapes[0]}` counts from a day: add `starting: 2026-01-05`")
        if self.every is not None and self.every.unit not in (Unit.DAYS, Unit.WEEKS, Unit.MONTHS):
            raise ValueError(f"`every` counts days, weeks or months, found {self.every}")
        return self

    @property
    def length(self) -> Limit:
        """The step of `every` or `within`. Raises ValueError for a rhythm by periods."""
        if (length := self.every or self.within) is None:
            raise ValueError(f"rhythm {self.id} counts periods, not a length")
        return length
