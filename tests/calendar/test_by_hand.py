"""The calendar against a table that was written out by hand (days_off.txt), 2024-2035: what counts as a day off, and where terms end."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schakel.calendar import NEVER, Calendar, Limit, Unit

ZONE = ZoneInfo("Europe/Amsterdam")
NL = Calendar.current("nl", "Europe/Amsterdam")
NAMES = ("good friday", "easter monday", "king", "liberation", "ascension", "whit monday", "summer", "winter")


def _table() -> Iterator[tuple[int, dict[str, date]]]:
    lines = (Path(__file__).parent / "days_off.txt").read_text(encoding="utf-8").splitlines()
    for year, *days in (line.split() for line in lines if line and not line.startswith("#")):
        yield int(year), {name: date.fromisoformat(f"{year}-{day}") for name, day in zip(NAMES, days, strict=True)}


TABLE = dict(_table())
FIXED = ((1, 1), (12, 25), (12, 26))
OFF = {
    *(day for days in TABLE.values() for name, day in days.items() if name not in ("summer", "winter")),
    *(date(year, month, day) for year in TABLE for month, day in FIXED),
}
"""Every day off of these years that is no Saturday or Sunday by its name."""
years = pytest.mark.parametrize("year", TABLE)


def wall(day: date, at: time = time(12)) -> datetime:
    return datetime.combine(day, at, ZONE)


def last_day(start: datetime, limit: str) -> date:
    return NL.last_day(NL.add(start, Limit.parse(limit)))


def works(day: date) -> bool:
    """By the table alone."""
    return day.weekday() < 5 and day not in OFF


def test_the_table_is_whole() -> None:
    assert list(TABLE) == list(range(2024, 2036))
    assert all(days["good friday"].weekday() == 4 and days["easter monday"].weekday() == 0 for days in TABLE.values())
    assert all(days["ascension"].weekday() == 3 and days["whit monday"].weekday() == 0 for days in TABLE.values())
    assert all(days["summer"].weekday() == days["winter"].weekday() == 6 for days in TABLE.values())
    assert (TABLE[2025]["king"].day, TABLE[2031]["king"].day, TABLE[2026]["king"].day) == (26, 26, 27)


@years
def test_every_day_of_the_year(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year % 4 == 0))]
    assert [day for day in days if NL.is_working_day(day) is not works(day)] == []


@years
def test_the_fifth_of_may_is_a_day_off_every_year(year: int) -> None:
    assert not NL.is_working_day(date(year, 5, 5))
    assert last_day(wall(date(year, 5, 4)), "1 dag") > date(year, 5, 5)


@years
def test_reported_at_a_minute_to_midnight_on_the_eve_of_the_long_weekend(year: int) -> None:
    """Maundy Thursday 23:59: Friday to Monday are no working days; the second one is the Wednesday."""
    friday = TABLE[year]["good friday"]
    start = wall(friday - timedelta(days=1), time(23, 59))
    assert last_day(start, "2 werkdagen") == friday + timedelta(days=5)
    assert last_day(start + timedelta(minutes=1), "2 werkdagen") == friday + timedelta(days=5)  # it is Friday by now
    assert NL.add(start, Limit.parse("48h")) == wall(friday + timedelta(days=1), time(23, 59)).astimezone(UTC)


@years
@pytest.mark.parametrize(("change", "hour"), [("summer", 13), ("winter", 11)])
def test_forty_eight_hours_over_a_change_of_the_clock(year: int, change: str, hour: int) -> None:
    """Saturday noon: the wall shows 13:00 on Monday when an hour was skipped, 11:00 when one came twice."""
    sunday = TABLE[year][change]
    due = NL.add(wall(sunday - timedelta(days=1)), Limit.parse("48h")).astimezone(ZONE)
    assert (due.date(), due.hour, due.minute) == (sunday + timedelta(days=1), hour, 0)


@years
@pytest.mark.parametrize("change", ["summer", "winter"])
def test_a_day_that_is_changed_ends_at_its_own_midnight(year: int, change: str) -> None:
    sunday = TABLE[year][change]
    length = NL.end_of_day(sunday) - NL.end_of_day(sunday - timedelta(days=1))
    assert length == timedelta(hours=23 if change == "summer" else 25)


def test_the_last_day_there_is_never_ends() -> None:
    assert NL.end_of_day(date.max) == NEVER


# --- properties, by the table

days = st.dates(date(2024, 1, 2), date(2035, 11, 30))
moments = st.builds(lambda day, second: NL.end_of_day(day) - timedelta(seconds=second), days, st.integers(1, 86_400))
patient = settings(deadline=None)
"""The days off of a year are worked out at its first use, which takes longer."""
limits = st.builds(Limit, st.integers(1, 14), st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS]))


@patient
@given(moments, limits)
def test_a_term_never_ends_on_a_day_off(start: datetime, limit: Limit) -> None:
    assert works(NL.last_day(NL.add(start, limit)))


@patient
@given(moments, st.integers(1, 14))
def test_so_many_working_days_of_the_table_lie_in_between(start: datetime, amount: int) -> None:
    first, last = NL.local_day(start), last_day(start, f"{amount} werkdagen")
    between = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    assert sum(map(works, between)) == amount


@patient
@given(moments, moments, limits)
def test_adding_is_monotone(one: datetime, other: datetime, limit: Limit) -> None:
    early, late = sorted((one, other))
    assert NL.add(early, limit) <= NL.add(late, limit)


@patient
@given(moments, st.integers(1, 500))
def test_hours_there_and_back_over_the_changes_of_the_clock(start: datetime, hours: int) -> None:
    due = NL.add(start, Limit(hours, Unit.HOURS))
    assert due.astimezone(ZONE).astimezone(UTC) - timedelta(hours=hours) == start


@patient
@given(moments, limits, st.integers(0, 40 * 24))
def test_a_clock_that_stood_still_is_due_later_and_never_on_a_day_off(
    start: datetime, limit: Limit, hours: int
) -> None:
    due, pause = NL.add(start, limit), timedelta(hours=hours)
    later = NL.later(due, pause, limit)
    assert later >= due
    assert works(NL.last_day(later))
    assert NL.last_day(later) >= NL.last_day(due) + timedelta(days=hours // 24)


def test_hours_that_stood_still_come_on_top() -> None:
    due = NL.add(wall(date(2026, 3, 28)), Limit.parse("48h"))
    assert NL.later(due, timedelta(hours=5), Limit.parse("48h")) == due + timedelta(hours=5)
