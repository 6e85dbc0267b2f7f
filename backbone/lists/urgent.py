"""Which rows of a list go first: those that say danger. Pure.

The file is read twice for it, so that a long list is not held in memory; each row keeps the number it has in the file.
"""

from collections.abc import Collection, Iterable, Iterator

from backbone.lists.cells import Row
from backbone.lists.convert import Converted, Ready


def rows_in_danger(rows: Iterable[Converted]) -> frozenset[int]:
    """The numbers of the rows that say danger. A row that cannot be sent as it is says nothing yet."""
    return frozenset(row.row for row in rows if isinstance(row, Ready) and row.event.in_danger)


def danger_first(listed: Iterable[Row], urgent: Collection[int]) -> Iterator[Row]:
    """Each row once: those of `urgent`, then all others, both in the order of the list. listed: can be gone through twice."""
    if urgent:
        yield from (row for row in listed if row.number in urgent)
    yield from (row for row in listed if row.number not in urgent)
