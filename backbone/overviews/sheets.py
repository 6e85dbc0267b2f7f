"""An overview as CSV and as XLSX: the figures, and beside every one of them the definition, the notes and what they do not say."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from backbone.overviews.paper import Cell, Paper, row_name, word_name
from backbone.overviews.words import SAID
from schakel.her_words import LANGUAGES

Row = tuple[str | int, ...] | tuple[str, ...]
WIDEST = 80
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet might take for the beginning of a formula."""


def said(cell: Cell, paper: Paper) -> str | int:
    """A count, or in words why there is none and where to look."""
    of = LANGUAGES.index(paper.language)
    if cell.silent:
        return SAID["silent"][of]
    if cell.count is not None:
        return cell.count
    if cell.least:
        return SAID["at_least"][of].format(count=cell.least)
    dash = SAID["dash"][of]
    return SAID["up"][of].format(dash=dash, up=cell.up) if cell.up else dash


def rows(paper: Paper) -> Iterator[Row]:
    """(table, where, what, number, the sentence about under-reporting), one a figure; the first row names them."""
    of = LANGUAGES.index(paper.language)
    yield (*(SAID[name][of] for name in ("table", "where", "what", "count")), SAID["beside"][of])
    for sheet in paper.sheets:
        for line in sheet.lines:
            yield (
                sheet.title,
                row_name(line.row, paper.language),
                word_name(sheet.id, line.word, paper.language),
                said(line.cell, paper),
                SAID["under_short"][of],
            )


def notes(paper: Paper) -> Iterator[Row]:
    """What has to be read with the figures, and the definition of each table."""
    of = LANGUAGES.index(paper.language)
    yield paper.title, paper.about
    for note in paper.notes:
        yield SAID["read_first"][of], note
    if paper.occasions:
        yield SAID["occasions"][of], SAID["occasions_about"][of]
    for occasion in paper.occasions:
        yield SAID["occasions"][of], occasion
    for sheet in paper.sheets:
        yield sheet.title, sheet.definition
    if paper.longer:
        yield SAID["read_first"][of], paper.longer
    if paper.hot_definition:
        yield SAID["hot_title"][of], paper.hot_definition
        for hot in paper.hot or (SAID["hot_none"][of],):
            yield SAID["hot_title"][of], hot
    yield SAID["mark"][of], paper.digest


def plain(value: str | int) -> str | int:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def as_csv(paper: Paper) -> bytes:
    """The notes stand above the figures."""
    return text([*notes(paper), (), *rows(paper)])


def as_xlsx(paper: Paper) -> bytes:
    """Two sheets: what has to be read first, and the figures."""
    of = LANGUAGES.index(paper.language)
    return book([(SAID["read_first"][of], list(notes(paper))), (SAID["figures"][of], list(rows(paper)))])


def text(lines: Iterable[Row]) -> bytes:
    """CSV with semicolons, as a Dutch spreadsheet expects, in UTF-8 with its mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for line in lines:
        writer.writerow([plain(value) for value in line])
    return out.getvalue().encode("utf-8-sig")


def book(made: Sequence[tuple[str, Sequence[Row]]]) -> bytes:
    """XLSX of titled sheets. Text is text: nothing in it is a formula."""
    workbook = Workbook(write_only=True)
    for title, lines in made:
        sheet = workbook.create_sheet(title[:31])
        for column in range(max(map(len, lines), default=0)):
            longest = max(len(str(line[column])) for line in lines if len(line) > column)
            sheet.column_dimensions["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column]].width = min(max(longest + 2, 10), WIDEST)
        sheet.freeze_panes = "A2"
        for number, line in enumerate(lines):
            sheet.append([_cell(sheet, value, bold=number == 0) for value in line])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: str | int, *, bold: bool) -> Any:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # also when it begins as a formula does
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=bold)
    return cell
