"""The seam between the engine and a service: what the engine calls, and what it needs to know."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from backbone.store.transaction import Tx
from schakel.record import Raw


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch.

    `wait_for`: it was not processed and the transaction is rolled back; the engine offers it again when the checkpoints of this
    service's database have reached these offsets ((topic, partition) -> next offset).
    """

    wait_for: Mapping[tuple[str, int], int] | None = None


class LogEnds(Protocol):
    """What `observe` may ask of the engine."""

    async def log_ends(self, topics: Collection[str]) -> dict[str, int]:
        """The end of partition 0 of those of these topics that this worker holds, read now."""
        ...


class Processor(Protocol):
    """A service, as the engine sees it. Everything but `observe` runs in a worker thread, inside one SQL transaction."""

    name: str
    log_end: Callable[[str, int], int]
    """Set by the engine: a partition's end at this moment."""

    def topics(self) -> Sequence[str]:
        """What it consumes."""
        ...

    def ticks(self, topic: str) -> bool:
        """Whether `tick` has anything to do for this topic, ever."""
        ...

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        """Consecutive records of one partition, beginning exactly at the checkpoint. Raising ends the process, never the event."""
        ...

    def caught_up(self, tx: Tx, topic: str, partition: int) -> bool:
        """After a rebuild reached the log's end: reconcile a bounded number of cases. Called again until True."""
        ...

    def tick(self, tx: Tx, topic: str, partition: int) -> bool:
        """Bounded background work for a held partition. True when there is more to do at once."""
        ...
