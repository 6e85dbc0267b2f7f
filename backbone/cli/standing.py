"""Suspending a partner and restoring it: the operator's word, appended to every partition of the ledger under the operator's own user.

Each service hears it in its partitions between the cases' own records (`backbone.standing`). Nothing is written to a database here.
"""

from collections.abc import Iterator
from datetime import datetime

from backbone.casework import LEDGER
from backbone.cli.hand import OperatorsHand
from backbone.kafka.names import LEDGER_PARTITIONS
from backbone.records import STANDING
from backbone.settings import Settings
from backbone.store.rows import Outgoing
from schakel import codec
from schakel.envelope import Envelope
from schakel.events.chain import PartnerRestored, PartnerSuspended
from schakel.ids import OPERATOR, new_event_id
from schakel.timesource import time_source

Standing = PartnerSuspended | PartnerRestored


def say_standing(settings: Settings, event: Standing) -> list[str]:
    """Append it to each partition; returns where it stands. Raises Undoable and KafkaProblem.

    Stopped halfway, some partitions have it and some do not: saying it again completes it, and changes nothing where it stands.
    """
    hand, now = OperatorsHand.find(settings), time_source(settings.clock).now()
    return [hand.append(made) for made in records(event, new_event_id(), now)]


def records(event: Standing, event_id: str, at: datetime, partitions: int = LEDGER_PARTITIONS) -> Iterator[Outgoing]:
    """One record a partition, all with the same id."""
    envelope = Envelope(id=event_id, source=OPERATOR, type=event.TYPE, time=at)
    for partition in range(partitions):
        key = f"{STANDING}{event.partner}".encode()
        yield Outgoing(LEDGER, partition, key, codec.encode(event), envelope.headers())
