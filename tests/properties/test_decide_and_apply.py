"""What a service decides takes effect, and then it is quiet: rules and fold never disagree, so that no case goes round in circles."""

from hypothesis import given, note
from hypothesis import strategies as st

from backbone.case_rules import may_lack
from schakel.case import apply, conclude, digest
from schakel.case_clocks import next_moments
from schakel.case_state import Effect, State, dump, load
from schakel.events.chain import WatermarkPassed
from schakel.ids import service_source
from tests.properties.effort import effort
from tests.properties.plots import Step, Tell, play, plots, tells
from tests.support.casebook import SERVICES, SETTLE_LIMIT, Seat, World
from tests.support.telling import Watermark


def stage(plot: list[Step]) -> World:
    """The world in the middle of a plot: nobody is done."""
    world = World()
    for step in plot:
        play(world, step)
    return world


@effort(500)
@given(plots())
def test_what_is_decided_takes_effect_and_then_it_is_quiet(plot: list[Step]) -> None:
    world = stage(plot)
    for name in SERVICES:
        case = load(dump(world.state()))
        concluded = 0
        while wanted := _appended(world.seats[name], case):
            concluded += wanted
            assert concluded <= SETTLE_LIMIT, f"{name} does not come to rest"


def _appended(seat: Seat, case: State) -> int:
    """Append all that the service decides on this prefix; how much it was. Every decision takes effect.

    All but those that a decision of the same moment has made needless, and then they are not wanted any more.
    """
    if case.time is None:
        return 0
    entries = [conclude(case, event, seat.now) for event in seat.rules.decide(case, seat.now)]
    assert len({entry.id for entry in entries}) == len(entries), "the same conclusion twice"
    for number, entry in enumerate(entries):
        effect = apply(case, entry)
        note(f"{seat.name}: {entry.envelope.type} {effect}")
        if effect is not Effect.EFFECTIVE:
            assert number > 0, f"{entry.event!r} has no effect"
            wanted = {digest(event) for event in seat.rules.decide(case, seat.now)}
            assert digest(entry.event) not in wanted, f"{entry.event!r} has no effect and is still wanted"  # type: ignore[arg-type]
    return len(entries)


@effort(200)
@given(plots(6), st.booleans().flatmap(lambda amsterdam: st.lists(tells(amsterdam), max_size=6)))
def test_a_settled_case_stays_settled_whoever_asks_again(plot: list[Step], more: list[Tell]) -> None:
    """Also after a rebuild from nothing, and without one conclusion more than the 64 that a told event may cost."""
    world = stage(plot)
    world.settle()
    for told in more:
        before = len(world.ledger)
        play(world, told)
        world.settle()
        assert len(world.ledger) - before <= SETTLE_LIMIT + 1
    length = len(world.ledger)
    for name in SERVICES:
        world.rebuild(name)
    world.settle()
    assert len(world.ledger) == length, "a rebuilt service said something again"


@effort(200)
@given(plots())
def test_follow_up_is_woken_whenever_it_has_something_to_say(plot: list[Step]) -> None:
    """The index of moments names every watermark at which follow-up concludes anything: services sleep by it."""
    world = World()
    for step in plot:
        if not isinstance(step, Tell | Watermark):
            continue
        world.settle()
        moments = [at for _, at in next_moments(world.state())]
        before = len(world.ledger)
        play(world, step)
        world.settle()
        said = {entry.envelope.source for entry in world.ledger[before + 1 :]}
        if isinstance(step, Watermark) and said == {
            service_source("followup")
        }:  # where the gate spoke, it may have answered that
            assert moments, "somebody woke up without a reason"
            assert min(moments) <= step.at


@effort(500)
@given(plots())
def test_what_a_service_ignores_leaves_it_nothing_new_to_say(plot: list[Step]) -> None:
    """Services do not even ask their rules after such an event."""
    world = stage(plot)
    world.settle()
    for name in SERVICES:
        seat, case = world.seats[name], State(id=world.id)
        before: set[str] = set()
        for entry in world.ledger:
            if isinstance(entry.event, WatermarkPassed):
                continue
            effect = apply(case, entry)
            wanted = {digest(event) for event in seat.rules.decide(case, seat.now)} if case.time else set()
            if not may_lack(seat.rules, case, entry, effect):
                assert wanted <= before, f"{name} ignores {entry.envelope.type}"
            before = wanted
