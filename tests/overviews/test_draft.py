"""The draft of the yearly report of police and bureaus: figures of the issued year alone, and what people write (domain-detail A11)."""

import re
from datetime import date

import pytest

from backbone.overviews.draft import NoYear, draft, is_drafted
from backbone.overviews.issues import Issue
from backbone.overviews.lines import FOR_NOBODY
from backbone.overviews.page import as_html
from backbone.protocols.overviews import Of, Overview
from tests.overviews.made import amsterdam, incidents
from tests.overviews.test_attack import issued
from tests.support.casebook import repository


@pytest.fixture(scope="module")
def report() -> Overview:
    one = repository()[1].get("samenwerkingsafspraken", "2017.2").cooperation.overview("eenheidsrapport-concept")
    assert one is not None
    return one


@pytest.fixture(scope="module")
def year() -> dict[str, Issue]:
    return issued(incidents(3, 60, date(2025, 1, 1), 360), "2025")


def test_every_figure_is_one_that_the_issued_year_shows(report: Overview, year: dict[str, Issue]) -> None:
    """NOT a count of its own, NOT one that the issue hides, NOT a table that nobody asked for."""
    made, _ = draft(amsterdam(), year["2025"], report, FOR_NOBODY)
    seen = 0
    for sheet in made.sheets:
        for line in sheet.lines:
            if sheet.id != "apart" and line.cell.count is not None:
                assert line.cell.count == year["2025"].shown[sheet.id][line.row][line.word]
                seen += 1
    assert seen > 5
    assert {sheet.id for sheet in made.sheets} == {"incidents", "nature", "apart", "ground", "place_type", "channel"}


def test_what_people_write_is_marked_with_who_and_why_and_holds_no_figure(
    report: Overview, year: dict[str, Issue]
) -> None:
    made, sections = draft(amsterdam(), year["2025"], report, FOR_NOBODY)
    assert [title for title, _ in sections] == [f"Nog te schrijven: {part.title}" for part in report.to_write]
    for (_, lines), part in zip(sections, report.to_write, strict=True):
        assert lines[0].startswith("Door: ")
        assert part.source in lines[1]
        assert not re.search(r"\d", lines[0])
    page = as_html(made, sections)
    assert page.index("Concept: Eenheidsrapport") < page.index("Dit is een concept.") < page.index("Nog te schrijven")
    assert "Nog te schrijven: De gezamenlijke analyse" in page


@pytest.mark.parametrize("period", ["2025-03", "2025-Q2"])
def test_a_month_or_a_quarter_is_no_report(report: Overview, year: dict[str, Issue], period: str) -> None:
    with pytest.raises(NoYear, match="expected one such as 2025"):
        draft(amsterdam(), year[period], report, FOR_NOBODY)


def test_a_report_without_figures_is_not_drafted() -> None:
    """The half-yearly city images are a text of others: nothing to begin from here."""
    reports = [one for file in repository()[1] for one in file.cooperation.overviews if one.of is Of.REPORT]
    assert {one.id for one in reports if is_drafted(one)} == {"eenheidsrapport-concept"}
    assert len({one.id for one in reports}) > 2
