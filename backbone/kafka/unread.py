"""What partners sent and intake has not handled: by the offsets that intake's group has committed. Nothing is changed here.

Intake goes on where its own database says, and commits that on Kafka some seconds later. So what is handled by these offsets is handled;
what is unread by them may have been handled just now.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from backbone.kafka.names import IN, in_topic
from backbone.kafka.rights import service_group

HANDLED_WITHIN_S = 10.0
"""Intake commits every 3 s: one that runs and has no long list in front of it is done by then."""
_POLL_S = 0.25
_ANSWERED_WITHIN_MS = 10_000


def unread_of_others(connection: Mapping[str, Any], partners: Iterable[str]) -> dict[str, int]:
    """How many messages wait on the `in` topics of whoever is not among `partners`, by name; only of those that have any.

    connection: keyword arguments for kafka-python, as the administrator. Raises kafka-python's errors.
    """
    ours = {in_topic(partner) for partner in partners}
    with _intakes_place(connection) as asked:
        topics = sorted(topic for topic in asked.topics() if topic.startswith(IN) and topic not in ours)
        found = {topic.removeprefix(IN): _look(asked, topic)[0] for topic in topics}
    return {partner: count for partner, count in found.items() if count}


def await_handled(connection: Mapping[str, Any], partner: str, within_s: float = HANDLED_WITHIN_S) -> int:
    """Wait until intake has handled all that this partner sent; returns how many messages it has not, 0 also for a partner without topic.

    The partner should not be able to write any more. Two looks have to agree: a record that came in at the last moment is not shown before
    its copies are made, and of three brokers one may have let it in that had not heard yet. Raises kafka-python's errors.
    """
    topic, deadline = in_topic(partner), time.monotonic() + within_s
    with _intakes_place(connection) as asked:
        if topic not in asked.topics():
            return 0
        before, now = None, _look(asked, topic)
        while (now[0] or now != before) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
            before, now = now, _look(asked, topic)
    return now[0]


def unread_between(begin: int, end: int, committed: int | None) -> int:
    """How many records from `begin` up to `end` lie at or behind `committed`, None where nothing was ever committed.

    What retention has deleted is not counted. An offset behind the end is of an earlier topic of this name and says nothing of this one.
    """
    handled = committed is not None and begin <= committed <= end
    return end - (committed if handled and committed is not None else begin)


@contextmanager
def _intakes_place(connection: Mapping[str, Any]) -> Iterator[KafkaConsumer]:
    """A client that may ask what intake's group committed. It reads nothing and joins nothing, so that intake goes on undisturbed."""
    consumer = KafkaConsumer(**connection, group_id=service_group("intake"), enable_auto_commit=False)
    try:
        yield consumer
    finally:
        consumer.close(autocommit=False)


def _look(asked: KafkaConsumer, topic: str) -> tuple[int, int]:
    """How many are unread, and the end of the topic."""
    place = TopicPartition(topic, 0)
    committed = asked.committed(place, timeout_ms=_ANSWERED_WITHIN_MS)
    begin = asked.beginning_offsets([place], timeout_ms=_ANSWERED_WITHIN_MS)[place]
    end = asked.end_offsets([place], timeout_ms=_ANSWERED_WITHIN_MS)[place]
    return unread_between(begin, end, committed), end
