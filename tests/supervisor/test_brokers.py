"""How the supervisor looks after brokers of its own: whoever ends again and again waits longer, and is forgiven once it answers."""

import socket
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backbone.kafka.errors import EmbeddedKafkaError
from backbone.supervisor import brokers
from backbone.supervisor.brokers import AddressTaken, OwnKafka
from backbone.supervisor.restarts import FIRST_DELAY_S
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
