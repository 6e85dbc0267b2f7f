"""Partitions that have to wait until others have been worked off to some offset: their records stay, and come again unchanged.

Used for a batch that cannot be processed yet (`Outcome.wait_for`), for topics that come after others (`first`), and for what is left
of a topic that goes in portions: it waits for nothing, and yet lets everybody else go between. The offsets are those of the
database, so that it does not matter which worker moves them.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from backbone.engine import metrics, takeup
from backbone.engine.health import Health
from backbone.engine.processor import Place
from backbone.store.rows import Checkpoint

_LOOK_AGAIN_S = 0.05

Conditions = Mapping[Place, int]
WorkOff = Callable[[Place, int, Sequence[Any]], Awaitable[tuple[Sequence[Any], Conditions] | None]]


@dataclass(slots=True)
class _Hold:
    token: int
    parcels: deque[Sequence[Any]]
    until: Conditions


class Holds:
    """held: the consumer's set, so that it fetches no more of them. read: the checkpoints of the service's database, None when
    it is away. work_off: processes records, and returns what is left with what it waits for, or None."""

    def __init__(
        self,
        held: set[Place],
        health: Health,
        read: Callable[[], Awaitable[Mapping[Place, Checkpoint] | None]],
        work_off: WorkOff,
    ) -> None:
        self._held = held
        self._health = health
        self._read = read
        self._work_off = work_off
        self._holds: dict[Place, _Hold] = {}
        self._look = asyncio.Event()

    def keeps(self, place: Place, token: int, records: Sequence[Any]) -> bool:
        """Keep these records when their partition is held; else False."""
        hold = self._holds.get(place)
        if hold is None:
            return False
        if hold.token == token:
            hold.parcels.append(records)
        return True

    def hold(self, place: Place, token: int, records: Sequence[Any], until: Conditions) -> None:
        """Hold a partition, with these records first, until these offsets are reached."""
        self._holds[place] = _Hold(token, deque([records] if records else []), until)
        self._held.add(place)
        self._show(place, True)
        self._look.set()

    def clear(self) -> None:
        """Forget all; at a revocation."""
        self._holds.clear()
        self._held.clear()
        metrics.HELD.set(0)

    def look(self) -> None:
        """A checkpoint was moved: look at once whether somebody waited for it."""
        if self._holds:
            self._look.set()

    async def run(self) -> None:
        """Release what may go on, for ever."""
        while True:
            if self._holds:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN_S):
                        await self._look.wait()
            else:
                await self._look.wait()
            self._look.clear()
            points = await self._read()
            if points is None:
                continue
            for place, hold in list(self._holds.items()):
                if all(takeup.reached(points.get(other), offset) for other, offset in hold.until.items()):
                    await self._go_on(place, hold)

    async def _go_on(self, place: Place, hold: _Hold) -> None:
        """What was kept goes first, also what comes to it meanwhile; then the partition is fetched again."""
        while hold.parcels and self._holds.get(place) is hold:
            left = await self._work_off(place, hold.token, hold.parcels[0])
            if left is not None:
                hold.parcels[0], hold.until = left
                return
            hold.parcels.popleft()
        if self._holds.get(place) is hold:
            del self._holds[place]
            self._held.discard(place)
            self._show(place, False)

    def _show(self, place: Place, held: bool) -> None:
        metrics.HELD.set(len(self._holds))
        if standing := self._health.standings.get(place):
            standing.held = held
