"""All topics of a broker as the admin sees them: what stands on them, and putting anything at all there, fast and without waiting.

What it means is not looked at here. One thread uses it.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schakel.reading import raw
from schakel.record import Raw

Place = tuple[str, int]
_FETCH = {
    "group_id": None,
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "max_partition_fetch_bytes": 4 * 1024 * 1024,
    "max_poll_records": 5_000,
    "fetch_max_wait_ms": 20,
    # Asked for a log's end, kafka-python goes on asking who led the partition before until it asks for the leaders anew by itself.
    "metadata_max_age_ms": 1_000,
}


class Wire:
    """connection: keyword arguments for a client of kafka-python. topics: partitions by name."""

    def __init__(self, connection: dict[str, Any], topics: dict[str, int]) -> None:
        self._places = [TopicPartition(name, number) for name, count in topics.items() for number in range(count)]
        self._consumer = KafkaConsumer(**connection, **_FETCH)
        self._consumer.assign(self._places)
        self._consumer.seek_to_beginning(*self._places)
        self._producer = KafkaProducer(**connection, acks="all", linger_ms=2)
        self._sent: list[Any] = []
        self.records: dict[Place, list[Raw]] = defaultdict(list)
        """What has been read so far, in the order of each log."""

    def close(self) -> None:
        self._producer.close(5)
        self._consumer.close()

    # -- writing -------------------------------------------------------------------------------------------------------

    def put(
        self,
        topic: str,
        value: bytes | None,
        headers: Iterable[tuple[str, bytes]] = (),
        key: bytes | None = None,
        partition: int = 0,
    ) -> Any:
        """Hand a record over; `flush` waits for it. Returns kafka-python's future, whose value has the offset."""
        if value is None and key is None:
            key = b""  # this client wants one of the two
        future = self._producer.send(topic, value=value, key=key, headers=list(headers), partition=partition)
        self._sent.append(future)
        return future

    def flush(self) -> None:
        """Return when everything handed over stands on its topic. Raises what Kafka said of any of it."""
        self._producer.flush(30)
        for future in self._sent:
            future.get(10)
        self._sent.clear()

    # -- reading -------------------------------------------------------------------------------------------------------

    def ends(self, topics: Collection[str] | None = None) -> dict[Place, int]:
        """Where each log ends now."""
        wanted = [place for place in self._places if topics is None or place.topic in topics]
        return {(place.topic, place.partition): end for place, end in self._consumer.end_offsets(wanted).items()}

    def poll(self, timeout_s: float = 0.05) -> list[Raw]:
        """What has come since; waits for something for as long as this."""
        fresh: list[Raw] = []
        for place, records in self._consumer.poll(timeout_ms=int(timeout_s * 1000)).items():
            raws = [raw(record) for record in records]
            self.records[place.topic, place.partition].extend(raws)
            fresh.extend(raws)
        return fresh

    def catch_up(self, within_s: float = 20.0) -> dict[Place, int]:
        """Read up to where the logs end now; returns those ends."""
        ends, deadline = self.ends(), time.monotonic() + within_s
        while any(len(self.records[place]) < end for place, end in ends.items()):
            assert time.monotonic() < deadline, "Kafka does not hand out what stands in its logs"
            self.poll()
        return ends

    def topic(self, name: str) -> Sequence[Raw]:
        """What has been read of a topic, partition by partition."""
        return [one for place, raws in sorted(self.records.items()) if place[0] == name for one in raws]
