"""Cells and rows as they stand in a file, and their text. Not here: opening files (`rows`), meaning (`values`, `moments`)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from backbone.lists.problems import RowError

Cell = str | int | float | bool | date | datetime | time | timedelta | None


def text(cell: Cell) -> str:
    """What a person sees in the cell, without spaces around it: 1200 for both the text and the number, true for a tick."""
    match cell:
        case None:
            return ""
        case str():
            return cell.strip()
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() | date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def key(words: str) -> str:
    """The form in which words are compared: case, kind of space and number of spaces make no difference."""
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list; `number` as a spreadsheet shows it."""

    number: int
    cells: Mapping[str, Cell] = field(repr=False)
    """By the key of the column's name."""
    fault: RowError | None = None
    """Set when the row does not fit the header; then it has no cells."""

    def cell(self, column: str) -> Cell:
        return self.cells.get(key(column))

    @property
    def is_blank(self) -> bool:
        return self.fault is None and not any(text(cell) for cell in self.cells.values())
