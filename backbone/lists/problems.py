"""What is wrong with a list, a row or a cell, and the file in which a partner finds the rows to mend.

No text here repeats a cell, unless the mapping says that its column is not personal.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from schakel.errors import SchakelError

_HEADER = ("row", "code", "column", "field", "found", "expected", "remedy")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
NOT_SHOWN = "(not shown: personal data)"


class ListError(SchakelError):
    """The list as a whole cannot be imported; nothing of it was sent. The text says what was found and what to do."""


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row was not imported. `row` counts as a spreadsheet does: the first line of the file is row 1."""

    row: int
    code: str
    """Stable: `cell.*`, `row.*`, `send.*`, or the code of the backbone's refusal."""
    expected: str
    remedy: str
    column: str = ""
    field: str = ""
    found: str = ""


class CellFault(Exception):
    """One cell that cannot be used. `shown` is what may be said of it: never the cell itself for a personal column."""

    def __init__(self, code: str, column: str, *, expected: str, remedy: str, shown: str = "") -> None:
        self.code = code
        self.column = column
        self.expected = expected
        self.remedy = remedy
        self.shown = shown
        super().__init__(f"{code} in column {column}: found {shown or 'nothing'}, expected {expected}; {remedy}")

    def at(self, row: int, field: str) -> RowError:
        return RowError(row, self.code, self.expected, self.remedy, self.column, field, self.shown)


class ErrorsFile:
    """The rows that were not imported, as CSV. It is written as they arise and is not there when there are none.

    An older file of ours at the same path is replaced; any other file there is left alone and raises ListError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self._file: IO[str] | None = None
        if path.is_dir() or (path.exists() and not _is_ours(path)):
            raise ListError(f"{path} exists and is no errors file of an import; name another one with --errors")

    def __enter__(self) -> Self:
        try:
            # utf-8-sig: with the mark by which Excel knows UTF-8
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
        except OSError as error:
            raise ListError(
                f"{self.path} cannot be written ({error.strerror}); name a place that can with --errors FILE"
            ) from None
        self._write(_HEADER)
        return self

    def add(self, error: RowError) -> None:
        found = f"'{error.found}" if error.found.startswith(_FORMULA) else error.found  # else Excel would run it
        self._write((str(error.row), error.code, error.column, error.field, found, error.expected, error.remedy))
        self.lines += 1

    def _write(self, cells: tuple[str, ...]) -> None:
        assert self._file is not None, "used outside its `with`"
        csv.writer(self._file).writerow(cells)
        self._file.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            if not self.lines:
                self.path.unlink()


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(200)
    return not start or start.removeprefix(b"\xef\xbb\xbf").startswith(",".join(_HEADER).encode())
