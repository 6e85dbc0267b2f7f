"""A period: a year, a quarter, a month, or from one day through another, in the chain's own time. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from backbone.overviews import periods
from schakel.errors import SchakelError

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
        except (ValueError, periods.NoPeriod):
            found = None
        if found is None or found[1] < found[0]:
            raise NoPeriod(
                f"--period {text[:30]!r} is no period; expected a year such as 2026, a quarter 2026-Q1, a month 2026-03, the days "
                f"2026-03-01..2026-03-31, or all"
            )
        return cls(*found, text.strip())

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def _days(text: str) -> tuple[date, date]:
    if text == "all":
        return date.min, date.max
    if match := _SPAN.fullmatch(text):
        return date.fromisoformat(match[1]), date.fromisoformat(match[2])
    months = periods.Period.parse(text)
    return months.first_day, months.last_day
