"""An event log for readers outside: every case in it is the same as at least four others. Pure.

A course of events is a fingerprint: who knows when she reported and when somebody called finds her line, and reads the rest of it. So:

1. no partner, no moment of its own, no id: a running number stands for the case;
2. cases with the same course (the same activities in the same order about the same things) stand in a group; one of fewer than five is
   told with less: first without the names of steps, then by its milestones alone, and left out where those are rare too;
3. a group is cut, by duration, into parts of five to nine cases. Each part gets one set of times, the middle one of each event in whole
   hours since the report, and one beginning: the first day of the month of its middle case.

So every line of the log is worn by five cases or more (k-anonymity over the whole course, times included), and the spread of durations
is kept as far as parts of five can show it. Seconds only keep the order of events in one hour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from backbone.evaluation.eventlog import EventLog, Kind, LogCase, LogEvent, Thing
from backbone.evaluation.small_cells import SMALLEST, about


class Level(StrEnum):
    """How much of a case is told."""

    WHOLE = "whole"
    WITHOUT_STEPS = "without_steps"
    MILESTONES = "milestones"


MILESTONES = ("report.received", "referral.delivered", "contact.made", "case.closed")
"""The first of each."""

_Event = tuple[str, str, str | None, int]
"""(activity, type, step, the number of the thing it is about; 0: none)."""


@dataclass(frozen=True, slots=True)
class _Course:
    """One case, told at one level: what it shares with its group, and its own times, which it does not keep."""

    protocols: tuple[str, ...]
    things: tuple[tuple[str, str], ...]
    events: tuple[_Event, ...]
    began: datetime
    offsets_s: tuple[float, ...]

    @property
    def key(self) -> tuple[object, ...]:
        return self.protocols, self.things, self.events


def anonymous(log: EventLog, smallest: int = SMALLEST) -> EventLog:
    """The log for readers outside. Cases that are too rare at every level are left out; its rule says how many."""
    waiting = [case for case in log.cases if case.events]
    told: list[LogCase] = []
    for level in Level:
        groups: dict[tuple[object, ...], list[tuple[_Course, LogCase]]] = {}
        for case in waiting:
            course = _course(case, level)
            groups.setdefault(course.key, []).append((course, case))
        waiting = []
        for key in sorted(groups, key=repr):
            group = groups[key]
            if len(group) < smallest:
                waiting += [case for _, case in group]
                continue
            for part in _parts([course for course, _ in group], smallest):
                told += _same(part, level)
    numbered = tuple(_numbered(case, number) for number, case in enumerate(told, 1))
    return EventLog(log.chain, log.period, _month(log.until), _rule(len(waiting), smallest), numbered)


def _rule(left_out: int, smallest: int) -> str:
    return (
        f"For readers outside the chain: every case here is the same as at least {smallest - 1} others, times included. Times are the "
        f"middle ones of its group in whole hours since the report, counted from the first day of a month; seconds only keep the "
        f"order. Rare courses are told without steps or by their milestones; left out as too rare: {about(left_out, smallest)}."
    )


def _course(case: LogCase, level: Level) -> _Course:
    events = _milestones(case.events) if level is Level.MILESTONES else case.events
    whole = level is Level.WHOLE
    used = dict.fromkeys(event.about for event in events if event.about) if level is not Level.MILESTONES else {}
    number = {thing_id: place for place, thing_id in enumerate(used, 1)}
    things = {thing.id: thing for thing in case.things}
    began = events[0].at
    return _Course(
        case.protocols if whole else (),
        tuple((things[one].kind.value, things[one].name if whole else things[one].kind.value) for one in used),
        tuple(
            (
                event.activity if whole else event.type,
                event.type,
                event.step if whole else None,
                number.get(event.about or "", 0),
            )
            for event in events
        ),
        began,
        tuple(max((event.at - began).total_seconds(), 0.0) for event in events),
    )


def _milestones(events: Sequence[LogEvent]) -> tuple[LogEvent, ...]:
    first: dict[str, LogEvent] = {}
    for event in events:
        if event.type in MILESTONES:
            first.setdefault(event.type, event)
    return tuple(first.values()) or tuple(events[:1])


def _parts(group: list[_Course], smallest: int) -> Iterable[list[_Course]]:
    """By duration, in parts of at least `smallest` and fewer than twice that."""
    ordered = sorted(group, key=lambda course: (course.offsets_s[-1], course.began))
    parts = len(ordered) // smallest
    for number in range(parts):
        end = (number + 1) * smallest if number + 1 < parts else len(ordered)
        yield ordered[number * smallest : end]


def _same(part: list[_Course], level: Level) -> list[LogCase]:
    """As many equal cases as the part holds."""
    shape, middle = part[0], (len(part) - 1) // 2
    start = _month(sorted(course.began for course in part)[middle])
    hours = [
        round(sorted(course.offsets_s[place] for course in part)[middle] / 3600) for place in range(len(shape.events))
    ]
    things = tuple(Thing(Kind(kind), str(number), name) for number, (kind, name) in enumerate(shape.things, 1))
    events = tuple(
        LogEvent(
            activity,
            type_,
            step,
            start + timedelta(hours=max(hours[: place + 1]), seconds=place),
            about=str(thing) if thing else None,
        )
        for place, (activity, type_, step, thing) in enumerate(shape.events)
    )
    return [LogCase("", shape.protocols, things, events, level.value) for _ in part]


def _numbered(case: LogCase, number: int) -> LogCase:
    """Things are named after the case that they are in: `12/1`."""
    things = tuple(Thing(thing.kind, f"{number}/{thing.id}", thing.name) for thing in case.things)
    events = tuple(
        LogEvent(
            event.activity, event.type, event.step, event.at, about=f"{number}/{event.about}" if event.about else None
        )
        for event in case.events
    )
    return LogCase(str(number), case.protocols, things, events, case.level)


def _month(moment: datetime) -> datetime:
    day = moment.astimezone(UTC)
    return datetime(day.year, day.month, 1, tzinfo=UTC)
