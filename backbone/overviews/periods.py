"""Months, quarters and years, as `2026-03`, `2026-Q1` and `2026`. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from schakel.errors import SchakelError
from schakel.her_words import MONTHS

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_QUARTER = re.compile(r"(\d{4})-[Qq]([1-4])")
_YEAR = re.compile(r"\d{4}")
_ORDINAL = ("eerste", "tweede", "derde", "vierde")


class NoPeriod(SchakelError):
    """What was given is no period that an overview can be made of."""


@dataclass(frozen=True, slots=True)
class Period:
    """Consecutive months of one year. `name` is how it is written: it sorts and reads well."""

    name: str
    year: int
    first_month: int
    months: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Raises NoPeriod for anything but a month, a quarter or a year."""
        if found := _MONTH.fullmatch(text):
            year, month = int(found[1]), int(found[2])
            if 1 <= month <= 12 and year >= 1:
                return cls(f"{year:04}-{month:02}", year, month, 1)
        elif found := _QUARTER.fullmatch(text):
            return cls(f"{found[1]}-Q{found[2]}", int(found[1]), int(found[2]) * 3 - 2, 3)
        elif _YEAR.fullmatch(text) and int(text) >= 1:
            return cls(text, int(text), 1, 12)
        raise NoPeriod(f"period: found {text[:20]!r}, expected a month, quarter or year: 2026-03, 2026-Q1 or 2026")

    @classmethod
    @lru_cache(maxsize=4_000)  # asked of every incident, of a year's days
    def month_of(cls, day: date) -> "Period":
        return cls(f"{day.year:04}-{day.month:02}", day.year, day.month, 1)

    @property
    def first_day(self) -> date:
        return date(self.year, self.first_month, 1)

    @property
    def last_day(self) -> date:
        last = self.first_month + self.months - 1
        after = date(self.year + last // 12, last % 12 + 1, 1)
        return after - timedelta(days=1)

    @property
    def parts(self) -> "tuple[Period, ...]":
        """The quarters of a year, the months of a quarter; none of a month."""
        if self.months == 12:
            return tuple(Period.parse(f"{self.year:04}-Q{number}") for number in (1, 2, 3, 4))
        return () if self.months == 1 else tuple(self.in_months())

    def in_months(self) -> "Iterator[Period]":
        """Its months, in order."""
        for month in range(self.first_month, self.first_month + self.months):
            yield Period(f"{self.year:04}-{month:02}", self.year, month, 1)

    def in_words(self) -> str:
        """As a Dutch reader would say it."""
        if self.months == 1:
            return f"{MONTHS[0][self.first_month - 1]} {self.year}"
        if self.months == 3:
            return f"{_ORDINAL[self.first_month // 3]} kwartaal van {self.year}"
        return f"het jaar {self.year}"
