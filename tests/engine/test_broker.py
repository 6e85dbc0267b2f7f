"""Questions to Kafka when one of several brokers is gone or stands still: another is asked, and who leads is asked anew."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from aiokafka.errors import NodeNotReadyError

from backbone.engine import broker as module
from backbone.engine.broker import Broker
from backbone.engine.errors import BrokerAway, Stop
from backbone.engine.health import Health
from backbone.engine.log_offsets import OffsetsRequest
from backbone.engine.shell import Shell
from backbone.settings import Settings
from backbone.store.rows import Checkpoint

TOPIC = "schakel.ledger"


class Client:
    """aiokafka's client: brokers 1 to 3, `gone` do not answer, `frozen` never do; the topic is led by `leader` since `election`.

    `asleep` stood still meanwhile, and think that broker 1 leads since election 4, with a log that ends at 11.
    """

    def __init__(self) -> None:
        self.gone: set[int] = set()
        self.frozen: set[int] = set()
        self.asleep: set[int] = set()
        self.leader = 1
        self.election = 4
        self.asked: list[tuple[int, str]] = []
        self.cluster = SimpleNamespace(brokers=lambda: [SimpleNamespace(nodeId=number) for number in (1, 2, 3)])

    async def send(self, node: int, request: Any) -> Any:
        self.asked.append((node, type(request).__name__))
        if node in self.gone:
            raise NodeNotReadyError
        if node in self.frozen:
            await asyncio.get_running_loop().create_future()
        leader, election, end = (1, 4, 11) if node in self.asleep else (self.leader, self.election, 17)
        if isinstance(request, OffsetsRequest):
            ((_, asked, _),) = request._topics[TOPIC]
            code = 6 if node != leader else 75 if asked > election else 74 if asked < election else 0
            return SimpleNamespace(topics=[(TOPIC, [(0, code, -1, end, election)])])
        return SimpleNamespace(topics=[(0, TOPIC, bytes(16), False, [(0, 0, leader, election)])])


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def broker(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Broker:
    monkeypatch.setattr(module, "_ANSWER_WITHIN_S", 0.05)
    made = Broker(Settings(var_dir=tmp_path, bootstrap="127.0.0.1:1"))
    made._client = client
    return made


async def test_another_is_asked_when_one_does_not_answer(broker: Broker, client: Client) -> None:
    client.gone, client.frozen, client.leader = {1}, {2}, 3
    for _ in range(10):
        assert (await broker.topics([TOPIC]))[TOPIC].leaders == (3,)


async def test_none_answers(broker: Broker, client: Client) -> None:
    client.gone = {1, 2, 3}
    with pytest.raises(BrokerAway, match="does not answer"):
        await broker.topics([TOPIC])
    assert {node for node, _ in client.asked} == {1, 2, 3}


@pytest.mark.parametrize("how", ["gone", "frozen"])
async def test_who_leads_is_asked_anew_when_the_leader_is_lost(broker: Broker, client: Client, how: str) -> None:
    assert await broker.ends([(TOPIC, 0)]) == {(TOPIC, 0): 17}
    setattr(client, how, {1})
    client.leader, client.election = 2, 5
    with pytest.raises(BrokerAway):
        await broker.ends([(TOPIC, 0)])
    assert await broker.ends([(TOPIC, 0)]) == {(TOPIC, 0): 17}


async def test_whoever_wakes_up_as_the_leader_it_was_is_not_believed(broker: Broker, client: Client) -> None:
    """Neither who leads nor where the log ends: a read would open what a no behind that end forbids."""
    client.frozen, client.leader, client.election = {1}, 2, 5
    assert await broker.ends([(TOPIC, 0)]) == {(TOPIC, 0): 17}
    client.frozen, client.asleep = set(), {1}
    for _ in range(10):
        assert (await broker.topics([TOPIC]))[TOPIC].leaders == (2,)
        assert await broker.ends([(TOPIC, 0)]) == {(TOPIC, 0): 17}
    client.asleep = {1, 2, 3}
    with pytest.raises(BrokerAway, match="before the last election"):
        await broker.topics([TOPIC])
    with pytest.raises(BrokerAway, match=r"who leads it was away|NotLeader"):
        await broker.ends([(TOPIC, 0)])


async def test_a_leader_of_a_later_election_says_so(broker: Broker, client: Client) -> None:
    """The same broker, elected again: who leads is asked anew."""
    assert await broker.ends([(TOPIC, 0)]) == {(TOPIC, 0): 17}
    client.election = 6
    with pytest.raises(BrokerAway, match="does not tell where"):
        await broker.ends([(TOPIC, 0)])
    assert await broker.ends([(TOPIC, 0)]) == {(TOPIC, 0): 17}


async def test_most_brokers_know_who_was_elected_last(broker: Broker, client: Client) -> None:
    client.asleep, client.leader, client.election = {1}, 3, 5
    assert (await broker.topics_by_most([TOPIC]))[TOPIC].leaders == (3,)
    assert await broker.ends([(TOPIC, 0)]) == {(TOPIC, 0): 17}
    client.gone = {2}
    assert (await broker.topics_by_most([TOPIC]))[TOPIC].leaders == (3,)
    client.frozen = {3}
    with pytest.raises(BrokerAway, match="1 of 3 brokers say who leads, more than half have to"):
        await broker.topics_by_most([TOPIC])


@pytest.fixture
async def shell(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shell]:
    """A worker that has read the ledger up to its end and starts anew; the broker that it asks first is 1."""
    monkeypatch.setattr(module.random, "sample", lambda nodes, many: list(nodes))
    made = Shell(Settings(var_dir=tmp_path), broker, Health())
    point = Checkpoint(1, TOPIC, 0, 17, str(UUID(int=0)), b"digest")
    made.store = SimpleNamespace(checkpoints=lambda: {(TOPIC, 0): point}, folded_by=lambda version: None)  # type: ignore[assignment]
    made.offers = SimpleNamespace(first=(), fold_version=None)  # type: ignore[assignment]
    yield made
    made._thread.shutdown()


async def test_a_log_that_ends_before_what_was_read_is_asked_about_twice(shell: Shell, client: Client) -> None:
    """By the word of one that was away nobody stops for good."""
    client.asleep, client.leader, client.election = {1}, 2, 5
    beginnings, _ = await shell._look_up([(TOPIC, 0)])
    assert (beginnings[TOPIC, 0].position, beginnings[TOPIC, 0].end) == (17, 17)


async def test_a_log_that_lost_records_is_said_to_have(shell: Shell, client: Client) -> None:
    client.asleep = {1, 2, 3}
    with pytest.raises(Stop, match=r"at offset 17 of schakel\.ledger\[0\] but the log ends at 11"):
        await shell._look_up([(TOPIC, 0)])
