"""Sends what committed transactions left in the outbox: in order, acknowledged, and again after whatever went wrong.

A row leaves memory when Kafka has acknowledged it and the database a little later, with the next transaction of its partition;
so that a crash publishes some rows twice, and readers ignore a repeated id. What was committed by somebody else in our partition
(a worker that had been frozen) is found by the numbers of the rows.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

from aiokafka.errors import KafkaError, ProducerClosed, ProducerFenced
from aiokafka.partitioner import murmur2

from backbone.engine import metrics
from backbone.engine.errors import BrokerAway, Exit, Stop
from backbone.engine.health import Health
from backbone.engine.processor import Place
from backbone.engine.work import Published
from backbone.store.errors import DatabaseAway
from backbone.store.rows import Outgoing, Pending

_MOST_WAITING = 40_000
"""Records in memory that are not acknowledged; then no more transactions are done until there is room."""
_AT_ONCE = 5_000
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_UNHEARD_S = 5.0
"""After this long without an acknowledgement we say so. aiokafka's idempotent producer tries for ever by itself, and says nothing."""


class Publisher:
    """One a worker. load: reads rows of a partition behind a number, and tells the partition's last number.

    read_here: the topics that the service itself reads. Their records follow when all others of the transaction are
    acknowledged, so that an event that says something was done never precedes the doing.
    """

    def __init__(
        self,
        producer: Callable[[], Awaitable[Any]],
        load: Callable[[Place, int], Awaitable[tuple[list[Pending], int]]],
        read_here: Collection[str],
        health: Health,
        failed: Callable[[Stop], None],
    ) -> None:
        self._producer = producer
        self._load = load
        self._read_here = frozenset(read_here)
        self._health = health
        self._failed = failed
        self._queue: deque[tuple[Place, Sequence[Pending] | None]] = deque()
        self._known: dict[Place, int] = {}
        self._acknowledged: dict[Place, int] = {}
        self._forgotten: dict[Place, int] = {}
        self._waiting = 0
        self._changed = asyncio.Condition()
        self._busy = False

    # -- what the shell calls ------------------------------------------------------------------------------------------

    async def take_up(self, places: Collection[Place]) -> None:
        """These partitions are ours: what others left in their outbox goes first."""
        for place in places:
            self._acknowledged[place] = 0
            await self._enqueue(place, None)

    def let_go(self) -> None:
        """No partition is ours any more: who gets them finds the rest in the database."""
        self._queue.clear()
        self._known.clear()
        self._acknowledged.clear()
        self._forgotten.clear()
        self._waiting = 0

    async def committed(self, place: Place, seq_before: int, pending: Sequence[Pending]) -> None:
        """A transaction of a partition was committed. seq_before: the last number that it found."""
        if place not in self._acknowledged:
            return
        if self._known.get(place) != seq_before:  # somebody else wrote rows here: read them all
            self._known[place] = pending[-1].seq if pending else seq_before
            await self._enqueue(place, None)
        elif pending:
            self._known[place] = pending[-1].seq
            await self._enqueue(place, pending)

    def published(self, place: Place) -> Published:
        """How far this partition's outbox has been published."""
        return Published(self._acknowledged.get(place, 0), self._forgotten.get(place, 0))

    def forgotten(self, place: Place, seq: int) -> None:
        """Rows up to this number have left the database."""
        if seq and place in self._acknowledged:
            self._forgotten[place] = seq

    async def room(self) -> None:
        """Return when there is room for another transaction's records."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._waiting < _MOST_WAITING)

    async def emptied(self) -> None:
        """Return when all that is in memory has been acknowledged."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._queue and not self._busy)

    async def run(self) -> None:
        """Publish for ever."""
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._queue))
                self._busy = True
            try:
                await self._publish_next()
            finally:
                async with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    # -- the work ------------------------------------------------------------------------------------------------------

    async def _enqueue(self, place: Place, pending: Sequence[Pending] | None) -> None:
        async with self._changed:
            self._queue.append((place, pending))
            self._waiting += _count(pending)
            self._changed.notify_all()

    async def _publish_next(self) -> None:
        place, pending = self._queue.popleft()
        if pending is None:
            await self._publish_from_database(place)
            return
        together = [(place, pending)]
        while self._queue and sum(_count(rows) for _, rows in together) < _AT_ONCE:
            where, rows = self._queue[0]
            if rows is None:
                break
            self._queue.popleft()
            together.append((where, rows))
        fresh = [
            (where, [row for row in rows if row.seq > self._acknowledged.get(where, 0)]) for where, rows in together
        ]
        await self._send([record for _, rows in fresh for row in rows for record in row.records])
        for where, rows in together:
            self._acknowledge(where, rows)
            self._waiting = max(0, self._waiting - _count(rows))

    async def _publish_from_database(self, place: Place) -> None:
        after = self._acknowledged.get(place, 0)
        pause_s = _FIRST_PAUSE_S
        while place in self._acknowledged:
            try:
                rows, last = await self._load(place, after)
            except DatabaseAway as away:
                self._health.problem("database", str(away))
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
                continue
            self._known[place] = max(self._known.get(place, 0), last)
            if not rows:
                return
            await self._send([record for row in rows for record in row.records])
            self._acknowledge(place, rows)
            after = rows[-1].seq

    def _acknowledge(self, place: Place, rows: Sequence[Pending]) -> None:
        if rows and place in self._acknowledged:
            self._acknowledged[place] = max(self._acknowledged[place], rows[-1].seq)

    async def _send(self, records: Sequence[Outgoing]) -> None:
        """Publish these, in order for each partition they go to; return when all are acknowledged."""
        began_s = time.perf_counter()
        first = [record for record in records if record.topic not in self._read_here]
        for wave in (first, [record for record in records if record.topic in self._read_here]):
            pause_s = _FIRST_PAUSE_S
            left: Sequence[Outgoing] = wave
            while left:
                left = await self._try(left)
                if left:
                    metrics.PUBLISH_FAILURES.inc()
                    await asyncio.sleep(pause_s)
                    pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        metrics.PUBLISH_SECONDS.observe(time.perf_counter() - began_s)
        self._health.solved("outbox")

    async def _try(self, records: Sequence[Outgoing]) -> list[Outgoing]:
        """Publish these; returns those that are not acknowledged, in their order."""
        try:
            producer = await self._producer()
            places = await _destinations(producer, records)
        except (KafkaError, OSError, BrokerAway) as error:
            self._say(error, records[0].topic)
            return list(records)
        sent = await asyncio.gather(*(self._to_one(producer, place, rows) for place, rows in places.items()))
        metrics.PUBLISHED.inc(sum(sent))
        if sum(sent) == len(records):
            return []
        return [row for (_, rows), done in zip(places.items(), sent, strict=True) for row in rows[done:]]

    async def _to_one(self, producer: Any, place: Place, records: Sequence[Outgoing]) -> int:
        """How many of these the partition has acknowledged: all, or those before something went wrong."""
        done = 0
        try:
            while done < len(records):
                batch = producer.create_batch()
                for record in records[done:]:
                    if (
                        batch.append(timestamp=None, key=record.key, value=record.value, headers=list(record.headers))
                        is None
                    ):
                        break
                if not batch.record_count():
                    raise ValueError(f"a record for {place[0]} does not fit into a batch")
                await self._acknowledgement(await producer.send_batch(batch, place[0], partition=place[1]), place[0])
                done += batch.record_count()
        except (ProducerFenced, ProducerClosed) as error:
            self._failed(_start_anew(error))
        except KafkaError as error:
            self._say(error, place[0])
            if not error.retriable:
                # The idempotent producer has used up the numbers of this batch and can send no other after it.
                self._failed(_start_anew(error))
        return done

    async def _acknowledgement(self, sent: asyncio.Future[Any], topic: str) -> None:
        """Wait for it, however long it takes. Raises what Kafka said instead."""
        await asyncio.wait((sent,), timeout=_UNHEARD_S)
        if not sent.done():
            self._health.problem(
                "outbox",
                f"Kafka has not acknowledged what we publish to {topic}: are enough brokers up that keep it? nothing is lost, we go on "
                "when they are",
            )
        await sent

    def _say(self, error: Exception, topic: str) -> None:
        self._health.problem(
            "outbox", f"publishing to {topic} fails ({type(error).__name__}); nothing is lost, we try again"
        )


def _start_anew(error: Exception) -> Stop:
    return Stop(
        Exit.GO_ON_AT_CHECKPOINT,
        "producer",
        f"Kafka refused what we publish ({type(error).__name__}); the process starts anew and publishes it again",
    )


async def _destinations(producer: Any, records: Sequence[Outgoing]) -> dict[Place, list[Outgoing]]:
    """Where each record goes, in order. Raises BrokerAway for a partition that the topic does not have."""
    counts = {topic: len(await producer.partitions_for(topic)) for topic in {record.topic for record in records}}
    places: dict[Place, list[Outgoing]] = {}
    for record in records:
        partition = record.partition
        if partition is None:
            partition = partition_of(record.key, counts[record.topic])
        elif partition >= counts[record.topic]:
            raise BrokerAway(f"{record.topic} has no partition {partition}")
        places.setdefault((record.topic, partition), []).append(record)
    return places


@lru_cache(maxsize=100_000)
def partition_of(key: bytes | None, partitions: int) -> int:
    """Where Kafka's default partitioner puts a key, so that any client's records of a case meet ours. Without a key: the first."""
    return 0 if key is None else (murmur2(key) & 0x7FFFFFFF) % partitions


def _count(rows: Sequence[Pending] | None) -> int:
    return sum(len(row.records) for row in rows or ())
