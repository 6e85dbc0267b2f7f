"""Kafka as the supervisor runs it on this machine: one broker, or three that keep every record three times. What dies is started again."""

import time
from collections.abc import Callable
from pathlib import Path

from backbone.kafka.claims import running, stop_running
from backbone.kafka.cluster import EmbeddedCluster, brokers_in
from backbone.kafka.embedded import EmbeddedKafka
from backbone.kafka.errors import EmbeddedKafkaError, PortTaken
from backbone.kafka.node import Node
from backbone.kafka.room import full
from backbone.supervisor.prepare import Broker
from backbone.supervisor.restarts import FIRST_DELAY_S, LONGEST_DELAY_S


class AddressTaken(RuntimeError):
    """Another program listens where the broker was; everybody looks for it there."""


class OwnKafka:
    """One thread uses it. brokers: how many; 0: as many as the directory was made for, else one. port: of the only one; 0: see
    `EmbeddedKafka`. tell: gets a sentence about all that happens. Raises EmbeddedKafkaError for a port that several should have."""

    def __init__(
        self, var_dir: Path, *, cache_dir: Path | None, brokers: int, port: int = 0, tell: Callable[[str], None]
    ) -> None:
        self._var_dir = var_dir
        self._tell = tell
        self._kafka: EmbeddedKafka | EmbeddedCluster
        if (count := brokers or brokers_in(var_dir) or 1) == 1:
            self._kafka = EmbeddedKafka(var_dir, cache_dir=cache_dir, port=port, tell=tell)
        elif port:
            raise EmbeddedKafkaError(
                f"SCHAKEL_KAFKA_PORT is {port} and {count} brokers are asked for; unset it: they keep the ports that they began with"
            )
        else:
            self._kafka = EmbeddedCluster(var_dir, brokers=count, cache_dir=cache_dir, tell=tell)
        self._away: dict[Node, int] = {}
        self._again_at: dict[Node, float] = {}

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Each broker's process."""
        return self._kafka.nodes if isinstance(self._kafka, EmbeddedCluster) else (self._kafka,)

    @property
    def bootstrap(self) -> str:
        return self._kafka.bootstrap

    def start(self) -> Broker:
        """Start all and return when they answer. Raises what `EmbeddedKafka.start` raises."""
        if pid := running(self._var_dir):
            self._tell(f"a broker without a supervisor still runs here (process {pid}); ending it first")
            stop_running(self._var_dir)
        self._kafka.start()
        assert self._kafka.admin is not None
        return Broker(self._kafka.bootstrap, self._kafka.admin)

    def step(self) -> bool:
        """Start again what died; the services wait for it meanwhile, or go on with the others. Returns whether something changed.

        Raises AddressTaken.
        """
        for node in [node for node in self._away if node.pid is not None and node.answers()]:
            del self._away[node]  # what ends next, perhaps weeks later, is no sequel of this
        return any([self._look_after(node) for node in self.nodes if node.pid is None])

    def stop(self) -> None:
        """End them in an orderly way."""
        self._kafka.stop()

    def _look_after(self, node: Node) -> bool:
        if node not in self._again_at:
            why = f" ({lacking}: make room; it goes on by itself)" if (lacking := full(node.home)) else ""
            self._tell(
                f"{self._name(node)} ended by itself{why}; it is to be started again in {self._wait(node):.1f} s "
                f"(log: {node.home / 'log'})"
            )
        elif time.monotonic() >= self._again_at[node]:
            return self._start_again(node)
        return False

    def _wait(self, node: Node) -> float:
        """Longer each time, until it has answered. Returns how many seconds."""
        self._away[node] = self._away.get(node, 0) + 1
        delay_s: float = min(FIRST_DELAY_S * 2 ** (self._away[node] - 1), LONGEST_DELAY_S)
        self._again_at[node] = time.monotonic() + delay_s
        return delay_s

    def _start_again(self, node: Node) -> bool:
        """At its old address, since that is where everybody looks for it."""
        try:
            if isinstance(self._kafka, EmbeddedCluster):
                self._kafka.start_again(node, timeout_s=0)  # the others do its work: nothing has to wait for it
            else:
                self._kafka.start()
        except (EmbeddedKafkaError, OSError) as error:  # of the system: its files cannot be written, as on a full disk
            if isinstance(error, PortTaken) and isinstance(self._kafka, EmbeddedKafka):
                raise AddressTaken(
                    f"the broker's address {node.bootstrap} was taken by another program while it was down; stop that program, then "
                    "start the backbone again"
                ) from None
            why = f"{lacking}: make room; it goes on by itself" if (lacking := full(node.home)) else str(error)
            self._tell(f"{self._name(node)} does not start again: {why}; tried again in {self._wait(node):.1f} s")
            return False
        del self._again_at[node]
        if isinstance(self._kafka, EmbeddedKafka):
            self._away.clear()
            self._tell(f"the broker is up again at {node.bootstrap}")
        else:
            self._tell(f"{self._name(node)} is started again at {node.bootstrap}")
        return True

    def _name(self, node: Node) -> str:
        return "the broker" if len(self.nodes) == 1 else node.home.name
