"""Breaches of a list: the backbone's counting and the acceptance test's own, on an invented list in that form."""

import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from backbone.chains import Chains
from backbone.protocols.clock_rules import ClockRule
from schakel.events.report import CaseOpened
from services.followup import rules as followup
from services.routing import rules as routing
from tests.acceptance import clocks, story, straight
from tests.lists.support import EXAMPLES

INCIDENTS = Path(__file__).with_name("incidents.csv")
MAPPING = EXAMPLES / "toronto.yaml"
ROWS = 42
"""Of the list below: each part of the story, and its absence, falls on some row."""


@pytest.fixture(scope="module")
def a_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The incidents again and again, some nine days apart: over a year with all its days off."""
    with INCIDENTS.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    place = {name: header.index(name) for name in header}
    path = tmp_path_factory.mktemp("list") / "year.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number in range(ROWS):
            line = list(lines[number % len(lines)])
            day = date(2022, 3, 1) + timedelta(days=number * 9)
            line[place["EVENT_UNIQUE_ID"]] = f"GO-{number}"
            for name in ("OCCURRENCE", "REPORTED"):
                line[place[f"{name}_DATE"]], line[place[f"{name}_YEAR"]] = day.isoformat(), str(day.year)
            line[place["OCCURRENCE_TIME"]] = "0"
            writer.writerow(line)
    return path


def test_both_count_the_same_under_every_protocol_with_a_limit() -> None:
    counted = clocks.breaches(INCIDENTS, MAPPING)
    assert counted.rows == 5
    assert counted.found == counted.expected
    assert any(name.startswith("handreiking-negen-stappen@2017.3/contact-met-melder") for name in counted.expected)
    assert sum(len(one.breached) for one in counted.expected.values()) > 0


def test_over_a_year_every_clock_runs_and_is_breached_for_some_row_and_not_for_another(a_year: Path) -> None:
    counted = clocks.breaches(a_year, MAPPING)
    assert counted.rows == ROWS
    assert counted.found == counted.expected
    at_the_end = {name: one for name, one in counted.expected.items() if name.endswith("(end)")}
    assert {name for name, one in at_the_end.items() if not 0 < len(one.breached) < len(one.run)} == set()
    assert {name.split("@")[0] for name in at_the_end} == set(story.PARTS)


def test_every_clock_with_a_limit_is_counted_both_ways() -> None:
    protocols = clocks.protocols_of(clocks.ROOT / "protocols")
    assert clocks.uncounted(protocols) == set()
    assert {one.protocol for one in clocks.with_a_limit(protocols)} == set(story.PARTS)


@pytest.mark.parametrize("own", straight.CLOCKS, ids=lambda own: f"{own.name}-{own.since}")
def test_a_clock_that_most_rows_lack_is_noticed(
    own: straight.Own, a_year: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine rows of ten."""
    first = followup._first

    def mostly_not(ground: followup.Ground, rule: ClockRule, facts: followup.Facts) -> Iterator[followup.Derived]:
        if rule.id != own.clock or int(ground.case.id[-12:-4]) % 10 == 0:
            yield from first(ground, rule, facts)

    monkeypatch.setattr(followup, "_first", mostly_not)
    counted = clocks.breaches(a_year, MAPPING, only=own.protocol)
    wrong = {name for name in counted.expected if counted.found[name] != counted.expected[name]}
    assert f"/{own.clock} (end)" in "".join(wrong)
    assert {name.partition("/")[2].split()[0] for name in wrong} == {own.clock}


def test_a_version_that_lost_its_limit_is_noticed(a_year: Path, tmp_path: Path) -> None:
    """The newest of two: what the other has does not stand for it."""
    folder = tmp_path / "protocols"
    shutil.copytree(clocks.ROOT / "protocols", folder)
    file = folder / "zwb-aanspreekpunt" / "2017.4.yaml"
    text = file.read_text(encoding="utf-8")
    before, after = "limit: 2 werkdagen\n    promise: our_choice", "limit: null\n    promise: measured"
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")
    (folder / "versions.lock").unlink()
    counted = clocks.breaches(a_year, MAPPING, only="zwb-aanspreekpunt", protocols_dir=folder)
    wrong = {name for name in counted.expected if counted.found[name] != counted.expected[name]}
    assert wrong == {f"zwb-aanspreekpunt@2017.4/antwoord ({moment})" for moment in ("middle", "end")}


def test_a_case_that_is_not_opened_is_noticed(a_year: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unopened(case: object, chains: Chains, away: object) -> Iterator[CaseOpened]:
        yield from ()

    monkeypatch.setattr(routing, "_open", unopened)
    counted = clocks.breaches(a_year, MAPPING, only="zwb-aanspreekpunt")
    assert all(not one.run for one in counted.found.values())
    assert counted.found != counted.expected


def test_a_wrong_count_is_noticed(a_year: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted to another moment than the documents say: a day instead of two."""
    timed = straight.Timed

    def in_a_day(start: datetime, due: datetime, stop: datetime | None = None) -> straight.Timed:
        return timed(start, start + timedelta(hours=24) if due - start == timedelta(hours=48) else due, stop)

    monkeypatch.setattr(straight, "Timed", in_a_day)
    counted = clocks.breaches(a_year, MAPPING, only="handreiking-negen-stappen")
    wrong = {name for name in counted.expected if counted.found[name] != counted.expected[name]}
    assert {name.partition("/")[2] for name in wrong} == {"contact-met-melder (middle)", "contact-met-melder (end)"}


@pytest.mark.parametrize("name", ["amsterdam-treiteraanpak", "handreiking-negen-stappen", "zwb-aanspreekpunt"])
def test_a_calendar_without_days_off_is_noticed(name: str, a_year: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(straight, "days_off", lambda year: frozenset())
    counted = clocks.breaches(a_year, MAPPING, only=name)
    assert counted.found != counted.expected


def test_where_they_differ_is_said() -> None:
    one, other = clocks.Counted([1, 2, 2], [2]), clocks.Counted([1, 2], [2, 3])
    assert clocks.apart(one, one) == ""
    assert clocks.apart(one, other) == "; run otherwise: rows [2]; breached otherwise: rows [3]"


# --- by hand


def test_two_working_days_by_hand() -> None:
    """Reported Friday 4 March 2022 in Toronto: Monday and Tuesday, so due at the midnight behind Tuesday."""
    reported = datetime(2022, 3, 4, 20, 0, tzinfo=UTC)
    assert straight.working_days(reported, 2) == datetime(2022, 3, 9, 5, 0, tzinfo=UTC)


def test_days_off_by_hand() -> None:
    """2022: Easter on 17 April, and the days of the Algemene termijnenwet around it."""
    assert straight.days_off(2022) == {
        date(2022, month, day)
        for month, day in ((1, 1), (4, 15), (4, 18), (4, 27), (5, 5), (5, 26), (6, 6), (12, 25), (12, 26))
    }
    assert [straight.easter(year) for year in (2018, 2019, 2024, 2038)] == [
        date(2018, 4, 1),
        date(2019, 4, 21),
        date(2024, 3, 31),
        date(2038, 4, 25),
    ]
    assert date(2025, 4, 26) in straight.days_off(2025)  # the king's birthday is never on a Sunday
    assert date(2025, 4, 27) not in straight.days_off(2025)


def test_days_and_months_by_hand() -> None:
    """Three days from Thursday 14 April 2022 end on Easter Sunday: moved on, with two working days in them, Tuesday and Wednesday. Three
    months from 30 November end on the last of February."""
    maundy = datetime(2022, 4, 14, 16, 0, tzinfo=UTC)
    assert straight.days(maundy, 3) == datetime(2022, 4, 21, 4, 0, tzinfo=UTC)
    assert straight.days(maundy, 1) == datetime(2022, 4, 20, 4, 0, tzinfo=UTC)
    assert straight.months(datetime(2022, 11, 30, 16, 0, tzinfo=UTC), 3) == datetime(2023, 3, 1, 5, 0, tzinfo=UTC)
