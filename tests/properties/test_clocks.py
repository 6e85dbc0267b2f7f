"""Clocks, whatever the order: late work is what was done late, late paperwork is not, and an outage of ours is neither."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schakel.case_state import ClockState, Effect
from schakel.events.clock import ClockBreached, ClockReminded
from schakel.events.contact import ContactMade
from schakel.events.data import StatementRetracted
from tests.properties.effort import effort
from tests.properties.plots import (
    BEGIN,
    GRONINGEN_PARTNERS,
    WHOSE_IT_IS,
    Land,
    Later,
    Read,
    Step,
    Tell,
    contacts,
    play,
    schedules,
)
from tests.support.casebook import World
from tests.support.telling import Watermark, report, report_in_groningen

DUE = BEGIN + timedelta(hours=48)
MAKES_AND_TAKES_BACK = st.one_of(
    contacts(GRONINGEN_PARTNERS),
    contacts(GRONINGEN_PARTNERS),
    st.builds(
        Tell,
        st.just(WHOSE_IT_IS) | st.sampled_from(GRONINGEN_PARTNERS),
        st.builds(Later, st.just("retract a contact"), st.integers(0, 3)),
    ),
)


def played(first: Tell, plot: Iterable[Step]) -> World:
    world = World()
    for step in (first, *plot):
        play(world, step)
    world.settle()
    return world


@effort(400)
@given(schedules(MAKES_AND_TAKES_BACK, 10))
def test_a_clock_says_at_the_end_what_the_words_say(plot: list[Step]) -> None:
    """48 hours to the reporter, worked out once more from what was told and the highest watermark alone."""
    world = played(report_in_groningen(at="2026-03-27 12:00", acute=True), plot)
    told: dict[str, tuple[datetime, str]] = {}
    for entry, effect in zip(world.ledger, world.folded()[1], strict=True):
        event = entry.event
        if effect is Effect.DUPLICATE:
            continue
        if isinstance(event, ContactMade) and event.whom == "victim" and event.at >= BEGIN:
            told[entry.id] = (event.at, entry.author)
        elif isinstance(event, StatementRetracted) and told.get(event.event, ("", ""))[1] == entry.author:
            del told[event.event]
    first = min((at for at, _ in told.values()), default=None)
    watermark = max((step.at for step in plot if isinstance(step, Watermark)), default=None)

    (clock,) = (clock for clock in world.state().clocks.values() if clock.name == "contact-met-melder")
    assert clock.due_at == DUE
    in_time = first is not None and first <= DUE
    over = watermark is not None and watermark >= DUE
    assert clock.breached == (over and not in_time)
    if in_time:
        assert clock.state in (ClockState.STOPPED, ClockState.CORRECTED)
        assert clock.stopped_at is not None
        assert clock.stopped_at <= DUE
    elif over:
        assert clock.state is (ClockState.STOPPED if first else ClockState.BREACHED)
    else:
        assert clock.state is ClockState.RUNNING


@effort(200)
@given(schedules(MAKES_AND_TAKES_BACK, 10))
def test_nobody_is_accused_before_the_watermark_or_reminded_twice(plot: list[Step]) -> None:
    world = played(report_in_groningen(at="2026-03-27 12:00"), plot)
    _, effects = world.folded()
    reminders = 0
    passed: datetime | None = None
    for entry, effect in zip(world.ledger, effects, strict=True):
        event = entry.event
        if event.TYPE == "watermark.passed":
            passed = max(passed, event.at) if passed else event.at  # type: ignore[attr-defined]
        elif effect is Effect.EFFECTIVE and isinstance(event, ClockBreached):
            assert passed is not None
            assert DUE == event.due_at <= event.watermark <= passed
        elif effect is Effect.EFFECTIVE and isinstance(event, ClockReminded):
            assert passed is not None
            assert passed >= BEGIN + timedelta(hours=24)
            reminders += 1
    assert reminders <= 1


@effort(60)
@given(schedules(contacts(("politie-amsterdam", "slachtofferhulp")), 6))
def test_amsterdam_promised_nothing_and_breaches_nothing(plot: list[Step]) -> None:
    """Practice, not a promise: its clocks measure, whatever watermark passes."""
    world = played(report(at="2026-03-27 12:00"), [*plot, Watermark(BEGIN + timedelta(days=400))])
    case = world.state()
    assert case.clocks
    assert not any(clock.breached or clock.due_at for clock in case.clocks.values())
    assert not any(isinstance(entry.event, ClockBreached | ClockReminded) for entry in world.ledger)


@effort(60)
@given(
    st.lists(
        st.builds(Read, st.just("followup"), st.integers(1, 2)) | st.builds(Land, st.just("followup"), st.none()),
        max_size=12,
    )
)
def test_a_slow_follow_up_starts_the_clock_at_the_same_moment(plot: list[Step]) -> None:
    world = played(report_in_groningen(at="2026-03-27 12:00"), plot)
    assert {clock.started_at for clock in world.state().clocks.values() if clock.due_at} == {BEGIN}
