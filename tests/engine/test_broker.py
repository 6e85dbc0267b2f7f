"""Questions to Kafka when one of several brokers is gone or stands still: another is asked, and who leads is asked anew."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import NodeNotReadyError
from aiokafka.protocol.offset import OffsetRequest

from backbone.engine import broker as module
from backbone.engine.broker import Broker
from backbone.engine.errors import BrokerAway
from backbone.settings import Settings

TOPIC = "schakel.ledger"


class Client:
    """aiokafka's client: brokers 1 to 3, `gone` do not answer, `frozen` never do; the topic is led by `leader`."""

    def __init__(self) -> None:
        self.gone: set[int] = set()
        self.frozen: set[int] = set()
        self.leader = 1
        self.asked: list[tuple[int, str]] = []
        self.cluster = SimpleNamespace(brokers=lambda: [SimpleNamespace(nodeId=number) for number in (1, 2, 3)])

    async def send(self, node: int, request: Any) -> Any:
        self.asked.append((node, type(request).__name__))
        if node in self.gone:
            raise NodeNotReadyError
        if node in self.frozen:
            await asyncio.get_running_loop().create_future()
        if isinstance(request, OffsetRequest):
            code = 0 if node == self.leader else 6
            return SimpleNamespace(topics=[(TOPIC, [(0, code, -1, 17, 0)])])
        return SimpleNamespace(topics=[(0, TOPIC, bytes(16), False, [(0, 0, self.leader, 0)])])


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
    client.leader = 2
    with pytest.raises(BrokerAway):
        await broker.ends([(TOPIC, 0)])
    assert await broker.ends([(TOPIC, 0)]) == {(TOPIC, 0): 17}
