"""Of several that accept one step the auditor takes the one for it that the fold takes: docs/adr/0041."""

from itertools import permutations

import pytest
from hypothesis import given

from schakel.case_state import Effect
from tests.auditor.test_consent import audited, disagreements
from tests.properties.effort import effort
from tests.properties.plots import Step, play
from tests.properties.test_one_receiver import LATE, YES, offers, three
from tests.support.casebook import World
from tests.support.loops import FIRST, SECOND, THIRD
from tests.support.telling import Tell, Watermark, accepted, declined, report


def acceptances(world: World) -> list[tuple[bool, Effect]]:
    """Of each: whether it counts for the auditor, and its effect. A word that its author could not say is no matter of lines."""
    judged = audited([entry for entry in world.ledger if entry.envelope.case])[1]
    mine = [(counts, effect) for event, counts, effect in judged if event.type == "referral.accepted"]
    return [(counts, effect) for counts, effect in mine if effect in (Effect.EFFECTIVE, Effect.OVERTAKEN)]


@pytest.mark.parametrize("order", list(permutations((FIRST, SECOND, THIRD))), ids="-".join)
def test_the_first_counts_and_when_it_is_given_back_the_next(order: tuple[str, ...]) -> None:
    world = World(*three())
    begun: list[Tell | Watermark] = [report(consents=YES), *LATE[:2]]
    for step in begun:
        world.tell(step)
        world.settle()
    for answer in (*(accepted(to) for to in order), declined(order[0], "no_capacity"), accepted(order[1])):
        world.tell(answer)
        world.settle()
    assert [counts for counts, _ in acceptances(world)] == [True, False, False, True]


@effort(60)
@given(offers())
def test_whatever_is_answered_it_counts_as_in_the_fold(steps: list[Step]) -> None:
    world = World(*three())
    for step in steps:
        play(world, step)
    world.settle()
    assert all(counts is (effect is Effect.EFFECTIVE) for counts, effect in acceptances(world))
    assert disagreements([entry for entry in world.ledger if entry.envelope.case]) == []
