"""The seam between the engine and a service: what a service must and may offer, and what it gets to work with."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from aiohttp import web

from backbone.engine.giving_way import NOBODY_WAITS
from backbone.settings import Settings
from backbone.store.databases import CACHE_MB
from backbone.store.store import Store
from backbone.store.transaction import Tx
from schakel.record import Raw

Place = tuple[str, int]
"""(topic, partition)."""

PACED_S = 0.02
"""What one fetch waits for another at the most, unless a service says otherwise. On the way of a report lie six fetches."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch.

    wait_for: the batch, but for its first `processed` records, was not processed. It comes again, unchanged, when the
    checkpoints named (of this same service's database) have reached these offsets. With `processed` 0 the transaction is
    rolled back; else it is committed for those records.
    """

    wait_for: Mapping[Place, int] | None = None
    processed: int = 0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long records may gather that nobody waits for: ten of them in one transaction cost little more than one, and leave
    the processor to those that somebody does wait for.

    waited_for: whether somebody waits for a record (asked in the thread that fetches); without it nobody waits for
    this service at all, and the broker gathers.
    hurried: whether somebody has begun to wait for what gathers already; then it gathers for `HURRIED_S` and no longer.
    paced_s: how long one fetch waits for another at the most, while much comes (`pacing`).
    """

    gather_s: float = 0.0
    waited_for: Callable[[Raw], bool] | None = None
    hurried: Callable[[], bool] | None = None
    paced_s: float = PACED_S

    @property
    def broker(self) -> bool:
        """Whether it is the broker that gathers."""
        return self.waited_for is None and self.gather_s > 0

    def at_most(self, gather_s: float) -> "Patience":
        """The same, but no longer than this."""
        return replace(self, gather_s=min(self.gather_s, gather_s))


class Surroundings(Protocol):
    """What a processor may use of the process it runs in."""

    settings: Settings
    store: Store
    """From the first call of `process` or a route on; not yet while the processor is being built."""

    def log_end(self, topic: str, partition: int) -> int:
        """The offset that the next record of this partition will get. For `process` and `tick`; it asks the broker and waits.

        Raises BrokerAway when there is no answer; let it pass, the transaction is then tried again.
        """
        ...

    async def log_ends(self, topics: Iterable[str]) -> Mapping[Place, int]:
        """The same for all partitions of these topics. For `observe`. Raises BrokerAway."""
        ...

    async def ends(self, places: Collection[Place]) -> Mapping[Place, int]:
        """The same for these partitions alone."""
        ...


class Processor(Protocol):
    """A service. `Offers` lists what it may have besides; a processor without one of those needs no empty method."""

    name: str

    def topics(self) -> Sequence[str]:
        """What it consumes."""
        ...

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        """Fold and decide on consecutive records of one partition that begin exactly at its checkpoint.

        Called in the worker thread inside one SQL transaction; all writes go through `tx`. While `tx.checkpoint.rebuilding`
        it only folds. An exception ends the process, never the record: it is read again at the next start.
        """
        ...


class Offers:
    """The optional abilities of a processor, each with what it is when left out."""

    def __init__(self, processor: Processor) -> None:
        self.first: Sequence[str] = getattr(processor, "first", ())
        """Topics whose partitions must have been read to their end (as it was when we began) before any other is begun.

        They are history: what is in them when a service has no checkpoint is folded, and decided on once at its end. What is
        in other topics then is work that nobody has done. Without `first`, all topics are history.
        """
        self.versions: Sequence[Path] = getattr(processor, "versions", ())
        """Folders with Alembic versions of the service's own tables."""
        self.fold_version: int | None = getattr(processor, "fold_version", None)
        """Of what makes state of its records; a database that another version filled is not gone on with. None: it has no versions."""
        self.cache_mb: int = getattr(processor, "cache_mb", CACHE_MB)
        """What SQLite may keep of its database in memory."""
        self.patience = Patience(
            getattr(processor, "gather_s", 0.0),
            getattr(processor, "waited_for", None),
            getattr(processor, "hurried", None),
            getattr(processor, "paced_s", PACED_S),
        )
        self.gives_way: int = getattr(processor, "gives_way", NOBODY_WAITS if self.patience.broker else 0)
        """How far it lets others go first while processors are scarce (`giving_way`); 0: not at all."""
        self.beside: Sequence[str] = getattr(processor, "beside", ())
        """Other databases that its `begin` and `process` use, by `DatabaseAway.what`."""
        self.ticks: bool = hasattr(processor, "tick")
        self.restless: Callable[[Store], bool] = getattr(processor, "restless", lambda store: True)
        """Whether a tick may find something to do, so that ticks and looks at the logs' ends come about every 0.2 s; else about
        every second. Called in the worker thread."""
        self.retries: bool = hasattr(processor, "retry")
        self.observes: bool = hasattr(processor, "observe")
        self.serves: bool = hasattr(processor, "serve")
        self._hears = hasattr(processor, "committed")
        self._sees = hasattr(processor, "coming")
        self._processor = processor

    def portion(self, topic: str) -> int | None:
        """How many records of this topic go into one transaction, before everybody else has a turn; None: as many as there are."""
        own = getattr(self._processor, "portion", None)
        return None if own is None else own(topic)

    def begin(self) -> None:
        """Once, in the worker thread, before anything is read: open what it needs beside its own database.

        Raises DatabaseAway when that is away; it is called again then. Raises Stop when it cannot be used at all.
        """
        own = getattr(self._processor, "begin", None)
        if own is not None:
            own()

    def caught_up(self, tx: Tx, topic: str, partition: int) -> bool:
        """After a rebuild has folded all there was: reconcile a bounded number of cases. True when all are done.

        Called in a transaction, again and again until True; where it is must be kept in the database (`tx.note`).
        """
        own = getattr(self._processor, "caught_up", None)
        return own is None or bool(own(tx, topic, partition))

    def tick(self, tx: Tx, topic: str, partition: int) -> bool:
        """Bounded background work for a partition we hold (see `restless`); True: there is more, call again at once.

        What it writes other than by the methods of `tx` it has to announce (`tx.touch`).
        """
        return self.ticks and bool(self._processor.tick(tx, topic, partition))  # type: ignore[attr-defined]

    def retry(self, tx: Tx, topic: str, partition: int) -> bool:
        """Parked records of a partition we hold that an operator wants tried again, looked for about every second; as `tick`."""
        return self.retries and bool(self._processor.retry(tx, topic, partition))  # type: ignore[attr-defined]

    async def observe(self, surroundings: Surroundings) -> None:
        """As often as ticks come, outside transactions: to note where the logs end."""
        if self.observes:
            await self._processor.observe(surroundings)  # type: ignore[attr-defined]

    async def serve(self, surroundings: Surroundings) -> None:
        """A task of the service's own in the main loop, as long as the worker runs; an exception in it ends the process."""
        if self.serves:
            await self._processor.serve(surroundings)  # type: ignore[attr-defined]

    def coming(self, place: Place, records: Sequence[Raw]) -> None:
        """These records stand in the log, and are about to be processed, perhaps not all in one transaction. In the main loop, must not
        block."""
        if self._sees:
            self._processor.coming(place, records)  # type: ignore[attr-defined]

    def committed(self, place: Place, position: int) -> None:
        """A transaction over this partition was committed; the next goes on at `position`. Called in the main loop, must not block."""
        if self._hears:
            self._processor.committed(place, position)  # type: ignore[attr-defined]

    def routes(self, surroundings: Surroundings) -> Iterable[web.RouteDef]:
        """HTTP that the service answers where its health and metrics are."""
        own = getattr(self._processor, "routes", None)
        return () if own is None else own(surroundings)
