"""One service as a child process: start it on a leash, notice its end, start it again by the rules of `restarts`."""

import json
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from backbone.supervisor.launch import Launch, Running, afresh
from backbone.supervisor.restarts import EXIT_STOPPED_AND_SAYS_WHY, Record, after_exit

_KEEP_LOG_BYTES = 10 * 2**20
_TAIL_BYTES = 8 * 1024


@dataclass(frozen=True, slots=True)
class Service:
    """What to run. `environment` is added to ours; a password in it would show to other users, so it names files.

    says: where it leaves its last sentence (backbone.engine.http.RunFile); without one its log is looked at.
    """

    name: str
    replica: int
    module: str
    log: Path
    says: Path | None = None
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.name}-{self.replica}"


class State(StrEnum):
    RUNNING = "running"
    WAITING = "waiting"
    """It ended and is started again at `again_at`."""
    STOPPED = "stopped"
    """It says why, and a person has to look; or we were asked to stop it."""


class Keeper:
    """Keeps one service running. Not thread-safe: the supervisor's loop is its only caller. Times are monotonic seconds."""

    def __init__(self, service: Service, launch: Launch = afresh) -> None:
        self.service = service
        self._launch = launch
        self.state = State.STOPPED
        self.sentence = ""
        """Why it is not running, in the service's own words where it said any."""
        self.starts = 0
        self.again_at = 0.0
        self._record = Record()
        self._process: Running | None = None
        self._leash: int | None = None
        self._started_at = 0.0
        self._logged_before = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, now: float) -> None:
        """Start it. Raises OSError when the system cannot."""
        service = self.service
        service.log.parent.mkdir(parents=True, exist_ok=True)
        _roll(service.log)
        reading, holding = os.pipe()
        try:
            with service.log.open("ab") as log:
                self._logged_before = log.tell()
                self._process = self._launch(
                    service.module, service.arguments, {**os.environ, **service.environment}, reading, log
                )
        except BaseException:
            os.close(holding)
            raise
        finally:
            os.close(reading)
        self._leash = holding
        self._started_at = now
        self.starts += 1
        self.state, self.sentence = State.RUNNING, ""

    def step(self, now: float) -> bool:
        """Look after it once. Returns whether something changed."""
        if self.state is State.RUNNING and self._process and (code := self._process.poll()) is not None:
            self._ended(code, now)
            return True
        if self.state is State.WAITING and now >= self.again_at:
            self.start(now)
            return True
        return False

    def terminate(self) -> None:
        """Ask it to end; it is not started again."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
        self.state, self.sentence = State.STOPPED, ""

    def gone(self) -> bool:
        """Whether its process has ended."""
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """End it, and what it started, at once."""
        if self._process and self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def let_go(self) -> None:
        """Close our end of the leash; after the process ended."""
        if self._leash is not None:
            os.close(self._leash)
        self._leash, self._process = None, None

    def _ended(self, code: int, now: float) -> None:
        said = self._last_sentence(code)
        self.let_go()
        verdict = after_exit(code, now - self._started_at, self._record)
        self._record = verdict.record
        self.sentence = said or verdict.reason
        if verdict.delay_s is None:
            self.state = State.STOPPED
        else:
            self.state, self.again_at = State.WAITING, now + verdict.delay_s

    def _last_sentence(self, code: int) -> str:
        """Its own words about its end; of its log only where it is known to say why there."""
        if self.service.says is not None:
            with suppress(OSError, ValueError):
                said = json.loads(self.service.says.read_text(encoding="utf-8"))
                if said.get("pid") == self.pid and said.get("sentence"):
                    return str(said["sentence"])
        return last_words(self.service.log, self._logged_before) if code == EXIT_STOPPED_AND_SAYS_WHY else ""


def last_words(log: Path, since: int = 0) -> str:
    """The last line that a service wrote after byte `since` of its log; of a JSON line its text. Empty when it wrote none."""
    try:
        with log.open("rb") as lines:
            lines.seek(max(since, lines.seek(0, os.SEEK_END) - _TAIL_BYTES))
            said = lines.read().decode("utf-8", errors="replace").strip().splitlines()
    except FileNotFoundError:
        return ""
    if not said:
        return ""
    with suppress(ValueError, AttributeError):
        record = json.loads(said[-1])
        return str(record.get("sentence") or record.get("event") or said[-1])
    return said[-1]


def _roll(log: Path) -> None:
    """One earlier log is kept; none grows without end."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > _KEEP_LOG_BYTES:
            log.replace(log.with_suffix(".1.log"))
