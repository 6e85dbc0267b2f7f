"""A batch with an operator's `event.voided` in it: what stands before each is worked off first, since what it gives up may stand there.

Letting go of the parked record is `backbone.casework`'s, saying that it is given up `backbone.cli.voiding`'s.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schakel.entry import Entry
from schakel.errors import Unreadable
from schakel.events.chain import EventVoided


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive records of a batch, those that could be read and by their offset those that could not.

    void: the first of its entries, when that is an operator's word that a record before it is given up.
    """

    entries: Sequence[Entry]
    unread: Mapping[int, Unreadable]
    void: Entry | None = None


def around_voids(entries: Sequence[Entry], unread: Mapping[int, Unreadable]) -> Iterator[Piece]:
    """The batch in pieces, in order, of which each but the first begins with an `event.voided`; nearly always one piece."""
    voids = [entry for entry in entries if isinstance(entry.event, EventVoided)]
    if not voids:
        yield Piece(entries, unread)
        return
    begin = 0
    for void, end in zip([None, *voids], [*(void.offset for void in voids), None], strict=True):
        yield Piece(
            [entry for entry in entries if begin <= entry.offset and (end is None or entry.offset < end)],
            {at: error for at, error in unread.items() if begin <= at and (end is None or at < end)},
            void,
        )
        begin = end or begin
