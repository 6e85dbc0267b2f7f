"""One Apache Kafka broker for this machine, as a child process: no Docker, no Java and no Maven to install.

    with EmbeddedKafka(Path("var")) as kafka:
        print(kafka.bootstrap)

or, for a shell: `python -m backbone.kafka.embedded --var var`. The broker and its controller listen on 127.0.0.1 only
and keep everything under `var/kafka/`. What it consists of is in `jars`, what its data directory must look like in
`storage`, its settings in `properties`; topics, users and rules are made by `topics` and `access`.
"""

import argparse
import fcntl
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from backbone.kafka import ports
from backbone.kafka.credentials import ADMIN, MECHANISM, Credentials, SecretStore
from backbone.kafka.errors import AlreadyRunning, BrokerDied, EmbeddedKafkaError, PortTaken
from backbone.kafka.jars import ensure_jars, kafka_version
from backbone.kafka.jvm import environment, java, write_private
from backbone.kafka.properties import LOG4J, server_properties
from backbone.kafka.storage import prepare_data
from schakel.kafka_errors import BrokerAway, KafkaProblem, check_sign_on

log = logging.getLogger(__name__)

_POLL_S = 0.02
_STARTS = 3  # a port may be taken between choosing and using it


class EmbeddedKafka:
    """A broker with its data, secrets and logs in `var_dir`/kafka. Not thread-safe; one object a broker.

    var_dir: the directory all state lives under. cache_dir: where the jars are kept (default `var_dir`/cache).
    port: where clients connect; 0 takes a free one and keeps to it at later starts as long as it is free.
    heap_mb: the JVM's heap. sasl: False gives a broker that anyone on this machine may use, for measurements.
    tell: called with a sentence when something takes long.
    """

    def __init__(
        self,
        var_dir: Path | str = "var",
        *,
        cache_dir: Path | str | None = None,
        port: int = 0,
        heap_mb: int = 512,
        sasl: bool = True,
        tell: Callable[[str], None] = log.info,
    ) -> None:
        self.home = Path(var_dir).absolute() / "kafka"
        self.secrets = SecretStore(self.home / "secrets")
        self._cache_dir = Path(cache_dir).absolute() if cache_dir else self.home.parent / "cache"
        self._wanted_port = port
        self._heap_mb = heap_mb
        self._sasl = sasl
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    @property
    def bootstrap(self) -> str:
        """`127.0.0.1:<port>`; known once started, and also written to `var/kafka/bootstrap`."""
        if not self._port:
            raise EmbeddedKafkaError("the broker was not started, so it has no address yet; call start() first")
        return f"{ports.LOOPBACK}:{self._port}"

    @property
    def admin(self) -> Credentials | None:
        """The only super user; None for a broker without sign-on."""
        return self.secrets.get_or_make(ADMIN) if self._sasl else None

    @property
    def pid(self) -> int | None:
        """The running broker's process id."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, timeout_s: float = 60.0) -> Self:
        """Start the broker and return when it answers (about 3 s; the first time it is downloaded before).

        Raises JarsUnavailable, AlreadyRunning, ForeignData, PortTaken or BrokerDied.
        """
        if self.pid:
            return self
        for directory in (self.home, self.home / "log", self.home / "tmp"):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _lock(self.home) as lock:
            jars = ensure_jars(self._cache_dir, self._tell)
            for attempt in range(1, _STARTS + 1):
                self._port = self._choose_port()
                try:
                    self._start_once(jars, lock, timeout_s)
                    break
                except PortTaken:
                    if attempt == _STARTS:
                        raise
        (self.home / "bootstrap").write_text(self.bootstrap + "\n", encoding="ascii")
        return self

    def stop(self, timeout_s: float = 30.0) -> None:
        """End the broker in an orderly way (SIGTERM); kill it when it has not ended after `timeout_s`."""
        if not self._process:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            log.warning("the broker did not end within %s s of SIGTERM; killing it", timeout_s)
            self._process.kill()
            self._process.wait()
        self._process = None
        (self.home / "pid").unlink(missing_ok=True)

    def kill(self) -> None:
        """End the broker at once (SIGKILL), as a crash would. For tests."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wait(self, timeout_s: float | None = None) -> int | None:
        """The broker's exit code once it has ended; None when it still runs after `timeout_s`."""
        if not self._process:
            return 0
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _choose_port(self) -> int:
        if self._wanted_port:
            if not ports.is_free(self._wanted_port):
                raise PortTaken(
                    f"another program listens on {ports.LOOPBACK}:{self._wanted_port}, where the broker should; "
                    f"stop that program or choose another port (0 takes a free one)"
                )
            return self._wanted_port
        with suppress(FileNotFoundError, ValueError):
            remembered = int((self.home / "bootstrap").read_text(encoding="ascii").rpartition(":")[2])
            if ports.is_free(remembered):
                return remembered
        return ports.pick_free()

    def _start_once(self, jars: Path, lock: IO[bytes], timeout_s: float) -> None:
        admin = self.admin
        settings = server_properties(self._port, ports.pick_free(avoid=self._port), admin)
        write_private(self.home / "server.properties", settings)
        write_private(self.home / "log4j2.properties", LOG4J)
        prepare_data(self.home, jars, settings, admin)
        server_log = self.home / "log" / "server.log"
        logged_before = server_log.stat().st_size if server_log.exists() else 0
        with (self.home / "log" / "console.log").open("wb") as console:
            self._process = subprocess.Popen(
                java(jars, "kafka.Kafka", "server.properties", heap_mb=self._heap_mb),
                cwd=self.home,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                # Its own session: Ctrl-C in a terminal reaches the services, and the broker ends after them.
                start_new_session=True,
                # The broker holds the lock as long as it lives, also when we are killed; no stale lock is possible.
                pass_fds=(lock.fileno(),),
            )
        try:
            (self.home / "pid").write_text(f"{self._process.pid}\n", encoding="ascii")
            self._await_answer(self._process, time.monotonic() + timeout_s, server_log, logged_before)
        except BaseException:
            self.kill()
            raise

    def _await_answer(self, process: subprocess.Popen[bytes], deadline: float, log_file: Path, before: int) -> None:
        while not self._answers():
            if (code := process.poll()) is not None:
                raise self._obituary(code, log_file, before)
            if time.monotonic() > deadline:
                raise BrokerDied(f"the broker did not answer on {self.bootstrap} in time; see {log_file}")
            time.sleep(_POLL_S)

    def _answers(self) -> bool:
        # The broker opens its port after it has joined the cluster and recovered its logs: to connect is to be ready.
        if not (admin := self.admin):
            return ports.listens(self._port)
        try:
            check_sign_on(self.bootstrap, admin.username, admin.password, mechanism=MECHANISM)
        except BrokerAway:
            return False
        except KafkaProblem as problem:
            raise PortTaken(
                f"another program answers at {self.bootstrap}, where the broker should: {problem}"
            ) from None
        return True

    def _obituary(self, code: int, log_file: Path, before: int) -> EmbeddedKafkaError:
        said = (self.home / "log" / "console.log").read_text(encoding="utf-8", errors="replace")
        if log_file.exists():
            with log_file.open("rb") as lines:
                lines.seek(min(before, log_file.stat().st_size))
                said += lines.read().decode("utf-8", errors="replace")
        if "java.net.BindException" in said or "Address already in use" in said:
            return PortTaken(
                f"another program took {self.bootstrap} or the controller's port while the broker started; start again"
            )
        if "No space left on device" in said:
            return BrokerDied(f"the disk that holds {self.home} is full; make room and start again")
        if "OutOfMemoryError" in said or "Could not reserve enough space" in said:
            return BrokerDied(f"the broker ran out of memory with a heap of {self._heap_mb} MB; give it more (heap_mb)")
        errors = re.findall(r"(?m)^[\w.$]+(?:Exception|Error): .+", said) or re.findall(r"(?m)^.* ERROR .*", said)
        cause = errors[0] if errors else "it said nothing"
        return BrokerDied(f"the broker ended with code {code} while it started: {cause}; see {log_file}")


def running(var_dir: Path | str) -> int | None:
    """The process id of the broker that runs on this directory, whoever started it; None when none does."""
    home = Path(var_dir).absolute() / "kafka"
    if not home.exists():
        return None
    try:
        with _lock(home):
            return None
    except AlreadyRunning:
        return _pid(home)


def stop_running(var_dir: Path | str, timeout_s: float = 30.0) -> bool:
    """End the broker that runs on this directory, whoever started it. Returns whether there was one."""
    pid = running(var_dir)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout_s
    while running(var_dir):
        if time.monotonic() > deadline:
            raise EmbeddedKafkaError(
                f"the broker (process {pid}) did not end within {timeout_s:.0f} s of SIGTERM; kill it"
            )
        time.sleep(_POLL_S)
    return True


def _lock(home: Path) -> IO[bytes]:
    """The open, locked file; whoever inherits it holds the lock too."""
    handle = (home / "lock").open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise AlreadyRunning(
            f"a broker already runs on {home} (process {_pid(home) or 'starting'}); use that one, or stop it first"
        ) from None
    return handle


def _pid(home: Path) -> int | None:
    try:
        return int((home / "pid").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def main() -> None:
    """Run a broker until Ctrl-C or SIGTERM; print its address when it is up."""
    parser = argparse.ArgumentParser(prog="python -m backbone.kafka.embedded", description=main.__doc__)
    parser.add_argument("--var", default="var", help="directory for all state (default: var)")
    parser.add_argument("--port", type=int, default=0, help="where clients connect (default: a free one, kept)")
    parser.add_argument("--cache", help="directory of the downloaded jars (default: VAR/cache)")
    chosen = parser.parse_args()

    def end(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    broker = EmbeddedKafka(chosen.var, cache_dir=chosen.cache, port=chosen.port, tell=_say)
    try:
        with broker:
            _say(f"Kafka {kafka_version()} is up at {broker.bootstrap} (process {broker.pid}); Ctrl-C stops it")
            code = broker.wait()
            sys.exit(f"the broker ended by itself with code {code}; see {broker.home / 'log'}")
    except EmbeddedKafkaError as error:
        sys.exit(f"kafka: {error}")
    except KeyboardInterrupt:
        _say("Kafka is stopped")


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
