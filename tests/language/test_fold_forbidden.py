"""The fold alone keeps the rule above all protocols (docs/adr/0043): what a service concluded before a threat or a suspicion was known,
and that stands in the ledger behind it, has no effect. No service's rules are asked again: the conclusion is put there as it was drawn."""

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schakel.case import apply, conclude
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.consent import ConsentNeeded
from schakel.events.referral import ReferralDelivered, ReferralReleased
from tests.scenarios.test_talks import HER_YES, HIS_YES, KNOWN, quarrel
from tests.support.casebook import World
from tests.support.telling import CITY, COC, POLICE, Tell, granted, requested


def before_he_is_asked() -> World:
    """She has agreed, and nobody has concluded anything from it yet."""
    world = quarrel().world
    world.tell(HER_YES)
    return world


def before_it_is_released() -> World:
    """Both have agreed, and nobody has concluded anything from his yes yet."""
    world = quarrel(HER_YES).world
    world.tell(HIS_YES)
    return world


def before_it_is_delivered() -> World:
    """The release stands in the ledger, in effect; the gate has not said that it was delivered."""
    world = before_it_is_released()
    world.read("consent")
    assert world.land("consent") >= 1
    return world


DRAWN: dict[str, tuple[type[Derived], Callable[[], World]]] = {
    "the question to him": (ConsentNeeded, before_he_is_asked),
    "the release": (ReferralReleased, before_it_is_released),
    "the delivery": (ReferralDelivered, before_it_is_delivered),
}
"""What the gate concludes in that history, and before what."""
each = pytest.mark.parametrize("drawn", DRAWN)


def concluded(world: World, model: type[Derived]) -> Entry:
    """As the gate would append it now."""
    (event,) = [wish for wish in world.wishes("consent") if isinstance(wish, model)]
    return conclude(world.state(), event)


def told(world: World, *words: Tell) -> State:
    """The case after these, with no conclusion of anybody behind them."""
    for word in words:
        world.tell(word)
    return world.state()


def stands(case: State) -> tuple[object, ...]:
    """Where the talk is, and whether he was to be asked. That its message may be out is another thing (`case.known`)."""
    (talk,) = [one for one in case.referrals.values() if one.to == COC]
    return talk.state, talk.released, talk.delivered_at, dict(case.needed_of_other)


@each
def test_with_nothing_between_it_has_its_effect(drawn: str) -> None:
    model, begin = DRAWN[drawn]
    world = begin()
    assert apply(world.state(), concluded(world, model)) is Effect.EFFECTIVE


@each
@pytest.mark.parametrize("known", KNOWN)
def test_what_became_known_before_it_overtakes_it(drawn: str, known: str) -> None:
    """Nobody is asked, nothing is released, nothing counts as delivered; the referral stands as it stood."""
    model, begin = DRAWN[drawn]
    world = begin()
    entry = concluded(world, model)
    case = told(world, KNOWN[known][0])
    before = stands(case)
    assert apply(case, entry) is Effect.OVERTAKEN
    assert stands(case) == before


@each
@pytest.mark.parametrize("known", KNOWN)
def test_what_was_taken_back_before_it_overtakes_nothing(drawn: str, known: str) -> None:
    model, begin = DRAWN[drawn]
    world = begin()
    entry = concluded(world, model)
    assert apply(told(world, *KNOWN[known]), entry) is Effect.EFFECTIVE


@pytest.mark.parametrize("known", KNOWN)
def test_help_for_her_is_released_all_the_same(known: str) -> None:
    """The rule is about a talk with the other side; what goes to a partner that helps her it does not know."""
    world = quarrel(requested(POLICE, by=CITY, role="police")).world
    world.tell(granted(POLICE, by=CITY))
    (event,) = [one for one in world.wishes("consent") if isinstance(one, ReferralReleased) and one.to == POLICE]
    entry = conclude(world.state(), event)
    assert apply(told(world, KNOWN[known][0]), entry) is Effect.EFFECTIVE


@cache
def ready(drawn: str) -> tuple[World, Entry]:
    """Once for all tales, since to begin one takes longer than to tell it."""
    model, begin = DRAWN[drawn]
    world = begin()
    return world, concluded(world, model)


TALES = st.lists(st.sampled_from([(name, end) for name in KNOWN for end in (0, 1)]), max_size=8)


@pytest.mark.parametrize("drawn", DRAWN)
@settings(max_examples=40, deadline=None)
@given(tale=TALES)
def test_it_has_its_effect_where_nothing_known_still_stands(drawn: str, tale: list[tuple[str, int]]) -> None:
    """Whatever is told and taken back between, in any order: only what stands at its own position counts."""
    world, entry = ready(drawn)
    mark = len(world.ledger)
    standing = {name: end == 0 for name, end in tale}
    try:
        case = told(world, *(KNOWN[name][end] for name, end in tale))
    finally:
        del world.ledger[mark:]
    expected = Effect.OVERTAKEN if any(standing.values()) else Effect.EFFECTIVE
    assert apply(case, entry) is expected
