"""The outbox's way to Kafka: order, waves, trouble. A stand-in producer that can fail; the real one is in the workers' tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError
from aiokafka.partitioner import DefaultPartitioner

from backbone.engine import publisher as module
from backbone.engine.errors import Stop
from backbone.engine.health import Health
from backbone.engine.processor import Place
from backbone.engine.publisher import Publisher, partition_of
from backbone.store.errors import DatabaseAway
from backbone.store.rows import Outgoing, Pending

HERE: Place = ("schakel.ledger", 0)
THERE: Place = ("schakel.ledger", 1)


def row(seq: int, *values: str, topic: str = "schakel.out.coc") -> Pending:
    return Pending(seq, [Outgoing(topic, 0, None, value.encode(), ()) for value in values])


@dataclass
class Batch:
    most: int
    records: list[bytes] = field(default_factory=list)

    def append(self, *, timestamp: None, key: bytes | None, value: bytes, headers: list[Any]) -> object | None:
        if len(self.records) >= self.most:
            return None
        self.records.append(value)
        return object()

    def record_count(self) -> int:
        return len(self.records)


@dataclass
class Producer:
    """Notes what it is sent; `trouble` may raise before a batch is taken."""

    sent: list[tuple[Place, list[str]]] = field(default_factory=list)
    trouble: Callable[[Place, Batch], None] = lambda place, batch: None
    most: int = 100

    async def partitions_for(self, topic: str) -> set[int]:
        return {0, 1, 2}

    def create_batch(self) -> Batch:
        return Batch(self.most)

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> "asyncio.Future[None]":
        await asyncio.sleep(0)
        self.trouble((topic, partition), batch)
        self.sent.append(((topic, partition), [value.decode() for value in batch.records]))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def values(self, topic: str) -> list[str]:
        return [value for (to, _), values in self.sent for value in values if to == topic]


@dataclass
class World:
    """The publisher with a producer, a database and what became of the process."""

    producer: Producer = field(default_factory=Producer)
    rows: dict[Place, list[Pending]] = field(default_factory=dict)
    away: bool = False
    stops: list[Stop] = field(default_factory=list)
    health: Health = field(default_factory=Health)

    async def load(self, place: Place, after: int) -> tuple[list[Pending], int]:
        if self.away:
            raise DatabaseAway("the database is away")
        rows = self.rows.get(place, [])
        return [row for row in rows if row.seq > after][:2], rows[-1].seq if rows else 0

    async def give(self) -> Producer:
        return self.producer


@asynccontextmanager
async def running(world: World) -> AsyncIterator[Publisher]:
    publisher = Publisher(world.give, world.load, ["schakel.ledger"], world.health, world.stops.append)
    task = asyncio.create_task(publisher.run())
    try:
        yield publisher
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def emptied(publisher: Publisher) -> None:
    async with asyncio.timeout(5):
        await publisher.emptied()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_PAUSE_S", 0.001)


async def test_each_destination_gets_its_records_in_order() -> None:
    world = World(Producer(most=2))
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        await emptied(publisher)
        await publisher.committed(HERE, 0, [row(1, "a", "b", "c"), row(2, "d")])
        await publisher.committed(HERE, 2, [row(3, "e")])
        await emptied(publisher)
        assert world.producer.values("schakel.out.coc") == ["a", "b", "c", "d", "e"]
        assert publisher.published(HERE) == (3, 0)
        publisher.forgotten(HERE, 3)
        assert publisher.published(HERE) == (3, 3)


async def test_a_message_is_out_before_the_event_that_says_so() -> None:
    world = World()
    mixed = Pending(
        1,
        [
            Outgoing("schakel.ledger", 0, b"c", b"delivered", ()),
            Outgoing("schakel.out.coc", 0, b"c", b"delivery", ()),
            Outgoing("schakel.ledger", 1, b"c", b"delivered too", ()),
        ],
    )
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        await emptied(publisher)
        await publisher.committed(HERE, 0, [mixed])
        await emptied(publisher)
    assert [place[0] for place, _ in world.producer.sent] == ["schakel.out.coc", "schakel.ledger", "schakel.ledger"]


async def test_what_others_left_goes_first() -> None:
    world = World(rows={HERE: [row(4, "old 4"), row(5, "old 5"), row(6, "old 6")]})
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        world.rows[HERE].append(row(7, "new 7"))
        await publisher.committed(HERE, 6, [row(7, "new 7")])
        await emptied(publisher)
        assert world.producer.values("schakel.out.coc") == ["old 4", "old 5", "old 6", "new 7"]
        assert publisher.published(HERE).acknowledged == 7


async def test_rows_that_a_woken_worker_committed_in_between_are_found_by_their_numbers() -> None:
    world = World()
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        await emptied(publisher)
        await publisher.committed(HERE, 0, [row(1, "1")])
        await emptied(publisher)
        world.rows[HERE] = [row(1, "1"), row(2, "2, by another"), row(3, "3")]
        await publisher.committed(HERE, 2, [world.rows[HERE][2]])
        await emptied(publisher)
        assert world.producer.values("schakel.out.coc") == ["1", "2, by another", "3"]
        world.rows[HERE].append(row(4, "4, by another"))
        await publisher.committed(HERE, 4, [])  # a tick that found them
        await emptied(publisher)
        assert world.producer.values("schakel.out.coc")[3:] == ["4, by another"]


async def test_a_kafka_that_says_nothing_is_named_until_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """aiokafka tries by itself, for ever: too few copies, or nobody who leads."""
    monkeypatch.setattr(module, "_UNHEARD_S", 0.01)
    world, heard = World(), asyncio.get_running_loop().create_future()

    async def unheard(batch: Batch, topic: str, *, partition: int) -> "asyncio.Future[None]":
        return heard

    told = asyncio.Event()

    def problem(what: str, sentence: str) -> None:
        Health.problem(world.health, what, sentence)
        told.set()

    monkeypatch.setattr(world.producer, "send_batch", unheard)
    monkeypatch.setattr(world.health, "problem", problem)
    world.health.solved("start")
    world.health.joined = True
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        await emptied(publisher)
        await publisher.committed(HERE, 0, [row(1, "a")])
        async with asyncio.timeout(5):
            await told.wait()
        assert "has not acknowledged what we publish to schakel.out.coc" in world.health.reason
        assert publisher.published(HERE).acknowledged == 0
        heard.set_result(None)
        await emptied(publisher)
        assert world.health.ready
        assert publisher.published(HERE).acknowledged == 1


async def test_trouble_is_waited_out_in_order() -> None:
    tries = 0

    def trouble(place: Place, batch: Batch) -> None:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise KafkaConnectionError

    world = World(Producer(trouble=trouble, most=1))
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        await emptied(publisher)
        await publisher.committed(HERE, 0, [row(1, "a", "b"), row(2, "c")])
        await emptied(publisher)
    assert world.producer.values("schakel.out.coc") == ["a", "b", "c"]
    assert world.stops == []


async def test_trouble_with_one_destination_repeats_only_what_is_not_acknowledged() -> None:
    failing = True

    def trouble(place: Place, batch: Batch) -> None:
        nonlocal failing
        if failing and place[1] == 1 and batch.records == [b"1b"]:
            failing = False
            raise KafkaConnectionError

    world = World(Producer(trouble=trouble, most=1))
    rows = Pending(
        1,
        [Outgoing("schakel.out.coc", number, None, f"{number}{at}".encode(), ()) for at in "abc" for number in (0, 1)],
    )
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        await emptied(publisher)
        await publisher.committed(HERE, 0, [rows])
        await emptied(publisher)
    for number in (0, 1):
        values = [value for place, values in world.producer.sent for value in values if place[1] == number]
        assert values == [f"{number}a", f"{number}b", f"{number}c"]


async def test_a_refusal_for_good_ends_the_process_since_the_producer_cannot_go_on() -> None:
    def trouble(place: Place, batch: Batch) -> None:
        raise MessageSizeTooLargeError

    world = World(Producer(trouble=trouble))
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        await emptied(publisher)
        await publisher.committed(HERE, 0, [row(1, "a")])
        async with asyncio.timeout(5):
            while not world.stops:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (world.stops[0].code, world.stops[0].reason) == (75, "producer")
        assert "publishing to schakel.out.coc fails" in world.health.reason
        assert publisher.published(HERE).acknowledged == 0


async def test_a_partition_that_a_topic_does_not_have_is_said() -> None:
    world = World()
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        await emptied(publisher)
        await publisher.committed(HERE, 0, [Pending(1, [Outgoing("schakel.out.coc", 9, None, b"a", ())])])
        async with asyncio.timeout(5):
            while "publishing" not in world.health.reason:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert world.producer.sent == []


async def test_a_database_that_is_away_is_waited_for() -> None:
    world = World(rows={HERE: [row(1, "a")]}, away=True)
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        async with asyncio.timeout(5):
            while "database" not in world.health.reason:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        world.away = False
        await emptied(publisher)
    assert world.producer.values("schakel.out.coc") == ["a"]


async def test_what_was_let_go_is_left_to_the_next_owner() -> None:
    world = World()
    async with running(world) as publisher:
        await publisher.take_up([HERE, THERE])
        await emptied(publisher)
        publisher.let_go()
        await publisher.committed(HERE, 0, [row(1, "a")])
        await emptied(publisher)
        assert world.producer.sent == []
        assert publisher.published(HERE).acknowledged == 0


async def test_no_more_transactions_while_too_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 2)
    held = True

    def trouble(place: Place, batch: Batch) -> None:
        if held:
            raise KafkaConnectionError

    world = World(Producer(trouble=trouble))
    async with running(world) as publisher:
        await publisher.take_up([HERE])
        await emptied(publisher)
        await publisher.committed(HERE, 0, [row(1, "a", "b", "c")])
        waiting = asyncio.create_task(publisher.room())
        done, _ = await asyncio.wait([waiting], timeout=0.1)
        assert not done
        held = False
        async with asyncio.timeout(5):
            await waiting


@pytest.mark.parametrize("count", [1, 3, 6])
def test_keys_go_where_kafka_puts_them(count: int) -> None:
    keys: Sequence[bytes] = [b"", b"a", *(f"case-{number}".encode() for number in range(50))]
    theirs = DefaultPartitioner()
    assert [partition_of(key, count) for key in keys] == [theirs(key, list(range(count)), []) for key in keys]
    assert partition_of(None, count) == 0


def test_known_places_of_murmur2() -> None:
    """From Kafka's own tests (`UtilsTest.testMurmur2`): the hash of 21 is -973932308."""
    assert partition_of(b"21", 1 << 31) == -973932308 & 0x7FFFFFFF
