"""An overview as data: of what, for whom, by which definitions. Not here: making it (`backbone.meetings`)."""

from enum import StrEnum

from pydantic import Field

from backbone.protocols.conditions import ALWAYS, When
from backbone.protocols.consultations import Shows
from backbone.protocols.parts import Part, Source, Text
from schakel.events.base import Slug
from schakel.events.vocab import Nature, PoliceRecord, Role

SMALLEST_CELL = 5
"""No number below it leaves the backbone (design §5): a district's four could be somebody. One for all overviews: two of different
coarseness, laid side by side, would show more than either."""


class Of(StrEnum):
    """What an overview is made of."""

    CASES = "cases"
    """A line a case, case facts only."""
    NUMBERS = "numbers"
    """Some tables of an issued month, quarter or year (`backbone.overviews.asked`); never totals up to now."""
    MEASURES = "measures"
    """The register of measures: never case data."""
    REPORT = "report"
    """A text that people write together; the backbone knows when it is due and when it was discussed, and may draft it (`to_write`)."""


class By(StrEnum):
    """What numbers are counted by."""

    NATURE = "nature"
    GROUND = "ground"
    PLACE_TYPE = "place_type"
    DISTRICT = "district"
    DAY_PART = "day_part"
    CHANNEL = "channel"
    SCREENING = "screening"
    """What the police's query found and what people made of it (`backbone.overviews.screening`): of a quarter, and by nothing else."""


class ToWrite(Part):
    """A part of a report that people write; the draft leaves it open and says for whom."""

    title: Text = Field(description="what it is about, in Dutch")
    by: tuple[Role, ...] = Field(min_length=1, description="the roles that write it")
    source: Source


class Overview(Part):
    """What is made, for whom, by which definitions; `rhythms` say when."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    title: Text = Field(description="its title, in Dutch")
    of: Of = Field(description="cases, numbers, measures or report")
    readers: tuple[Role, ...] = Field(min_length=1, description="the roles that get it, and nobody else")
    made_by: Role | None = Field(None, description="the role that answers for it")
    when: When = ALWAYS
    known_to: tuple[Role, ...] = Field((), description="only cases that a partner of each of these roles knows")
    criminal_side: bool = False
    shows: tuple[Shows, ...] = ()
    by: tuple[By, ...] = ()
    smallest_cell: int | None = Field(
        None, ge=SMALLEST_CELL, le=SMALLEST_CELL, description="numbers below it are not shown: 5, as in every overview"
    )
    note: Text | None = Field(None, description="the sentence that every copy carries, in Dutch")
    to_write: tuple[ToWrite, ...] = Field(
        (), description="of a report: what people write; with it a draft can be made of an issued year"
    )
    source: Source


class Definitions(Part):
    """The words that partners agreed to register by. What falls outside is kept as told and listed apart, never recoded."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    records: tuple[PoliceRecord, ...] = ()
    natures: tuple[Nature, ...] = ()
    source: Source
