"""Reading a topic from its beginning to where it ends now, with kafka-python and without a consumer group.

For what is read whole: definitions, a case's partition of the ledger. Following a topic is the client's (`schakel.client.inbox`).
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from schakel.errors import SchakelError
from schakel.record import Raw

STALLED_S = 30.0
_READER: dict[str, Any] = {
    "group_id": None,
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "max_partition_fetch_bytes": 4 * 1024 * 1024,
    "max_poll_records": 5_000,
}


class TopicMissing(SchakelError):
    """The broker has no such topic, or does not show it to this user."""


class ReadingStalled(SchakelError):
    """The broker stopped answering halfway."""


def read_to_end(connection: Mapping[str, Any], topic: str, partitions: Sequence[int] | None = None) -> Iterator[Raw]:
    """The topic's records as they stand now, each partition in order.

    connection: keyword arguments for a client of kafka-python. partitions: only these. Raises TopicMissing, ReadingStalled, and
    kafka-python's errors, which `schakel.kafka_errors` translates.
    """
    consumer = KafkaConsumer(**connection, **_READER)
    try:
        yield from _read(consumer, topic, partitions)
    finally:
        consumer.close()


def read_between(connection: Mapping[str, Any], topic: str, partition: int, start: int, end: int) -> Iterator[Raw]:
    """A partition's records from one offset up to, and without, another, which has to be there. Raises as `read_to_end`."""
    if start >= end:
        return
    consumer = KafkaConsumer(**connection, **_READER)
    try:
        place = TopicPartition(topic, partition)
        consumer.assign([place])
        consumer.seek(place, start)
        heard_at = time.monotonic()
        while consumer.position(place) < end:
            for records in consumer.poll(timeout_ms=1_000).values():
                yield from (raw(record) for record in records if record.offset < end)
                heard_at = time.monotonic()
            if time.monotonic() - heard_at > STALLED_S:
                raise ReadingStalled(
                    f"nothing came from topic {topic!r} for {STALLED_S:.0f} s, and offset {end} was not reached; is the broker well?"
                )
    finally:
        consumer.close()


def partition_count(connection: Mapping[str, Any], topic: str) -> int:
    """How many partitions the topic has. Raises TopicMissing."""
    consumer = KafkaConsumer(**connection, **_READER)
    try:
        return len(_partitions(consumer, topic))
    finally:
        consumer.close()


def _partitions(consumer: KafkaConsumer, topic: str) -> list[int]:
    found = consumer.partitions_for_topic(topic)
    if not found:
        raise TopicMissing(f"the broker shows no topic {topic!r}; is this the right broker, and may this user read it?")
    return sorted(found)


def _read(consumer: KafkaConsumer, topic: str, partitions: Sequence[int] | None) -> Iterator[Raw]:
    wanted = [TopicPartition(topic, number) for number in partitions or _partitions(consumer, topic)]
    consumer.assign(wanted)
    consumer.seek_to_beginning(*wanted)
    ends = consumer.end_offsets(wanted)
    left = {place for place in wanted if ends[place] > consumer.position(place)}
    heard_at = time.monotonic()
    while left:
        batches = consumer.poll(timeout_ms=1_000)
        for place, records in batches.items():
            yield from (raw(record) for record in records if record.offset < ends[place])
        # The position, not the last record: what compaction removed leaves gaps, also at the end.
        arrived = {place for place in left if consumer.position(place) >= ends[place]}
        left -= arrived
        consumer.pause(*arrived)
        if batches or arrived:
            heard_at = time.monotonic()
        elif time.monotonic() - heard_at > STALLED_S:
            raise ReadingStalled(
                f"nothing came from topic {topic!r} for {STALLED_S:.0f} s, and its end was not reached; is the broker well?"
            )


def raw(record: Any) -> Raw:
    """A record of kafka-python as everything else here takes it."""
    headers = tuple((name, bytes(value or b"")) for name, value in record.headers)
    return Raw(record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, headers)
