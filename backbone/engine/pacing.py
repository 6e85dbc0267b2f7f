"""How soon one fetch follows another. The more comes, the longer it waits: what came together costs a fraction of what came one by one,
for the broker too, and two busy cores answer sooner for it. When little comes nothing waits.

Replaces aiokafka's fetcher, which has no setting for it; `tests/engine/test_faust_driver.py` watches over what it stands on.
"""

import asyncio
from math import exp
from time import monotonic
from typing import Any

from aiokafka.consumer import consumer
from aiokafka.consumer.fetcher import Fetcher

from backbone.engine.processor import PACED_S

LITTLE, MUCH = 100, 500
"""Records a second: up to the one nothing waits; from the other on all that may be waited. A report is a dozen records."""


class Pace:
    """Of one consumer: what came lately, and when it last asked each broker."""

    def __init__(self) -> None:
        self.most_s = PACED_S
        """What one fetch waits for another at the most; `Patience.paced_s` of whose consumer it is."""
        self._lately = 0.0
        self._at = 0.0
        self._asked: dict[int, float] = {}

    def came(self, records: int, now: float) -> None:
        """So many were fetched. now: seconds, of a clock that only goes on."""
        self._lately = self._fallen(now) + records
        self._at = now

    def asks(self, broker: int, now: float) -> float:
        """Another fetch from this broker is due: how long it waits (seconds)."""
        share = (self._fallen(now) - LITTLE) / (MUCH - LITTLE)
        begins = max(now, self._asked.get(broker, 0.0) + self.most_s * min(1.0, max(0.0, share)))
        self._asked[broker] = begins
        return begins - now

    def _fallen(self, now: float) -> float:
        """What came in the last second or so: each record counts less as it grows old."""
        return self._lately * exp(self._at - now)


class Paced(Fetcher):  # type: ignore[misc]
    """aiokafka's, with a pace."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.pace = Pace()

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> Any:
        if wait_s := self.pace.asks(node_id, monotonic()):
            try:
                await asyncio.sleep(wait_s)
            except asyncio.CancelledError:  # closed, or the partitions are no longer ours; theirs ends so too
                return False
        return await super()._proc_fetch_request(assignment, node_id, request)


def install() -> None:
    """For the consumers that this process makes from now on."""
    consumer.Fetcher = Paced
