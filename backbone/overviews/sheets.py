"""An overview as CSV and as XLSX: the figures, and beside every one of them the definition, the notes and what they do not say."""

import csv
import io
from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from backbone.overviews.paper import Cell, Paper, row_name, word_name
from backbone.overviews.words import SAID
from schakel.her_words import LANGUAGES

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet might take for the beginning of a formula."""


def said(cell: Cell, paper: Paper) -> str | int:
    """A count, or in words why there is none."""
    of = LANGUAGES.index(paper.language)
    if cell.silent is not None:
        return SAID["silent"][of].format(when=cell.silent) if cell.silent else SAID["never"][of]
    if cell.count is not None:
        return cell.count
    return SAID["at_least"][of].format(count=cell.least) if cell.least else SAID["dash"][of]


def rows(paper: Paper) -> Iterator[tuple[str | int, ...]]:
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


def notes(paper: Paper) -> Iterator[tuple[str, str]]:
    """What has to be read with the figures, and the definition of each table."""
    of = LANGUAGES.index(paper.language)
    yield paper.title, paper.about
    for note in paper.notes:
        yield SAID["read_first"][of], note
    for sheet in paper.sheets:
        yield sheet.title, sheet.definition
    if paper.longer:
        yield SAID["read_first"][of], paper.longer
    yield SAID["hot_title"][of], paper.hot_definition
    for hot in paper.hot or (SAID["hot_none"][of],):
        yield SAID["hot_title"][of], hot
    yield SAID["mark"][of], paper.digest


def plain(value: str | int) -> str | int:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def as_csv(paper: Paper) -> bytes:
    """Semicolons, as a Dutch spreadsheet expects, in UTF-8 with its mark; the notes stand above the figures."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for note in notes(paper):
        writer.writerow([plain(part) for part in note])
    writer.writerow([])
    for row in rows(paper):
        writer.writerow([plain(part) for part in row])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(paper: Paper) -> bytes:
    """Two sheets: what has to be read first, and the figures. Text is text: nothing in it is a formula."""
    book = Workbook(write_only=True)
    of = LANGUAGES.index(paper.language)
    for title, lines, widths in (
        (SAID["read_first"][of], list(notes(paper)), (34, 110)),
        (SAID["figures"][of], list(rows(paper)), (30, 26, 34, 30, 60)),
    ):
        sheet = book.create_sheet(title)
        for column, width in zip("ABCDE", widths, strict=False):
            sheet.column_dimensions[column].width = width
        sheet.freeze_panes = "A2"
        for number, line in enumerate(lines):
            made = []
            for value in line:
                cell = WriteOnlyCell(sheet, value)
                if isinstance(value, str):
                    cell.data_type = "s"  # also when it begins as a formula does
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
                cell.font = Font(bold=number == 0)
                made.append(cell)
            sheet.append(made)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
