"""Records that nobody waits for, on their way from the fetcher: they gather until one comes that somebody does wait for, or until
their time is up. Ten records in one transaction cost little more than one, and every record wakes every service.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from backbone.engine.processor import Patience, Place

MANY = 500
"""Records of a partition at which there is more to come, so that nothing is gained by letting them gather."""


HURRIED_S = 0.03
"""Longer than one service takes to answer another, so that a question and its answer are one transaction; and how often is looked whether
somebody has begun to wait."""


@dataclass(slots=True)
class _Heap:
    token: int
    records: list[Any]
    began: float


class Gathering:
    """Of one consumer. What the broker gathered already is handed on at once."""

    def __init__(self, patience: Patience) -> None:
        self._waited_for = patience.waited_for
        self._gather_s = patience.gather_s if patience.waited_for else 0.0
        self._hurried = patience.hurried
        self._heaps: dict[Place, _Heap] = {}

    def add(self, place: Place, token: int, records: Sequence[Any], now: float) -> Sequence[Any] | None:
        """What to hand on at once of a partition, these records last; None when all of it may wait.

        token: as in `Consumer.open`; what was gathered under another one is of no use any more, and dropped by whoever it is handed to.
        """
        heap = self._heaps.get(place)
        if heap is not None and heap.token == token:
            heap.records.extend(records)
        else:
            if self._waited_for is None or not self._gather_s:
                return records
            heap = self._heaps[place] = _Heap(token, list(records), now)
        if heap.began + self._patience_s() <= now or len(heap.records) >= MANY or self._somebody_waits(records):
            del self._heaps[place]
            return heap.records
        return None

    def due(self, now: float) -> Iterator[tuple[Place, int, Sequence[Any]]]:
        """(partition, token, records) whose time is up."""
        patience_s = self._patience_s()
        for place, heap in list(self._heaps.items()):
            if heap.began + patience_s <= now:
                del self._heaps[place]
                yield place, heap.token, heap.records

    def wait_s(self, now: float, most: float) -> float:
        """Seconds until the next heap is due, or somebody may have begun to wait for it; `most` at the most."""
        patience_s = self._patience_s()
        if self._hurried is not None and self._heaps:
            most = min(most, HURRIED_S)
        return max(0.0, min([most, *(heap.began + patience_s - now for heap in self._heaps.values())]))

    def _patience_s(self) -> float:
        return min(HURRIED_S, self._gather_s) if self._hurried is not None and self._hurried() else self._gather_s

    def _somebody_waits(self, records: Sequence[Any]) -> bool:
        return self._waited_for is None or any(map(self._waited_for, records))
