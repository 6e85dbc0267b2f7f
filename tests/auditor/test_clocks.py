"""Breaches that are missing or invented; and the calendar, written a second time, against the backbone's."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from auditor import plainyaml, terms
from auditor.formats import Record
from auditor.report import Report, canonical
from schakel import codec
from schakel.calendar import Calendar, Limit
from schakel.events.clock import ClockBreached, ClockSuspended
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
    with_event,
    without,
    wrong,
)
from tests.auditor.writer import lines
from tests.support import telling, telling_clocks
from tests.support.telling import GRONINGEN

LATE, CORRECTED = records(late()), records(breached())
DUE = telling.moment("2026-03-04 12:00")
ACTION = "actie"
"""The clock of the Handreiking for what was agreed."""


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
        ({"kind": "promised"}, "limit"),
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
    assert "clock.suspended" in map(type_of, log)
    assert found(log) == set()
    assert "stands_still" in found(without(log, lambda name: name == "case.closed"))


def stood_still(reason: str, *, premises: bool = True, until: datetime | None = None) -> list[Record]:
    """Late work whose breach was hidden: in its place the clock stands still, and nobody stops it."""
    like = find(LATE, "clock.breached")
    breach = codec.decode_event(like.value)
    assert isinstance(breach, ClockBreached)
    still = ClockSuspended(clock=breach.clock, reason=reason, until=until, premises=breach.premises if premises else ())
    log = with_event(LATE, like.offset, still, like)
    return without(log, lambda name: name in ("clock.breached", "clock.stopped"))


@pytest.mark.parametrize("reason", ["no_longer_applies", "a_reason_of_nobody"])
def test_a_breach_that_was_hidden_by_standing_still(reason: str) -> None:
    """Nobody said anything by which the rule of the clock would not hold any more."""
    assert found(stood_still(reason)) == {"stands_still"}
    assert found(stood_still(reason, premises=False)) == {"stands_still", "no_premise"}


def corrected_to_nameless(*more: telling.Tell | telling.Watermark) -> list[Record]:
    """She turns out to be nameless, so that nobody can be called; then what is given."""
    nameless = telling.corrected(GRONINGEN, identity="one_way")
    world = played(breached().id, telling.report_in_groningen(), nameless, *more, telling.passed("2026-03-07 12:00"))
    log = records(world)
    reasons = [codec.decode_event(one.value) for one in log if type_of(one) == "clock.suspended"]
    assert "no_longer_applies" in {one.reason for one in reasons if isinstance(one, ClockSuspended)}
    return log


def test_standing_still_because_the_rule_does_not_hold_any_more() -> None:
    log = corrected_to_nameless()
    assert verified(ledger(log)).answer("clocks") == "sound"
    assert "stands_still" in found(without(log, lambda name: name == "report.corrected"))
    other = changed(log, "clock.suspended", reason="a_reason_of_nobody")
    assert codes(verified(ledger(other)), "cannot tell", "clocks") == {"stands_still"}


def test_standing_still_where_the_reports_do_not_decide() -> None:
    """A rule that asks about her wishes: whether it still holds the auditor does not work out, and does not call it sound."""
    what = ledger(stood_still("no_longer_applies"))
    name, key = "protocols/handreiking-negen-stappen/2017.4.yaml", "protocol/handreiking-negen-stappen@2017.4"
    asks = what.definitions[name].replace(b"identity: [known_to_door, by_name]", b"wishes: [advice]")
    content = sha256(canonical(plainyaml.read(asks.decode()))).hexdigest()
    held = [json.loads(line) for line in what.definitions["definitions.jsonl"].splitlines()]
    said = [one | {"value": one["value"] | ({"content": content} if one["key"] == key else {})} for one in held]
    report = verified(replace(what, definitions={**what.definitions, name: asks, "definitions.jsonl": lines(said)}))
    assert (codes(report), codes(report, "cannot tell", "clocks")) == (set(), {"stands_still"})


def test_standing_still_longer_than_its_reason() -> None:
    """Known by name again, the clock goes on; where it does not, a breach may be hidden."""
    log = corrected_to_nameless(telling.corrected(GRONINGEN, identity="by_name"))
    assert verified(ledger(log)).answer("clocks") == "sound"
    hidden = verified(ledger(without(log, lambda name: name in ("clock.resumed", "clock.breached"))))
    assert codes(hidden, "cannot tell", "clocks") == {"stands_still"}


def test_waiting_for_her_for_ever() -> None:
    """She was called in vain, and the clock waits for her: until when?"""
    attempt = telling.contact_attempted(GRONINGEN, "2026-03-03 10:00", outcome="no_answer")
    true = records(played(breached().id, telling.report_in_groningen(), attempt, telling.passed("2026-03-07 12:00")))
    breach = find(true, "clock.breached")
    said = codec.decode_event(breach.value)
    assert isinstance(said, ClockBreached)
    assert found(true) == set()
    for until, answer in ((None, "cannot tell"), (telling.moment("2026-03-30 12:00"), "sound")):
        waits = ClockSuspended(clock=said.clock, reason="waits_for_person", until=until, premises=said.premises)
        log = without(with_event(true, breach.offset, waits, breach), lambda name: name == "clock.breached")
        assert verified(ledger(log)).answer("clocks") == answer


def test_an_action_that_nobody_timed() -> None:
    """A day was agreed, and no clock runs for it."""
    agreed = telling_clocks.action_agreed(GRONINGEN, GRONINGEN, "2026-03-10")
    contact = telling.contact_made(GRONINGEN, "2026-03-03 10:00")
    for last, wrong_, open_ in (("2026-03-12 12:00", {"missing"}, set()), ("2026-03-03 12:00", set(), {"on_its_way"})):
        log = records(played(breached().id, telling.report_in_groningen(), contact, agreed, telling.passed(last)))
        assert verified(ledger(log)).answer("clocks") == "sound"
        (its,) = [record for record in log if ACTION in clocks_of(record)]
        clock = dict(its.headers)["ce_id"].decode()
        left = [record for record in log if clock not in clocks_of(record) and record is not its]
        report = verified(ledger([replace(record, offset=n) for n, record in enumerate(left)]))
        assert (codes(report), codes(report, "cannot tell", "clocks")) == (wrong_, open_)


def clocks_of(record: Record) -> tuple[str, ...]:
    """The clock that an event names; of one that starts, its name in the protocol."""
    clock = getattr(codec.decode_event(record.value), "clock", None)
    return (clock,) if clock else ()


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


def with_chain(change: Callable[[bytes], bytes], content: bool = True) -> Report:
    """The audit where the file of the chain is another, in a bundle of a backbone that did not keep what chains said. content: the
    definitions say what digest is in force."""
    what = ledger(LATE)
    files = {name: change(raw) if name == "chains/groningen.yaml" else raw for name, raw in what.definitions.items()}
    said = [json.loads(line) for line in without_kept(files["definitions.jsonl"]).splitlines()]
    files["definitions.jsonl"] = lines(one for one in said if content or not one["key"].startswith("chain/groningen"))
    return verified(replace(what, definitions=files))


def without_kept(definitions: bytes) -> bytes:
    """As a backbone left them that published only digests of chains."""
    said = [json.loads(line) for line in definitions.splitlines()]
    return lines(one | {"value": {name: v for name, v in one["value"].items() if name != "says"}} for one in said)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda raw: raw.replace(b'version: "2026.11"', b'version: "2031.1"'),
            "groningen@2031.1; expected groningen@2026.11",
        ),
        (lambda raw: raw.replace(b"roles: [", b"roles: [mayor, "), "in force as the chain groningen@2026.11"),
        (lambda raw: raw.replace(b"calendar: nl", b"calendar: weekdays"), "in force as the chain groningen@2026.11"),
        (lambda raw: b"", "the chain groningen@2026.11, under which the case was opened, is not in the bundle"),
    ],
    ids=["another version", "other roles", "another calendar", "no file"],
)
def test_without_the_chain_nobody_can_tell(change: Callable[[bytes], bytes], says: str) -> None:
    report = with_chain(change)
    assert (report.answer("clocks"), codes(report)) == ("cannot tell", set())
    assert any(says in one.says for one in report.findings if one.code == "not_held")


def test_a_chain_whose_digest_nobody_says() -> None:
    assert with_chain(lambda raw: raw + b"# another layout\n").answer("clocks") == "sound"
    assert with_chain(lambda raw: raw, content=False).answer("clocks") == "cannot tell"


def test_without_chain_or_protocol_a_case_without_clocks_is_not_sound() -> None:
    """Every clock was taken out, and the file that says which there have to be as well."""
    what = ledger(without(LATE, lambda name: name.startswith("clock.")))
    held = {**what.definitions, "definitions.jsonl": without_kept(what.definitions["definitions.jsonl"])}
    for folder in ("chains/", "protocols/"):
        files = {name: b"" if name.startswith(folder) else raw for name, raw in held.items()}
        assert verified(replace(what, definitions=files)).answer("clocks") == "cannot tell"


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
