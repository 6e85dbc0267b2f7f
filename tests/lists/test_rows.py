"""Opening a list in the many ways in which it is saved, and saying what is wrong with one that cannot be used."""

from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest

from backbone.lists.cells import Row, text
from backbone.lists.mapping import FileShape
from backbone.lists.problems import ListError
from backbone.lists.rows import open_list
from tests.lists.support import LIST, converted, example

WANTED = ["Naam", "Grond"]
WORDS = "Nummer{d}Naam{d}Grond\n1{d}Zoë Één{d}homo\n2{d}“Ada”{d}trans\n"


def rows(path: Path, **shape: object) -> list[Row]:
    return list(open_list(path, FileShape.model_validate(shape), WANTED))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_encodings_and_delimiters_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(WORDS.format(d=delimiter).encode(encoding))
    assert [(row.number, row.cell("naam")) for row in rows(path)] == [(2, "Zoë Één"), (3, "“Ada”")]


def test_the_mapping_may_name_both(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(WORDS.format(d=";").replace("“Ada”", "Ada").encode("cp850"))
    assert rows(path, encoding="cp850", delimiter=";")[0].cell("Naam") == "Zoë Één"
    path.write_bytes(WORDS.format(d="\t").encode())
    assert rows(path, delimiter="tab")[1].cell("Grond") == "trans"


def test_excel_says_its_delimiter_in_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("sep=;\nNaam;Grond;Plaats, straat\nAda;trans;Oost, hoek\n", encoding="utf-8-sig")
    assert rows(path)[0].cell("Plaats, straat") == "Oost, hoek"


def test_names_of_columns_are_compared_without_case_and_spaces(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(' NAAM ,"Grond\n"\nAda,trans\n', encoding="utf-8")
    assert rows(path)[0].cell("Grond") == "trans"


def test_a_header_further_down_and_blank_rows(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Meldingen 2026\n\nNaam,Grond\n,\nAda,trans\n\n , \nBo,homo\n", encoding="utf-8")
    assert [(row.number, row.cell("Naam")) for row in rows(path, header_row=3)] == [(5, "Ada"), (8, "Bo")]


@pytest.mark.parametrize("line", ["Ada", "Ada,trans,extra", '"Ada,trans"'])
def test_a_row_that_does_not_fit_the_header_is_an_error_of_that_row_alone(tmp_path: Path, line: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Naam,Grond\n{line}\nBo,homo\n", encoding="utf-8")
    bad, good = rows(path)
    assert bad.fault is not None
    assert (bad.fault.row, bad.fault.code, bad.fault.expected) == (2, "row.cells", "2 cells, as the header has")
    assert good.fault is None
    assert good.cell("Naam") == "Bo"


def test_empty_cells_at_the_end_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Naam,Grond\nAda,trans,,\n", encoding="utf-8")
    assert rows(path)[0].fault is None


UNUSABLE = {
    "a column is missing": (
        b"Naam,Gronden\nAda,trans\n",
        "no column 'Grond', which the mapping names; did you mean 'Gronden'",
    ),
    "a column is there twice": (b"Naam,Grond,naam\nAda,trans,Bo\n", "column 'Naam' 2 times"),
    "a quote is not closed": (b'Naam,Grond\nAda,"trans\nBo,homo\n', "is no CSV"),
    "an empty file": (b"", "no column 'Naam'"),
    "neither text nor workbook": (b"Naam\0Grond", "holds null bytes"),
    "an old or protected workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "with a password or of the old kind"),
    "a broken workbook": (b"PK\x03\x04 and then nothing", "no workbook that can be read"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_list_that_cannot_be_used(tmp_path: Path, what: str) -> None:
    content, says = UNUSABLE[what]
    path = tmp_path / "list"
    path.write_bytes(content)
    with pytest.raises(ListError, match=says):
        rows(path)


def test_a_wrong_encoding_in_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(WORDS.format(d=",").encode("windows-1252"))
    with pytest.raises(ListError, match="is not utf-8; name its encoding"):
        rows(path, encoding="utf-8")
    with pytest.raises(ListError, match="which nobody knows"):
        rows(path, encoding="utf-9")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="cannot be read"):
        rows(tmp_path / "nowhere.csv")


def workbook(path: Path, lines: list[list[object]], sheet: str = "Meldingen") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for line in lines:
        page.append(line)
    book.save(path)
    return path


def test_a_workbook_keeps_the_kind_of_its_cells(tmp_path: Path) -> None:
    heard = datetime(2026, 1, 5, 9, 15)  # noqa: DTZ001 - as a workbook has it
    path = workbook(
        tmp_path / "list.xlsx", [["Naam", "Grond", "Tijd"], ["Ada", heard, time(9, 15)], [12, None, 1200.0]]
    )
    first, second = rows(path)
    assert (first.cell("Grond"), first.cell("Tijd")) == (heard, time(9, 15))
    assert [text(second.cell(name)) for name in ("Naam", "Grond", "Tijd")] == ["12", "", "1200"]
    assert open_list(path, FileShape(), WANTED).shape == "XLSX, sheet 'Meldingen'"


def test_a_sheet_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", [["Naam", "Grond"], ["Ada", "trans"]])
    assert rows(path, sheet="Meldingen")[0].cell("Naam") == "Ada"
    with pytest.raises(ListError, match="no sheet 'Blad1'; it has 'Meldingen'"):
        rows(path, sheet="Blad1")


def test_a_workbook_says_the_same_as_the_csv(tmp_path: Path) -> None:
    """The example, typed over in Excel with real dates and times: the same reports under the same ids."""
    lines: list[list[object]] = [list(row.split(";")) for row in LIST.read_text(encoding="utf-8").splitlines()[:2]]
    lines[1][2], lines[1][3] = datetime(2026, 1, 5), time(9, 15)  # noqa: DTZ001
    lines[1][4], lines[1][5] = datetime(2026, 1, 3), datetime(2026, 1, 3, 23, 40)  # noqa: DTZ001
    lines[1][16:18] = ["Riep het twee keer; liep daarna mee tot de deur."]
    (typed,) = converted(workbook(tmp_path / "list.xlsx", lines))
    assert typed == converted(LIST)[0]
    assert example().title
