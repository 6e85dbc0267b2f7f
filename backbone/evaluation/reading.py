"""From records to trails: the ledger's, as they are read, or those of a file. What cannot be understood is counted, not passed over."""

from collections.abc import Iterable, Iterator

from backbone.evaluation.trail import Trails
from schakel.entry import Entry
from schakel.errors import Unreadable
from schakel.events.chain import EventVoided
from schakel.ledger import gives_up, understand
from schakel.record import Raw


def read_trails(records: Iterable[Raw]) -> Trails:
    """Every case in the records, each partition in its order."""
    found = Trails()
    unread: list[Raw] = []
    for entry in understood(records, unread):
        found.take(entry)
    found.unread = len(unread)
    return found


def understood(records: Iterable[Raw], unread: list[Raw]) -> Iterator[Entry]:
    """What can be understood, as it is read. Into `unread` comes what cannot be, unless an operator gave it up after it."""
    for record in records:
        try:
            entry = understand(record)
        except Unreadable:
            unread.append(record)
            continue
        if isinstance(entry.event, EventVoided):
            unread[:] = [one for one in unread if not gives_up(entry, one)]
        yield entry


def cases_of(record: Raw) -> set[str]:
    """The cases that a record which cannot be understood may be of, as its key and its headers say."""
    said = (record.key, *(value for name, value in record.headers if name == "ce_subject"))
    return {name.decode(errors="replace") for name in said if name}
