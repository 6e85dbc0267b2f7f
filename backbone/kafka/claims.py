"""Who runs on a directory of the broker's: a lock that the processes themselves hold, so that none can be left behind by mistake.

One broker keeps everything in `var/kafka`; the brokers of a cluster each have `var/kafka/broker-N`, and hold the lock of `var/kafka`
together.
"""

import fcntl
import os
import signal
import time
from pathlib import Path
from typing import IO

from backbone.kafka.errors import AlreadyRunning, EmbeddedKafkaError

NODES = "broker-*"
_POLL_S = 0.02


def claim(home: Path) -> IO[bytes]:
    """The open, locked file; whoever inherits it holds the lock too. Raises AlreadyRunning."""
    handle = (home / "lock").open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        found = pids(home)
        raise AlreadyRunning(
            f"a broker already runs on {home} (process {found[0] if found else 'starting'}); use that one, or stop it first"
        ) from None
    return handle


def running(var_dir: Path | str) -> int | None:
    """The process id of the broker that runs on this directory, whoever started it, of several the first; None when none does."""
    home = Path(var_dir).absolute() / "kafka"
    if not _taken(home):
        return None
    found = pids(home)
    return found[0] if found else None


def stop_running(var_dir: Path | str, timeout_s: float = 30.0) -> bool:
    """End whatever broker runs on this directory, whoever started it. Returns whether there was one."""
    home = Path(var_dir).absolute() / "kafka"
    found = pids(home) if running(var_dir) else []
    for pid in found:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout_s
    while found and _taken(home):
        if time.monotonic() > deadline:
            raise EmbeddedKafkaError(
                f"the broker (process {', '.join(map(str, pids(home)))}) did not end within {timeout_s:.0f} s of SIGTERM; kill it"
            )
        time.sleep(_POLL_S)
    return bool(found)


def pids(home: Path) -> list[int]:
    """The processes that hold the lock of this directory, as far as they have said so."""
    homes = [node for node in sorted(home.glob(NODES)) if _held(node)] or [home]
    return [pid for each in homes if (pid := _pid(each)) is not None]


def _taken(home: Path) -> bool:
    """Whether any broker runs here. One of a cluster that was started again holds its own lock only."""
    return _held(home) or any(_held(node) for node in home.glob(NODES))


def _held(home: Path) -> bool:
    """Whether a process holds the lock."""
    try:
        handle = (home / "lock").open("ab") if home.exists() else None
    except FileNotFoundError:
        handle = None
    if handle is None:
        return False
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _pid(home: Path) -> int | None:
    try:
        return int((home / "pid").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
