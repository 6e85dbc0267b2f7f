"""One Apache Kafka broker for this machine, as a child process: no Docker, no Java and no Maven to install.

    with EmbeddedKafka(Path("var")) as kafka:
        print(kafka.bootstrap)

or, for a shell: `python -m backbone.kafka.embedded --var var`. The broker and its controller listen on 127.0.0.1 only
and keep everything under `var/kafka/`. What it consists of is in `jars`, what its data directory must look like in
`storage`, its settings in `properties`, its process in `node`; topics, users and rules are made by `topics` and `access`. Three of
them together are in `cluster`.
"""

import argparse
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from backbone.kafka import ports
from backbone.kafka.claims import NODES, claim
from backbone.kafka.claims import running as running
from backbone.kafka.claims import stop_running as stop_running
from backbone.kafka.credentials import SecretStore
from backbone.kafka.errors import EmbeddedKafkaError, ForeignData, PortTaken
from backbone.kafka.jars import ensure_jars, kafka_version
from backbone.kafka.node import Node
from backbone.kafka.properties import Seat

log = logging.getLogger(__name__)

_STARTS = 3  # a port may be taken between choosing and using it


class EmbeddedKafka(Node):
    """A broker with its data, secrets and logs in `var_dir`/kafka. Not thread-safe; one object a broker.

    var_dir: the directory all state lives under. cache_dir: where the jars are kept (default `var_dir`/cache).
    port: where clients connect; 0 takes a free one at the first start and keeps to it, since clients look for it there.
    heap_mb: the JVM's heap. sasl: False gives a broker that anyone on this machine may use, for measurements.
    java_options: further ones of Java's. tell: called with a sentence when something takes long.
    """

    def __init__(
        self,
        var_dir: Path | str = "var",
        *,
        cache_dir: Path | str | None = None,
        port: int = 0,
        heap_mb: int = 512,
        sasl: bool = True,
        java_options: Sequence[str] = (),
        tell: Callable[[str], None] = log.info,
    ) -> None:
        home = Path(var_dir).absolute() / "kafka"
        super().__init__(home, SecretStore(home / "secrets"), heap_mb=heap_mb, sasl=sasl, java_options=java_options)
        self._cache_dir = Path(cache_dir).absolute() if cache_dir else self.home.parent / "cache"
        self._wanted_port = port
        self._tell = tell

    def start(self, timeout_s: float = 60.0) -> Self:
        """Start the broker and return when it answers (a second or two; the first time it is downloaded before).

        The address is also written to `var/kafka/bootstrap`.
        Raises JarsUnavailable, AlreadyRunning, ForeignData, PortTaken or BrokerDied.
        """
        if self.pid:
            return self
        if list(self.home.glob(NODES)):
            raise ForeignData(
                f"{self.home} holds the data of a cluster of brokers and one broker cannot take it over; start the cluster "
                f"('backbone up --brokers 3'), or name another var directory"
            )
        self.make_directories()
        with claim(self.home) as lock:
            jars = ensure_jars(self._cache_dir, self._tell)
            for attempt in range(1, _STARTS + 1):
                port = self._choose_port()
                seat = Seat(1, port, ports.pick_free(avoid=port))
                try:
                    self.launch(seat, (seat,), jars, (lock,))
                    self.await_answer(time.monotonic() + timeout_s)
                    break
                except PortTaken:
                    if attempt == _STARTS:
                        raise
        (self.home / "bootstrap").write_text(self.bootstrap + "\n", encoding="ascii")
        return self

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
                    f"stop that program or choose another port (SCHAKEL_KAFKA_PORT; 0 takes a free one)"
                )
            return self._wanted_port
        with suppress(FileNotFoundError, ValueError):
            remembered = int((self.home / "bootstrap").read_text(encoding="ascii").rpartition(":")[2])
            if not ports.is_free(remembered):
                raise PortTaken(
                    f"another program listens on {ports.LOOPBACK}:{remembered}, where the broker was before and the partners' "
                    "profiles say that it is; stop that program, or set SCHAKEL_KAFKA_PORT to another port and hand out the "
                    "profiles anew ('backbone up' writes them)"
                )
            return remembered
        return ports.pick_free()


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
