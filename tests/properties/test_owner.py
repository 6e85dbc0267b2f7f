"""Nothing falls between two stools, whatever partners tell, whoever is silent or suspended, and in whatever order services read."""

import tempfile
from collections.abc import Collection
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from backbone.chains import Chain, Chains
from backbone.protocols import Protocols
from schakel.case import apply
from schakel.case_loop import is_silent, owner_of, successor
from schakel.case_state import ReferralState, State
from schakel.events.chain import WatermarkPassed
from schakel.events.referral import ReferralExhausted
from schakel.messages import Attention
from tests.properties.effort import effort
from tests.properties.plots import BEGIN, OPENINGS, Step, play, reports, schedules, tells, words
from tests.support.casebook import World
from tests.support.loops import PROTOCOL, written
from tests.support.telling import ADV, CITY, COC, HELP, POLICE, passed

MEMBERS = f"""\
  - {{partner: {POLICE}, roles: [police], districts: all}}
  - {{partner: {CITY}, roles: [coordinator, municipality], districts: [oost]}}
  - {{partner: {HELP}, roles: [victim_support], districts: all}}
  - {{partner: {ADV}, roles: [victim_support, anti_discrimination], districts: all}}
  - {{partner: {COC}, roles: [victim_support], districts: all}}
"""
NOT_TAKEN_UP = (ReferralState.PROPOSED, ReferralState.HELD, ReferralState.RELEASED, ReferralState.DELIVERED)


Plot = tuple[list[Step], frozenset[str], int]


@cache
def files() -> tuple[Chains, Protocols]:
    """Three candidates for one role; a coordinator in one of two districts."""
    with tempfile.TemporaryDirectory() as folder:
        hands_over = PROTOCOL.replace("if_refused: hold}", "if_refused: hold, hand_over: true}")
        return written(Path(folder), members=MEMBERS, protocol=hands_over)


@st.composite
def plots(draw: st.DrawFn) -> Plot:
    """A story, who is suspended in it, and before which step. Two days pass now and then, so that whoever does not answer is silent."""
    late = passed(BEGIN.replace(month=5))
    steps = [draw(reports(True)), *draw(st.sampled_from(OPENINGS)), draw(words(True))]
    steps += draw(schedules(tells(True), 8))
    steps += draw(st.sampled_from([[], [late], [late]]))
    away = draw(st.frozensets(st.sampled_from([HELP, ADV, COC, CITY, POLICE]), max_size=2) | st.just(frozenset()))
    return steps, away, draw(st.integers(0, len(steps)))


@effort(300)
@given(plots())
def test_no_open_case_is_without_an_owner_and_no_referral_is_left_lying(
    plot: tuple[list[Step], frozenset[str]],
) -> None:
    steps, away, since = plot
    world = World(*files())
    for number, step in enumerate(steps):
        if number == since:
            suspend(world, away)
        play(world, step)
    suspend(world, away)
    world.settle()
    chain = files()[0].by_name["lus"]
    owned_throughout(world, chain)
    nothing_lies(world.state(), away)
    whoever_is_named_is_told(world, away)


def suspend(world: World, away: Collection[str]) -> None:
    """From here on routing and the gate know it, and have looked at the case once for it (`backbone.standing`)."""
    for name in ("routing", "consent"):
        seat = world.seats[name]
        if seat.rules.away != away:
            seat.rules.away = away
            world._decide(seat)


def owned_throughout(world: World, chain: Chain) -> None:
    """At every position of the ledger: from its opening on, an open case has an owner, and that is a member of its chain."""
    case = State(id=world.id)
    for entry in world.ledger:
        if not isinstance(entry.event, WatermarkPassed):
            apply(case, entry)
        if case.opened and not case.closed:
            owner = owner_of(case)
            assert owner is not None
            assert chain.roles_of(owner), f"{owner} looks after the case and is no member of the chain"


def nothing_lies(case: State, away: Collection[str]) -> None:
    """Once everybody has had his say: what nobody took up is with the next one, or with whoever looks after the case."""
    if case.closed or case.history or not case.opened:
        return
    for referral in case.referrals.values():
        suspended = referral.to in away and referral.state in NOT_TAKEN_UP
        lies = referral.state is ReferralState.DECLINED or is_silent(case, referral) or suspended
        assert not lies or successor(case, referral) or referral.given_up, f"nobody looks after {referral}"


def whoever_is_named_is_told(world: World, away: Collection[str]) -> None:
    """One word for each that was given up, to somebody who is not suspended as long as there is anybody."""
    given_up = [
        entry
        for entry, effect in zip(world.ledger, world.folded()[1], strict=True)
        if isinstance(entry.event, ReferralExhausted) and effect == "effective"
    ]
    told = {
        (to, message.concerning)
        for to, message in world.seats["routing"].sent
        if isinstance(message, Attention) and to not in away
    }
    for entry in given_up:
        assert isinstance(entry.event, ReferralExhausted)
        assert entry.event.tell is not None
        assert entry.event.tell in away or (entry.event.tell, entry.id) in told or _rebuilt(world)


def _rebuilt(world: World) -> bool:
    """A service whose database was lost says nothing of what it reads again."""
    return world.seats["routing"].read == len(world.ledger) and not world.seats["routing"].sent
