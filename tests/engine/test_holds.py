"""Partitions that wait for others: what was kept comes first, in order, and nothing of it is lost."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from backbone.engine.health import Health
from backbone.engine.holds import Conditions, Holds
from backbone.engine.processor import Place
from backbone.store.rows import Checkpoint

IN: Place = ("schakel.in.coc", 0)
LEDGER: Place = ("schakel.ledger", 0)


@dataclass
class World:
    position: int = 0
    rebuilding: bool = False
    away: bool = False
    worked: list[list[int]] = field(default_factory=list)
    wait_again: list[tuple[Sequence[Any], Conditions]] = field(default_factory=list)
    held: set[Place] = field(default_factory=set)
    looks: int = 0

    async def read(self) -> Mapping[Place, Checkpoint] | None:
        self.looks += 1
        until = 99 if self.rebuilding else None
        return None if self.away else {LEDGER: Checkpoint(1, *LEDGER, self.position, "t", None, until)}

    async def work_off(
        self, place: Place, token: int, records: Sequence[Any]
    ) -> tuple[Sequence[Any], Conditions] | None:
        await asyncio.sleep(0)
        self.worked.append(list(records))
        return self.wait_again.pop(0) if self.wait_again else None


@asynccontextmanager
async def running(world: World) -> AsyncIterator[Holds]:
    holds = Holds(world.held, Health(), world.read, world.work_off)
    task = asyncio.create_task(holds.run())
    try:
        yield holds
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_records_wait_and_then_come_in_order() -> None:
    world = World()
    async with running(world) as holds:
        holds.hold(IN, 1, [5, 6], {LEDGER: 3})
        assert world.held == {IN}
        assert holds.keeps(IN, 1, [7])
        assert holds.keeps(IN, 0, [99]), "of an older seek: it is not wanted, and not worked on either"
        assert not holds.keeps(LEDGER, 1, [1])
        world.position = 2
        looks = world.looks
        holds.look()
        await until(lambda: world.looks > looks)
        assert world.worked == []
        world.position = 3
        await until(lambda: not world.held)
        assert world.worked == [[5, 6], [7]]
        assert not holds.keeps(IN, 1, [8])


async def test_what_has_to_wait_again_waits_again() -> None:
    world = World(position=3)
    world.wait_again = [([6], {LEDGER: 4})]
    async with running(world) as holds:
        holds.hold(IN, 1, [5, 6], {LEDGER: 3})
        await until(lambda: world.worked == [[5, 6]])
        holds.keeps(IN, 1, [7])
        assert world.held == {IN}
        world.position = 4
        await until(lambda: not world.held)
        assert world.worked == [[5, 6], [6], [7]]


async def test_a_rebuild_has_to_be_reconciled_before_others_go_on() -> None:
    world = World(position=10, rebuilding=True)
    async with running(world) as holds:
        holds.hold(IN, 1, (), {LEDGER: 5})
        await until(lambda: world.looks > 2)
        assert world.held == {IN}
        world.rebuilding = False
        await until(lambda: not world.held)
        assert world.worked == [], "there was nothing to bring"


async def test_a_database_that_is_away_holds_on() -> None:
    world = World(position=5, away=True)
    async with running(world) as holds:
        holds.hold(IN, 1, [5], {LEDGER: 5})
        await until(lambda: world.looks > 2)
        assert world.worked == []
        world.away = False
        await until(lambda: world.worked == [[5]])


async def test_a_revocation_forgets_all() -> None:
    world = World(position=0)
    async with running(world) as holds:
        holds.hold(IN, 1, [5], {LEDGER: 5})
        holds.clear()
        world.position = 5
        assert (world.held, holds.keeps(IN, 1, [6])) == (set(), False)
        holds.hold(IN, 2, [5], {LEDGER: 5})
        await until(lambda: not world.held)
        assert world.worked == [[5]]


async def test_what_goes_in_portions_goes_in_turns() -> None:
    """Neither of two long lists waits for the end of the other, and nothing of them is lost or exchanged."""
    other: Place = ("schakel.in.rita", 0)
    world = World()
    world.wait_again = [([2], {}), ([12], {})]
    async with running(world) as holds:
        holds.hold(IN, 1, [1, 2], {})
        holds.hold(other, 1, [11, 12], {})
        await until(lambda: not world.held)
        assert world.worked == [[1, 2], [11, 12], [2], [12]]
