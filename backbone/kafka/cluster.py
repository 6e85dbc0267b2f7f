"""Three Apache Kafka brokers on this machine that keep every record three times, as a real cluster does.

    with EmbeddedCluster(Path("var")) as kafka:
        print(kafka.bootstrap)

Each is broker and controller in one, on 127.0.0.1, with its directory `var/kafka/broker-N`; the passwords are those of one store
(`var/kafka/secrets`), so that everything which works with one broker works with these. They run on one machine: a power cut takes
all of them. What is shown is that losing one loses nothing; where brokers belong is on machines of their own.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from backbone.kafka import ports
from backbone.kafka.claims import claim
from backbone.kafka.credentials import ADMIN, Credentials, SecretStore
from backbone.kafka.errors import EmbeddedKafkaError, ForeignData, PortTaken
from backbone.kafka.jars import ensure_jars
from backbone.kafka.jvm import write_private
from backbone.kafka.node import Node
from backbone.kafka.properties import SESSION_S, Seat
from backbone.kafka.storage import new_cluster_id
from backbone.kafka.topics import CLUSTER

log = logging.getLogger(__name__)

_PLAN = "cluster.json"
_STOP_S = 10.0
"""The last of them has nobody left to hand its work to and would wait for minutes; it is killed, and reads its log again when it starts."""


def brokers_in(var_dir: Path | str) -> int:
    """How many brokers the cluster in this directory was made for; 0 when it holds none."""
    try:
        plan = json.loads((Path(var_dir) / "kafka" / _PLAN).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0
    return len(plan["seats"])


class EmbeddedCluster:
    """Brokers with their data, secrets and logs in `var_dir`/kafka. Not thread-safe; one object a cluster.

    brokers: how many; their addresses stay as long as the directory does, since each has to know all others. The rest is as with
    `EmbeddedKafka`; heap_mb is for each. session_s: how long one may say nothing before others take over; more on a machine that has so
    much other work that a broker may get no processor time for that long.
    """

    def __init__(
        self,
        var_dir: Path | str = "var",
        *,
        brokers: int = CLUSTER.factor,
        cache_dir: Path | str | None = None,
        heap_mb: int = 256,
        sasl: bool = True,
        session_s: float = SESSION_S,
        tell: Callable[[str], None] = log.info,
    ) -> None:
        self.home = Path(var_dir).absolute() / "kafka"
        self.secrets = SecretStore(self.home / "secrets")
        self._cache_dir = Path(cache_dir).absolute() if cache_dir else self.home.parent / "cache"
        self._tell = tell
        self._sasl = sasl
        self.nodes = tuple(
            Node(self.home / f"broker-{number}", self.secrets, heap_mb=heap_mb, sasl=sasl, session_s=session_s)
            for number in range(1, brokers + 1)
        )
        self._seats: tuple[Seat, ...] = ()
        self._cluster_id = ""

    @property
    def bootstrap(self) -> str:
        """`127.0.0.1:<port>` of each, with commas; known once started, and also written to `var/kafka/bootstrap`."""
        if not self._seats:
            raise EmbeddedKafkaError("the brokers were not started, so they have no addresses yet; call start() first")
        return ",".join(f"{ports.LOOPBACK}:{seat.port}" for seat in self._seats)

    @property
    def admin(self) -> Credentials | None:
        """The only super user; None for brokers without sign-on."""
        return self.secrets.get_or_make(ADMIN) if self._sasl else None

    def start(self, timeout_s: float = 240.0) -> Self:
        """Start all and return when all answer (10 to 20 s on two cores).

        Raises JarsUnavailable, AlreadyRunning, ForeignData, PortTaken or BrokerDied; then none runs that we started.
        """
        if (self.home / "data").exists():
            raise ForeignData(
                f"{self.home} holds the data of one broker, which is not spread over {len(self.nodes)} by starting them; name another "
                f"var directory, or start that one ('backbone up')"
            )
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        deadline = time.monotonic() + timeout_s
        with claim(self.home) as lock:
            jars = ensure_jars(self._cache_dir, self._tell)
            self._take_seats()
            try:
                with ThreadPoolExecutor(len(self.nodes)) as pool:  # none answers before two are there
                    list(pool.map(lambda number: self._launch(number, jars, lock), range(len(self.nodes))))
                for node in self.nodes:
                    node.await_answer(deadline)
            except BaseException:
                self.kill()
                raise
        (self.home / "bootstrap").write_text(self.bootstrap + "\n", encoding="ascii")
        return self

    def start_again(self, node: Node, timeout_s: float = 60.0) -> None:
        """Start one that ended while others run, at its old address. With `timeout_s` 0 do not wait for its answer.

        Raises PortTaken when another program took its address, and what `start` raises.
        """
        number = self.nodes.index(node)
        self._free([self._seats[number]])
        with (self.home / "lock").open("ab") as lock:  # held by the others, or by nobody: it cannot be claimed again
            self._launch(number, ensure_jars(self._cache_dir, self._tell), lock)
        if timeout_s:
            node.await_answer(time.monotonic() + timeout_s)

    def stop(self) -> None:
        """End all in an orderly way (SIGTERM), at once; kill what has not ended after a while."""
        for node in self.nodes:
            node.terminate()
        deadline = time.monotonic() + _STOP_S
        for node in self.nodes:
            node.stop(max(deadline - time.monotonic(), 0.1))

    def kill(self) -> None:
        """End all at once (SIGKILL), as a power cut would."""
        for node in self.nodes:
            node.kill()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self, number: int, jars: Path, lock: IO[bytes]) -> None:
        node, seat = self.nodes[number], self._seats[number]
        node.make_directories()
        with claim(node.home) as own:
            node.launch(seat, self._seats, jars, (lock, own), self._cluster_id)

    def _take_seats(self) -> None:
        """The addresses and the id of the cluster, as they were written down when it was made. Raises ForeignData, PortTaken."""
        plan = self.home / _PLAN
        if not plan.exists():
            taken: set[int] = set()
            while len(taken) < 2 * len(self.nodes):
                taken.add(ports.pick_free())
            free = iter(sorted(taken))
            seats = [{"number": n, "port": next(free), "controller_port": next(free)} for n in self._numbers()]
            write_private(plan, json.dumps({"cluster_id": new_cluster_id(), "seats": seats}, indent=1) + "\n")
        found = json.loads(plan.read_text(encoding="ascii"))
        self._cluster_id, self._seats = found["cluster_id"], tuple(Seat(**seat) for seat in found["seats"])
        if len(self._seats) != len(self.nodes):
            raise ForeignData(
                f"{self.home} holds a cluster of {len(self._seats)} brokers and {len(self.nodes)} are asked for; ask for "
                f"{len(self._seats)}, or name another var directory"
            )
        self._free(self._seats)

    def _free(self, seats: Iterable[Seat]) -> None:
        for port in (port for seat in seats for port in (seat.port, seat.controller_port)):
            if not ports.is_free(port):
                raise PortTaken(
                    f"another program listens on {ports.LOOPBACK}:{port}, where a broker of the cluster should; stop that program"
                )

    def _numbers(self) -> range:
        return range(1, len(self.nodes) + 1)
