"""A stand-in for the backbone: answers what one partner publishes, and puts messages on its `out` topic, on a real broker."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import orjson
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schakel import codec
from schakel.definitions import DOOR_KEY, PARTNER, TOPIC
from schakel.envelope import Envelope, read_headers
from schakel.events import Told
from schakel.events.report import ReportFacts, ReportReceived
from schakel.events.vocab import Basis, Identity, Mode, Purpose, Role, Scope
from schakel.ids import message_id, service_source
from schakel.messages import Message, Position, Receipt, ReceiptStatus, ReferralOffered, Refusal
from schakel.reading import raw
from schakel.record import Raw
from schakel.sealing import PrivateKey, open_jwe
from tests.support.broker import Broker

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
CASE = "5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e"
OIN = "00000001999999990000"
DOOR = PrivateKey.generate(made_at_s=4_000_000_000)  # newer than whatever other tests have published
FACTS = ReportFacts(identity=Identity.BY_NAME)
Answer = Callable[[Envelope, Told, int], Receipt | None]


def accepts(envelope: Envelope, event: Told, offset: int) -> Receipt:
    """What intake says to nearly everything."""
    case = str(uuid.uuid5(uuid.NAMESPACE_OID, envelope.id)) if isinstance(event, ReportReceived) else envelope.case
    place = Position(partition=0, offset=offset)
    return Receipt(about=envelope.id, status=ReceiptStatus.ACCEPTED, case=case, position=place, in_offset=offset)


def refuses(envelope: Envelope, event: Told, offset: int) -> Receipt:
    why = Refusal(code="chain.unknown", field="facts.place", found="utrecht", expected="amsterdam", remedy="name it")
    return Receipt(about=envelope.id, status=ReceiptStatus.REFUSED, refusal=why, in_offset=offset)


def silent(envelope: Envelope, event: Told, offset: int) -> None:
    return None


class FakeBackbone:
    """Reads the partner's `in` topic in a thread and answers as `answer` says. What it read stands in `received`."""

    def __init__(self, kafka: Broker, partner: str, answer: Answer = accepts) -> None:
        self.answer = answer
        self.partner = partner
        self.received: list[tuple[Envelope, Told, Raw]] = []
        self.failed: BaseException | None = None
        self._kafka = kafka
        self._stop = threading.Event()
        self._producer = KafkaProducer(**kafka.connect())
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self.publish(DOOR_KEY + DOOR.public.kid, DOOR.public.jwk())
        self.publish(PARTNER + self.partner, {"id": self.partner, "name": "Testpartner", "oin": OIN})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread.ident:
            self._thread.join()
        self._producer.close(5)
        assert self.failed is None, self.failed

    def publish(self, key: str, value: object) -> None:
        """On `schakel.definitions`."""
        self._producer.send(TOPIC, key=key.encode(), value=orjson.dumps(value)).get(10)

    def say(self, message: Message, *, about: str | None = None, case: str | None = CASE) -> str:
        """Put a message on the partner's `out` topic; returns its id, which `about` makes the same again."""
        about = about or str(uuid.uuid4())
        made = message_id(message.TYPE, self.partner, about)
        envelope = Envelope(made, service_source("consent"), message.TYPE, NOW, case)
        self.put(codec.encode(message), envelope)
        return made

    def put(self, value: bytes, envelope: Envelope) -> None:
        """Bytes on the partner's `out` topic."""
        topic = f"schakel.out.{self.partner}"
        self._producer.send(topic, value=value, headers=list(envelope.headers())).get(10)

    def opened(self, index: int = -1) -> dict[str, dict[str, object]]:
        """What was sealed in an event that was received, by person and field."""
        envelope, event, _ = self.received[index]
        keys = {DOOR.public.kid: DOOR}.get
        return {
            part.subject: dict(open_jwe(part.body, keys, about=envelope.id, fields=part.fields))
            for part in event.sealed
        }

    def _run(self) -> None:
        consumer = KafkaConsumer(**self._kafka.connect(), auto_offset_reset="earliest")
        place = TopicPartition(f"schakel.in.{self.partner}", 0)
        consumer.assign([place])
        try:
            while not self._stop.is_set():
                for records in consumer.poll(timeout_ms=50).values():
                    for record in records:
                        self._handle(raw(record))
        except BaseException as error:
            self.failed = error
            raise
        finally:
            consumer.close()

    def _handle(self, record: Raw) -> None:
        envelope, event = read_headers(record.headers), codec.decode_event(record.value)
        assert isinstance(event, Told)
        self.received.append((envelope, event, record))
        if receipt := self.answer(envelope, event, record.offset):
            self.say(receipt, about=f"{envelope.source}|{envelope.id}", case=receipt.case)


def referral(number: int = 1) -> ReferralOffered:
    """A referral like any other; `number` tells them apart."""
    return ReferralOffered(
        referral=f"00000000-0000-5000-8000-{number:012d}",
        case=CASE,
        role=Role.VICTIM_SUPPORT,
        purpose=Purpose.REFERRAL,
        mode=Mode.BY_NAME,
        basis=Basis.CONSENT,
        scopes=(Scope.CASE_FACTS,),
        facts=FACTS,
        reported_at=NOW,
        from_partner="discriminatie-nl",
        dataref=f"ref-{number}",
    )
