"""kafka-python's producer and consumer over the lists of a MiniCluster, as much as the program in docs/partners.md uses of them."""

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.minicluster import MiniCluster


@dataclass
class Record:
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Acknowledged:
    def get(self, timeout: float) -> None:
        """At once."""


def module(cluster: MiniCluster, definitions: dict[str, bytes], seen: list[dict[str, Any]]) -> types.ModuleType:
    """A module `kafka`. `seen` gets the settings with which each client was made."""

    class KafkaProducer:
        def __init__(self, **settings: Any) -> None:
            seen.append(settings)

        def send(self, topic: str, value: bytes, headers: Sequence[tuple[str, bytes]]) -> Acknowledged:
            assert topic.startswith("schakel.in.")
            cluster.put(topic.removeprefix("schakel.in."), value, headers)
            cluster.settle()
            return Acknowledged()

    class KafkaConsumer:
        def __init__(self, topic: str, **settings: Any) -> None:
            seen.append(settings)
            self.topic, self.position = topic, 0

        def __iter__(self) -> Iterator[Record]:
            assert self.topic == "schakel.definitions"
            return iter([Record(key.encode(), value, ()) for key, value in definitions.items()])

        def close(self) -> None: ...

        def poll(self, timeout_ms: int) -> dict[str, list[Record]]:
            assert timeout_ms > 0
            records = cluster.topics[self.topic, 0][self.position :]
            self.position += len(records)
            return {self.topic: [Record(raw.key, raw.value, raw.headers) for raw in records]} if records else {}

        def commit(self) -> None:
            """Nobody restarts here."""

    made = types.ModuleType("kafka")
    made.KafkaProducer, made.KafkaConsumer = KafkaProducer, KafkaConsumer  # type: ignore[attr-defined]
    return made
