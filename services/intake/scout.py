"""Reads a stretch of an `in` topic for what may overtake, by its headers alone: a consumer of its own, in no group, that moves nothing."""

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from backbone.engine import fetched
from backbone.engine.errors import BrokerAway
from backbone.kafka.connection import connection
from backbone.settings import Settings
from schakel.record import Raw
from services.intake.ahead import KEPT, chosen, is_no, says_danger

_AT_ONCE = 2_000
_POLL_MS = 500

fetched.install()


class TopicScout:
    """Connects when there is something to look for. Lives in the main loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __call__(self, topic: str, start: int, end: int) -> list[Raw]:
        """What may overtake between these offsets. Raises BrokerAway."""
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
            while sum(is_no(raw.headers) for raw in found) < KEPT and await consumer.position(place) < end:
                batches = await consumer.getmany(place, timeout_ms=_POLL_MS, max_records=_AT_ONCE)
                new = [raw for raw in batches.get(place, ()) if _wanted(raw) and raw.offset < end]
                found = chosen([*found, *new])
            return found
        except (KafkaError, OSError) as error:
            raise BrokerAway(
                f"Kafka does not let us look ahead on {topic} ({type(error).__name__}); we try again"
            ) from error
        finally:
            await consumer.stop()


def _wanted(raw: Raw) -> bool:
    return is_no(raw.headers) or says_danger(raw.headers)
