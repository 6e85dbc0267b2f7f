"""Whoever asks for a scheme's numbers again and again, and lays them beside each other and beside the issues, finds nobody."""

from collections.abc import Mapping
from datetime import date

import msgspec
import pytest

from backbone.overviews.apart import SPEECH
from backbone.overviews.asked import NothingOfIt, asked
from backbone.overviews.incident import Incident
from backbone.overviews.issues import Issue
from backbone.overviews.lines import FOR_NOBODY
from backbone.overviews.page import as_html
from backbone.overviews.paper import Paper, paper
from backbone.overviews.sheets import as_csv
from backbone.overviews.tables import APART, TABLES, K
from backbone.overviews.words import SAID
from backbone.protocols.overviews import By, Of, Overview
from schakel.events.vocab import Role
from tests.overviews.attacker import Attacker
from tests.overviews.made import amsterdam, incidents
from tests.overviews.test_attack import issued, learned

TABLES_ASKED = ("nature", "ground", "place_type", "day_part", "channel")


def numbers(*by: By) -> Overview:
    return Overview(
        id="cijfers", title="Cijfers", of=Of.NUMBERS, readers=(Role.POLICE,), by=by, smallest_cell=5, note="Een zin.",
        source="[0] «cijfers»",
    )  # fmt: skip


EVERYTHING = numbers(*By)


def read(issue: Issue, made: Paper) -> Issue:
    """The issue as whoever holds this paper alone knows it; the exact counts stay, to hold what is found against."""
    shown: dict[str, dict[str, dict[str, int | None]]] = {}
    least: dict[str, dict[str, dict[str, int]]] = {}
    for sheet in made.sheets:
        for line in sheet.lines:
            shown.setdefault(sheet.id, {}).setdefault(line.row, {})[line.word] = line.cell.count
            if line.cell.least:
                least.setdefault(sheet.id, {}).setdefault(line.row, {})[line.word] = line.cell.least
    return msgspec.structs.replace(issue, shown=shown, least=least)


def asked_of(issues: Mapping[str, Issue], one: Overview) -> dict[str, Issue]:
    chain = amsterdam()
    return {name: read(issue, asked(chain, issue, one, FOR_NOBODY)) for name, issue in issues.items()}


def speaking(seed: int, many: int, share: int) -> list[Incident]:
    """So many of a hundred are nothing but hate speech."""
    made = incidents(seed, many, days=90)
    return [
        msgspec.structs.replace(one, words=one.words | {"nature": SPEECH}) if number % 100 < share else one
        for number, one in enumerate(made)
    ]


@pytest.fixture(scope="module", params=[(1, 90, 50), (6, 90, 96)])
def issues(request: pytest.FixtureRequest) -> dict[str, Issue]:
    """A quarter in which hate speech is common, and one in which there is little else."""
    return issued(speaking(*request.param), "2026-Q1")


def test_tables_and_askings_subtracted(issues: dict[str, Issue]) -> None:
    """The months and their quarter, side by side and beside the issues themselves: nothing is in it that they do not show."""
    theirs = asked_of(issues, EVERYTHING)
    assert learned(theirs, ("nature", "ground")) == []
    for name, issue in theirs.items():
        for table, rows in issue.shown.items():
            for row, words in rows.items() if table != APART.id else ():
                for word, count in words.items():
                    assert count is None or count == issues[name].shown[table][row][word]


def test_two_figures_beside_everything_else(issues: dict[str, Issue]) -> None:
    """Hate crime is the incidents without the hate speech: of no period is it known to be four at most."""
    attacker = Attacker(issues, ("nature",))
    attacker.subtract()
    for name, issue in asked_of(issues, numbers(By.NATURE)).items():
        figures = issue.shown[APART.id]["all"]
        assert all(count is None or count >= K for count in figures.values())
        whole = sum(row.get("all", 0) for row in issues[name].counts["incidents"].values())
        most = attacker.most["incidents", "all", "all", name] - attacker.least["nature", "all", SPEECH, name]
        assert most >= K or whole < K, f"{name}: {figures}"


def test_two_and_two_beside_thirty() -> None:
    """Two districts of two: a total known elsewhere would say that they are four together, were the thirty shown."""
    rows = ("noord", "noord", "west", "west", *["centrum"] * 30)
    told = [
        with_nothing(one, district=row, reported_on=date(2026, 3, 2))
        for one, row in zip(incidents(3, len(rows)), rows, strict=True)
    ]
    shown = asked_of(issued(told, "2026-03"), numbers(By.DISTRICT))["2026-03"].shown["incidents"]
    assert shown["all"]["all"] == 34
    assert {row: words for row, words in shown.items() if row in rows and words["all"] is not None} == {}


def with_nothing(one: Incident, **to: object) -> Incident:
    return msgspec.structs.replace(one, words={}, **to)


def test_asked_today_and_tomorrow_it_is_the_same() -> None:
    """One more report of the month comes in between: it shows in no second asking."""
    told = incidents(5, 60, days=31)
    issues = issued(told, "2026-01")
    one_more = msgspec.structs.replace(told[0], id="c0ffee01-0000-4000-8000-000000000001", cases=("c0ffee01",))
    again = issued([*told, one_more], "2026-01", kept=issues)
    for name in issues:
        assert asked(amsterdam(), again[name], EVERYTHING, "") == asked(amsterdam(), issues[name], EVERYTHING, "")


def test_definitions_and_under_reporting_are_always_there() -> None:
    issue = issued(incidents(7, 90, days=90), "2026-Q1")["2026-Q1"]
    made = asked(amsterdam(), issue, EVERYTHING, FOR_NOBODY)
    assert {sheet.id for sheet in made.sheets} == {"incidents", APART.id, *TABLES_ASKED}
    assert made.notes[:3] == (FOR_NOBODY, "Een zin.", SAID["under"][0])
    page, text = as_html(made), as_csv(made).decode("utf-8-sig")
    for sheet in made.sheets:
        assert sheet.definition in text
        assert f'id="{sheet.id}"' in page
    assert page.count('class="under"') == page.count("Wat er is geteld") == len(made.sheets)
    assert SAID["hot_title"][0] not in page + text
    whole = asked(amsterdam(), issue, numbers(By.GROUND), "")
    assert {line.row for sheet in whole.sheets for line in sheet.lines} == {"all"}


def test_a_month_has_no_grounds() -> None:
    issue = issued(incidents(7, 30, days=90), "2026-03")["2026-03"]
    with pytest.raises(NothingOfIt, match="cijfers in 2026-03: found no table by ground, expected a quarter or a year"):
        asked(amsterdam(), issue, numbers(By.GROUND), "")
    assert set(By) <= {*TABLES, By.DISTRICT, By.SCREENING}


@pytest.mark.parametrize("of", [numbers(By.NATURE), EVERYTHING], ids=["nature", "everything"])
def test_no_note_on_an_event_names_a_district(of: Overview) -> None:
    """Whose overview asked for none reads of none; those who read the whole overview find the events there."""
    issue = issued(incidents(7, 90, date(2026, 8, 1), 30), "2026-08")["2026-08"]
    whole = paper(amsterdam(), issue)
    assert any("Centrum" in note for note in whole.occasions)
    made = asked(amsterdam(), issue, of, "")
    assert made.occasions == ()
    assert "Pride" not in as_html(made) + as_csv(made).decode("utf-8-sig")
