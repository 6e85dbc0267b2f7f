"""Whatever the order in which services read and append, with repeated records and lost databases: one answer, and the right one."""

from collections import Counter

from hypothesis import given, note

from schakel.case_state import Effect, fingerprint
from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.clock import ClockBreached, ClockStarted
from schakel.events.consent import ConsentNeeded
from schakel.events.referral import PartyInformed, ReferralProposed
from tests.properties.effort import effort
from tests.properties.plots import Step, play, plots
from tests.properties.yardstick import complaints, history_of, still_running
from tests.support.casebook import SERVICES, World


def played(plot: list[Step]) -> World:
    world = World()
    for step in plot:
        play(world, step)
    world.settle()
    return world


@effort(1000)
@given(plots())
def test_any_interleaving_comes_to_one_answer(plot: list[Step]) -> None:
    world = played(plot)
    history = history_of(world)
    note("\n".join(f"{entry.envelope.type} {effect} {entry.event!r}" for entry, effect in history))

    straight = world.state()
    for name in SERVICES:
        assert fingerprint(world.seats[name].case) == fingerprint(straight), f"{name} knows another case"
        assert world.wishes(name) == []

    effects = Counter(
        (entry.envelope.source, entry.id)
        for entry, effect in history
        if effect is not Effect.DUPLICATE and entry.event.IN_CASE
    )
    assert set(effects.values()) <= {1}
    assert list(repeated_conclusions(history)) == []

    assert straight.reading == {}, "who asked to read was not answered"
    found, standing = complaints(history)
    assert found == []
    assert list(still_running(straight, standing)) == []

    for entry, effect in history:
        if isinstance(entry.event, ClockBreached) and effect is Effect.EFFECTIVE:
            assert straight.chain == "groningen", "Amsterdam promised no term"
            assert entry.event.watermark >= entry.event.due_at


def repeated_conclusions(history: list[tuple[Entry, Effect]]) -> list[str]:
    """What must take effect once a case: a step for a receiver, a receiver for a purpose, a party, a question, a clock."""
    once: Counter[tuple[object, ...]] = Counter()
    for entry, effect in history:
        event = entry.event
        if not isinstance(event, Derived) or effect is not Effect.EFFECTIVE:
            continue
        if isinstance(event, ReferralProposed) and event.protocol:
            once["step", event.protocol.name, event.step, event.to] += 1
            once["receiver", event.to, event.purpose] += 1
        elif isinstance(event, PartyInformed):
            once["informed", event.inform, event.role, event.to] += 1
        elif isinstance(event, ConsentNeeded):
            once["asked", event.referral] += 1
        elif isinstance(event, ClockStarted):
            once["clock", event.protocol.name, event.clock, event.about] += 1
    return [str(what) for what, times in once.items() if times > 1]
