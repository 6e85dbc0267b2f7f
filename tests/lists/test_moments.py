"""Dates and times as lists write them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.lists.moments import Read, day_part, instant, read_date, read_time

DATES = {
    ("3-1-2026", "%d-%m-%Y"): Read(date(2026, 1, 3)),
    ("03/01/26", "%d/%m/%y"): Read(date(2026, 1, 3)),
    ("3 januari 2026", "%d %B %Y"): Read(date(2026, 1, 3)),
    ("3 mrt. 2026", "%d %b %Y"): Read(date(2026, 3, 3)),
    ("3 May 2026", "%d %B %Y"): Read(date(2026, 5, 3)),
    ("3-1-2026 17:45", "%d-%m-%Y %H:%M"): Read(date(2026, 1, 3), time(17, 45)),
    ("2026-01-03", "iso"): Read(date(2026, 1, 3)),
    ("2026-01-03T17:45", "iso"): Read(date(2026, 1, 3), time(17, 45)),
    ("46025", "excel"): Read(date(2026, 1, 3)),
    ("46025,5", "excel"): Read(date(2026, 1, 3), time(12)),
    ("31-2-2026", "%d-%m-%Y"): None,
    ("13-13-2026", "%d-%m-%Y"): None,
    ("begin maart", "%d %B %Y"): None,
    ("1-1-1900", "%d-%m-%Y"): None,  # what a workbook makes of an empty cell
    ("", "%d-%m-%Y"): None,
    ("3-1-2026", "iso"): None,
    ("vijf", "excel"): None,
}


@pytest.mark.parametrize(("words", "form"), DATES)
def test_a_date(words: str, form: str) -> None:
    assert read_date(words, [form]) == DATES[(words, form)]


def test_the_first_format_that_fits_counts() -> None:
    assert read_date("03-01-2026", ["%d-%m-%Y", "%m-%d-%Y"]) == Read(date(2026, 1, 3))
    assert read_date("03-25-2026", ["%d-%m-%Y", "%m-%d-%Y"]) == Read(date(2026, 3, 25))


def test_a_cell_that_is_a_date_needs_no_format() -> None:
    midnight, evening = datetime(2026, 1, 3), datetime(2026, 1, 3, 17, 45)  # noqa: DTZ001 - as a workbook has them
    assert read_date(midnight, []) == Read(date(2026, 1, 3))
    assert read_date(evening, []) == Read(date(2026, 1, 3), time(17, 45))
    assert read_date(date(2026, 1, 3), []) == Read(date(2026, 1, 3))


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("1745", time(17, 45)),
        ("930", time(9, 30)),
        ("55", time(0, 55)),
        ("5", time(0, 5)),
        ("0", time(0, 0)),
        ("2359", time(23, 59)),
    ],
)
def test_hours_and_minutes_as_one_number(words: str, at: time) -> None:
    assert read_time(words, ["hmm"]) == at
    assert read_time(int(words), ["hmm"]) == at


@pytest.mark.parametrize("words", ["2400", "1260", "99", "17:45", "-5", "12345", "noon", ""])
def test_numbers_that_are_no_time(words: str) -> None:
    assert read_time(words, ["hmm"]) is None


@given(st.times())
def test_every_minute_comes_back_from_its_number(at: time) -> None:
    assert read_time(str(at.hour * 100 + at.minute), ["hmm"]) == time(at.hour, at.minute)


def test_times_in_workbooks() -> None:
    assert read_time(time(9, 15), []) == time(9, 15)
    assert read_time(0.75, []) == time(18)
    assert read_time(timedelta(hours=9), []) == time(9)


AMSTERDAM, TORONTO = ZoneInfo("Europe/Amsterdam"), ZoneInfo("America/Toronto")


def test_a_moment_in_the_zone_of_the_list() -> None:
    assert instant(date(2018, 1, 5), time(13, 21), TORONTO).isoformat() == "2018-01-05T18:21:00+00:00"
    assert instant(date(2026, 7, 1), time(0, 30), AMSTERDAM).isoformat() == "2026-06-30T22:30:00+00:00"


def test_the_hour_that_the_clock_skips_and_the_hour_that_it_has_twice() -> None:
    """In spring 02:30 is read as 03:30; in autumn it is the first 02:30."""
    assert instant(date(2026, 3, 29), time(2, 30), AMSTERDAM) == instant(date(2026, 3, 29), time(3, 30), AMSTERDAM)
    assert instant(date(2026, 10, 25), time(2, 30), AMSTERDAM).isoformat() == "2026-10-25T00:30:00+00:00"


@pytest.mark.parametrize(
    ("at", "part"),
    [
        ("00:00", "night"),
        ("05:59", "night"),
        ("06:00", "morning"),
        ("12:00", "afternoon"),
        ("18:00", "evening"),
        ("23:59", "evening"),
    ],
)
def test_parts_of_the_day(at: str, part: str) -> None:
    assert day_part(time.fromisoformat(at)) == part
