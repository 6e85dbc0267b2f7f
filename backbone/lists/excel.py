"""Workbooks (.xlsx), read without loading them whole; cells keep their type. Not here: CSV, and what the columns mean."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from backbone.lists.cells import Cell
from backbone.lists.problems import ListError

_ZIP = b"PK\x03\x04"
_OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook; formulas count as the value that was saved with them."""

    path: Path
    name: str

    @property
    def shape(self) -> str:
        return f"XLSX, sheet {self.name!r}"

    def lines(self) -> Iterator[Sequence[Cell]]:
        book = _open(self.path)
        try:
            sheet = book[self.name]
            sheet.reset_dimensions()  # programs that write these files often state a wrong size
            width = 0
            for line in sheet.iter_rows(values_only=True):
                width = max(width, len(line))
                yield [cast(Cell, cell) for cell in line] + [None] * (width - len(line))
        finally:
            book.close()


def open_table(path: Path, start: bytes, sheet: str | None) -> Sheet | None:
    """The sheet to read, or None when the file is no workbook. `start`: its first bytes. Raises ListError for a bad one."""
    if start.startswith(_OLD_OR_ENCRYPTED):
        raise ListError(
            f"{path} is a workbook with a password or of the old kind (.xls); save it as .xlsx without password, or as CSV"
        )
    if not start.startswith(_ZIP):
        return None
    book = _open(path)
    try:
        names = [worksheet.title for worksheet in book.worksheets]
    finally:
        book.close()
    if sheet is not None and sheet not in names:
        raise ListError(f"{path} has no sheet {sheet!r}; it has {', '.join(map(repr, names))}")
    if not names:
        raise ListError(f"{path} has no sheet with cells; save the list again")
    return Sheet(path, sheet or names[0])


def _open(path: Path) -> Workbook:
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise ListError(
            f"{path} is no workbook that can be read ({type(error).__name__}); save it again as .xlsx"
        ) from None
