"""A log for readers outside: every case in it is the same as at least four others, times included."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings

from backbone.evaluation.anonymous import MILESTONES, Level, anonymous
from backbone.evaluation.eventlog import EventLog, LogCase, LogEvent
from tests.evaluation.logs import BEGIN, logs


def worn(case: LogCase) -> object:
    """All that a reader sees of a case, but the number that stands for it."""
    number = f"{case.id}/"
    things = tuple((thing.kind, thing.id.removeprefix(number), thing.name, thing.partner) for thing in case.things)
    events = tuple(replace(event, about=(event.about or "").removeprefix(number)) for event in case.events)
    return case.protocols, things, events, case.level


@settings(max_examples=80, deadline=None)
@given(logs())
def test_every_case_is_the_same_as_four_others(log: EventLog) -> None:
    told = anonymous(log)
    worn_by = Counter(repr(worn(case)) for case in told.cases)
    assert all(count >= 5 for count in worn_by.values())
    assert len(told.cases) <= len(log.cases)
    assert [case.id for case in told.cases] == [str(number) for number in range(1, len(told.cases) + 1)]


@settings(max_examples=80, deadline=None)
@given(logs())
def test_nobody_and_no_moment_of_its_own_is_in_it(log: EventLog) -> None:
    told = anonymous(log)
    text = repr(told.cases)
    assert told.partners == []
    for word in ("police", "helper", "case-", "-referral"):
        assert word not in text
    for case in told.cases:
        moments = [event.at for event in case.events]
        assert moments == sorted(moments)
        assert all((at - timedelta(seconds=place)).minute == 0 for place, at in enumerate(moments))
        assert (moments[0].day, moments[0].hour) == (1, 0)
        assert all(event.took_place is None for event in case.events)


def case(number: int, hours: float, *more: str) -> LogCase:
    events = [LogEvent("report.received", "report.received", None, BEGIN)]
    for place, activity in enumerate(more, 1):
        at = BEGIN + timedelta(hours=hours * place)
        events.append(LogEvent(activity, activity.partition(" ")[0], None, at))
    return LogCase(f"case-{number}", ("p@1",), (), tuple(events))


def log(*cases: LogCase) -> EventLog:
    return EventLog("chain", "2026", BEGIN, "-", cases)


def test_long_and_short_ones_keep_their_distance() -> None:
    told = anonymous(log(*(case(n, 10.0 if n < 5 else 100.0, "case.closed") for n in range(10))))
    lasted = Counter(round((one.events[-1].at - one.events[0].at).total_seconds() / 3600) for one in told.cases)
    assert lasted == {10: 5, 100: 5}


def test_a_rare_course_is_told_with_less_and_then_not_at_all() -> None:
    steps = [case(n, 5.0, f"referral.delivered step-{n}", "case.closed") for n in range(5)]
    told = anonymous(log(*steps))
    assert {one.level for one in told.cases} == {Level.WITHOUT_STEPS}
    assert "step-" not in repr(told.cases)
    routes = [["contact.made"] * n + ["case.closed"] for n in range(1, 6)]
    told = anonymous(log(*(case(n, 5.0, *route) for n, route in enumerate(routes))))
    assert {one.level for one in told.cases} == {Level.MILESTONES}
    assert {event.type for one in told.cases for event in one.events} <= set(MILESTONES)
    told = anonymous(log(*steps[:4]))
    assert told.cases == ()
    assert "left out as too rare: fewer than 5" in told.rule
