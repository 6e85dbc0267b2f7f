"""How the supervisor looks after brokers of its own: whoever ends again and again waits longer, and is forgiven once it answers."""

import errno
import socket
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backbone.kafka import room
from backbone.kafka.errors import BrokerDied, EmbeddedKafkaError
from backbone.supervisor import brokers
from backbone.supervisor.brokers import AddressTaken, OwnKafka
from backbone.supervisor.restarts import FIRST_DELAY_S, LONGEST_DELAY_S
from tests.support.broker import CACHE


def test_several_brokers_have_no_port_of_ours(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedKafkaError, match="SCHAKEL_KAFKA_PORT is 20001 and 3 brokers"):
        OwnKafka(tmp_path, cache_dir=CACHE, brokers=3, port=20_001, tell=print)


def test_a_port_that_was_taken_meanwhile_ends_the_backbone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only broker cannot be elsewhere."""
    now, said = [0.0], list[str]()
    monkeypatch.setattr(brokers.time, "monotonic", lambda: now[0])
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        own = OwnKafka(tmp_path, cache_dir=CACHE, brokers=1, port=(port := server.getsockname()[1]), tell=said.append)
        (node,) = own.nodes
        node.port = port
        own.step()
        now[0] += FIRST_DELAY_S
        with pytest.raises(AddressTaken, match=f"address 127.0.0.1:{port} was taken by another program"):
            own.step()


@pytest.mark.parametrize(
    "fault", [BrokerDied("it said nothing"), OSError(errno.ENOSPC, "no room")], ids=["broker", "file"]
)
def test_a_full_disk_is_said_and_a_start_that_failed_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    now, said, free = [0.0], list[str](), [3 * 2**20]
    monkeypatch.setattr(brokers.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(room.shutil, "disk_usage", lambda directory: SimpleNamespace(free=free[0]))
    own = OwnKafka(tmp_path, cache_dir=CACHE, brokers=1, tell=said.append)
    (node,) = own.nodes
    node.port = 1

    def start() -> None:
        if free[0] < room.LEAST:
            raise fault

    monkeypatch.setattr(own._kafka, "start", start)
    own.step()
    for _ in range(3):
        now[0] += LONGEST_DELAY_S
        assert not own.step()
    is_full = f"the disk that holds {tmp_path / 'kafka'} is full (3 MB free)"
    assert [is_full in sentence and "make room; it goes on by itself" in sentence for sentence in said] == [True] * 4
    assert ["ended by itself" in sentence for sentence in said] == [True, False, False, False]
    assert [sentence.split(";")[-1] for sentence in said[1:]] == [
        f" tried again in {FIRST_DELAY_S * 2**n:.1f} s" for n in (1, 2, 3)
    ]
    free[0] = room.LEAST
    now[0] += LONGEST_DELAY_S
    assert own.step()
    assert said[-1] == "the broker is up again at 127.0.0.1:1"
    own.step()
    assert "ended by itself; it is to be started again in" in said[-1], "nothing lacks"


class Dies:
    """A broker that has ended, until it is started again."""

    def __init__(self, home: Path) -> None:
        self.home, self.pid, self.bootstrap = home, None, "127.0.0.1:1"

    def answers(self) -> bool:
        return self.pid is not None


def test_weeks_between_two_ends_are_no_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, said = [0.0], list[str]()
    monkeypatch.setattr(brokers.time, "monotonic", lambda: now[0])
    own = OwnKafka(tmp_path, cache_dir=CACHE, brokers=3, tell=said.append)
    node: Any = Dies(tmp_path)
    monkeypatch.setattr(
        OwnKafka, "nodes", property(lambda self: (node, SimpleNamespace(pid=7), SimpleNamespace(pid=8)))
    )
    monkeypatch.setattr(own._kafka, "start_again", lambda node, timeout_s: setattr(node, "pid", 9))
    for _ in range(3):
        node.pid = None
        own.step()
        assert f"started again in {FIRST_DELAY_S:.1f} s" in said[-1]
        now[0] += FIRST_DELAY_S
        assert own.step()
        own.step()  # it answers
        now[0] += 1_000_000.0
    node.pid = None
    own.step()
    now[0] += FIRST_DELAY_S
    own.step()
    node.pid = None  # before anybody saw it answer
    own.step()
    assert f"started again in {2 * FIRST_DELAY_S:.1f} s" in said[-1]
