"""A register of measures: number, title, owner, status by year; and the yearly report that follows from it.

About what partners said they would do. It knows no case and no person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field, model_validator

from backbone.protocols.parts import Part, Source, Text
from schakel.events.base import Slug
from schakel.events.vocab import Role


class Progress(StrEnum):
    """How a measure stands at the end of a year."""

    PLANNED = "planned"
    STARTED = "started"
    CONTINUED = "continued"
    PARTLY_DONE = "partly_done"
    DONE = "done"
    DROPPED = "dropped"


RUNNING = (Progress.STARTED, Progress.CONTINUED, Progress.PARTLY_DONE)


class Measure(Part):
    """One measure. `years` says how it stood at the end of each year; a year that is not there is not known yet."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    number: int | None = Field(None, ge=1, description="its number in the document")
    title: Text = Field(description="the measure, in Dutch")
    owner: Role | None = Field(None, description="who carries it out; null when the text names nobody of the chain")
    additional: bool = Field(False, description="added after the register began")
    years: Mapping[int, Progress] = Field(default={}, description="status at the end of a year, as 2026: started")
    source: Source


class Register(Part):
    """The measures of one plan, from its first year to its last."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    title: Text = Field(description="its title, in Dutch")
    first_year: int = Field(description="the first year that is reported on")
    last_year: int = Field(description="the last year that is reported on")
    measures: tuple[Measure, ...] = Field(min_length=1, description="the measures")
    source: Source

    @model_validator(mode="after")
    def _in_order(self) -> "Register":
        if self.last_year < self.first_year:
            raise ValueError(f"last_year {self.last_year} lies before first_year {self.first_year}")
        return self


@dataclass(frozen=True)
class YearlyReport:
    """What a year's report says, each a list of measures by id. `unknown` are those whose status nobody has written down."""

    year: int
    carried_out: tuple[str, ...]
    next_year: tuple[str, ...]
    additional: tuple[str, ...]
    dropped: tuple[str, ...]
    unknown: tuple[str, ...]


def yearly_report(register: Register, year: int) -> YearlyReport | None:
    """The report on a year; None outside the register's years: there is none to make (scenarios.md, VST-4)."""
    if not register.first_year <= year <= register.last_year:
        return None
    at_end = {measure.id: measure.years.get(year) for measure in register.measures}
    planned = {measure.id: measure.years.get(year + 1) for measure in register.measures}

    def those(*words: Progress | None) -> tuple[str, ...]:
        return tuple(name for name, progress in at_end.items() if progress in words)

    goes_on = [
        name
        for name, progress in at_end.items()
        if year < register.last_year
        and planned[name] is not Progress.DROPPED
        and (progress in (*RUNNING, Progress.PLANNED) or planned[name] in RUNNING)
    ]
    new = [measure.id for measure in register.measures if measure.additional and min(measure.years, default=0) == year]
    return YearlyReport(year, those(Progress.DONE), tuple(goes_on), tuple(new), those(Progress.DROPPED), those(None))
