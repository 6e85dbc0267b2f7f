"""Reads a stretch of an `in` topic for what may overtake, by its headers alone: a consumer of its own, in no group, that moves nothing."""

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from backbone.engine.errors import BrokerAway
from backbone.kafka.connection import connection
from backbone.settings import Settings
from schakel.record import Raw
from services.intake.ahead import KEPT, TYPES

_AT_ONCE = 2_000
_POLL_MS = 500


class TopicScout:
    """Connects when there is something to look for. Lives in the main loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __call__(self, topic: str, start: int, end: int) -> list[Raw]:
        """The noes between these offsets, at most KEPT. Raises BrokerAway."""
        place = TopicPartition(topic, 0)
        consumer = AIOKafkaConsumer(
            **connection(self._settings.bootstrap, self._settings.credentials(), ca_file=self._settings.ca_file),
            client_id="schakel-intake-ahead",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # what is no longer there needs no look
        )
        try:
            await consumer.start()
            consumer.assign([place])
            consumer.seek(place, start)
            found: list[Raw] = []
            while len(found) < KEPT and await consumer.position(place) < end:
                batches = await consumer.getmany(place, timeout_ms=_POLL_MS, max_records=_AT_ONCE)
                found += [_raw(record) for record in batches.get(place, ()) if _is_no(record) and record.offset < end]
            return found[:KEPT]
        except (KafkaError, OSError) as error:
            raise BrokerAway(
                f"Kafka does not let us look ahead on {topic} ({type(error).__name__}); we try again"
            ) from error
        finally:
            await consumer.stop()


def _is_no(record: Any) -> bool:
    return any(name == "ce_type" and value in TYPES for name, value in record.headers)


def _raw(record: Any) -> Raw:
    headers = tuple((name, value or b"") for name, value in record.headers)
    return Raw(record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, headers)
