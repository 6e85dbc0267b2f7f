"""A period: a year, a quarter, a month, or from one day through another, in the chain's own time. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from schakel.errors import SchakelError

_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})-[Qq]([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


class NoPeriod(SchakelError):
    """A text that is no period."""


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it. A case belongs to the period in which it was reported, whenever the rest happened."""

    first: date
    last: date
    name: str

    @classmethod
    def parse(cls, text: str) -> "Period":
        """`2026`, `2026-Q1`, `2026-03`, `2026-03-01..2026-03-31`, or `all`. Raises NoPeriod."""
        try:
            found = _days(text.strip())
        except ValueError:
            found = None
        if found is None or found[1] < found[0]:
            raise NoPeriod(
                f"--period {text[:30]!r} is no period; expected a year such as 2026, a quarter 2026-Q1, a month 2026-03, the days "
                f"2026-03-01..2026-03-31, or all"
            )
        return cls(*found, text.strip())

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def _days(text: str) -> tuple[date, date] | None:
    if text == "all":
        return date.min, date.max
    if match := _YEAR.fullmatch(text):
        return date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)
    if match := _QUARTER.fullmatch(text):
        first = 3 * int(match[2]) - 2
        return date(int(match[1]), first, 1), _end_of_month(int(match[1]), first + 2)
    if match := _MONTH.fullmatch(text):
        return date(int(match[1]), int(match[2]), 1), _end_of_month(int(match[1]), int(match[2]))
    if match := _SPAN.fullmatch(text):
        return date.fromisoformat(match[1]), date.fromisoformat(match[2])
    return None


def _end_of_month(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
