"""How an overview looks: definitions and notes beside the figures, nothing exact, no formula in a sheet, nothing loaded from anywhere."""

import csv
import html
import io
import re
import xml.etree.ElementTree as ElementTree
from datetime import date

import msgspec
import pytest
from openpyxl import load_workbook

from backbone.overviews.issues import Issue, NotClosed, press
from backbone.overviews.lines import FOR_NOBODY, Unwritable, tables, written
from backbone.overviews.page import as_html
from backbone.overviews.paper import OTHERS, Cell, Line, Paper, paper, row_name
from backbone.overviews.periods import NoPeriod, Period
from backbone.overviews.sheets import as_csv, as_xlsx
from backbone.overviews.shelf import Damaged, Shelf
from backbone.overviews.shown import ALL
from backbone.overviews.tables import APART, CORRECTED, INCIDENTS, LATE, TABLES, By
from backbone.overviews.words import SAID
from backbone.protocols.measures import YearlyReport
from schakel.her_words import Language
from tests.overviews.made import AFTER, amsterdam, incidents


@pytest.fixture(scope="module")
def issues() -> dict[str, Issue]:
    """A quarter; nobody reports from Zuidoost after December 2."""
    told = [one for one in incidents(7, 300, days=90) if one.district != "zuidoost"]
    quiet = msgspec.structs.replace(told[0], id="c0ffee01-0000-4000-8000-000000000001", district="zuidoost")
    quiet = msgspec.structs.replace(quiet, cases=(quiet.id,), reported_on=date(2025, 12, 2))
    made = press(amsterdam(), Period.parse("2026-Q1"), [*told, quiet], {}, AFTER)
    return {issue.period: issue for issue in made}


def test_every_table_has_its_definition_and_under_reporting_beside_it(issues: dict[str, Issue]) -> None:
    page = as_html(paper(amsterdam(), issues["2026-Q1"]))
    sections = re.findall(r'<section id="(\w+)">(.*?)</section>', page, re.DOTALL)
    assert {name for name, _ in sections} == {"incidents", *TABLES, APART.id, CORRECTED.id} - {"late"}
    for name, text in sections:
        assert SAID["under_short"][0] in text, name
        assert "Wat er is geteld" in text, name
    assert not re.search(r"(src|href)=|url\(|@import", page)
    rows = list(
        csv.reader(io.StringIO(as_csv(paper(amsterdam(), issues["2026-03"])).decode("utf-8-sig")), delimiter=";")
    )
    figures = rows[rows.index([]) + 2 :]
    assert figures
    assert {row[4] for row in figures} == {SAID["under_short"][0]}


@pytest.mark.parametrize(("language", "of"), [("nl", 0), ("en", 1)])
def test_whatever_is_exported_says_that_it_is_not_released_and_how_far_it_reaches(
    issues: dict[str, Issue], language: Language, of: int
) -> None:
    """The reach is the chain's: its partners and its municipalities."""
    chain = amsterdam()
    made = paper(chain, issues["2026-03"], language)
    book = load_workbook(io.BytesIO(as_xlsx(made)))
    in_book = " ".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)
    for text in (html.unescape(as_html(made)), as_csv(made).decode("utf-8-sig"), in_book):
        assert SAID["unreleased"][of] in text
        assert SAID["reach"][of].format(many=len({one.partner for one in chain.members}), where="Amsterdam") in text
        assert SAID["under"][of] in text


def test_silence_is_no_zero(issues: dict[str, Issue]) -> None:
    text = as_csv(paper(amsterdam(), issues["2026-03"])).decode("utf-8-sig")
    assert "Zuidoost;meldingen;stil, langer dan twaalf weken;" in text
    assert not re.search(r";0;", text)
    in_english = as_csv(paper(amsterdam(), issues["2026-03"], "en")).decode("utf-8-sig")
    assert "Zuidoost;reports;silent, for more than twelve weeks;" in in_english


def test_nobody_reads_since_when_it_is_silent(issues: dict[str, Issue]) -> None:
    """Nor of an issue that was made when the day was still kept, nor whether there ever was a report."""
    march = issues["2026-03"]
    assert march.silent == {"zuidoost": None}
    older = msgspec.structs.replace(march, silent={"zuidoost": date(2025, 12, 2)})
    for language in ("nl", "en"):
        assert paper(amsterdam(), older, language) == paper(amsterdam(), march, language)
    never = [one for one in incidents(7, 300, days=90) if one.district != "zuidoost"]
    made = {issue.period: issue for issue in press(amsterdam(), Period.parse("2026-Q1"), never, {}, AFTER)}
    assert made["2026-03"].silent == march.silent


def in_every_form(made: Paper) -> dict[str, dict[str, list[tuple[str, ...]]]]:
    """By form and title of a table: where, what and number, of each line."""
    csv_rows = list(csv.reader(io.StringIO(as_csv(made).decode("utf-8-sig")), delimiter=";"))
    book = load_workbook(io.BytesIO(as_xlsx(made))).worksheets[1]
    lines = {
        "csv": csv_rows[csv_rows.index([]) + 2 :],
        "xlsx": [[str(cell.value) for cell in row] for row in book.iter_rows(min_row=2)],
    }
    found: dict[str, dict[str, list[tuple[str, ...]]]] = {
        form: {title: [tuple(line[1:4]) for line in rows if line[0] == title] for title in {line[0] for line in rows}}
        for form, rows in lines.items()
    }
    found["html"] = {}
    for title, section in re.findall(r"<section id=.*?<h2>(.*?)</h2>(.*?)</section>", as_html(made), re.DOTALL):
        rows = re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", section, re.DOTALL)
        found["html"][html.unescape(title)] = [
            tuple(re.findall(r">([^<>]+)</t[hd]>", html.unescape(row))) for row in rows
        ]
    return found


@pytest.mark.parametrize("period", ["2026-03", "2026-Q1"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_table_says_where_a_district_has_nothing_to_show(
    issues: dict[str, Issue], period: str, language: Language
) -> None:
    """A column is not dropped: a dash, and where to look instead, whatever it is written as."""
    issue, of = issues[period], ("nl", "en").index(language)
    district = next(row for row in amsterdam().districts if row not in (*issue.apart, *issue.silent))
    up = SAID["up_whole_quarter" if period == "2026-03" else "up_whole_year"][of]
    dash = (row_name(district, language), SAID["others"][of], f"– ({up})")
    sure = issue.least.get(INCIDENTS.id, {}).get(district, {}).get("all")
    reports = SAID["at_least"][of].format(count=sure) if sure else dash[2]
    made = paper(amsterdam(), issue, language, district)
    by_district = {sheet.title for sheet in made.sheets if sheet.by_row and sheet.id != INCIDENTS.id}
    mine = [one for one in TABLES.values() if one.by_row and (one.by is By.MONTH or period == "2026-Q1")]
    assert by_district == {one.title[of] for one in mine}
    for form, tables_ in in_every_form(made).items():
        for title in by_district:
            assert [line for line in tables_[title] if line[0] == dash[0]] == [dash], (form, title)
        assert [line[-1] for line in tables_[INCIDENTS.title[of]] if line[0] == dash[0]] == [reports], form


def test_of_the_whole_and_of_a_district_one_line_stands_for_what_is_not_listed(issues: dict[str, Issue]) -> None:
    made = paper(amsterdam(), issues["2026-03"])
    ups = {ALL: SAID["up_quarter"][0], "centrum": SAID["up_whole_quarter"][0]}
    assert "centrum" in issues["2026-03"].apart
    for sheet in made.sheets:
        hidden = issues["2026-03"].shown.get(sheet.id, {})
        for row, up in ups.items():
            lines = [line for line in sheet.lines if line.row == row and line.word == OTHERS]
            if sheet.id in (LATE, CORRECTED.id) and row == ALL:
                assert lines == [Line(ALL, OTHERS, Cell())], "no longer period is made of it"
            elif sheet.id not in (APART.id, INCIDENTS.id):
                assert lines == [Line(row, OTHERS, Cell(up=up))] * (None in hidden.get(row, {}).values()), sheet.id
    assert [line.word for line in made.sheets[2].lines if line.row == "centrum"][-1] == OTHERS


def test_a_dash_is_the_same_whether_it_hides_nothing_or_four() -> None:
    """Of a district beside others; and of a chain in which nothing else happened, where not a line more or less may say so."""
    others = [one for one in incidents(7, 300, days=90) if one.district not in ("weesp", "zuidoost")]
    some = [
        msgspec.structs.replace(one, id=f"{one.id[:-1]}f{nth}", cases=(f"{one.id[:-1]}f{nth}",), district="weesp")
        for nth, one in enumerate(others[:6])
    ]
    seen_beside, seen_alone = [], []
    for many in range(5):
        march = [
            msgspec.structs.replace(one, reported_on=date(2026, 3, 5 + nth)) for nth, one in enumerate(some[:many])
        ]
        heard_of = [
            msgspec.structs.replace(
                some[5], id=f"{row}-1", cases=(f"{row}-1",), district=row, reported_on=date(2026, 2, 20)
            )
            for row in amsterdam().districts
        ]
        for told, seen in (([*others, *heard_of, *march], seen_beside), ([*heard_of, *march], seen_alone)):
            made = press(amsterdam(), Period.parse("2026-03"), told, {}, AFTER)[0]
            assert made.counts["incidents"]["weesp"].get("all", 0) == many
            seen.append(paper(amsterdam(), made).sheets)
    weesp = [
        [(sheet.id, line) for sheet in sheets for line in sheet.lines if line.row == "weesp"] for sheets in seen_beside
    ]
    assert len(weesp[0]) == 4
    assert all(lines == weesp[0] for lines in weesp)
    assert all(sheets == seen_alone[0] for sheets in seen_alone)


def test_every_chart_has_a_title_and_a_table(issues: dict[str, Issue]) -> None:
    page = as_html(paper(amsterdam(), issues["2026-Q1"], "en"))
    charts = re.findall(r"<svg.*?</svg>(.*?)</section>", page, re.DOTALL)
    assert len(charts) >= 5
    assert all("<table>" in after for after in charts)
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        drawn = ElementTree.fromstring(svg)
        assert [child.tag.rpartition("}")[2] for child in drawn][:2] == ["title", "desc"]


def test_only_what_is_shown_is_written(issues: dict[str, Issue]) -> None:
    """The paper of an issue from which everything exact was taken is the same."""
    bare = msgspec.structs.replace(issues["2026-Q1"], counts={}, counted={})
    for language in ("nl", "en"):
        for district in (None, "centrum"):
            whole = paper(amsterdam(), issues["2026-Q1"], language, district)
            assert paper(amsterdam(), bare, language, district) == whole
            assert "c0ffee" not in as_html(whole)


def test_a_sheet_holds_no_formula(issues: dict[str, Issue]) -> None:
    book = load_workbook(io.BytesIO(as_xlsx(paper(amsterdam(), issues["2026-03"]))))
    assert book.sheetnames == ["Eerst lezen", "Cijfers"]
    assert any(isinstance(cell.value, int) for row in book["Cijfers"].iter_rows() for cell in row)
    lines = {"lines": [{"cases": ["c1"], "door": '=HYPERLINK("x")', "district": "+1", "place_type": "@a"}]}
    sheet = load_workbook(io.BytesIO(written("Lijst", None, lines, "xlsx")))["Zaken"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert "'=HYPERLINK" in written("Lijst", None, lines, "csv").decode("utf-8-sig")


def test_a_list_says_for_whom_it_is() -> None:
    lines = {"lines": [{"cases": ["c1"], "district": "oost"}]}
    for form in ("html", "csv"):
        theirs = written("Lijst", None, lines, form, "politie-amsterdam").decode("utf-8-sig")
        assert "Voor politie-amsterdam: zoals deze partner het mag zien." in theirs
        assert "politie-amsterdam" not in (whole := written("Lijst", None, lines, form).decode("utf-8-sig"))
        assert FOR_NOBODY in whole
    assert "<title>Lijst, voor politie-amsterdam" in written("Lijst", None, lines, "html", "politie-amsterdam").decode()


def test_measures_are_written_too() -> None:
    """As the service answers them (`services.cases.together.made_of`): no empty list of cases."""
    report = YearlyReport(2026, ("m-1",), ("m-2",), (), (), ("m-3",))
    made = msgspec.to_builtins({"overview": "voortgang", "reports": [report, None]})
    assert tables(made, {"m-1": "Een maatregel"}) == [
        ("Maatregelen in 2026", [
            ("Maatregel", "Stand"), ("Een maatregel", "uitgevoerd"), ("m-2", "gaat volgend jaar door"),
            ("m-3", "niemand schreef op hoe het staat"),
        ])
    ]  # fmt: skip
    for form in ("html", "csv", "xlsx"):
        assert b"Niets, op dit moment" not in written("Lijst", None, made, form)
    with pytest.raises(Unwritable, match="no lines or reports; found note: see `backbone consultation list`"):
        tables({"note": "people write this one together"})


def test_an_issue_is_kept_once_and_as_it_was(issues: dict[str, Issue], tmp_path) -> None:  # type: ignore[no-untyped-def]
    shelf = Shelf(tmp_path, "amsterdam")
    with shelf.alone():
        shelf.keep(sorted(issues.values(), key=lambda issue: issue.number))
    assert shelf.issues() == issues
    assert press(amsterdam(), Period.parse("2026-Q1"), incidents(8, 50), shelf.issues(), AFTER) == []
    with pytest.raises(FileExistsError):
        shelf.keep([issues["2026-03"]])
    path = shelf.folder / "2026-02.json"
    assert path.stat().st_mode & 0o077 == 0
    before = path.read_bytes()
    path.write_bytes(before.replace(b'"k":5', b'"k":4'))
    with pytest.raises(Damaged, match=r"2026-02\.json: found digest"):
        shelf.issues()
    path.unlink()
    with pytest.raises(Damaged, match="where number 2 was expected"):
        shelf.issues()


def test_a_period_that_is_not_over_is_not_issued() -> None:
    with pytest.raises(NotClosed, match="2027-01 is not over"):
        press(amsterdam(), Period.parse("2027-01"), [], {}, AFTER)
    for text in ("2026-13", "maart", "2026-Q5", "26", ""):
        with pytest.raises(NoPeriod, match="expected a month, quarter or year"):
            Period.parse(text)
    assert [part.name for part in Period.parse("2026").parts] == ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
    assert Period.parse("2024-02").last_day == date(2024, 2, 29)
