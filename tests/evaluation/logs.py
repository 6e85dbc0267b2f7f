"""Event logs for tests: those of the recorded demo, and any that hypothesis thinks of."""

from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import strategies as st

from backbone.evaluation.conformance import choose
from backbone.evaluation.eventlog import EventLog, Kind, LogCase, LogEvent, Thing, event_log
from backbone.evaluation.period import Period
from backbone.evaluation.trail import trails
from services.rehearsal.history import read_file
from tests.support.casebook import ROOT, repository

RECORDED = ROOT / "tests" / "histories" / "recorded" / "0.1.0" / "demo.jsonl"
BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)


@cache
def recorded() -> EventLog:
    """Everything of the recorded demo's Amsterdam, for readers inside."""
    chain = repository()[0].get("amsterdam")
    assert chain is not None
    chosen = choose(trails(read_file(RECORDED)), chain, Period.parse("all"))
    assert chosen is not None
    return event_log(chosen)


_STEPS = (
    ("referral.delivered help", "referral.delivered", "help", True),
    ("referral.delivered advice", "referral.delivered", "advice", True),
    ("contact.made", "contact.made", None, False),
    ("clock.started first", "clock.started", "first", False),
    ("case.closed", "case.closed", None, False),
)


@st.composite
def cases(draw: st.DrawFn, number: int) -> LogCase:
    """Few kinds of courses, so that groups form; any times."""
    picked = draw(st.lists(st.sampled_from(_STEPS), max_size=4))
    at = BEGIN + timedelta(hours=draw(st.integers(0, 24 * 200)))
    referral = f"{number}-referral"
    events = [LogEvent("report.received", "report.received", None, at, by="police")]
    for activity, kind, step, about in picked:
        at += timedelta(minutes=draw(st.integers(0, 60 * 24 * 30)))
        events.append(LogEvent(activity, kind, step, at, at, "police", "helper", referral if about else None))
    things = (Thing(Kind.REFERRAL, referral, "help", "helper"),) if any(event.about for event in events) else ()
    protocols = draw(st.sampled_from([("p@1",), ("p@1", "q@1")]))
    return LogCase(f"case-{number}", protocols, things, tuple(events))


@st.composite
def logs(draw: st.DrawFn) -> EventLog:
    size = draw(st.integers(0, 40))
    return EventLog("chain", "2026", BEGIN, "-", tuple(draw(cases(number)) for number in range(size)))
