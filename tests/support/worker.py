"""One process of a service, for a test to start, kill, freeze and wake. It ends when the test session does, however that ends."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

from backbone.supervisor.forkserver import Forked, ForkServer
from backbone.supervisor.keeper import last_words
from backbone.supervisor.probe import readiness
from backbone.supervisor.restarts import EXIT_GO_ON_AT_CHECKPOINT
from backbone.supervisor.runfiles import RunFiles
from backbone.supervisor.up import SERVICES

ROOT = Path(__file__).parents[2]
_loaded = ForkServer([f"services.{name}.app" for name in SERVICES])
"""Of this test session. It ends when we do, since the socket does."""


class Worker:
    """environment: what the service's settings are read from, beside ours. var_dir: where it leaves its run file and log."""

    def __init__(self, service: str, replica: str, environment: Mapping[str, str], var_dir: Path) -> None:
        self.service = service
        self.label = f"{service}-{replica}"
        self.log = var_dir / "log" / f"{self.label}.log"
        self.kills = 0
        self.own_ends = 0
        """How often it ended by its own decision to go on at its checkpoint in a new process."""
        self._environment = environment
        self._files = RunFiles(var_dir)
        self._process: Forked | None = None
        self._leash: int | None = None
        self._logged_before = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it; see `ready`."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        reading, self._leash = os.pipe()
        with self.log.open("ab") as log:
            self._logged_before = log.tell()
            self._process = _loaded.start(
                f"services.{self.service}", (), {**os.environ, **self._environment}, reading, log
            )
        os.close(reading)

    def ready(self) -> bool:
        """Whether this very process says so."""
        said = self._files.services().get(self.label, {})
        return said.get("pid") == self.pid and readiness(said.get("url")).ready

    @property
    def url(self) -> str:
        """Where it answers HTTP."""
        return str(self._files.services()[self.label]["url"])

    def kill(self) -> None:
        """End it at once, as the kernel or a power cut would."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self.kills += 1
        self._let_go()

    def freeze(self) -> None:
        """Let it stand still, as a machine does that swaps or is being moved."""
        assert self._process
        os.kill(self._process.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on."""
        assert self._process
        os.kill(self._process.pid, signal.SIGCONT)

    def terminate(self) -> None:
        """Ask it to end; see `wait`."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def wait(self, within_s: float = 15.0) -> int:
        """Its exit code, once it has ended. Raises subprocess.TimeoutExpired."""
        code = self._process.wait(within_s) if self._process else 0
        self._let_go()
        return code

    def look_after(self) -> None:
        """Start it again if it ended in order to go on elsewhere; any other end that nobody asked for is a failure."""
        code = self._process.poll() if self._process else None
        if code is None:
            return
        self._let_go()
        said = last_words(self.log, self._logged_before)
        assert code == EXIT_GO_ON_AT_CHECKPOINT, (
            f"{self.label} ended by itself with code {code}: {said}; see {self.log}"
        )
        self.own_ends += 1
        self.start()

    def _let_go(self) -> None:
        if self._leash is not None:
            os.close(self._leash)
        self._leash = self._process = None
