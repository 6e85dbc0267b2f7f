"""Her last word counts, and how fast the services are does not."""

from hypothesis import given
from hypothesis import strategies as st

from schakel.case_state import Effect, ReferralState, State
from schakel.events.consent import ConsentGranted
from schakel.events.referral import ReferralDelivered, ReferralReleased
from tests.properties.effort import effort
from tests.properties.plots import AMSTERDAM_PARTNERS, Step, Tell, play, schedules, words
from tests.properties.yardstick import complaints, history_of, still_running
from tests.support import telling
from tests.support.casebook import World
from tests.support.telling import ADV, CITY, DMG, HELP, POLICE, report, report_in_groningen, terms

RUNNING = (ReferralState.RELEASED, ReferralState.DELIVERED, ReferralState.ACCEPTED)
RECEIVERS = (HELP, CITY, ADV)


@effort(100)
@given(
    st.sampled_from(RECEIVERS),
    st.lists(
        st.tuples(st.sampled_from(AMSTERDAM_PARTNERS), st.sampled_from([None, "no-such-no"])), min_size=1, max_size=4
    ),
    schedules(st.builds(telling.asked, st.sampled_from(RECEIVERS)), 5),
)
def test_an_old_yes_that_comes_late_resurrects_nothing(
    to: str, late: list[tuple[str, str | None]], schedule: list[Step]
) -> None:
    """She said yes, then took it back; the yes is forwarded again and again, by whomever, without naming her no."""
    world = World()
    world.tell(report(consents=(terms(to),)))
    world.settle()
    assert world.state().referrals
    world.tell(telling.withdrawn(to))
    position = len(world.ledger)
    for (by, supersedes), step in zip(late, [*schedule, *[None] * len(late)], strict=False):
        world.tell(Tell(by, ConsentGranted(terms=terms(to), supersedes=supersedes)))
        if step:
            play(world, step)
    for step in schedule:
        play(world, step)
    world.settle()
    (referral,) = (referral for referral in world.state().referrals.values() if referral.to == to)
    assert referral.state not in RUNNING
    _, effects = world.folded()
    for entry, effect in zip(world.ledger[position:], effects[position:], strict=True):
        if isinstance(entry.event, ReferralReleased | ReferralDelivered) and entry.event.to == to:
            assert effect in (Effect.OVERTAKEN, Effect.DUPLICATE)


@st.composite
def busy_reports(draw: st.DrawFn) -> Tell:
    """A report from which something goes to somebody: asked or not, by name or without."""
    answer = {"checks": ({"check": "discrimination_or_violence", "answer": "yes"},)}
    identity = draw(st.sampled_from(["by_name", "known_to_door", "one_way"]))
    said_yes = draw(st.booleans())
    if draw(st.booleans()):
        return report(identity=identity, consents=tuple(terms(to) for to in RECEIVERS if said_yes))
    return report_in_groningen(identity=identity, consents=(terms(DMG),) if said_yes else (), **answer)


@effort(500)
@given(busy_reports(), st.sampled_from(["consent", "routing"]), st.booleans().flatmap(words), st.integers(0, 3))
def test_what_she_says_while_an_answer_is_on_its_way_stands_before_it(
    first: Tell, slow: str, word: Tell, landed: int
) -> None:
    """A service has decided; part of that has landed, and the rest lands behind her word."""
    world = World()
    world.tell(first)
    world.read("routing")
    world.land("routing", landed if slow == "routing" else None)
    world.read("consent")
    world.land("consent", landed if slow == "consent" else None)
    play(world, word)
    world.land(slow)
    assert complaints(history_of(world))[0] == []
    world.settle()
    found, standing = complaints(history_of(world))
    assert found == []
    assert list(still_running(world.state(), standing)) == []


WORDS = st.one_of(
    st.builds(
        lambda to, scopes: telling.granted(to, *scopes), st.sampled_from(RECEIVERS), st.sampled_from([(), ("story",)])
    ),
    st.builds(lambda to: telling.granted(to, supersedes=True), st.sampled_from(RECEIVERS)),
    st.builds(telling.withdrawn, st.none() | st.sampled_from(RECEIVERS)),
    st.builds(
        lambda to, scopes: telling.refused(to, *scopes), st.sampled_from(RECEIVERS), st.sampled_from([(), ("story",)])
    ),
    st.builds(telling.asked, st.sampled_from(RECEIVERS)),
)


@effort(120)
@given(schedules(WORDS, 10))
def test_fast_or_slow_services_end_at_the_same_answer(schedule: list[Step]) -> None:
    """The same words in the same order: who has the referral at the end, and why not, does not hang on who read when."""
    slow, fast = World(), World()
    for step in (report(), *schedule):
        play(slow, step)
        if isinstance(step, Tell):
            fast.tell(step)
            fast.settle()
    slow.settle()
    assert answers(slow.state()) == answers(fast.state())


def answers(case: State) -> dict[str, str]:
    return {
        referral.to: "goes on" if referral.state in RUNNING else f"waits: {referral.hold_reason} {referral.missing}"
        for referral in case.referrals.values()
    }


@effort(60)
@given(schedules(st.sampled_from([telling.close_requested(CITY), telling.reopen_requested(POLICE)]), 15))
def test_the_last_who_closed_or_reopened_has_it(schedule: list[Step]) -> None:
    world = World()
    for step in (report(), *schedule):
        play(world, step)
    world.settle()
    asked = [step for step in schedule if isinstance(step, Tell)]
    wanted_closed = bool(asked) and asked[-1].event.TYPE == "close.requested"  # type: ignore[union-attr]
    assert bool(world.state().closed) == wanted_closed
