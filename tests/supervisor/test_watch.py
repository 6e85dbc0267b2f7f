"""The supervisor's loop over real processes that stand in for services."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backbone.supervisor.keeper import Keeper, Service, State
from backbone.supervisor.watch import Supervisor

pytestmark = pytest.mark.timing
DEADLINE_S = 30.0


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"gave up waiting until {what}"
        time.sleep(0.02)


def begun(mark: Path) -> bool:
    """Whether the stand-in wrote its number: the file is there a moment before, and a kill in between leaves it empty."""
    return mark.exists() and mark.read_text() != ""


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Supervisor]]:
    made: list[Supervisor] = []

    def make(*whats: str) -> Supervisor:
        services = [
            Service(
                f"fake{n}",
                0,
                "tests.supervisor.fake_service",
                tmp_path / f"{n}.log",
                tmp_path / f"{n}.json",
                (what, str(tmp_path / f"{n}")),
            )
            for n, what in enumerate(whats)
        ]
        supervisor = Supervisor(services, tell=told.append)
        made.append(supervisor)
        supervisor.start()
        return supervisor

    told: list[str] = []
    make.told = told  # type: ignore[attr-defined]
    yield make
    for supervisor in made:
        supervisor.stop(grace_s=0)


def only(supervisor: Supervisor) -> Keeper:
    (keeper,) = supervisor.keepers
    return keeper


def test_a_killed_service_is_started_again(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    supervisor = supervise("run")
    until(lambda: begun(tmp_path / "0"), "the first one runs")
    first = only(supervisor).pid
    assert first
    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.step() and only(supervisor).state is State.RUNNING, "a second one was started")
    assert only(supervisor).pid not in (first, None)
    until(lambda: len((tmp_path / "0").read_text().split()) == 2, "the second one runs")


def test_a_service_that_says_why_stays_stopped_and_its_sentence_is_shown(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise("78")
    until(lambda: supervisor.step(), "it ended")
    assert only(supervisor).state is State.STOPPED
    assert only(supervisor).sentence == "ledger-0: checkpoint 12 is beyond the log end 3; restore the ledger"
    assert not supervisor.step()
    assert "not started again" in supervise.told[-1]  # type: ignore[attr-defined]
    assert only(supervisor).starts == 1


def test_its_own_last_sentence_counts_when_it_left_one(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    supervisor = supervise("run")
    until(lambda: begun(tmp_path / "0"), "it runs")
    pid = only(supervisor).pid
    assert pid
    (tmp_path / "0.json").write_text(f'{{"pid": {pid}, "sentence": "a gap at offset 7; it starts anew"}}')
    os.kill(pid, signal.SIGKILL)
    until(supervisor.step, "its end was noticed")
    assert only(supervisor).sentence == "a gap at offset 7; it starts anew"


def test_what_an_earlier_process_left_does_not_count(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    (tmp_path / "0.json").write_text('{"pid": 1, "sentence": "long ago"}')
    supervisor = supervise("run")
    until(lambda: begun(tmp_path / "0"), "it runs")
    os.kill(only(supervisor).pid or 0, signal.SIGKILL)
    until(supervisor.step, "its end was noticed")
    assert only(supervisor).sentence == "it was ended by signal 9"


def test_code_75_is_started_again_at_once(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise("75")
    until(lambda: supervisor.step() or only(supervisor).starts >= 2, "it was started again")
    assert only(supervisor).again_at <= time.monotonic()


def test_stop_ends_all_and_also_one_that_does_not_listen(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    supervisor = supervise("run", "deaf")
    until(lambda: begun(tmp_path / "0") and begun(tmp_path / "1"), "both run")
    pids = [keeper.pid for keeper in supervisor.keepers]
    supervisor.stop(grace_s=1.0)
    assert not any(alive(pid) for pid in pids if pid)
    assert any("did not end" in sentence for sentence in supervise.told)  # type: ignore[attr-defined]


def test_services_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    """kill -9 of the supervisor leaves no orphan: also not of a service that does not listen to SIGTERM."""
    program = f"""
import time
from pathlib import Path
from backbone.supervisor.keeper import Service
from backbone.supervisor.watch import Supervisor
services = [
    Service("fake", n, "tests.supervisor.fake_service", Path({str(tmp_path)!r}) / f"{{n}}.log", None, (what, {str(tmp_path)!r} + f"/{{n}}"))
    for n, what in enumerate(["run", "deaf"])
]
Supervisor(services, tell=print).start()
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        marks = [tmp_path / "0", tmp_path / "1"]
        until(lambda: all(begun(mark) for mark in marks), "both run")
        children = [int(mark.read_text()) for mark in marks]
        assert all(alive(child) for child in children)
        parent.kill()
    until(lambda: not any(alive(child) for child in children), "the orphans ended")
