"""The moments that follow from a rhythm: its terms and their ends, by the calendar and the clock on the wall of a chain. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backbone.protocols.rhythms import Each, OnFreeDay, Rhythm
from schakel.calendar import Calendar, Unit

_MONTHS = {Each.YEAR: 12, Each.HALF_YEAR: 6, Each.QUARTER: 3, Each.MONTH: 1}


@dataclass(frozen=True, slots=True)
class Term:
    """One turn of a rhythm: the days in which it is to happen, first and last. `nth` counts from 1; `ends_at` is when the last is over."""

    nth: int
    first: date
    last: date
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One moment of a rhythm that goes every so many days: when it is made, and the day on which it goes out."""

    nth: int
    at: datetime
    deliver_on: date


def terms(rhythm: Rhythm, calendar: Calendar, after: datetime, until: datetime) -> Iterator[Term]:
    """The terms whose end lies behind `after`, and not behind `until`, oldest first. Moments carry a time zone."""
    if rhythm.each is not None:
        yield from _periods(rhythm, rhythm.each, calendar, after, until)
    elif rhythm.within is not None:
        yield from _within(rhythm, calendar, after, until)
    else:
        yield from _steps(rhythm, calendar, after, until)


def turns(rhythm: Rhythm, calendar: Calendar, after: datetime, until: datetime) -> Iterator[Turn]:
    """The moments of an `every` rhythm behind `after`, and not behind `until`. None for a rhythm of another shape.

    By the clock on the wall: a change of the clock moves none of them, and a day off skips none; what is made then goes out the next
    working day.
    """
    if rhythm.every is None or rhythm.starting is None:
        return
    nth = 1
    while True:
        day = _plus(rhythm.starting, rhythm, nth - 1)
        at = _moment(day, rhythm.at or time(0), calendar)
        if at > until:
            return
        if at > after:
            yield Turn(nth, at, _delivered(day, rhythm, calendar))
        nth += 1


def _delivered(day: date, rhythm: Rhythm, calendar: Calendar) -> date:
    while rhythm.on_free_day is OnFreeDay.NEXT_WORKING_DAY and not calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def _periods(rhythm: Rhythm, each: Each, calendar: Calendar, after: datetime, until: datetime) -> Iterator[Term]:
    """Whole periods of the calendar, between the first year and the last."""
    length = _MONTHS[each]
    first_year = max(rhythm.first_year or 1, calendar.local_day(after).year - 1)
    last_year = min(rhythm.last_year or 9998, calendar.local_day(until).year)
    for year in range(first_year, last_year + 1):
        for number in range(12 // length):
            first = date(year, number * length + 1, 1)
            last = months_later(first, length) - timedelta(days=1)
            ends_at = calendar.end_of_day(last)
            if after < ends_at <= until:
                yield Term((year - 1) * (12 // length) + number + 1, first, last, ends_at)


def _within(rhythm: Rhythm, calendar: Calendar, after: datetime, until: datetime) -> Iterator[Term]:
    assert rhythm.starting is not None
    nth, first = 1, rhythm.starting
    while True:
        end = _plus(rhythm.starting, rhythm, nth)
        ends_at = calendar.end_of_day(end - timedelta(days=1))
        if ends_at > until:
            return
        if ends_at > after:
            yield Term(nth, first, end - timedelta(days=1), ends_at)
        if not rhythm.again:
            return
        nth, first = nth + 1, end


def _steps(rhythm: Rhythm, calendar: Calendar, after: datetime, until: datetime) -> Iterator[Term]:
    """From one turn to the next: whatever is to happen every so many days has to have happened in each."""
    assert rhythm.starting is not None
    nth = 1
    while True:
        first, end = _plus(rhythm.starting, rhythm, nth - 1), _plus(rhythm.starting, rhythm, nth)
        ends_at = calendar.end_of_day(end - timedelta(days=1))
        if ends_at > until:
            return
        if ends_at > after:
            yield Term(nth, first, end - timedelta(days=1), ends_at)
        nth += 1


def _plus(day: date, rhythm: Rhythm, times: int) -> date:
    """So many lengths later. A rhythm is no term of law: its days are counted plainly."""
    length = rhythm.length
    if length.unit is Unit.MONTHS:
        return months_later(day, length.amount * times)
    return day + timedelta(days=length.amount * times * (7 if length.unit is Unit.WEEKS else 1))


def months_later(day: date, months: int) -> date:
    """The same day of the month; where that month is too short, its last."""
    years, month0 = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month0 + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def _moment(day: date, at: time, calendar: Calendar) -> datetime:
    return datetime.combine(day, at, ZoneInfo(calendar.time_zone)).astimezone(UTC)
