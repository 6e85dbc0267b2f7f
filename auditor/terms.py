"""When is a limit over? The Algemene termijnenwet, written once more, in small.

`48h` and `30 minuten` count every hour. Days, weeks and months end when a day ends in the chain's own time; one that would end on a
Saturday, Sunday or general holiday ends with the next day that is none (art. 1); three days or more hold at least two working days
(art. 2); neither above 90 days, 12 weeks or 3 months (art. 4). `werkdagen` count working days only.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_UNITS = {
    "min": "m",
    "h": "h",
    "uur": "h",
    "dag": "d",
    "dagen": "d",
    "week": "w",
    "weken": "w",
    "maand": "M",
    "maanden": "M",
}
_UNITS |= {"minuut": "m", "minuten": "m", "werkdag": "W", "werkdagen": "W"}
_EXTENDED_UP_TO = {"d": 90, "w": 12, "M": 3}
CALENDARS = {"nl": "nl.atw.1", "weekdays": "weekdays.1"}
"""Which rules are in force under each name."""


def easter(year: int) -> date:
    """Easter Sunday (Meeus/Jones/Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, day = divmod(h + el - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """The general holidays of art. 3: King's Day moves off a Sunday, and 5 May counts every year."""
    sunday, kings_day = easter(year), date(year, 4, 27)
    moving = {sunday + timedelta(days=days) for days in (-2, 0, 1, 39, 49, 50)}
    king = kings_day - timedelta(days=1) if kings_day.weekday() == 6 else kings_day
    return frozenset(moving | {king, date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)})


class Calendar:
    """Working days and ends of days in one chain. name: `nl`, or `weekdays` without holidays. Raises ValueError, KeyError."""

    def __init__(self, name: str, time_zone: str) -> None:
        self.version = CALENDARS[name]
        self._zone, self._holidays = ZoneInfo(time_zone), name == "nl"

    def working(self, day: date) -> bool:
        return day.weekday() < 5 and not (self._holidays and day in holidays(day.year))

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def end_of(self, day: date) -> datetime:
        """The moment at which this day is over here."""
        return datetime.combine(day + timedelta(days=1), time.min, self._zone).astimezone(UTC)

    def add(self, start: datetime, limit: str) -> datetime:
        """The first moment at which `limit` after `start` is over. Raises ValueError for what is no limit."""
        amount, unit = _parsed(limit)
        if unit in "mh":
            return start.astimezone(UTC) + (timedelta(minutes=amount) if unit == "m" else timedelta(hours=amount))
        first = self.day(start)
        if unit == "W":
            return self.end_of(self._working_days(first, amount))
        last = _months(first, amount) if unit == "M" else first + timedelta(days=amount * (7 if unit == "w" else 1))
        if amount > _EXTENDED_UP_TO[unit]:
            return self.end_of(last)
        at_least = self._working_days(first, 2) if (last - first).days >= 3 else last
        return self.end_of(max(self._on_a_working_day(last), at_least))

    def later(self, due_at: datetime, pause: timedelta, limit: str) -> datetime:
        """The due moment of a clock that stood still for so long: part of a day counts as one where the limit ends with a day."""
        if _parsed(limit)[1] in "mh":
            return due_at + pause
        last = self.day(due_at - timedelta(microseconds=1)) + timedelta(days=-(-pause // timedelta(days=1)))
        return self.end_of(self._on_a_working_day(last))

    def _on_a_working_day(self, day: date) -> date:
        while not self.working(day):
            day += timedelta(days=1)
        return day

    def _working_days(self, day: date, amount: int) -> date:
        while amount:
            day += timedelta(days=1)
            amount -= self.working(day)
        return day


def _parsed(limit: str) -> tuple[int, str]:
    found = re.fullmatch(r"([1-9][0-9]{0,3}) ?([a-z]+)", limit.strip().lower())
    if found is None or found[2] not in _UNITS:
        raise ValueError(f"{limit!r} is no limit")
    return int(found[1]), _UNITS[found[2]]


def same_limit(one: str | None, other: str | None) -> bool:
    """Whether both say the same, in whatever spelling."""
    return one == other if one is None or other is None else _parsed(one) == _parsed(other)


def _months(day: date, amount: int) -> date:
    years, month = divmod(day.month - 1 + amount, 12)
    first = date(day.year + years, month + 1, 1)
    longest = ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, longest))
