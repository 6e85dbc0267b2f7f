"""The process of one broker in its own directory: made ready, started, waited for, ended. Which ports and whose data is said by others."""

import logging
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from backbone.kafka import ports
from backbone.kafka.credentials import ADMIN, MECHANISM, Credentials, SecretStore
from backbone.kafka.errors import BrokerDied, EmbeddedKafkaError, PortTaken
from backbone.kafka.jvm import environment, java, write_private
from backbone.kafka.properties import LOG4J, SESSION_S, Seat, server_properties
from backbone.kafka.room import full
from backbone.kafka.storage import prepare_data
from schakel.kafka_errors import BrokerAway, KafkaProblem, check_sign_on

log = logging.getLogger(__name__)

_POLL_S = 0.02


class Node:
    """One broker of a cluster, perhaps its only one. Not thread-safe; one object a broker.

    home: its directory. secrets: passwords, one store for all brokers of a cluster. heap_mb: the JVM's heap. sasl: False gives a broker
    that anyone on this machine may use, for measurements. session_s: how long a broker of several may say nothing. java_options:
    further ones of Java's.
    """

    def __init__(
        self,
        home: Path,
        secrets: SecretStore,
        *,
        heap_mb: int,
        sasl: bool,
        session_s: float = SESSION_S,
        java_options: Sequence[str] = (),
    ) -> None:
        self.home = home
        self.secrets = secrets
        self.port = 0
        """Where clients connect; known once started."""
        self._heap_mb = heap_mb
        self._sasl = sasl
        self._session_s = session_s
        self._java_options = java_options
        self._process: subprocess.Popen[bytes] | None = None
        self._logged_before = 0

    @property
    def bootstrap(self) -> str:
        """`127.0.0.1:<port>`; known once started."""
        if not self.port:
            raise EmbeddedKafkaError("the broker was not started, so it has no address yet; call start() first")
        return f"{ports.LOOPBACK}:{self.port}"

    @property
    def admin(self) -> Credentials | None:
        """The only super user; None for a broker without sign-on."""
        return self.secrets.get_or_make(ADMIN) if self._sasl else None

    @property
    def pid(self) -> int | None:
        """The running broker's process id."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def make_directories(self) -> None:
        """What it needs before anything else; its lock is kept there."""
        for directory in (self.home, self.home / "log", self.home / "tmp"):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def launch(
        self, seat: Seat, seats: Sequence[Seat], jars: Path, locks: Sequence[IO[bytes]], cluster_id: str | None = None
    ) -> None:
        """Start the process and return; see `await_answer`.

        seats: all brokers of the cluster, this one among them. locks: files that it holds as long as it lives. cluster_id: of a
        cluster of several; None makes one. Raises ForeignData, EmbeddedKafkaError.
        """
        self.port, admin = seat.port, self.admin
        settings = server_properties(seat, seats, admin, self._session_s)
        write_private(self.home / "server.properties", settings)
        write_private(self.home / "log4j2.properties", LOG4J)
        prepare_data(self.home, jars, settings, admin, cluster_id)
        server_log = self.home / "log" / "server.log"
        self._logged_before = server_log.stat().st_size if server_log.exists() else 0
        with (self.home / "log" / "console.log").open("wb") as console:
            self._process = subprocess.Popen(
                java(jars, "kafka.Kafka", "server.properties", heap_mb=self._heap_mb, options=self._java_options),
                cwd=self.home,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                # Its own session: Ctrl-C in a terminal reaches the services, and the broker ends after them.
                start_new_session=True,
                # The broker holds the lock as long as it lives, also when we are killed; no stale lock is possible.
                pass_fds=[lock.fileno() for lock in locks],
            )
        (self.home / "pid").write_text(f"{self._process.pid}\n", encoding="ascii")

    def await_answer(self, deadline: float) -> None:
        """Return when it answers. deadline: of the monotonic clock. Raises PortTaken or BrokerDied; then it does not run."""
        log_file = self.home / "log" / "server.log"
        try:
            while not self.answers():
                code = self._process.poll() if self._process else -1
                if code is not None:
                    raise self._obituary(code, log_file)
                if time.monotonic() > deadline:
                    why = full(self.home) or f"see {log_file}"
                    raise BrokerDied(f"the broker did not answer on {self.bootstrap} in time; {why}")
                time.sleep(_POLL_S)
        except BaseException:
            self.kill()
            raise

    def answers(self) -> bool:
        """Whether it takes clients now. Raises PortTaken when somebody else answers there."""
        # The broker opens its port after it has joined the cluster and recovered its logs: to connect is to be ready.
        if not (admin := self.admin):
            return ports.listens(self.port)
        try:
            check_sign_on(self.bootstrap, admin.username, admin.password, mechanism=MECHANISM)
        except BrokerAway:
            return False
        except KafkaProblem as problem:
            raise PortTaken(
                f"another program answers at {self.bootstrap}, where the broker should: {problem}"
            ) from None
        return True

    def terminate(self) -> None:
        """Ask it to end in an orderly way (SIGTERM), and return at once; see `stop`."""
        if self._process:
            self._process.terminate()

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

    def _obituary(self, code: int, log_file: Path) -> EmbeddedKafkaError:
        said = (self.home / "log" / "console.log").read_text(encoding="utf-8", errors="replace")
        if log_file.exists():
            with log_file.open("rb") as lines:
                lines.seek(min(self._logged_before, log_file.stat().st_size))
                said += lines.read().decode("utf-8", errors="replace")
        if "java.net.BindException" in said or "Address already in use" in said:
            return PortTaken(
                f"another program took {self.bootstrap} or the controller's port while the broker started; start again"
            )
        if (why := full(self.home)) or "No space left on device" in said:
            return BrokerDied(f"{why or f'the disk that holds {self.home} was full'}; make room and start again")
        if "OutOfMemoryError" in said or "Could not reserve enough space" in said:
            return BrokerDied(f"the broker ran out of memory with a heap of {self._heap_mb} MB; give it more (heap_mb)")
        errors = re.findall(r"(?m)^[\w.$]+(?:Exception|Error): .+", said) or re.findall(r"(?m)^.* ERROR .*", said)
        cause = errors[0] if errors else "it said nothing"
        return BrokerDied(f"the broker ended with code {code} while it started: {cause}; see {log_file}")
