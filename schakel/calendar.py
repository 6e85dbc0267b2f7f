"""Limits and calendars: when is `48h` or `2 werkdagen` after a moment over?

Here: reading a limit as the protocols write it, and adding it to a moment in the time zone of a chain. Pure: no clock
is read. Not here: which clock runs, and what happens at its due moment (the follow-up service).

A limit in hours or minutes counts every hour, through nights, weekends and clock changes. A limit in days, weeks or
months follows the *Algemene termijnenwet*: it ends when a day ends; one that would end on a Saturday, Sunday or
general holiday ends with the next day that is none (art. 1); three days or more hold at least two such days (art. 2);
and neither is so above 90 days, 12 weeks or 3 months (art. 4). That law is about statutory terms: that a policy's
"2 werkdagen" follows it too is our choice (domain-detail B22). It holds in the Caribbean Netherlands as well.
"""

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo

import holidays


class Unit(StrEnum):
    """What a limit counts. The values are the plural in Dutch, as a protocol writes them."""

    MINUTES = "minuten"
    HOURS = "h"
    DAYS = "dagen"
    WORKING_DAYS = "werkdagen"
    WEEKS = "weken"
    MONTHS = "maanden"


_WORDS = {
    "min": Unit.MINUTES,
    "minuut": Unit.MINUTES,
    "minuten": Unit.MINUTES,
    "h": Unit.HOURS,
    "uur": Unit.HOURS,
    "dag": Unit.DAYS,
    "dagen": Unit.DAYS,
    "werkdag": Unit.WORKING_DAYS,
    "werkdagen": Unit.WORKING_DAYS,
    "week": Unit.WEEKS,
    "weken": Unit.WEEKS,
    "maand": Unit.MONTHS,
    "maanden": Unit.MONTHS,
}
_LIMIT = re.compile(r"(?P<amount>[1-9][0-9]{0,3}) ?(?P<unit>[a-z]+)")

# Algemene termijnenwet art. 4: longer terms are not extended when they end on a free day.
_EXTENDED_UP_TO = {Unit.DAYS: 90, Unit.WEEKS: 12, Unit.MONTHS: 3}


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time as a protocol promises it: `48h`, `2 werkdagen`, `14 dagen`, `8 weken`, `1 maand`, `30 minuten`.

    `amount` is 1..9999, in a multiple of one more. `str(limit)` is the canonical spelling; `Limit.parse(str(limit)) == limit`.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"a limit counts at least one of {self.unit}, found {self.amount}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a limit. Raises ValueError that says what was found and what a limit looks like."""
        match = _LIMIT.fullmatch(text.strip().lower())
        unit = _WORDS.get(match["unit"]) if match else None
        if match is None or unit is None:
            raise ValueError(
                f"{text!r} is not a limit; expected a number from 1 to 9999 and a unit, such as '48h', '2 werkdagen', "
                "'14 dagen', '8 weken', '1 maand' or '30 minuten'"
            )
        return cls(int(match["amount"]), unit)

    def __mul__(self, times: int) -> Self:
        return type(self)(self.amount * times, self.unit)

    def is_shorter_than(self, other: "Limit") -> bool:
        """For certain; units that depend on the calendar cannot be compared with others."""
        return any(
            self.unit in family
            and other.unit in family
            and self.amount * family[self.unit] < other.amount * family[other.unit]
            for family in _COMPARABLE
        )

    def __str__(self) -> str:
        if self.unit is Unit.HOURS:
            return f"{self.amount}h"
        return f"{self.amount} {self.unit if self.amount > 1 else _SINGULAR[self.unit]}"


_COMPARABLE = (
    {Unit.MINUTES: 1, Unit.HOURS: 60},
    {Unit.DAYS: 1, Unit.WEEKS: 7},
    {Unit.WORKING_DAYS: 1},
    {Unit.MONTHS: 1},
)
"""Which units can be compared, each family by its own measure."""
_SINGULAR = {
    Unit.MINUTES: "minuut",
    Unit.DAYS: "dag",
    Unit.WORKING_DAYS: "werkdag",
    Unit.WEEKS: "week",
    Unit.MONTHS: "maand",
}


@cache
def _dutch_holidays(year: int) -> frozenset[date]:
    """General holidays of art. 3 Algemene termijnenwet, and Good Friday, which it puts on a par with them.

    The library knows 5 May only in the five-yearly years in which most employers give the day off; the law has it every
    year. Days that a royal decree puts on a par with holidays (art. 3, third paragraph) are not in this rule set.
    """
    return frozenset(holidays.country_holidays("NL", years=year)) | {date(year, 5, 5)}


def _no_holidays(year: int) -> frozenset[date]:
    """Only Saturdays and Sundays are free: for a chain whose holidays nobody has written down yet."""
    return frozenset()


# A version names the rules, not the library that computes them: a running clock keeps the version it was started with.
_RULES: dict[tuple[str, str], Callable[[int], frozenset[date]]] = {
    ("nl", "nl.atw.1"): _dutch_holidays,
    ("weekdays", "weekdays.1"): _no_holidays,
}
_CURRENT = {"nl": "nl.atw.1", "weekdays": "weekdays.1"}


NEVER = datetime(MAXYEAR, 12, 31, tzinfo=UTC)
"""A due moment beyond every date that can be reckoned with."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days and day boundaries of one chain.

    `name` and `version` name a set of rules (see `Calendar.current`), `time_zone` is an IANA name such as
    `Europe/Amsterdam` or `America/Curacao`. Raises ValueError for a name, version or zone that is not known.
    """

    name: str
    time_zone: str
    version: str

    def __post_init__(self) -> None:
        if (self.name, self.version) not in _RULES:
            known = ", ".join(f"{name} {version}" for name, version in sorted(_RULES))
            raise ValueError(f"calendar {self.name!r} version {self.version!r} is not known; known are: {known}")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(
                f"time zone {self.time_zone!r} is not known; expected an IANA name such as 'Europe/Amsterdam' "
                "(no zone known at all? install the tzdata package)"
            ) from error

    @classmethod
    def current(cls, name: str, time_zone: str) -> Self:
        """The newest version of the calendar `name`: `nl` (Algemene termijnenwet) or `weekdays` (no holidays)."""
        if name not in _CURRENT:
            raise ValueError(f"calendar {name!r} is not known; known are: {', '.join(_CURRENT)}")
        return cls(name, time_zone, _CURRENT[name])

    def add(self, start: datetime, limit: Limit) -> datetime:
        """The first moment, in UTC, at which `limit` after `start` is over.

        `start` must carry a time zone. What happens before the answer is in time; at the answer it is late. A limit in
        days or longer ends with a day, so its answer is the midnight after the last day (`last_day` gives that day).
        Where no date can be reckoned any more (the year 1, the year 9999) it is NEVER: absurd input stops no service.
        """
        if start.tzinfo is None:
            raise ValueError(f"the start {start.isoformat()} has no time zone; expected an aware datetime")
        try:
            return self._add(start, limit)
        except OverflowError:
            return NEVER

    def _add(self, start: datetime, limit: Limit) -> datetime:
        match limit.unit:
            case Unit.MINUTES:
                return start.astimezone(UTC) + timedelta(minutes=limit.amount)
            case Unit.HOURS:
                return start.astimezone(UTC) + timedelta(hours=limit.amount)
            case Unit.WORKING_DAYS:
                return self.end_of_day(self._working_days_later(self.local_day(start), limit.amount))
            case Unit.DAYS | Unit.WEEKS | Unit.MONTHS:
                first = self.local_day(start)
                last = _days_later(first, limit)
                extended = limit.amount <= _EXTENDED_UP_TO[limit.unit]
                return self.end_of_day(self._extended(first, last) if extended else last)

    def first_after(self, moment: datetime, began: datetime, every: Limit) -> datetime:
        """The first multiple of `every`, counted from `began`, that ends behind `moment`.

        Counted from the beginning: a weekend moves one of them, and none behind it. However long ago that was, it is soon found.
        """
        times, extended = 1, _EXTENDED_UP_TO.get(every.unit, 0)
        while every.amount * times <= extended:  # moved on by free days, one may end behind a longer one
            if (end := self.add(began, every * times)) > moment:
                return end
            times += 1
        further = times
        while self.add(began, every * further) <= moment:
            times, further = further, further * 2
        ends = bisect_right(range(times, further), moment, key=lambda one: self.add(began, every * one))
        return self.add(began, every * (times + ends))

    def later(self, due_at: datetime, pause: timedelta, limit: Limit) -> datetime:
        """The due moment of a clock with this limit that stood still for so long.

        Hours and minutes move on by just the pause. What ends with a day goes on by whole days, part of one counted as one, and ends
        on a working day.
        """
        try:
            if limit.unit in (Unit.MINUTES, Unit.HOURS):
                return due_at.astimezone(UTC) + pause
            last = self.last_day(due_at) + timedelta(days=-(-pause // timedelta(days=1)))
            while not self.is_working_day(last):
                last += timedelta(days=1)
            return self.end_of_day(last)
        except OverflowError:
            return NEVER

    def is_working_day(self, day: date) -> bool:
        """Not a Saturday, Sunday or general holiday."""
        return day.weekday() < 5 and not self.is_holiday(day)

    def is_holiday(self, day: date) -> bool:
        """A general holiday, also one that falls on a Saturday or Sunday."""
        return day in _RULES[self.name, self.version](day.year)

    def local_day(self, moment: datetime) -> date:
        """The date that the chain's own wall calendar shows at `moment`."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def end_of_day(self, day: date) -> datetime:
        """The moment, in UTC, at which `day` is over in the chain's time zone; of the last day there is, NEVER."""
        if day == date.max:
            return NEVER
        midnight = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(self.time_zone))
        return midnight.astimezone(UTC)

    def last_day(self, due_at: datetime) -> date:
        """The last day on which something was still before `due_at`: to say "by Wednesday 8 April", not "midnight"."""
        return self.local_day(due_at.astimezone(UTC) - timedelta(microseconds=1))

    def _working_days_later(self, day: date, amount: int) -> date:
        while amount:
            day += timedelta(days=1)
            amount -= self.is_working_day(day)
        return day

    def _extended(self, first: date, last: date) -> date:
        """Art. 1 and 2: `last` moved on to a working day, and from three days on to the second one after `first`."""
        two_working_days = (last - first).days >= 3
        while not self.is_working_day(last):
            last += timedelta(days=1)
        return max(last, self._working_days_later(first, 2)) if two_working_days else last


def _days_later(day: date, limit: Limit) -> date:
    """Calendar days, weeks or months after `day`; a month that is too short gives its last day."""
    if limit.unit is Unit.MONTHS:
        years, month0 = divmod(day.month - 1 + limit.amount, 12)
        year, month = day.year + years, month0 + 1
        if year > MAXYEAR:
            raise OverflowError("year out of range")
        return date(year, month, min(day.day, monthrange(year, month)[1]))
    return day + timedelta(days=limit.amount * (7 if limit.unit is Unit.WEEKS else 1))
