"""From an event to the partner's `in` topic: sealed, encoded, published idempotently, and waited for.

What comes back on the `out` topic is `schakel.client.inbox`'s.
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError, RetriableError

from schakel import codec
from schakel.client.access import FAILING_OVER, Access
from schakel.client.errors import CannotTell, Refused, TooLarge
from schakel.definitions import Definitions
from schakel.envelope import FIRST, Envelope, Headers
from schakel.events import Told
from schakel.events.base import SealedField
from schakel.events.report import ReportReceived
from schakel.kafka_errors import BrokerAway
from schakel.messages import Receipt, ReceiptStatus
from schakel.sealing import Json, seal

log = logging.getLogger("schakel.client")

MAX_EVENT_BYTES = 256 * 1024
"""Of the value; what intake takes."""
Personal = Mapping[str, Mapping[SealedField, Json] | Mapping[str, Json]]
"""What is to be sealed, by the person's handle in the case and then by field: `{"victim": {"story": "…"}}`."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CLOSE_S = 10.0


class Pending:
    """An event on its way. `id` is its own; ask for the receipt as often as you like."""

    def __init__(self, event_id: str, wait: Callable[["Pending", float], Receipt]) -> None:
        self.id = event_id
        self._wait = wait
        self._sent: Any = None
        self._record: Composed | None = None
        self._receipt: Receipt | None = None

    @property
    def offset(self) -> int | None:
        """Where it stands in the `in` topic; None as long as the broker has not said so."""
        sent = self._sent
        return sent.value.offset if sent is not None and sent.is_done and sent.succeeded() else None

    @property
    def answered(self) -> bool:
        """Whether the receipt has come in already, as far as was read."""
        return self._receipt is not None

    def receipt(self, timeout_s: float = 30.0) -> Receipt:
        """The backbone's answer, accepted or refused. Raises NoReceipt, or a KafkaProblem when the broker is away or refuses."""
        return self._receipt or self._wait(self, timeout_s)

    @property
    def sealed_to(self) -> str | None:
        """The kid of the key that this was sealed to, as far as it was sent by this process."""
        return self._record.sealed_to if self._record else None

    def accepted(self, timeout_s: float = 30.0) -> Receipt:
        """As `receipt`, and raises Refused when that is the answer."""
        answer = self.receipt(timeout_s)
        if answer.status is not ReceiptStatus.ACCEPTED:
            raise Refused(answer)
        return answer


@dataclass(frozen=True, slots=True)
class Composed:
    """A record for the `in` topic. sealed_to: the kid of the key that its personal data is sealed to, None without any."""

    value: bytes
    headers: Headers
    sealed_to: str | None = None


def compose(event: Told, envelope: Envelope, personal: Personal, definitions: Definitions, at: datetime) -> Composed:
    """Seal and encode. Raises CannotTell (TooLarge among them), CannotSeal, and NotDefined when there is no key to seal to."""
    if not _UUID.fullmatch(envelope.id):
        raise CannotTell(
            f"the id {envelope.id!r} is no UUID in small letters; leave it out, or make one with new_event_id()"
        )
    opens_case = isinstance(event, ReportReceived) or not event.IN_CASE
    if opens_case and envelope.case:
        raise CannotTell(f"{event.TYPE} belongs to no existing case; leave the case out")
    if not opens_case and not envelope.case:
        raise CannotTell(f"{event.TYPE} needs its case; give the case id that stands in the receipt of the report")
    key = definitions.door_key(at) if personal else None
    sealed = tuple(
        seal(subject, {_field(name): value for name, value in parts.items()}, key, about=envelope.id)
        for subject, parts in personal.items()
        if key and parts
    )
    value = codec.encode(event.model_copy(update={"sealed": (*event.sealed, *sealed)}))
    if len(value) > MAX_EVENT_BYTES:
        raise TooLarge(len(value), MAX_EVENT_BYTES)
    first = (FIRST,) if isinstance(event, ReportReceived) and event.in_danger else ()
    return Composed(value, (*envelope.headers(), *first), key.kid if key else None)


def _field(name: SealedField | str) -> SealedField:
    try:
        return SealedField(name)
    except ValueError:
        known = ", ".join(field for field in SealedField if field is not SealedField.UNKNOWN)
        raise CannotTell(f"{name!r} is no field that can be sealed; expected one of {known}") from None


class Publisher:
    """Publishes for one partner and keeps count of what is on its way. `wait` is what a Pending waits with."""

    def __init__(self, access: Access, topic: str, wait: Callable[[Pending, float], Receipt]) -> None:
        self.topic = topic
        self._access, self._wait = access, wait
        self._pending: WeakValueDictionary[str, Pending] = WeakValueDictionary()
        with access.clear_errors():
            self._producer = KafkaProducer(
                **access.kafka(),
                **FAILING_OVER,
                acks="all",
                enable_idempotence=True,
                allow_auto_create_topics=False,
                max_block_ms=10_000,
                delivery_timeout_ms=120_000,
            )
            self._producer.partitions_for(topic)  # known now, an outage later does not stop `publish`

    def close(self) -> None:
        """Wait a while for what is on its way, then leave. Does not raise."""
        try:
            self._producer.close(_CLOSE_S)
        except KafkaError as error:
            log.warning("not everything on its way to %s was acknowledged: %s", self.topic, self._access.meaning(error))

    def publish(self, event_id: str, record: Composed) -> Pending:
        """Send; returns at once. Sent again under the same id, it is the same Pending, which asks anew."""
        pending = self._pending.get(event_id) or Pending(event_id, self._wait)
        self._pending[event_id] = pending
        pending._receipt = None
        self._send(pending, record)
        return pending

    def expect(self, event_id: str) -> Pending:
        """For an event that was sent before, perhaps by another process."""
        pending = self._pending.get(event_id) or Pending(event_id, self._wait)
        self._pending[event_id] = pending
        return pending

    def claim(self, receipt: Receipt) -> bool:
        """Hand the receipt to whoever waits for it; False when nobody does."""
        pending = self._pending.get(receipt.about or "")
        if pending is None:
            return False
        pending._receipt = receipt
        return True

    def look_after(self, pending: Pending) -> None:
        """What failed for a passing reason is sent again; what will not pass is raised."""
        sent = pending._sent
        if sent is None or not sent.is_done or sent.succeeded():
            return
        record, meaning = pending._record, self._access.meaning(sent.exception)
        assert record is not None
        if isinstance(sent.exception, MessageSizeTooLargeError):
            raise TooLarge(len(record.value), MAX_EVENT_BYTES)
        if not isinstance(meaning, BrokerAway) and not isinstance(sent.exception, RetriableError):
            raise meaning
        log.warning("event %s did not reach %s (%s); it is sent again", pending.id, self.topic, meaning)
        self._send(pending, record)

    def ask_again(self, pending: Pending) -> bool:
        """Send what is acknowledged and has no receipt once more, under its id: one that was lost comes so. False: there is nothing to send
        (by an earlier process), or it is not on the topic yet."""
        record = pending._record
        if record is None or pending.offset is None:
            return False
        log.warning("event %s has no receipt yet; it is sent again, with the same id", pending.id)
        self._send(pending, record)
        return True

    def _send(self, pending: Pending, record: Composed) -> None:
        with self._access.clear_errors():
            pending._record = record
            pending._sent = self._producer.send(self.topic, value=record.value, headers=list(record.headers))
