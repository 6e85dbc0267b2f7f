"""What a mapping file may say: which column of a partner's list means what.

Here: the fields, their words and what they mean. Not here: what must hold between fields, and reading the file (`checks`).
"""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from schakel.events.base import PartnerId, Slug, SubjectHandle, Version
from schakel.events.vocab import Check, ConsentWay, GroundBasis, Person, Purpose, Scope, SeverityScale

Column = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


def _several(value: object) -> object:
    """One word, several words, or none, always as a list."""
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _text(value: object) -> object:
    """Numbers and yes/no as YAML reads them, back to the text that a cell holds."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"{name!r} is no time zone; write one such as Europe/Amsterdam") from None
    return name


CellText = Annotated[str, BeforeValidator(_text)]
Words = Annotated[tuple[CellText, ...], BeforeValidator(_several)]
Table = dict[str, Words]
"""What a cell holds (compared without regard to case and outer spaces) -> the word or words it means; `null`: nothing."""


class Part(BaseModel):
    """An immutable part of a mapping without room for fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileShape(Part):
    """How the file is written, where that cannot or should not be guessed."""

    encoding: str = "auto"
    """`auto`: by its byte order mark, else UTF-8, else windows-1252."""
    delimiter: str = "auto"
    """`auto`: the one under which most of the mapped columns are found. `tab` for a tab."""
    sheet: str | None = None
    """Of a workbook; null: the first."""
    header_row: Annotated[int, Field(ge=1)] = 1
    missing: tuple[CellText, ...] = ()
    """Cells that mean "not filled in", besides empty ones: NA, n.v.t., onbekend."""


class Source(Part):
    """Where the word or words of one field come from: one column, or a constant."""

    column: Column | None = None
    constant: CellText | None = None
    values: Table | None = None
    table: Name | None = None
    """One of `tables`, when several columns share it."""
    one_of: tuple[CellText, ...] = ()
    """Cells that mean themselves (written in small letters and hyphens)."""
    separator: Annotated[str, StringConstraints(min_length=1, max_length=3)] | None = None
    """What stands between several values in one cell."""
    otherwise: CellText | None = None
    """The word for a value that no table names; without it such a row is an error."""
    missing: CellText | None = None
    """The word for a cell that is not filled in; without it the field is left out."""

    @model_validator(mode="after")
    def _one_origin(self) -> "Source":
        if (self.column is None) == (self.constant is None):
            raise ValueError("needs `column` or `constant`, and not both")
        read = (self.values, self.table, self.one_of, self.separator, self.otherwise, self.missing)
        if self.constant is not None and any(read):
            raise ValueError("a constant stands alone; drop the other lines or give a `column`")
        if self.values is not None and self.table is not None:
            raise ValueError("has both `values` and `table`; keep one")
        return self


class ListSource(Source):
    """One of several sources whose words together make a list."""

    only_below: Annotated[int, Field(ge=1)] | None = None
    """Counts only while the sources before it gave fewer words than this."""


class GroundSource(ListSource):
    """Words are a ground, or `ground/sub_ground` where a finer word was said."""

    basis: GroundBasis = GroundBasis.UNKNOWN


class Moment(Part):
    """A day and perhaps a time, in one column or two, in the time zone of the list."""

    date: Column = Field(description="the column that holds the date, perhaps with the time")
    time: Column | None = None
    unknown_times: tuple[CellText, ...] = ()
    """Times that this list writes when nobody knows the time, such as 0 or 00:01."""
    default_time: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    """The time to take when none is known; without it a moment without time is an error where one is needed."""


class Occurred(Moment):
    """When it happened. The time decides the part of the day; the exact moment leaves only sealed."""

    last_date: Column | None = None
    """The end, when the list gives a period."""


class ConsentSource(Part):
    """A grant recorded in the list: given when `given` answers `yes`. A *no* sends nothing: the person counts as not asked."""

    recipient: PartnerId = Field(description="the partner who may receive it, by its id in chains/partners.yaml")
    purpose: Purpose
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)]
    given: Source = Field(description="a column whose cells mean yes, no or unknown")
    given_by: Person = Person.VICTIM
    way: ConsentWay = ConsentWay.SPOKEN
    text_version: Version | None = None


class Report(Part):
    """The fields of a report. What is not mapped keeps its default."""

    reported_at: Moment = Field(description="when the reporter was heard or wrote: {date: COLUMN, time: COLUMN}")
    identity: Source = Field(
        description="one_way, anonymous_heard, known_to_door or by_name, from a column or constant"
    )
    occurred: Occurred | None = None
    day_part: Source | None = None
    series: Source | None = None
    earlier_unreported: Source | None = None
    record_kind: Source | None = None
    reporter: Source | None = None
    target: Source | None = None
    channel: Source = Source(constant="list_import")
    natures: tuple[ListSource, ...] = ()
    grounds: tuple[GroundSource, ...] = ()
    origin: Source | None = None
    municipality: Source | None = None
    district: Source | None = None
    place_type: Source | None = None
    tenure: Source | None = None
    residence_elsewhere: Source | None = None
    residence_municipality: Source | None = None
    residence_abroad: Source | None = None
    relation: Source | None = None
    acute: Source | None = None
    high_profile: Source | None = None
    checks: dict[Check, Source] = {}
    severity: dict[SeverityScale, Source] = {}
    police_record: Source | None = None
    label: Source | None = None
    informed: tuple[ListSource, ...] = ()
    consents: tuple[ConsentSource, ...] = ()


class TextSource(Part):
    """Text of one or more columns, taken over as it stands; only ever sealed."""

    column: Column | None = None
    columns: tuple[Column, ...] = ()
    join: str = " "

    @model_validator(mode="after")
    def _one_origin(self) -> "TextSource":
        if (self.column is None) == (not self.columns):
            raise ValueError("needs `column` or `columns`, and not both")
        return self

    @property
    def all_columns(self) -> tuple[str, ...]:
        return (self.column,) if self.column else self.columns


class SealedParts(Part):
    """Personal data of one person: what the columns hold is sealed before it leaves."""

    contact_details: dict[Name, TextSource] = {}
    """Its members: name, telephone, email, address and the like."""
    story: TextSource | None = None
    exact_place: TextSource | None = None
    exact_time: Literal["occurred"] | None = None
    """`occurred`: the moment that `report.occurred` reads."""
    own_reference: TextSource | None = None
    contact_preference: TextSource | None = None
    free_text: TextSource | None = None


class Identity(Part):
    """What makes a row the same row next time."""

    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    event_ids: bool = False
    """Whether the one column holds the event ids (UUIDs) with which the partner's own system told its reports."""

    @model_validator(mode="after")
    def _one_column(self) -> "Identity":
        if self.event_ids and len(self.columns) != 1:
            raise ValueError("`event_ids` goes with one column, that of the event ids; name that one alone")
        return self


class Skip(Part):
    """Rows that are no reports: drafts, tests, totals."""

    column: Column
    values: Annotated[tuple[CellText, ...], Field(min_length=1)]
    because: str


class Mapping(Part):
    """A partner's list, column by column."""

    mapping: Slug = Field(description="the name of this mapping, in small letters, digits and hyphens")
    version: Version = Field(description='a version between quotes, such as "1"')
    title: str | None = None
    file: FileShape = FileShape()
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        description="the zone of the list's times: Europe/Amsterdam"
    )
    dates: Annotated[tuple[str, ...], Field(min_length=1)] = ("%Y-%m-%d",)
    """How dates are written, tried in this order: strptime patterns, `iso`, or `excel` for a day number."""
    times: Annotated[tuple[str, ...], Field(min_length=1)] = ("%H:%M", "%H:%M:%S")
    """How times are written: strptime patterns, or `hmm` for hours and minutes as one number (1745, 930, 5)."""
    identity: Identity = Field(description="which columns make a row's identity: {columns: [COLUMN]}")
    not_personal: tuple[Column, ...] = ()
    """Columns whose cells may be shown in errors. Every other column counts as personal data."""
    unused: tuple[Column, ...] = ()
    """Columns left out on purpose; others that the mapping does not name are reported."""
    tables: dict[Name, Table] = {}
    skip: tuple[Skip, ...] = ()
    required: tuple[str, ...] = ()
    """Fields of `report` without which a row is an error."""
    report: Report = Field(description="the fields of a report and the columns that they come from")
    sealed: dict[SubjectHandle, SealedParts] = {}
