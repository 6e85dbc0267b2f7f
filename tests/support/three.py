"""Three brokers in a test's hands: who leads what, and what may happen to one of them."""

import errno
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable
from typing import TypeVar

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError

from backbone.kafka.cluster import EmbeddedCluster
from backbone.kafka.connection import connection
from backbone.kafka.node import Node

T = TypeVar("T")
_PREFERRED = 0
_DISK_MB = 96


class Three:
    """What is asked, is asked of those that are up and do not stand still; an answer may have to be asked for again (None)."""

    def __init__(self, kafka: EmbeddedCluster) -> None:
        self.kafka = kafka
        self._frozen: set[Node] = set()

    def ask(self, question: Callable[[KafkaAdminClient], T]) -> T | None:
        """The answer to a question; None when they do not agree yet who answers."""
        up = [node.bootstrap for node in self.kafka.nodes if node.pid and node not in self._frozen]
        try:
            admin = KafkaAdminClient(**connection(",".join(up), self.kafka.admin), request_timeout_ms=5_000)
        except KafkaError:
            return None
        try:
            return question(admin)
        except KafkaError:
            return None
        finally:
            admin.close()

    def controller(self) -> Node | None:
        """The one that leads the controllers now."""

        def leader(admin: KafkaAdminClient) -> int:
            return int(admin.describe_metadata_quorum()["topics"][0]["partitions"][0]["leader_id"])

        return self._node(self.ask(leader))

    def leader(self, topic: str, partition: int = 0) -> Node | None:
        """The one that leads this partition now."""

        def leader(admin: KafkaAdminClient) -> int:
            return next(p["leader_id"] for p in _partitions(admin, [topic]) if p["partition_index"] == partition)

        return self._node(self.ask(leader))

    def all_in_sync(self) -> bool:
        """Whether every partition of every topic has all its copies, and somebody who leads it."""

        def whole(admin: KafkaAdminClient) -> bool:
            partitions = list(_partitions(admin, None))
            return all(
                len(p["isr_nodes"]) == len(p["replica_nodes"]) == len(self.kafka.nodes) and p["leader_id"] > 0
                for p in partitions
            ) and bool(partitions)

        return bool(self.ask(whole))

    def lead(self, topic: str, partitions: Iterable[int], node: Node) -> bool:
        """Have this broker lead these partitions, as an operator would who empties another. Returns whether that was taken."""
        number = self.kafka.nodes.index(node) + 1
        others = [n for n in range(1, len(self.kafka.nodes) + 1) if n != number]
        places = [TopicPartition(topic, partition) for partition in partitions]

        def move(admin: KafkaAdminClient) -> bool:
            refused = admin.alter_partition_reassignments({place: [number, *others] for place in places})
            assert not any(refused.values()), refused
            admin.elect_leaders(_PREFERRED, {topic: [place.partition for place in places]})
            return True

        return bool(self.ask(move))

    # -- what may happen -----------------------------------------------------------------------------------------------

    def freeze(self, node: Node) -> None:
        """Let it stand still, as a machine does that swaps or is being moved."""
        assert node.pid
        self._frozen.add(node)
        os.kill(node.pid, signal.SIGSTOP)

    def thaw(self, node: Node) -> None:
        """Let it go on, believing that it is still what it was."""
        assert node.pid
        os.kill(node.pid, signal.SIGCONT)
        self._frozen.discard(node)

    def thaw_all(self) -> None:
        """For the end, however a test ended: who stands still does not end in good order."""
        for node in list(self._frozen):
            self.thaw(node)

    def bring_back(self) -> None:
        """Start those that do not run."""
        for node in self.kafka.nodes:
            if node.pid is None:
                self.kafka.start_again(node, timeout_s=240)

    def _node(self, number: int | None) -> Node | None:
        return self.kafka.nodes[number - 1] if number and number > 0 else None


class SmallDisk:
    """A broker's data on a disk of its own that can be filled: a tmpfs, for which one has to be root. Elsewhere (`real` is False) the
    broker's process may write no file any longer, which it finds out in the same way: by an error of the system when it appends."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.real = False
        self._disk = node.home / "disk"

    def move_in(self) -> None:
        """While the broker is down."""
        self._disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m", "tmpfs", str(self._disk)],
            capture_output=True,
            check=False,
        )
        self.real = mounted.returncode == 0
        if self.real:
            # Not shutil: Kafka's index files are full of holes, each of 10 MB when they are written out.
            subprocess.run(["cp", "-a", "--sparse=always", "data", "disk/data"], cwd=self.node.home, check=True)
            shutil.rmtree(self.node.home / "data")
            (self.node.home / "data").symlink_to(self._disk / "data")

    def fill(self) -> None:
        """Until nothing fits any more."""
        assert self.node.pid
        if not self.real:
            resource.prlimit(self.node.pid, resource.RLIMIT_FSIZE, (1, 1))
            return
        with (self._disk / "filler").open("wb", buffering=0) as filler:
            for size in (1024 * 1024, 4096, 1):
                try:
                    while True:
                        filler.write(b"x" * size)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def replace(self) -> None:
        """By a new, empty one; while the broker is down. Done once."""
        if not self._disk.exists():
            return
        data = self.node.home / "data"
        if data.is_symlink():
            data.unlink()
        else:
            shutil.rmtree(data, ignore_errors=True)
        self.close()

    def close(self) -> None:
        """Let go of it."""
        if self.real:
            subprocess.run(["umount", "-l", str(self._disk)], check=True)
            self.real = False
        shutil.rmtree(self._disk, ignore_errors=True)


def _partitions(admin: KafkaAdminClient, topics: list[str] | None) -> Iterable[dict[str, list[int]]]:
    return (partition for topic in admin.describe_topics(topics) for partition in topic["partitions"])
