"""Limits and working days: the documents' own dates, an independent computation of Easter, and properties."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schakel.calendar import NEVER, Calendar, Limit, Unit

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NL = Calendar.current("nl", "Europe/Amsterdam")


def due(start: str, limit: str, calendar: Calendar = NL) -> str:
    """Local text in, local text out."""
    zone = ZoneInfo(calendar.time_zone)
    moment = calendar.add(datetime.fromisoformat(start).replace(tzinfo=zone), Limit.parse(limit))
    assert moment.tzinfo is UTC
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


# --- the documents' dates -------------------------------------------------------------------------------------------


def test_trt_1_contact_within_two_working_days_over_easter():
    assert due("2026-04-02 10:00", "2 werkdagen") == "2026-04-09 00:00"  # the end of Wednesday 8 April
    assert NL.last_day(NL.add(datetime(2026, 4, 2, 10, tzinfo=AMSTERDAM), Limit.parse("2 werkdagen"))) == date(
        2026, 4, 8
    )


def test_trt_1_notice_within_48_hours_counts_good_friday():
    assert due("2026-04-02 10:00", "48h") == "2026-04-04 10:00"


def test_hrk_1_48_hours_over_a_weekend_and_the_start_of_summer_time():
    assert due("2026-03-28 12:00", "48h") == "2026-03-30 13:00"


def test_48_hours_over_the_end_of_summer_time():
    assert due("2026-10-24 12:00", "48h") == "2026-10-26 11:00"


@pytest.mark.parametrize(
    "holiday",
    [
        "2026-01-01",
        "2026-04-03",  # Good Friday
        "2026-04-06",  # Easter Monday
        "2026-04-27",  # King's Day
        "2026-05-05",  # 5 May in a year that is not a lustrum
        "2025-05-05",  # and in one that is
        "2026-05-14",  # Ascension
        "2026-05-25",  # Whit Monday
        "2026-12-25",
        "2026-12-26",
        "2025-04-26",  # King's Day when the 27th is a Sunday
    ],
)
def test_holidays_are_no_working_days(holiday: str):
    assert not NL.is_working_day(date.fromisoformat(holiday))


@pytest.mark.parametrize("ordinary", ["2025-04-28", "2026-05-04", "2026-05-15", "2026-12-24", "2026-12-31"])
def test_ordinary_weekdays_are_working_days(ordinary: str):
    assert NL.is_working_day(date.fromisoformat(ordinary))


# --- days, weeks, months: the Algemene termijnenwet -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "limit", "last_day"),
    [
        ("2026-03-02 09:00", "14 dagen", "2026-03-16"),
        ("2026-03-20 09:00", "14 dagen", "2026-04-07"),  # 3 April is Good Friday: on to Tuesday after Easter
        ("2026-03-02 09:00", "8 weken", "2026-04-28"),  # 27 April is King's Day
        ("2026-01-05 09:00", "8 weken", "2026-03-02"),
        ("2026-01-31 09:00", "1 maand", "2026-03-02"),  # 28 February is a Saturday
        ("2026-01-30 23:59", "2 maanden", "2026-03-30"),
        ("2025-12-31 09:00", "2 maanden", "2026-03-02"),
        ("2026-01-04 09:00", "91 dagen", "2026-04-05"),  # above 90 days nothing is extended: Easter Sunday stands
        ("2026-01-11 09:00", "13 weken", "2026-04-12"),
        ("2026-01-05 09:00", "12 weken", "2026-03-30"),
        ("2026-04-02 09:00", "3 dagen", "2026-04-08"),  # Easter: Tuesday is one working day, the law wants two
        ("2026-04-02 09:00", "2 dagen", "2026-04-07"),
        ("2026-04-03 09:00", "1 week", "2026-04-10"),
    ],
)
def test_a_term_in_days_ends_with_a_working_day(start: str, limit: str, last_day: str):
    moment = NL.add(datetime.fromisoformat(start).replace(tzinfo=AMSTERDAM), Limit.parse(limit))
    assert NL.last_day(moment) == date.fromisoformat(last_day)


def test_the_day_of_the_start_is_the_chain_s_own_day():
    late_utc = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # Tuesday 00:30 in Amsterdam, Monday evening in Curacao
    assert NL.last_day(NL.add(late_utc, Limit.parse("1 werkdag"))) == date(2026, 3, 4)
    curacao = Calendar.current("weekdays", "America/Curacao")
    assert curacao.last_day(curacao.add(late_utc, Limit.parse("1 werkdag"))) == date(2026, 3, 3)


def test_a_chain_in_the_caribbean_has_its_own_midnight():
    curacao = Calendar.current("nl", "America/Curacao")
    assert curacao.add(datetime(2026, 3, 2, 14, tzinfo=UTC), Limit.parse("2 werkdagen")) == datetime(
        2026, 3, 5, 4, tzinfo=UTC
    )
    assert due("2026-03-28 12:00", "48h", curacao) == "2026-03-30 12:00"  # no clock change there


def test_a_calendar_without_holidays_works_on_king_s_day():
    assert Calendar.current("weekdays", "America/Curacao").is_working_day(date(2026, 4, 27))


# --- reading limits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("48h", Limit(48, Unit.HOURS)),
        ("48 uur", Limit(48, Unit.HOURS)),
        ("2 werkdagen", Limit(2, Unit.WORKING_DAYS)),
        ("1 Werkdag", Limit(1, Unit.WORKING_DAYS)),
        (" 14 dagen ", Limit(14, Unit.DAYS)),
        ("8 weken", Limit(8, Unit.WEEKS)),
        ("1 maand", Limit(1, Unit.MONTHS)),
        ("30min", Limit(30, Unit.MINUTES)),
    ],
)
def test_reads(text: str, limit: Limit):
    assert Limit.parse(text) == limit


@pytest.mark.parametrize(
    "text", ["", "48", "h", "0h", "-1h", "2 workdays", "1.5h", "2  werkdagen", "99999h", "2 werkdagen 3h"]
)
def test_refuses_what_is_not_a_limit_and_says_what_is(text: str):
    with pytest.raises(ValueError, match="2 werkdagen"):
        Limit.parse(text)


def test_refuses_unknown_calendar_version_zone_and_a_naive_start():
    with pytest.raises(ValueError, match=r"known are: nl nl\.atw\.1"):
        Calendar("nl", "Europe/Amsterdam", "nl.atw.0")
    with pytest.raises(ValueError, match="'be'"):
        Calendar.current("be", "Europe/Brussels")
    for zone in ("Europe/Amsterdm", "", "../etc/passwd"):
        with pytest.raises(ValueError, match="IANA name"):
            Calendar.current("nl", zone)
    with pytest.raises(ValueError, match="no time zone"):
        NL.add(datetime(2026, 1, 1), Limit.parse("48h"))  # noqa: DTZ001 (naive on purpose)


# --- the library's data, against a computation of our own -----------------------------------------------------------


def easter(year: int) -> date:
    """Easter Sunday by the Meeus/Jones/Butcher algorithm (Gregorian)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holidays_of_the_law(year: int) -> set[date]:
    """Art. 3 Algemene termijnenwet, from the text of the law alone; King's Day is kept since 2014."""
    sunday = easter(year)
    king = date(year, 4, 27)
    return {
        date(year, 1, 1),
        sunday - timedelta(days=2),
        sunday + timedelta(days=1),
        king - timedelta(days=1) if king.weekday() == 6 else king,
        date(year, 5, 5),
        sunday + timedelta(days=39),
        sunday + timedelta(days=50),
        date(year, 12, 25),
        date(year, 12, 26),
    }


def test_easter_is_right_where_we_know_it():
    assert [easter(year) for year in (2000, 2024, 2025, 2026, 2038)] == [
        date(2000, 4, 23),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2038, 4, 25),
    ]


@pytest.mark.parametrize("year", range(2000, 2101))
def test_every_day_of_the_century_agrees_with_the_law(year: int):
    free = holidays_of_the_law(year)
    # Until 2013 it was Queen's Day, around 30 April: no clock of ours starts that early, so those days are not asked.
    queen = {date(year, 4, day) for day in (26, 27, 29, 30)} if year < 2014 else set()
    day = date(year, 1, 1)
    while day.year == year:
        if day not in queen:
            assert NL.is_working_day(day) == (day.weekday() < 5 and day not in free), day
        day += timedelta(days=1)


# --- properties -----------------------------------------------------------------------------------------------------

ZONES = ["Europe/Amsterdam", "America/Curacao", "America/Kralendijk", "UTC", "Pacific/Kiritimati", "America/Havana"]
calendars = st.builds(Calendar.current, st.sampled_from(["nl", "weekdays"]), st.sampled_from(ZONES))
moments = st.datetimes(datetime(2014, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC, AMSTERDAM]))  # noqa: DTZ001
limits = st.builds(Limit, st.integers(1, 60), st.sampled_from(Unit))


@given(st.builds(Limit, st.integers(1, 9999), st.sampled_from(Unit)))
def test_the_spelling_of_a_limit_reads_back(limit: Limit):
    assert Limit.parse(str(limit)) == limit


@given(calendars, moments, limits)
def test_due_lies_after_the_start(calendar: Calendar, start: datetime, limit: Limit):
    assert calendar.add(start, limit) > start.astimezone(UTC)


@given(calendars, moments, moments, limits)
def test_a_later_start_is_never_due_earlier(calendar: Calendar, one: datetime, other: datetime, limit: Limit):
    first, second = sorted((one.astimezone(UTC), other.astimezone(UTC)))
    assert calendar.add(first, limit) <= calendar.add(second, limit)


@given(
    calendars,
    moments,
    st.builds(Limit, st.integers(1, 12), st.sampled_from(Unit)),
    st.integers(1, 120),
    st.sampled_from([-1, 0, 1]),
)
@settings(deadline=None)  # the other way has to go through all of them
def test_the_next_of_a_rhythm_is_the_first_that_ends_behind_a_moment(
    calendar: Calendar, began: datetime, every: Limit, times: int, seconds: int
):
    moment = calendar.add(began, every * times) + timedelta(seconds=seconds)
    ends = (calendar.add(began, every * number) for number in count(1))
    assert calendar.first_after(moment, began, every) == next(end for end in ends if end > moment)


@pytest.mark.parametrize("every", ["1 minuut", "24h", "1 dag", "14 dagen", "1 werkdag", "2 weken", "1 maand"])
@pytest.mark.parametrize("began", [datetime(1, 1, 1, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC)])
def test_however_long_ago_it_began_the_next_is_soon_found(began: datetime, every: str):
    calendar, now = Calendar.current("nl", "Europe/Amsterdam"), datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert now < calendar.first_after(now, began, Limit.parse(every)) < now + timedelta(days=32)


@given(calendars, moments, st.integers(1, 60))
def test_exactly_so_many_working_days_lie_between(calendar: Calendar, start: datetime, amount: int):
    last = calendar.last_day(calendar.add(start, Limit(amount, Unit.WORKING_DAYS)))
    first = calendar.local_day(start)
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(calendar.is_working_day(day) for day in days) == amount
    assert calendar.is_working_day(last)


@given(calendars, moments, st.sampled_from([Limit(14, Unit.DAYS), Limit(8, Unit.WEEKS), Limit(2, Unit.MONTHS)]))
def test_a_term_that_may_be_extended_ends_on_a_working_day(calendar: Calendar, start: datetime, limit: Limit):
    assert calendar.is_working_day(calendar.last_day(calendar.add(start, limit)))


@given(calendars, moments, st.integers(1, 2000))
def test_hours_are_elapsed_hours(calendar: Calendar, start: datetime, hours: int):
    assert calendar.add(start, Limit(hours, Unit.HOURS)) - start.astimezone(UTC) == timedelta(hours=hours)


@given(calendars, st.datetimes(timezones=st.just(UTC)), st.builds(Limit, st.integers(1, 9999), st.sampled_from(Unit)))
@example(Calendar.current("nl", "America/Curacao"), datetime(1, 1, 1, tzinfo=UTC), Limit(2, Unit.WORKING_DAYS))
@example(Calendar.current("nl", "Europe/Amsterdam"), datetime(9999, 12, 30, tzinfo=UTC), Limit(2, Unit.MONTHS))
@example(Calendar.current("nl", "Europe/Amsterdam"), datetime(9999, 12, 31, 23, tzinfo=UTC), Limit(48, Unit.HOURS))
def test_no_date_makes_it_fail(calendar: Calendar, start: datetime, limit: Limit):
    due_at = calendar.add(start, limit)
    assert due_at > start or due_at == NEVER
