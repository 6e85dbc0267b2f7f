"""A test session that is killed leaves a PostgreSQL server and its data in memory: the next one removes them, and nobody else's."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.postgres import remove_orphans


def left(folder: Path, name: str, owner: str | None) -> Path:
    home = folder / f"schakel-postgres-{name}"
    (home / "data").mkdir(parents=True)
    if owner is not None:
        (home / "owner").write_text(owner)
    return home


def test_what_the_dead_left_goes_and_what_somebody_uses_stays(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead = left(tmp_path, "dead", str(gone.pid))
    used, unsigned, garbled = (
        left(tmp_path, "used", str(os.getpid())),
        left(tmp_path, "new", None),
        left(tmp_path, "x", "?"),
    )
    other = tmp_path / "of-somebody-else"
    other.mkdir()
    remove_orphans(tmp_path)
    assert not dead.exists()
    assert all(one.exists() for one in (used, unsigned, garbled, other))


def at_work(*arguments: str) -> subprocess.Popen[bytes]:
    """A process that runs: right behind its start Linux does not show yet what it was started with."""
    pipe = subprocess.PIPE
    one = subprocess.Popen([sys.executable, "-c", "print(flush=True); input()", *arguments], stdin=pipe, stdout=pipe)
    assert one.stdout
    one.stdout.readline()
    return one


def test_its_server_is_ended_and_no_other_process(tmp_path: Path) -> None:
    """By the number in its own directory, and only where that process was started in it."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead, another = left(tmp_path, "dead", str(gone.pid)), left(tmp_path, "another", str(gone.pid))
    server, bystander = at_work(str(dead)), at_work()
    (dead / "data" / "postmaster.pid").write_text(f"{server.pid}\n")
    (another / "data" / "postmaster.pid").write_text(f"{bystander.pid}\n")
    try:
        remove_orphans(tmp_path)
        assert server.wait(10) != 0
        assert bystander.poll() is None
        assert not dead.exists()
        assert not another.exists()
    finally:
        for one in (server, bystander):
            one.kill()
            one.communicate()
