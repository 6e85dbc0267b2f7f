"""`var/run/`: who runs here and how it is doing, for `backbone status` and `backbone down`.

`supervisor.lock` is held as long as a supervisor lives, whatever way it ends, so no process id has to be believed.
`supervisor.json` is what it last said of itself and its services. Each service writes its own `<service>-<replica>.json`
(backbone.engine) with the address of its HTTP server.
"""

import fcntl
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


class AlreadyUpError(RuntimeError):
    """Another supervisor runs on this directory."""


class RunFiles:
    """The directory `var/run` of one backbone."""

    def __init__(self, var_dir: Path) -> None:
        self.directory = var_dir.absolute() / "run"
        self._state = self.directory / "supervisor.json"
        self._lock: int | None = None

    def claim(self) -> None:
        """Become the one supervisor of this directory; what an earlier one left behind is removed.

        Raises AlreadyUpError when another one lives.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.directory / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _taken(lock):
            os.close(lock)
            pid = (self.read() or {}).get("pid", "starting")
            raise AlreadyUpError(
                f"the backbone is already up on {self.directory.parent} (process {pid}); "
                "stop it with 'backbone down', or use another directory: SCHAKEL_VAR_DIR"
            )
        self._lock = lock
        for stale in self.directory.glob("*.json"):
            stale.unlink(missing_ok=True)

    def release(self) -> None:
        """No longer the supervisor. The files that say who ran go first."""
        if self._lock is None:
            return
        for mine in self.directory.glob("*.json"):
            mine.unlink(missing_ok=True)
        os.close(self._lock)
        self._lock = None

    def write(self, state: Mapping[str, Any]) -> None:
        """Say how things are. A rename, so that no reader sees half of it."""
        new = self._state.with_suffix(".new")
        new.write_text(json.dumps(state, indent=1, default=str) + "\n", encoding="utf-8")
        new.replace(self._state)

    def read(self) -> dict[str, Any] | None:
        """What the supervisor last said, alive or not; None when there is nothing (whole)."""
        with suppress(FileNotFoundError, ValueError):
            found = json.loads(self._state.read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else None
        return None

    def alive(self) -> bool:
        """Whether a supervisor runs here now."""
        try:
            lock = os.open(self.directory / "supervisor.lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def services(self) -> dict[str, dict[str, Any]]:
        """What each service said of itself, by `<service>-<replica>`."""
        found = {}
        for path in sorted(self.directory.glob("*.json")):
            if path != self._state:
                with suppress(OSError, ValueError):
                    found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        return found


def _taken(lock: int, tries: int = 5) -> bool:
    """Whether the lock is ours now; somebody who only looks (`alive`) holds it for microseconds."""
    for _ in range(tries):
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.02)
    return False
