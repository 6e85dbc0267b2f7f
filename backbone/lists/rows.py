"""Opening a list: CSV in whatever way it was saved, or a workbook, as rows under the names of its columns.

Encoding: a byte order mark decides, else UTF-8, else windows-1252. Delimiter: a line `sep=;` decides, else the one under which
most of the mapped columns are found. The mapping may name both. Not here: what the columns mean.
"""

import csv
import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from backbone.lists import excel
from backbone.lists.cells import Cell, Row, key, text
from backbone.lists.mapping import FileShape
from backbone.lists.problems import ListError, RowError

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MAX_CELL_CHARS = 1024 * 1024


class Table(Protocol):
    """A grid of cells that can be read as often as one likes."""

    @property
    def shape(self) -> str:
        """How the file turned out to be written, for people."""
        ...

    def lines(self) -> Iterator[Sequence[Cell]]:
        """The lines from the top, header included. Raises ListError where the file breaks off."""
        ...


@dataclass(frozen=True)
class RowList:
    """The rows of a list. Iterating reads the file anew; blank rows are left out but keep their number."""

    table: Table
    header_row: int
    columns: tuple[str, ...]

    @property
    def shape(self) -> str:
        return self.table.shape

    def __iter__(self) -> Iterator[Row]:
        keys = [key(column) for column in self.columns]
        for number, line in enumerate(self.table.lines(), start=1):
            if number <= self.header_row:
                continue
            row = _row(number, keys, line)
            if not row.is_blank:
                yield row

    def others_than(self, known: Iterable[str]) -> list[str]:
        """The columns that `known` does not name."""
        keys = {key(column) for column in known}
        return [column for column in self.columns if column and key(column) not in keys]


def open_list(path: Path, shape: FileShape, wanted: Sequence[str]) -> RowList:
    """The list at `path`, which must have the columns `wanted`. Raises ListError when it cannot be read or one is missing."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise ListError(f"{path} cannot be read ({error.strerror}); check the name and the rights") from None
    table = excel.open_table(path, start, shape.sheet) or _open_csv(path, shape, wanted)
    columns = tuple(text(cell) for cell in _header(table, shape.header_row))
    _check_columns(path, table.shape, columns, wanted)
    return RowList(table, shape.header_row, columns)


def _row(number: int, keys: Sequence[str], line: Sequence[Cell]) -> Row:
    extra = [cell for cell in line[len(keys) :] if text(cell)]
    if (len(line) < len(keys) and any(text(cell) for cell in line)) or extra:
        fault = RowError(
            number,
            "row.cells",
            found=f"{len(line)} cells",
            expected=f"{len(keys)} cells, as the header has",
            remedy="look for a stray delimiter, quote or line break in this row and the one above it",
        )
        return Row(number, {}, fault)
    return Row(number, dict(zip(keys, line, strict=False)))


def _check_columns(path: Path, shape: str, columns: Sequence[str], wanted: Sequence[str]) -> None:
    counted = Counter(key(column) for column in columns)
    for column in wanted:
        if not counted[key(column)]:
            close = difflib.get_close_matches(column, columns, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"the list has: {', '.join(filter(None, columns))}"
            raise ListError(
                f"{path} ({shape}) has no column {column!r}, which the mapping names; {hint} "
                "Correct the mapping, or its `file:` part when header_row, delimiter or sheet are not these"
            )
        if counted[key(column)] > 1:
            raise ListError(f"{path} has the column {column!r} {counted[key(column)]} times; give each its own name")


@dataclass(frozen=True)
class _Csv:
    path: Path
    encoding: str
    delimiter: str
    skip: int
    """Lines before the first one: 1 for Excel's `sep=`, which is no row of the list but counts as one."""

    @property
    def shape(self) -> str:
        return f"CSV, {self.encoding}, {_DELIMITERS.get(self.delimiter, repr(self.delimiter))}"

    def lines(self) -> Iterator[Sequence[Cell]]:
        csv.field_size_limit(_MAX_CELL_CHARS)
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                for _ in range(self.skip):
                    file.readline()
                reader = csv.reader(file, delimiter=self.delimiter, strict=True)
                while True:
                    try:
                        yield next(reader)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        raise ListError(
                            f"{self.path}: line {reader.line_num + self.skip} is no CSV ({error}); look for a quote that is not "
                            "closed or not doubled, there or shortly before"
                        ) from None
        except UnicodeError:
            raise ListError(
                f"{self.path} is not {self.encoding}; name its encoding in the mapping (`file: {{encoding: ...}}`), "
                "or save it again as CSV UTF-8"
            ) from None


def _open_csv(path: Path, shape: FileShape, wanted: Sequence[str]) -> _Csv:
    encoding = _encoding(path) if shape.encoding == "auto" else shape.encoding
    try:
        with path.open(encoding=encoding) as file:
            first = file.readline()
    except LookupError:
        raise ListError(
            f"the mapping names the encoding {encoding!r}, which nobody knows; write utf-8 or windows-1252"
        ) from None
    except UnicodeError:
        first = ""  # said by the first reading, in the same words as further down the file
    if first.lower().startswith("sep=") and len(first.strip()) <= len("sep=") + 1:
        return _Csv(path, encoding, first[len("sep=")] if first.strip()[4:] else "\t", skip=1)
    if shape.delimiter != "auto":
        return _Csv(path, encoding, {"tab": "\t"}.get(shape.delimiter, shape.delimiter), skip=0)
    keys = {key(column) for column in wanted}

    def found(delimiter: str) -> int:
        try:
            header = _header(_Csv(path, encoding, delimiter, skip=0), shape.header_row)
        except ListError:
            return -1
        return len(keys & {key(text(cell)) for cell in header})

    return _Csv(path, encoding, max(_DELIMITERS, key=found), skip=0)  # the first one when they are equal: a comma


def _header(table: Table, header_row: int) -> Sequence[Cell]:
    return next((line for number, line in enumerate(table.lines(), 1) if number == header_row), ())


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
        for mark, encoding in _MARKS:
            if start.startswith(mark):
                return encoding
        if b"\0" in start:
            raise ListError(
                f"{path} is neither text nor a workbook (it holds null bytes); save it as CSV UTF-8 or as .xlsx"
            )
    try:
        with path.open(encoding="utf-8") as text_file:
            for _ in iter(lambda: text_file.read(1 << 20), ""):
                pass
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"
