"""A year of clocks under a simulated time, in seconds: every promise kept or broken once, and the same ledger from the same seed."""

import random
from datetime import datetime, timedelta

from schakel import codec
from schakel.case_clocks import next_moments
from schakel.case_state import ClockState
from schakel.entry import Entry
from schakel.events.clock import ClockBreached, ClockReminded
from schakel.events.contact import AftercareDue
from tests.support import casebook
from tests.support.casebook import World
from tests.support.telling import (
    CITY,
    GRONINGEN,
    HELP,
    Tell,
    accepted,
    close_requested,
    contact_made,
    moment,
    passed,
    reopen_requested,
    report,
    report_in_groningen,
    terms,
)
from tests.support.telling_clocks import action_agreed, action_done, aftercare_for_all

BEGIN, DAYS, CASES = moment("2026-01-05 09:00"), 365, 8


def told(seed: int, number: int) -> list[Tell]:
    """What is told of one case in its year, made up from the seed; in Groningen there are limits, in Amsterdam none."""
    rolls = random.Random(f"{seed}/{number}")
    north = number % 2 == 0
    at = BEGIN + timedelta(hours=rolls.uniform(0, 24 * 60))
    coordinator = GRONINGEN if north else CITY
    first = report_in_groningen(at=text(at)) if north else report(at=text(at), consents=(terms(HELP),))
    plan: list[tuple[float, Tell]] = [(0, first)]
    if not north:
        plan.append((rolls.uniform(1, 4), accepted(HELP)))
    for _ in range(rolls.randint(0, 3)):
        days = rolls.uniform(0.2, 5)
        plan.append((days, contact_made(coordinator, text(at + timedelta(days=days)))))
    if rolls.random() < 0.6:
        action = f"00000000-0000-7000-8000-0000000a{number:04d}"
        due = (at + timedelta(days=10)).date().isoformat()
        plan.append((6, action_agreed(coordinator, coordinator, due, id=action)))
        if rolls.random() < 0.5:
            plan.append((rolls.uniform(7, 20), action_done(coordinator, action)))
    if rolls.random() < 0.7:
        plan += [(40 + n / 100, word) for n, word in enumerate(aftercare_for_all(coordinator) if north else ())]
        plan.append((41, close_requested(coordinator)))
        if rolls.random() < 0.4:
            plan.append((rolls.uniform(60, 120), reopen_requested(coordinator)))
    return [
        casebook.again(word, logged=at + timedelta(days=days)) for days, word in sorted(plan, key=lambda one: one[0])
    ]


def text(at: datetime) -> str:
    return at.astimezone(moment("2026-01-01 00:00").tzinfo).strftime("%Y-%m-%d %H:%M")


def played(seed: int, number: int) -> World:
    """The case's year: at each moment at which a clock wants attention the watermark comes by, as intake logs it."""
    world = World(case_id=f"c0ffee00-0000-4000-8000-{number:012d}")
    waiting, end = told(seed, number), BEGIN + timedelta(days=DAYS)
    while True:
        moments = [at for _, at in next_moments(world.state())][:1] if world.ledger else []
        upcoming = [word.logged for word in waiting[:1] if word.logged]
        now = min([*moments, *upcoming], default=end)
        if now >= end:
            return world
        world.tell(waiting.pop(0) if upcoming and upcoming[0] == now else passed(now))
        world.settle()


def written(entry: Entry) -> tuple[bytes, ...]:
    return (*(value for _, value in entry.envelope.headers()), codec.encode(entry.event))


def test_a_year_of_clocks_is_the_same_from_the_same_seed() -> None:
    worlds = [played(7, number) for number in range(CASES)]
    again = [played(7, number) for number in range(CASES)]
    for one, other in zip(worlds, again, strict=True):
        assert list(map(written, one.ledger)) == list(map(written, other.ledger))
    assert [entry.id for entry in played(8, 0).ledger] != [entry.id for entry in worlds[0].ledger]
    conclusions = [type(entry.event) for world in worlds for entry in world.ledger]
    assert {ClockBreached, ClockReminded, AftercareDue} <= set(conclusions)
    for number, world in enumerate(worlds):
        kept_once(world, north=number % 2 == 0)


def kept_once(world: World, *, north: bool) -> None:
    """Each limit is broken at most once, at a watermark behind it; nobody in Amsterdam promised one."""
    case = world.state()
    breaches = [entry.event for entry in world.ledger if isinstance(entry.event, ClockBreached)]
    assert len({event.clock for event in breaches}) == len(breaches)
    assert all(event.watermark >= event.due_at for event in breaches)
    assert north or not breaches
    end = BEGIN + timedelta(days=DAYS)
    for clock in case.clocks.values():
        if clock.due_at and clock.due_at < end and clock.state is ClockState.RUNNING:
            assert case.closed
            assert clock.about != case.closed
    assert all(not world.wishes(name) for name in casebook.SERVICES)
