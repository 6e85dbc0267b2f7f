"""A rhythm that was agreed with her: a clock that does not keep to it is found, and so is one that never ran."""

from collections.abc import Callable
from functools import cache

import pytest

from schakel.entry import Entry
from schakel.events.clock import ClockBreached, ClockStarted, ClockStopped
from schakel.events.vocab import ClockKind
from tests.auditor.material import codes
from tests.support.casebook import given
from tests.support.rhythms import agreed, audited, chain
from tests.support.telling import CITY, contact_made, moment, passed, report

Changed = Callable[[list[Entry]], list[Entry]]


@cache
def ledger() -> tuple[Entry, ...]:
    """Seven days are agreed; she is called once in time and once too late; then three days, and nobody calls."""
    story = given(
        report(at="2026-03-02 12:00"),
        agreed(7, logged="2026-03-05 12:00"),
        contact_made(CITY, "2026-03-10 12:00"),
        passed("2026-03-18 00:00"),
        contact_made(CITY, "2026-03-18 12:00"),
        agreed(3, logged="2026-03-19 12:00"),
        passed("2026-03-28 12:00"),
        chains=chain(None)[0],
        protocols=chain(None)[1],
    )
    return tuple(story.world.ledger)


def found(change: Changed) -> set[str]:
    return codes(audited(change(list(ledger())), chain(None)), question="clocks")


def nth(model: type, number: int, **fields: object) -> Changed:
    """The ledger with other fields in the n-th event of a type."""

    def changed(entries: list[Entry]) -> list[Entry]:
        which = [entry for entry in entries if isinstance(entry.event, model)][number]
        other = Entry(which.envelope, which.event.model_copy(update=fields), which.partition, which.offset)
        return [other if entry is which else entry for entry in entries]

    return changed


def left_out(model: type, *numbers: int) -> Changed:
    def changed(entries: list[Entry]) -> list[Entry]:
        gone = [entry for entry in entries if isinstance(entry.event, model)]
        return [entry for entry in entries if entry not in [gone[number] for number in numbers]]

    return changed


def test_what_really_happened_is_sound() -> None:
    started = [entry.event.limit for entry in ledger() if isinstance(entry.event, ClockStarted)]
    assert started == [None, "7 dagen", "7 dagen", "7 dagen", "3 dagen"]
    assert len([entry for entry in ledger() if isinstance(entry.event, ClockBreached)]) == 2
    assert found(list) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (nth(ClockStarted, 2, limit=None, kind=ClockKind.MEASURED, due_at=None, premises=()), "limit"),
        (nth(ClockStarted, 2, limit="14 dagen", due_at=moment("2026-03-25 00:00")), "limit"),
        (nth(ClockStarted, 2, kind=ClockKind.OUR_CHOICE), "limit"),
        (nth(ClockStarted, 4, limit="7 dagen", due_at=moment("2026-03-27 00:00")), "limit"),
        (nth(ClockStarted, 0, limit="7 dagen", kind=ClockKind.PROMISED, due_at=moment("2026-03-10 00:00")), "limit"),
        (nth(ClockStarted, 2, due_at=moment("2026-03-19 00:00")), "due"),
        (nth(ClockStarted, 2, started_at=moment("2026-03-10 13:00")), "start"),
        (nth(ClockStopped, 1, stopped_at=moment("2026-03-09 12:00")), "stop"),
        (left_out(ClockBreached, 0), "missing"),
        (left_out(ClockBreached, 1), "missing"),
        (lambda entries: left_out(ClockBreached, 1)(left_out(ClockStarted, 4)(entries)), "missing"),
    ],
    ids=[
        "as if nothing was agreed",
        "longer than agreed",
        "no promise",
        "the agreement before",
        "an agreement that came later",
        "another due moment",
        "another beginning",
        "stopped when nobody spoke with her",
        "the breach of a word that came too late",
        "the breach of no word",
        "never timed",
    ],
)
def test_what_does_not_keep_to_it_is_found(change: Changed, code: str) -> None:
    assert code in found(change)


def test_it_names_what_was_agreed_among_what_it_rests_on() -> None:
    (second,) = [entry.event for entry in ledger() if isinstance(entry.event, ClockStarted)][2:3]
    assert len(second.premises) == 2
    assert "limit" in found(nth(ClockStarted, 2, premises=second.premises[:1]))


def test_a_breach_over_a_word_in_time_is_invented() -> None:
    """The second contact is moved into its term, before the watermark: then she had heard something in time."""

    def in_time(entries: list[Entry]) -> list[Entry]:
        late = next(
            n for n, entry in enumerate(entries) if getattr(entry.event, "at", None) == moment("2026-03-18 12:00")
        )
        word = entries[late]
        told = Entry(word.envelope, word.event.model_copy(update={"at": moment("2026-03-17 12:00")}))
        mark = next(n for n, entry in enumerate(entries) if entry.envelope.type == "watermark.passed")
        rest = entries[:late] + entries[late + 1 :]
        return [*rest[:mark], told, *rest[mark:]]

    assert "invented" in found(in_time)
