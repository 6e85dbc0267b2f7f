"""What partners were answered about one case or in one period: their receipts, out of their own `out` topics, for a bundle of that.

Nothing else that stands on those topics is taken: not what partners were sent, and nothing about another case, or of another time.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
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

Told = tuple[str, str]
"""A partner, and the id of what it told."""


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
    connection: Mapping[str, Any], case_id: str | None, told: Iterable[Told], covers: Callable[[Position], bool]
) -> tuple[list[Answered], list[str]]:
    """The receipts of a case, or of all, that name a place which the bundle covers, or are about something told in it; and of which
    partners the topic cannot be read.

    What was published twice stands in the ledger twice, and its receipt names one place: the bundle may hold the other alone.
    connection: as somebody who may read the partners' topics.
    """
    found, closed = [], []
    ids: dict[str, set[str]] = {}
    for partner, event_id in told:
        ids.setdefault(partner, set()).add(event_id)
    for partner in sorted(ids.keys() - {""}):
        topic, mine = out_topic(partner), ids[partner]
        try:
            records = read_to_end(connection, topic)
            kept = tuple(event_line(raw) for raw in records if _about(raw, case_id, mine, covers))
            # Behind the reading: what went by its term meanwhile is not called missing.
            start, end = span(connection, topic, 0)
        except TopicMissing:
            closed.append(partner)
        else:
            found.append(Answered(topic, start, end, kept))
    return found, closed


def told_in(raw: Raw) -> Told:
    """Which partner told what this record says, and under which id; empty where none did, or nobody can read it."""
    try:
        envelope = read_headers(raw.headers)
    except Unreadable:
        return "", ""
    return envelope.partner or "", envelope.id


def _about(raw: Raw, case_id: str | None, told: Collection[str], covers: Callable[[Position], bool]) -> bool:
    try:
        if case_id is not None and read_headers(raw.headers).case != case_id:
            return False
        message = codec.decode_message(raw.value)
    except Unreadable:
        return False
    if not isinstance(message, Receipt) or message.position is None:
        return False
    return message.about in told or covers(message.position)


def span(connection: Mapping[str, Any], topic: str, partition: int) -> tuple[int, int]:
    """From where to where a partition's offsets run now. Raises kafka-python's errors."""
    consumer = KafkaConsumer(**connection, group_id=None)
    try:
        place = TopicPartition(topic, partition)
        return consumer.beginning_offsets([place])[place], consumer.end_offsets([place])[place]
    finally:
        consumer.close()
