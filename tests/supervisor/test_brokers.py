"""How the supervisor looks after brokers of its own: whoever ends again and again waits longer, and is forgiven once it answers."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backbone.supervisor import brokers
from backbone.supervisor.brokers import OwnKafka
from backbone.supervisor.restarts import FIRST_DELAY_S
from tests.support.broker import CACHE


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
