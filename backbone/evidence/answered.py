"""What partners were answered about one case or in one period: their receipts, out of their own `out` topics, for a bundle of that.

Nothing else that stands on those topics is taken: not what partners were sent, and nothing about another case, or of another time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from backbone.evidence.lines import event_line
from backbone.kafka.names import out_topic
from schakel import codec
from schakel.envelope import read_headers
from schakel.errors import Unreadable
from schakel.messages import Position, Receipt
from schakel.reading import TopicMissing, read_to_end
from schakel.record import Raw


@dataclass(frozen=True, slots=True)
class Answered:
    """Receipts on one partner's topic, as lines of a bundle. start, end: from where to where the topic's offsets run."""

    topic: str
    start: int
    end: int
    lines: tuple[bytes, ...]

    def entry(self) -> dict[str, Any]:
        """In the manifest."""
        return {
            "topic": self.topic,
            "partition": 0,
            "start": self.start,
            "end": self.end,
            "events": len(self.lines),
        }


def receipts_of(
    connection: Mapping[str, Any], case_id: str | None, partners: Iterable[str], covers: Callable[[Position], bool]
) -> tuple[list[Answered], list[str]]:
    """The receipts of a case, or of all, that name a place which the bundle covers; and of which partners the topic cannot be read.

    connection: as somebody who may read the partners' topics.
    """
    found, closed = [], []
    for partner in sorted(partners):
        topic = out_topic(partner)
        try:
            kept = tuple(event_line(raw) for raw in read_to_end(connection, topic) if _about(raw, case_id, covers))
            # Behind the reading: what went by its term meanwhile is not called missing.
            start, end = span(connection, topic, 0)
        except TopicMissing:
            closed.append(partner)
        else:
            found.append(Answered(topic, start, end, kept))
    return found, closed


def author_of(raw: Raw) -> str:
    """Which partner told what this record says; empty where none did, or nobody can read it."""
    try:
        return read_headers(raw.headers).partner or ""
    except Unreadable:
        return ""


def _about(raw: Raw, case_id: str | None, covers: Callable[[Position], bool]) -> bool:
    try:
        if case_id is not None and read_headers(raw.headers).case != case_id:
            return False
        message = codec.decode_message(raw.value)
    except Unreadable:
        return False
    return isinstance(message, Receipt) and message.position is not None and covers(message.position)


def span(connection: Mapping[str, Any], topic: str, partition: int) -> tuple[int, int]:
    """From where to where a partition's offsets run now. Raises kafka-python's errors."""
    consumer = KafkaConsumer(**connection, group_id=None)
    try:
        place = TopicPartition(topic, partition)
        return consumer.beginning_offsets([place])[place], consumer.end_offsets([place])[place]
    finally:
        consumer.close()
