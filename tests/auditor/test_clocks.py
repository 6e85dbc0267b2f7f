"""Breaches that are missing or invented; and the calendar, written a second time, against the backbone's."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auditor import terms
from auditor.formats import Record
from schakel.calendar import Calendar, Limit
from tests.auditor.material import (
    altered,
    breached,
    codes,
    find,
    invented,
    late,
    ledger,
    played,
    records,
    type_of,
    verified,
    without,
    wrong,
)
from tests.support import telling, telling_clocks
from tests.support.telling import GRONINGEN

LATE, CORRECTED = records(late()), records(breached())
DUE = telling.moment("2026-03-04 12:00")


def changed(log: Sequence[Record], event_type: str, **fields: object) -> list[Record]:
    """The log with other fields in the first event of this type."""
    return altered(log, find(log, event_type), **fields)


def found(log: Sequence[Record]) -> set[str]:
    return codes(verified(ledger(log)), question="clocks")


@pytest.mark.parametrize("log", [LATE, CORRECTED], ids=["late work", "late paperwork"])
def test_what_really_happened_is_sound(log: list[Record]) -> None:
    assert verified(ledger(log)).answer("clocks") == "sound"


def test_a_breach_that_was_dropped() -> None:
    assert found(without(LATE, lambda name: name == "clock.breached")) == {"missing"}
    assert found(without(CORRECTED, lambda name: name == "clock.breached")) >= {"corrected"}
    silent = without(LATE, lambda name: name in ("clock.breached", "contact.made", "clock.stopped"))
    assert found(silent) >= {"missing"}


def test_a_breach_that_nobody_wrote_yet_is_not_called_missing() -> None:
    """The watermark has just passed, and follow-up has not got there: on its way, or missing."""
    breach = find(LATE, "clock.breached").offset
    report = verified(ledger(LATE[:breach]))
    assert (codes(report, question="clocks"), codes(report, "cannot tell")) == (set(), {"on_its_way"})


def test_a_breach_that_was_invented() -> None:
    """The contact in time was told before the watermark: nobody was late."""
    true, log = invented()
    assert wrong(verified(ledger(true)), "clocks") == []
    assert "invented" in found(log)


@pytest.mark.parametrize(
    "fields",
    [
        {"watermark": DUE - timedelta(hours=1)},
        {"due_at": DUE - timedelta(hours=1)},
        {"watermark": DUE + timedelta(minutes=1)},
    ],
    ids=["before the due moment", "another due moment", "a watermark that nobody logged"],
)
def test_a_breach_on_other_grounds(fields: dict[str, object]) -> None:
    assert "invented" in found(changed(LATE, "clock.breached", **fields))


def test_a_watermark_that_was_taken_out() -> None:
    first = find(LATE, "watermark.passed")
    log = [replace(record, offset=n) for n, record in enumerate(r for r in LATE if r is not first)]
    assert "invented" in found(log)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"due_at": DUE - timedelta(hours=24)}, "due"),
        ({"limit": "24h"}, "limit"),
        ({"kind": "our_choice"}, "limit"),
        ({"started_at": DUE - timedelta(hours=72)}, "start"),
        ({"clock": "een-klok-van-niemand"}, "no_rule"),
    ],
)
def test_a_clock_that_is_not_the_protocols(fields: dict[str, object], code: str) -> None:
    assert code in found(changed(LATE, "clock.started", **fields))


def test_stopped_by_what_nobody_told() -> None:
    """A stop that hides a breach: it names a moment at which nobody called."""
    assert "stop" in found(changed(CORRECTED, "clock.corrected", stopped_at=DUE - timedelta(hours=3)))
    log = without(CORRECTED, lambda name: name in ("contact.made",))
    assert "rests_on_nothing" in found(log)


def test_a_clock_that_was_never_started() -> None:
    """With it everything that hangs on it is gone: the protocol says that there has to be one."""
    names = ("clock.breached", "clock.corrected")
    started = find(CORRECTED, "clock.started")
    log = [record for record in CORRECTED if record is not started and type_of(record) not in names]
    assert found([replace(record, offset=offset) for offset, record in enumerate(log)]) == {"missing"}


def test_standing_still_without_a_reason() -> None:
    world = played(
        breached().id,
        telling.report_in_groningen(),
        telling.close_requested(telling.DMG),
        telling.passed("2026-03-07 12:00"),
    )
    log = records(world)
    if "clock.suspended" in map(type_of, log):
        assert found(log) == set()
        assert "stands_still" in found(without(log, lambda name: name == "case.closed"))


def test_an_action_by_its_day() -> None:
    world = played(
        breached().id,
        telling.report_in_groningen(),
        telling.contact_made(GRONINGEN, "2026-03-03 10:00"),
        telling_clocks.action_agreed(GRONINGEN, GRONINGEN, "2026-03-10"),
        telling.passed("2026-03-12 12:00"),
    )
    log = records(world)
    assert "clock.breached" in map(type_of, log)
    assert found(log) == set()
    assert "missing" in found(without(log, lambda name: name == "clock.breached"))


def test_without_the_protocol_nobody_can_tell() -> None:
    what = ledger(LATE)
    other = {
        name: raw + b"\n" if name.startswith("protocols/handreiking") else raw for name, raw in what.definitions.items()
    }
    assert verified(replace(what, definitions=other)).answer("clocks") == "sound"  # another layout is no other meaning
    other = {
        name: raw.replace(b'"48h"', b'"24h"') if name.startswith("protocols/") else raw for name, raw in other.items()
    }
    report = verified(replace(what, definitions=other))
    assert "not_held" in codes(report, "cannot tell")
    assert codes(report) == set()


# --- the calendar


def test_holidays_are_those_of_the_backbone() -> None:
    calendar = Calendar.current("nl", "Europe/Amsterdam")
    for year in range(2015, 2045):
        for day in (datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(365)):
            expected = calendar.is_working_day(day.date())
            assert (day.weekday() < 5 and day.date() not in terms.holidays(year)) is expected, day


def test_limits_end_when_the_backbone_says() -> None:
    dice, theirs, ours = (
        random.Random(4),
        Calendar.current("nl", "Europe/Amsterdam"),
        terms.Calendar("nl", "Europe/Amsterdam"),
    )
    for _ in range(3000):
        start = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(20 * 365 * 86400))
        unit = dice.choice(("min", "h", "dagen", "werkdagen", "weken", "maanden"))
        limit = f"{dice.choice((1, 2, 3, 4, 5, 8, 12, 13, 24, 48, 90, 91, 400))} {unit}"
        due_at, pause = theirs.add(start, Limit.parse(limit)), timedelta(seconds=dice.randrange(20 * 86400))
        assert ours.add(start, limit) == due_at
        assert ours.later(due_at, pause, limit) == theirs.later(due_at, pause, Limit.parse(limit))
