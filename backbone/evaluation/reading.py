"""From records to trails: the ledger's, as they are read, or those of a file. What cannot be understood is counted, not passed over."""

from collections.abc import Iterable

from backbone.evaluation.trail import Trails
from schakel.errors import Unreadable
from schakel.events.chain import EventVoided
from schakel.ledger import gives_up, understand
from schakel.record import Raw


def read_trails(records: Iterable[Raw]) -> Trails:
    """Every case in the records, each partition in its order."""
    found = Trails()
    unread: list[Raw] = []
    for record in records:
        try:
            entry = understand(record)
        except Unreadable:
            unread.append(record)
            continue
        if isinstance(entry.event, EventVoided):
            unread = [one for one in unread if not gives_up(entry, one)]
        found.take(entry)
    found.unread = len(unread)
    return found
