"""Three brokers in one directory: what they know of each other, and what is refused before anything is started."""

import json
import socket
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backbone.kafka import cluster as module
from backbone.kafka.claims import running
from backbone.kafka.cluster import EmbeddedCluster, brokers_in
from backbone.kafka.credentials import Credentials
from backbone.kafka.embedded import EmbeddedKafka
from backbone.kafka.errors import EmbeddedKafkaError, ForeignData, PortTaken
from backbone.kafka.names import LEDGER, LEDGER_PARTITIONS
from backbone.kafka.node import Node
from backbone.kafka.properties import SESSION_S, Seat, server_properties
from backbone.kafka.topics import CLUSTER, ONE_MACHINE
from backbone.supervisor.prepare import Broker
from schakel.secret import Secret

SEATS = tuple(Seat(number, 20_000 + number, 21_000 + number) for number in (1, 2, 3))
ADMIN = Credentials("admin", Secret("secret"))


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is downloaded, and no broker is started."""
    monkeypatch.setattr(module, "ensure_jars", lambda *_: Path("/nonexistent"))
    monkeypatch.setattr(Node, "launch", lambda *_: None)
    monkeypatch.setattr(Node, "await_answer", lambda *_: None)


def settings(seat: Seat, seats: Sequence[Seat], admin: Credentials | None = ADMIN) -> dict[str, str]:
    lines = server_properties(seat, seats, admin).splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_each_broker_knows_all_and_keeps_what_the_others_keep() -> None:
    mine = settings(SEATS[1], SEATS)
    assert mine["node.id"] == "2"
    assert mine["controller.quorum.voters"] == "1@127.0.0.1:21001,2@127.0.0.1:21002,3@127.0.0.1:21003"
    assert mine["advertised.listeners"] == "CLIENT://127.0.0.1:20002"
    copies = {name: value for name, value in mine.items() if name.endswith("replication.factor")}
    in_step = {name: value for name, value in mine.items() if name.endswith((".min.isr", "min.insync.replicas"))}
    assert set(copies.values()) == {str(CLUSTER.factor)}
    assert set(in_step.values()) == {str(CLUSTER.min_insync)}
    assert len(copies) == 4
    assert mine["authorizer.class.name"]
    assert mine["broker.session.timeout.ms"] == str(int(SESSION_S * 1000))


def test_brokers_lose_patience_with_their_controller_one_after_the_other() -> None:
    """Two that stand for election at once each have their own vote, and nobody leads."""
    patience = [int(settings(seat, SEATS)["controller.quorum.fetch.timeout.ms"]) for seat in SEATS]
    assert [later - sooner for sooner, later in pairwise(patience)] == [225, 225]
    # A controller with nothing new answers a fetch after half a second.
    assert patience[0] >= 700


def test_one_broker_keeps_everything_once() -> None:
    alone = settings(SEATS[0], SEATS[:1])
    assert alone["min.insync.replicas"] == alone["offsets.topic.replication.factor"] == str(ONE_MACHINE.factor)
    assert "replica.lag.time.max.ms" not in alone


def test_the_addresses_stay(tmp_path: Path) -> None:
    first = EmbeddedCluster(tmp_path).start()
    again = EmbeddedCluster(tmp_path).start()
    assert first.bootstrap == again.bootstrap == (tmp_path / "kafka" / "bootstrap").read_text().strip()
    assert len(first.bootstrap.split(",")) == brokers_in(tmp_path) == 3
    assert running(tmp_path) is None


def test_an_address_before_the_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedKafkaError, match=r"call start\(\) first"):
        _ = EmbeddedCluster(tmp_path).bootstrap


def test_one_broker_and_a_cluster_do_not_take_each_others_data(tmp_path: Path) -> None:
    EmbeddedCluster(tmp_path / "three").start()
    (tmp_path / "three" / "kafka" / "broker-1").mkdir(exist_ok=True)
    with pytest.raises(ForeignData, match="holds the data of a cluster of brokers and one broker cannot take it over"):
        EmbeddedKafka(tmp_path / "three").start()
    (tmp_path / "one" / "kafka" / "data").mkdir(parents=True)
    with pytest.raises(ForeignData, match="holds the data of one broker"):
        EmbeddedCluster(tmp_path / "one").start()


def test_another_number_of_brokers_is_refused(tmp_path: Path) -> None:
    EmbeddedCluster(tmp_path).start()
    with pytest.raises(ForeignData, match="holds a cluster of 3 brokers and 5 are asked for"):
        EmbeddedCluster(tmp_path, brokers=5).start()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    EmbeddedCluster(tmp_path).start()
    port = json.loads((tmp_path / "kafka" / "cluster.json").read_text())["seats"][2]["controller_port"]
    with closing(socket.create_server(("127.0.0.1", port))), pytest.raises(PortTaken, match=f":{port}, where a broker"):
        EmbeddedCluster(tmp_path).start()


def test_a_port_that_was_taken_while_a_broker_was_away_is_named_too(tmp_path: Path) -> None:
    cluster = EmbeddedCluster(tmp_path)
    cluster.start()
    port = json.loads((tmp_path / "kafka" / "cluster.json").read_text())["seats"][1]["port"]
    with closing(socket.create_server(("127.0.0.1", port))), pytest.raises(PortTaken, match=f":{port}, where a broker"):
        cluster.start_again(cluster.nodes[1], timeout_s=0)


class Admin:
    """Three brokers, of which so many are up; and so many copies of the ledger, 0 for none yet."""

    def __init__(self, up: int, copies: int) -> None:
        self.up, self.copies = up, copies

    def describe_cluster(self) -> dict[str, Any]:
        return {"brokers": [SimpleNamespace()] * self.up}

    def describe_topics(self, names: Sequence[str]) -> list[dict[str, Any]]:
        assert names == [LEDGER]
        partitions = [{"replica_nodes": list(range(self.copies))}] * LEDGER_PARTITIONS
        return [
            {"name": LEDGER, "error_code": 0 if self.copies else 3, "partitions": partitions if self.copies else []}
        ]


@pytest.mark.parametrize(
    ("up", "copies", "wanted"),
    [
        (1, 0, ONE_MACHINE),
        (3, 0, CLUSTER),
        (2, 3, CLUSTER),  # one is away: the guard of what is there must not be taken off
        (3, 1, CLUSTER),  # others were added: `ensure_topics` says what to do
        (1, 1, ONE_MACHINE),
    ],
)
def test_how_often_a_record_is_kept(up: int, copies: int, wanted: object) -> None:
    assert Broker("nowhere:1", ADMIN).replicas(Admin(up, copies)) == wanted  # type: ignore[arg-type]
