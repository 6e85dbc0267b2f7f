"""Children of the fork server are processes as others are: their own input, log, environment, session and end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from backbone.supervisor import forkserver
from backbone.supervisor.forkserver import Forked, ForkServer, ForkServerGone
from tests.support.broker import wait_until

pytestmark = pytest.mark.timing

SHOWS = """
import json, os, sys, threading
said = json.dumps({
    "arguments": sys.argv[1:], "environment": dict(os.environ), "directory": os.getcwd(), "name": __name__, "pid": os.getpid(),
    "session": os.getsid(0), "open": sorted(int(file) for file in os.listdir("/proc/self/fd")), "loaded": "decimal" in sys.modules,
    "comm": open("/proc/self/comm").read().strip(), "given": open("/proc/self/environ").read(),
})
os.write(1, f"{said}\\n".encode())  # at once: others write to the same file, and `print` writes the end of a line apart
print("to the log as well", file=sys.stderr, flush=True)
if "wait" in sys.argv:
    threading.Event().wait()
sys.exit(int(sys.argv[1]))
"""


class Nest:
    """A fork server, and a program for it to start."""

    def __init__(self, home: Path) -> None:
        self.server = ForkServer(["decimal"])
        self.log = home / "log"
        self.leashes: list[int] = []
        (home / "shows_itself.py").write_text(SHOWS)

    def start(self, *arguments: str, **environment: str) -> Forked:
        reading, holding = os.pipe()
        self.leashes.append(holding)
        try:
            with self.log.open("ab") as log:
                return self.server.start("shows_itself", arguments, {"PATH": os.defpath, **environment}, reading, log)
        finally:
            os.close(reading)

    def said(self, child: Forked) -> dict[str, Any]:
        """What this child shows of itself."""

        def line() -> dict[str, Any] | None:
            for text in self.log.read_text().splitlines():
                if text.startswith("{") and (shown := json.loads(text))["pid"] == child.pid:
                    return dict(shown)
            return None

        wait_until(lambda: line() is not None)
        return line() or {}


@pytest.fixture
def nest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nest]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])]))
    monkeypatch.setenv("SCHAKEL_KEYS_URL", "what only some may see")
    nest = Nest(tmp_path)
    yield nest
    nest.server.end()
    for leash in nest.leashes:
        with suppress(OSError):
            os.close(leash)


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_a_child_has_its_own_of_everything(nest: Nest) -> None:
    other = nest.start("0", "wait")
    child = nest.start("7", "two words", COLOUR="green")
    assert child.wait(10) == 7
    said = nest.said(child)
    said["environment"].pop("LC_CTYPE", None)  # Python sets it by itself
    assert said["arguments"] == ["7", "two words"]
    assert said["environment"] == {"PATH": os.defpath, "COLOUR": "green"}
    assert "what only some may see" not in said["given"], "nor where it could be looked up"
    assert said["session"] == child.pid
    assert said["name"] == "__main__"
    assert said["comm"] == "shows_itself"
    assert said["directory"] == os.getcwd()
    assert said["loaded"], "before it was asked for"
    # Input, log twice, the leash that was the input, and the folder that it lists: nothing of its sibling, nothing of ours.
    assert len(said["open"]) == 5, said["open"]
    assert "to the log as well" in nest.log.read_text()
    assert other.poll() is None


def test_how_it_ended_is_said(nest: Nest) -> None:
    killed, asked, still = (nest.start("0", "wait") for _ in range(3))
    for child in (killed, asked, still):
        nest.said(child)
        assert child.poll() is None
    os.killpg(killed.pid, signal.SIGKILL)
    asked.terminate()
    assert killed.wait(10) == -signal.SIGKILL
    assert asked.wait(10) == -signal.SIGTERM
    assert still.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        still.wait(0.01)
    asked.terminate()  # that it is gone is no fault


def test_a_child_ends_when_its_leash_is_let_go(nest: Nest) -> None:
    child = nest.start("0", "wait")
    nest.said(child)
    os.close(nest.leashes[0])
    assert child.wait(10) == -signal.SIGTERM


def test_no_child_outlives_the_server_unseen(nest: Nest) -> None:
    """Who asked could not know how it ends. The next one is forked by a new server."""
    child = nest.start("0", "wait")
    nest.said(child)
    server = nest.server._process
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)
    assert child.wait(10) == -signal.SIGKILL
    wait_until(lambda: not alive(child.pid))
    assert nest.start("3").wait(10) == 3


def test_what_cannot_be_loaded_is_no_start(tmp_path: Path) -> None:
    server = ForkServer(["no_such_module"])
    with (tmp_path / "log").open("ab") as log, open(os.devnull) as nothing, pytest.raises(ForkServerGone):
        server.start("json.tool", (), {}, nothing.fileno(), log)
    server.end()


def test_who_loads_too_long_is_no_start(nest: Nest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it forks in the end has lost its leash, and ends."""
    monkeypatch.setattr(forkserver, "_LOADED_WITHIN_S", 0.0)
    with pytest.raises(TimeoutError, match="is still loading"):
        nest.start("0", "wait")
    os.close(nest.leashes.pop())
    monkeypatch.undo()
    assert nest.start("3").wait(10) == 3


def test_server_and_children_end_with_who_asked(tmp_path: Path) -> None:
    """However that ends."""
    asks = """
import os, sys
from backbone.supervisor.forkserver import ForkServer
server = ForkServer([])
reading, holding = os.pipe()
with open(sys.argv[1], "ab") as log:
    child = server.start("tests.supervisor.fake_service", ("forever",), dict(os.environ), reading, log)
print(server._process.pid, child.pid, flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", asks, str(tmp_path / "log")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert all(alive(pid) for pid in pids)
        parent.kill()
    wait_until(lambda: not any(alive(pid) for pid in pids), 10)
