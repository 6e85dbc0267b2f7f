"""Dates and times as lists write them, and the moment they mean in the time zone of the list. Pure.

A time that the clock skipped in spring is taken an hour later, one that it had twice in autumn is the first of the two.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backbone.lists.cells import Cell, text
from schakel.events.vocab import DayPart

_EXCEL_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook's days have no zone
_EARLIEST = date(1970, 1, 1)
_NUMBER = re.compile(r"\d{1,6}([.,]\d+)?")
_HMM = re.compile(r"\d{1,4}")
_TIME_DIRECTIVE = re.compile(r"%[HIMSpfTXRc]")
_MONTHS = (
    "januari january jan|februari february feb|maart march mrt mar|april apr|mei may|juni june jun|juli july jul|"
    "augustus august aug|september sept sep|oktober october okt oct|november nov|december dec"
)
_MONTH_NUMBERS = {word: str(n) for n, words in enumerate(_MONTHS.split("|"), 1) for word in words.split()}
_WORD = re.compile(r"[A-Za-z]+\.?")


@dataclass(frozen=True, slots=True)
class Read:
    """What a date cell said: a day, perhaps a time of day, perhaps with its own zone."""

    day: date
    at: time | None = None


def read_date(cell: Cell, formats: Sequence[str]) -> Read | None:
    """The day (and time) in a cell, or None when no format fits or the day lies before 1970."""
    match cell:
        case datetime():
            read = Read(cell.date(), cell.timetz() if cell.time() != time() else None)
        case date():
            read = Read(cell)
        case _:
            found = (_date(text(cell), form) for form in formats)
            first = next((read for read in found if read), None)
            if first is None:
                return None
            read = first
    return read if read.day >= _EARLIEST else None


def read_time(cell: Cell, formats: Sequence[str]) -> time | None:
    """The time of day in a cell, or None when no format fits."""
    match cell:
        case datetime():
            return cell.time()
        case time():
            return cell
        case timedelta():  # what a workbook makes of 24:00 and of times in an elapsed-hours format
            return (_EXCEL_DAY_0 + cell).time() if cell <= timedelta(days=1) else None
        case float() if 0 <= cell < 1:  # a time that lost its format
            return (_EXCEL_DAY_0 + timedelta(seconds=round(cell * 86400))).time()
    words = text(cell)
    return next((at for form in formats if (at := _time(words, form)) is not None), None)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC. A time with its own zone keeps it."""
    local = datetime.combine(day, at)
    return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)


def day_part(at: time) -> DayPart:
    """Night until 6, morning until 12, afternoon until 18, then evening (our choice; the documents give no hours)."""
    return (DayPart.NIGHT, DayPart.MORNING, DayPart.AFTERNOON, DayPart.EVENING)[at.hour // 6]


def faulty_format(form: str) -> str | None:
    """Why a format cannot work, or None. `form`: strptime pattern, `iso`, `excel` or `hmm`."""
    if form in ("iso", "excel", "hmm"):
        return None
    sample = datetime(2024, 2, 29, 13, 45, 10, tzinfo=UTC)
    try:
        again = datetime.strptime(sample.strftime(form), form)  # noqa: DTZ007 - only its shape is looked at
    except (ValueError, re.error):
        return "is no pattern that can be read back"
    if again == datetime.strptime("", ""):  # noqa: DTZ007
        return "names no part of a date or time"
    return None


def _date(words: str, form: str) -> Read | None:
    try:
        if form == "iso":
            moment = datetime.fromisoformat(words)
            return Read(moment.date(), moment.timetz() if len(words) > len("2024-02-29") else None)
        if form == "excel":
            if not _NUMBER.fullmatch(words):
                return None
            serial = _EXCEL_DAY_0 + timedelta(days=float(words.replace(",", ".")))
            return Read(serial.date(), serial.time() if serial.time() != time() else None)
        if "%B" in form or "%b" in form:
            words = _WORD.sub(lambda found: _MONTH_NUMBERS.get(found[0].lower().rstrip("."), found[0]), words)
            form = form.replace("%B", "%m").replace("%b", "%m")
        moment = datetime.strptime(words, form)  # noqa: DTZ007 - the list's zone is added by `instant`
    except (ValueError, OverflowError):
        return None
    return Read(moment.date(), moment.timetz() if _TIME_DIRECTIVE.search(form) else None)


def _time(words: str, form: str) -> time | None:
    if form == "hmm":
        if not _HMM.fullmatch(words):
            return None
        hours, minutes = divmod(int(words), 100)
        return time(hours, minutes) if hours < 24 and minutes < 60 else None
    try:
        return time.fromisoformat(words) if form == "iso" else datetime.strptime(words, form).time()  # noqa: DTZ007
    except ValueError:
        return None
