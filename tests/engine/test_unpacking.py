"""A batch that unpacks to far more than it has packed: it is not unpacked, each of its records is refused, and what follows is read."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka.consumer import fetcher
from kafka import KafkaProducer

from backbone.engine import faust_driver, unpacking
from backbone.engine.unpacking import MAX_UNPACKED_BYTES, TOO_LARGE, UnpacksTooLarge, gunzip
from schakel.messages import ReceiptStatus
from services.intake.rules import MAX_EVENT_BYTES
from tests.engine.load import produce
from tests.engine.test_fetched import GZIP, batch, read
from tests.engine.workers import Counting
from tests.services.test_parked import DOOR, contact, opened
from tests.support.broker import Broker, wait_until
from tests.support.minicluster import MiniCluster

BOMB = gzip.compress(bytes(MAX_UNPACKED_BYTES + 1))


def test_what_fits_is_unpacked_to_the_last_byte() -> None:
    whole = bytes(range(256)) * (MAX_UNPACKED_BYTES // 256)
    assert gunzip(gzip.compress(whole, 1)) == whole
    assert gunzip(gzip.compress(b"one ") + gzip.compress(b"two")) == b"one two", (
        "several members, as GzipFile reads them"
    )
    assert gunzip(gzip.compress(b"")) == b""


def test_a_bomb_is_left_packed() -> None:
    packed = gzip.compress(bytes(64 * MAX_UNPACKED_BYTES))
    assert len(packed) < 2 * 1024 * 1024
    tracemalloc.start()
    for payload in (packed, BOMB, gzip.compress(bytes(MAX_UNPACKED_BYTES)) + gzip.compress(b"!")):
        with pytest.raises(UnpacksTooLarge):
            gunzip(payload)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * MAX_UNPACKED_BYTES


@pytest.mark.parametrize(
    "broken", [gzip.compress(b"a" * 1_000)[:-9], b"no gzip", BOMB[:100]], ids=["cut", "none", "bomb"]
)
def test_what_is_no_gzip_is_still_an_error(broken: bytes) -> None:
    with pytest.raises((EOFError, zlib.error)):
        gunzip(broken)


def test_it_is_installed_with_the_driver() -> None:
    assert faust_driver.unpacking is unpacking
    records = fetcher.MemoryRecords(batch(0, b"name", compression=GZIP))
    assert isinstance(records.next_batch(), unpacking.Bounded)


@pytest.mark.parametrize("at", [10, 11, 12, 13, 14])
def test_the_records_of_a_bomb_have_stand_ins_and_its_neighbours_are_read(
    at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_UNPACKED_BYTES", 90)  # two records take some 60 bytes, four more than a hundred
    before = batch(10, b"name", b"kind", compression=GZIP) if at < 12 else b""
    found = read(before + batch(12, *[b"name"] * 4, compression=GZIP) + batch(16, b"name", compression=GZIP), at)
    assert [record.offset for record in found] == list(range(at, 17))  # type: ignore[attr-defined]
    values = [record.value for record in found]  # type: ignore[attr-defined]
    assert values[-1] == b"v16"
    assert values[:-1] == [b"v%d" % offset if offset < 12 else TOO_LARGE for offset in range(at, 16)]


def test_a_stand_in_is_refused_by_its_size(tmp_path: Path) -> None:
    assert len(TOO_LARGE) > MAX_EVENT_BYTES
    cluster = MiniCluster(tmp_path)
    case = opened(cluster)
    cluster.put(DOOR, TOO_LARGE, ())
    after = cluster.send(DOOR, contact(cluster), case)
    cluster.settle()
    refusal = cluster.receipts(DOOR)[None].refusal
    assert refusal
    assert refusal.code == "value.too_large"
    assert cluster.receipts(DOOR)[after].status is ReceiptStatus.ACCEPTED


@pytest.fixture
def counting(kafka: Broker, tmp_path: Path) -> Iterator[Counting]:
    service = Counting(kafka, tmp_path, partitions=1)
    try:
        yield service
    finally:
        service.end_all()


@pytest.mark.kafka
async def test_kafka_takes_a_bomb_and_the_worker_goes_on_behind_it(counting: Counting) -> None:
    worker = counting.start("a")
    wait_until(lambda: worker.ready, 30)
    large = bytes(3 * MAX_UNPACKED_BYTES)
    how = {"compression_type": "gzip", "max_request_size": 2 * len(large)}
    with KafkaProducer(**counting.broker.connect(), **how) as producer:
        producer.send(counting.topic, key=b"a", value=large).get(30)
    await produce(counting.broker.connect(), counting.topic, 1, 50)
    counting.wait_until_caught_up()
    counting.check_state()
    assert worker.ready
    assert "a batch unpacks to too much" in worker.said()
