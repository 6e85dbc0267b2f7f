"""How what a service says is written: an event for the ledger, a message for a partner's `out` topic."""

from datetime import datetime

from backbone.kafka.names import LEDGER as LEDGER
from backbone.store.rows import Outgoing
from schakel import codec
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.ids import message_id, service_source
from schakel.messages import Message

WATERMARK, STANDING = "watermark", "standing/"
"""The key of a watermark in the ledger, and how that of a word on a partner's standing begins: they stand beside the cases."""


def out_record(
    service: str,
    partner: str,
    message: Message,
    *,
    about: str,
    cause: str | None,
    at: datetime,
    case: str | None,
    drill: bool,
) -> Outgoing:
    """A message as it goes to a partner's `out` topic; the same `about` gives the same id, so that a repetition can be ignored.

    cause: the id of the event it follows from, as readers see it; None when that has no id that could be read.
    """
    envelope = Envelope(
        id=message_id(message.TYPE, partner, about),
        source=service_source(service),
        type=message.TYPE,
        time=at,
        case=case,
        causation=cause,
        drill=drill,
    )
    key = case.encode() if case else None
    return Outgoing(f"schakel.out.{partner}", 0, key, codec.encode(message), envelope.headers())


def ledger_record(entry: Entry, partition: int | None, key: str, value: bytes | None = None) -> Outgoing:
    """An event as it goes to the ledger; without a partition, Kafka's hash of the key decides. value: when it is encoded already."""
    return Outgoing(LEDGER, partition, key.encode(), value or codec.encode(entry.event), entry.envelope.headers())
