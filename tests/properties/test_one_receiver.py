"""Offered to several, one after the other, a step is taken up by one: the first in the order of the ledger. Whoever comes after is told."""

import tempfile
from collections import Counter
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.chains import Chains
from backbone.protocols import Protocols
from schakel.case import apply
from schakel.case_loop import taken_by_another
from schakel.case_state import Effect, ReferralState, State
from schakel.events.chain import WatermarkPassed
from schakel.events.referral import ReferralAccepted
from schakel.messages import Attention
from tests.properties.effort import effort
from tests.properties.plots import WHOSE_IT_IS, Later, Rebuild, Settle, Step, play, schedules
from tests.support.casebook import World
from tests.support.loops import FIRST, SECOND, THIRD, written
from tests.support.telling import Tell, Watermark, accepted, declined, passed, report, terms

TAKEN = (ReferralState.ACCEPTED, ReferralState.COMPLETED)
YES = (terms(FIRST), terms(SECOND), terms(THIRD))
LATE = [passed("2026-03-06 12:00"), passed("2026-03-10 12:00"), passed("2026-03-14 12:00")]
"""Behind each, whoever has it and said nothing has been silent."""
WAITS = (ReferralState.RELEASED, ReferralState.DELIVERED)


def one_receiver(world: World, *, rebuilt: bool = False) -> Counter[Effect]:
    """At every position at most one of a line has taken the step up; what each acceptance did there. A line is the referrals that were
    proposed one in the place of the other. rebuilt: routing lost its database, and says nothing of what it reads again."""
    case, found = State(id=world.id), Counter[Effect]()
    for entry in world.ledger:
        if isinstance(entry.event, WatermarkPassed):
            continue
        asked = case.referrals.get(entry.event.referral) if isinstance(entry.event, ReferralAccepted) else None
        could = asked is not None and asked.to == entry.author and asked.state in WAITS
        line = Counter(first_of(case, one) for one in case.referrals if case.referrals[one].state in TAKEN)
        effect = apply(case, entry)
        if could and asked is not None and effect is not Effect.DUPLICATE:
            wanted = Effect.OVERTAKEN if line[first_of(case, asked.id)] else Effect.EFFECTIVE
            assert effect is wanted, f"the acceptance of {asked.to} is {effect}, and {wanted} was due"
            found[effect] += 1
            told = [word for to, word in world.seats["routing"].sent if to == entry.author and is_about(word, entry.id)]
            assert len(told) == (effect is Effect.OVERTAKEN) or (rebuilt and not told), (
                f"{asked.to} was told {len(told)} times"
            )
        taken = Counter(first_of(case, one) for one in case.referrals if case.referrals[one].state in TAKEN)
        assert not taken or max(taken.values()) == 1, "two have taken up one step"
    return found


def first_of(case: State, referral: str) -> str:
    """The first of a referral's line."""
    while (before := case.referrals[referral].after) is not None:
        referral = before
    return referral


def is_about(word: object, event_id: str) -> bool:
    return isinstance(word, Attention) and (word.concerning, word.reason) == (event_id, "referral_taken_up")


@cache
def three() -> tuple[Chains, Protocols]:
    with tempfile.TemporaryDirectory() as folder:
        return written(Path(folder))


@pytest.mark.parametrize("settled", [True, False], ids=["one-by-one", "all-at-once"])
@pytest.mark.parametrize("order", list(permutations((FIRST, SECOND, THIRD))), ids="-".join)
def test_of_three_that_were_silent_the_first_to_accept_takes_it_up(order: tuple[str, ...], settled: bool) -> None:
    """In each order; and when that one gives it back, whoever accepts next."""
    world = World(*three())
    begun: list[Tell | Watermark] = [report(consents=YES), *LATE[:2]]
    for step in begun:
        world.tell(step)
        world.settle()
    assert {one.state for one in world.state().referrals.values()} == {ReferralState.DELIVERED}
    for step in (*(accepted(to) for to in order), declined(order[0], "no_capacity"), accepted(order[1])):
        world.tell(step)
        if settled:
            world.settle()
    world.settle()
    assert one_receiver(world) == {Effect.EFFECTIVE: 2, Effect.OVERTAKEN: 2}
    states = {one.to: one.state for one in world.state().referrals.values()}
    assert states[order[0]] in (ReferralState.DECLINED, ReferralState.EXHAUSTED)
    assert states[order[1]] is ReferralState.ACCEPTED
    assert len(states) == 3


@st.composite
def offers(draw: st.DrawFn) -> list[Step]:
    """She said yes to three; none, one or two of them were silent when the rest begins: anybody's answers, and more silence."""
    silent = draw(st.integers(0, 2))
    begun = [step for late in LATE[:silent] for step in (late, Settle())]
    answers = [
        Tell(WHOSE_IT_IS, Later(what, n))
        for what in ("accepted", "accepted", "declined", "completed")
        for n in range(3)
    ]
    told: st.SearchStrategy[Any] = st.sampled_from([*answers, *LATE[silent:]])
    return [report(consents=YES), Settle(), *begun, *draw(schedules(told, 8))]


@effort(100)
@given(offers())
def test_whatever_is_answered_and_read_when_a_step_has_one_receiver(steps: list[Step]) -> None:
    world = World(*three())
    for step in steps:
        play(world, step)
    world.settle()
    one_receiver(world, rebuilt=Rebuild("routing") in steps)
    nobody_else_is_asked(world)


def nobody_else_is_asked(world: World) -> None:
    """Where somebody has taken it up, no proposal in another's place has an effect behind that."""
    case = State(id=world.id)
    for entry in world.ledger:
        if isinstance(entry.event, WatermarkPassed):
            continue
        before = set(case.referrals)
        apply(case, entry)
        for new in set(case.referrals) - before:
            assert not taken_by_another(case, case.referrals[new]), "somebody was asked for a step that was taken up"
