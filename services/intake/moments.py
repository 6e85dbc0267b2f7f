"""Intake's rules of time: what is said to have happened has happened, and not before anybody who lives was born. Pure.

A system that does not know a date often sends the first one that it has (the year 1). Taken at its word it would have every clock that
counts from it run for two thousand years.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from schakel.envelope import Envelope
from schakel.events import Event
from schakel.events.contact import ComplaintTaken, ContactAttempted, ContactMade
from schakel.events.overview import OverviewReleased
from schakel.events.partners import MinutesRecorded
from schakel.events.report import Occurrence, ReportCorrected, ReportReceived
from schakel.messages import Refusal

AHEAD = timedelta(minutes=5)
"""How far a partner's clock may run ahead of ours."""
SINCE = date(1900, 1, 1)
Said = Iterator[tuple[str, date | datetime | None]]


def logged(envelope: Envelope, now: datetime) -> Iterator[Refusal]:
    """Why its time of logging cannot be."""
    yield from _judged("ce_time", envelope.time, now)


def objections(event: Event, now: datetime) -> Iterator[Refusal]:
    """Why a moment at which it says that something happened cannot be. Not of days that may lie ahead: appointments, terms."""
    for field, moment in _happened(event):
        yield from _judged(field, moment, now)
    occurrence = _occurrence(event)
    if occurrence and occurrence.first_day and occurrence.last_day and occurrence.last_day < occurrence.first_day:
        yield Refusal(
            code="occurrence.backwards",
            field="facts.occurrence.last_day",
            expected="a day on or after first_day",
            remedy="exchange the two days",
        )


def _happened(event: Event) -> Said:
    match event:
        case ReportReceived():
            yield "reported_at", event.reported_at
        case ContactMade() | ContactAttempted():
            yield "at", event.at
        case ComplaintTaken():
            yield "taken_on", event.taken_on
        case MinutesRecorded():
            yield "held_on", event.held_on
        case OverviewReleased():
            yield "decided_on", event.decided_on
    if occurrence := _occurrence(event):
        yield "facts.occurrence.first_day", occurrence.first_day
        yield "facts.occurrence.last_day", occurrence.last_day


def _occurrence(event: Event) -> Occurrence | None:
    if isinstance(event, ReportReceived) or (isinstance(event, ReportCorrected) and "occurrence" in event.replaces):
        return event.facts.occurrence
    return None


def _judged(field: str, moment: date | datetime | None, now: datetime) -> Iterator[Refusal]:
    if moment is None:
        return
    if isinstance(moment, datetime):
        day, ahead, expected = (
            moment.date(),
            moment > now + AHEAD,
            "a moment that has passed (five minutes of difference are allowed)",
        )
    else:  # east of us it may be tomorrow already
        day, ahead, expected = moment, moment > (now + timedelta(days=1)).date(), "a day that has come"
    if ahead:
        yield Refusal(
            code="time.in_the_future",
            field=field,
            expected=expected,
            remedy="check the clock and the time zone of the sending system",
        )
    elif day < SINCE:
        yield Refusal(
            code="time.long_ago",
            field=field,
            expected=f"a day since {SINCE}",
            remedy="check what the sending system writes for a date that it does not know; send the right one, or leave the field out",
        )
