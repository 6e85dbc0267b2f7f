"""What `backbone.engine.faust_driver` overrides, or builds on without being invited to, is still what it was written against.

When this fails after an upgrade: read what changed in the method, make sure that the driver still does what its docstrings say,
run the tests of the workers as a soak (SCHAKEL_SOAK=10), and put the new digest here.
"""

import asyncio
import hashlib
import inspect
from collections.abc import Callable
from importlib.metadata import version
from types import SimpleNamespace

import faust
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.consumer import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher, FetchResult
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import LeaderNotAvailableError
from aiokafka.producer.message_accumulator import MessageAccumulator
from aiokafka.producer.producer import AIOKafkaProducer
from faust.app.base import App
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.transport import conductor, consumer
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from backbone.engine import faust_driver, fetched, pacing

OVERRIDDEN: dict[Callable[..., object], str] = {
    driver.ConsumerRebalanceListener.on_partitions_assigned: "1c1f8406ad36",
    driver.AIOKafkaConsumerThread._create_worker_consumer: "c2701bfc3e6f",
    driver.AIOKafkaConsumerThread._fetch_records: "39a2c6c79fc1",
    driver.AIOKafkaConsumerThread._commit: "932852ce7a23",
    driver.AIOKafkaConsumerThread.on_crash: "d1b1624686ba",
    driver.Consumer._new_consumer_thread: "0870ec53dea7",
    consumer.Consumer.perform_seek: "0e8c130ff4b0",
    consumer.Consumer._drain_messages: "44a2500309e8",
    consumer.Consumer.on_buffer_full: "c8961679e0bc",
    driver.Consumer.verify_event_path: "a17e8f0610e1",
    consumer.Consumer._filter_tps_with_pending_acks: "f6f923977423",
    consumer.Consumer._new_offset: "1d2c7ea89a7a",
    consumer.Consumer._commit_offsets: "1a6979904118",
    TableManager.on_start: "365dd25fbc0e",
    driver.Producer._settings_extra: "a4c7bc41b638",
    driver.Producer._new_producer: "e72355c3430e",
    Fetcher._proc_fetch_request: "59bf948fff47",
}

BUILT_ON: dict[Callable[..., object], str] = {
    consumer.Consumer._filter_committable_offsets: "dc5e9baf5d99",
    consumer.Consumer.on_partitions_revoked: "d04b7ae72c6f",
    driver.AIOKafkaConsumerThread.getmany: "26fc5fc9f3b6",
    driver.credentials_to_aiokafka_auth: "364c9c9c6852",
    conductor.ConductorCompiler.build: "837cf521368c",
    App._on_partitions_revoked: "d5c895bbe57d",
    App._on_partitions_assigned: "de932b7927db",
    Recovery._resume_streams: "d986a6710c1a",
    TableManager._update_channels: "88e3941facc9",
    Recovery.on_rebalance: "aa4d997a1795",
    faust.Stream._c_aiter: "fa44582a5882",
    faust.Stream._py_aiter: "3a48ee257a65",
    FetchResult.getall: "3e717e30de50",
    fetched._Forgiving.__base__._unpack_records: "b803e6d46480",  # type: ignore[union-attr]
    fetched._Forgiving.__base__._consumer_record: "e668541600b0",  # type: ignore[union-attr]
    Fetcher.__init__: "bf21ecb7e0f2",
    Fetcher._fetch_requests_routine: "2a8ec5932644",
    Fetcher.close: "1cd24bc1c442",
    AIOKafkaConsumer.start: "2f1ba7044332",
    Fetcher.fetched_records: "be4348896b9b",
    Fetcher.seek_to: "f0ba6aba6c22",
    Fetcher._get_actions_per_node: "1dab2cf937d1",
    Fetcher._update_fetch_positions: "d7774d8241dc",
    AIOKafkaConsumer.seek: "a9430f1f3b9a",
    AIOKafkaConsumer.pause: "d5fc6f423650",
    AIOKafkaConsumer.resume: "9301532efa15",
    GroupCoordinator._on_join_prepare: "4d9524afc0ee",
    GroupCoordinator._on_join_complete: "0b0b3d204b40",
    GroupCoordinator._maybe_leave_group: "016cd88a16e6",
    AIOKafkaProducer.send_batch: "bf42b0f0c5c0",
    AIOKafkaProducer.create_batch: "c4efda4bb7a0",
    MessageAccumulator.drain_by_nodes: "fc995afbfc57",
}


def digest_of(method: Callable[..., object]) -> str:
    return hashlib.sha256(inspect.getsource(method).encode()).hexdigest()[:12]


def test_the_versions_are_the_pinned_ones() -> None:
    assert version("faust-streaming") == "0.15.3"
    assert version("aiokafka").startswith("0.14.")


@pytest.mark.parametrize(
    ("method", "digest"), [*OVERRIDDEN.items(), *BUILT_ON.items()], ids=lambda it: getattr(it, "__qualname__", "")
)
def test_a_private_method_is_as_it_was(method: Callable[..., object], digest: str) -> None:
    assert digest_of(method) == digest


@pytest.mark.parametrize(
    "ours",
    [
        faust_driver.Consumer,
        faust_driver._Thread,
        faust_driver._Listener,
        faust_driver.Producer,
        faust_driver._NoTables,
        pacing.Paced,
    ],
)
def test_every_override_is_on_the_list(ours: type) -> None:
    """An override that is added is looked after too."""
    known = {method.__name__ for method in OVERRIDDEN}
    new = {"begin", "close_all", "_hand_on", "seek_and_resume", "__init__"}
    defined = {name for name, value in vars(ours).items() if inspect.isfunction(value)}
    assert defined - new <= known, "add the method that it overrides to OVERRIDDEN"


def test_our_producer_is_idempotent_and_waits_for_all_replicas() -> None:
    settings = faust_driver.Producer._settings_extra(None)  # type: ignore[arg-type]
    assert settings == {"acks": "all", "enable_idempotence": True}


@pytest.mark.parametrize("ours", [False, True])
async def test_a_batch_waits_for_a_leader_for_as_long_as_it_takes(ours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """aiokafka's own gives it up with the number that it had, and whatever follows is out of order."""
    nobody_leads = SimpleNamespace(leader_for_partition=lambda place: -1)
    accumulator = MessageAccumulator(nobody_leads, 1_000, 0, batch_ttl=0)
    made = SimpleNamespace(_message_accumulator=accumulator)
    monkeypatch.setattr(driver.Producer, "_new_producer", lambda *_: made)
    if ours:
        faust_driver.Producer._new_producer(object.__new__(faust_driver.Producer))
    batch = accumulator.create_builder()
    batch.append(timestamp=None, key=None, value=b"x", headers=[])
    sent = await accumulator.add_batch(batch, TopicPartition("schakel.ledger", 0), 1)
    accumulator.drain_by_nodes(ignore_nodes=())
    await asyncio.sleep(0)
    assert sent.done() is not ours
    if not ours:
        with pytest.raises(LeaderNotAvailableError):
            await sent


async def test_what_the_broker_did_not_take_is_committed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faust's own waits for the next message, and until then it looks as if intake had not handled the last one."""
    place, took = TP("schakel.in.coc", 0), False

    async def fausts(self: consumer.Consumer, offsets: dict[TP, int], start_new_transaction: bool = True) -> bool:
        self._committed_offset.update(offsets)
        return took

    monkeypatch.setattr(consumer.Consumer, "_commit_offsets", fausts)
    ours = object.__new__(faust_driver.Consumer)
    ours._committed_offset = {}
    assert not await ours._commit_offsets({place: 7})
    assert ours._should_commit(place, 7)
    took = True
    assert await ours._commit_offsets({place: 7})
    assert not ours._should_commit(place, 7)
