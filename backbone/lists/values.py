"""From cells to the words of the catalogue: which words each field takes, and reading them by a mapping's source.

Not here: dates and times (`moments`), and putting a report together (`convert`).
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from backbone.lists.cells import Row, key, text
from backbone.lists.mapping import Mapping as ListMapping
from backbone.lists.mapping import Part, Source, Table
from backbone.lists.problems import NOT_SHOWN, CellFault
from schakel.events import vocab

YES, NO = "yes", "no"
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_NUMBER = re.compile(r"[0-9]{1,4}")
_SHOWN_CHARS = 60


def _words(*enums: type[StrEnum]) -> tuple[str, ...]:
    return tuple(word.value for enum in enums for word in enum)


GROUND_WORDS = _words(vocab.Ground) + tuple(
    f"{ground}/{sub}" for ground in vocab.Ground for sub in vocab.SubGround if sub is not vocab.SubGround.NONE
)

WORDS: Mapping[str, tuple[str, ...]] = {
    "identity": _words(vocab.Identity),
    "day_part": _words(vocab.DayPart),
    "series": (YES, NO),
    "record_kind": _words(vocab.RecordKind),
    "reporter": _words(vocab.Person),
    "target": _words(vocab.Target),
    "channel": _words(vocab.Channel),
    "natures": _words(vocab.Nature),
    "grounds": GROUND_WORDS,
    "origin": _words(vocab.Origin),
    "place_type": _words(vocab.PlaceType),
    "tenure": _words(vocab.Tenure),
    "residence_elsewhere": _words(vocab.Answer),
    "residence_abroad": (YES, NO),
    "relation": _words(vocab.Relation),
    "acute": (YES, NO),
    "high_profile": (YES, NO),
    "checks": _words(vocab.Answer),
    "severity": _words(vocab.Severity),
    "police_record": _words(vocab.PoliceRecord),
    "label": _words(vocab.GroundBasis),
    "informed": _words(vocab.InformationTopic),
    "consents": _words(vocab.Answer),
}
"""What each field of a mapping's report takes. The fields that are not here take a slug or a number."""

SLUGS = ("municipality", "district", "residence_municipality")
NUMBERS = ("earlier_unreported",)


def sources(report: Part) -> Iterable[tuple[str, tuple[str | int, ...], Source]]:
    """Every source of a report as (field, its place in the mapping, source)."""
    for name in type(report).model_fields:
        yield from _sources(name, ("report", name), getattr(report, name))


def _sources(
    name: str, at: tuple[str | int, ...], value: object
) -> Iterable[tuple[str, tuple[str | int, ...], Source]]:
    match value:
        case Source():
            yield name, at, value
        case tuple():
            for index, item in enumerate(value):
                yield from _sources(name, (*at, index), item)
        case dict():
            for part, item in value.items():
                yield from _sources(name, (*at, str(part)), item)
        case Part() if hasattr(value, "given"):
            yield name, (*at, "given"), value.given


class Reader:
    """Reads one source from a row. Built once for a list."""

    def __init__(self, field: str, source: Source, mapping: ListMapping) -> None:
        self.field = field
        self.source = source
        self._constant = None if source.constant is None else (source.constant,)
        table = source.values if source.values is not None else mapping.tables.get(source.table or "")
        self._meanings = meanings(field, source, table)
        self._missing = {key(word) for word in mapping.file.missing}
        self._shown = source.column in mapping.not_personal

    def words(self, row: Row) -> tuple[str, ...]:
        """The words that the row says; none when the cell is not filled in. Raises CellFault for what nobody mapped."""
        if self._constant is not None:
            return self._constant
        assert self.source.column is not None
        cell = text(row.cell(self.source.column))
        pieces = cell.split(self.source.separator) if self.source.separator else [cell]
        filled = [piece for piece in map(str.strip, pieces) if piece and key(piece) not in self._missing]
        if not filled:
            return () if self.source.missing is None else (self.source.missing,)
        return tuple(dict.fromkeys(word for piece in filled for word in self._meaning(piece)))

    def word(self, row: Row) -> str | None:
        """As `words`, for a field that takes one."""
        found = self.words(row)
        if len(found) > 1:
            raise self._fault(text(row.cell(self.source.column or "")), "one value", "give this row one value")
        return found[0] if found else None

    def _meaning(self, piece: str) -> tuple[str, ...]:
        found = self._meanings.get(key(piece))
        if found is not None:
            return found
        if self.field in NUMBERS and _NUMBER.fullmatch(piece):
            return (piece,)
        if self.source.otherwise is not None:
            return (self.source.otherwise,)
        if self.field in NUMBERS:
            raise self._fault(piece, "a whole number up to 9999", "correct the cell")
        raise self._fault(
            piece,
            _listed(self._meanings),
            "correct the cell, or add this value to the mapping (`values:`, or `otherwise:` for all others)",
        )

    def _fault(self, piece: str, expected: str, remedy: str) -> CellFault:
        assert self.source.column is not None
        return CellFault(
            "cell.unmapped", self.source.column, expected=expected, remedy=remedy, shown=shown(piece, self._shown)
        )


def shown(cell: str, not_personal: bool) -> str:
    """What an error may say of a cell: itself, shortened and printable, or that it is not shown."""
    if not cell:
        return "an empty cell"
    if not not_personal:
        return NOT_SHOWN
    clean = "".join(char if char.isprintable() else " " for char in cell)
    return clean if len(clean) <= _SHOWN_CHARS else clean[: _SHOWN_CHARS - 1] + "…"


def meanings(field: str, source: Source, table: Table | None) -> dict[str, tuple[str, ...]]:
    """The values a source knows, as they are compared; a field without table or list takes its own words."""
    known = {key(cell): words for cell, words in (table or {}).items()}
    known |= {key(word): (slug(word),) for word in source.one_of}
    if not known and source.otherwise is None:
        known = {key(word): (word,) for word in WORDS.get(field, ())}
    return known


def slug(words: str) -> str:
    """`Nieuw-West` as `nieuw-west`, `D32` as `d32`."""
    return re.sub(r"[^a-z0-9]+", "-", key(words)).strip("-")


def _listed(known: Mapping[str, object]) -> str:
    names = sorted(known)
    return "one of: " + ", ".join(names[:12]) + (f" … ({len(names)} in all)" if len(names) > 12 else "")
