"""What stands in a partition of the ledger beside a case and bears on its decisions: watermarks, and who was suspended.

Pure, over entries; how they are read is `schakel.history.case_with_surroundings`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from schakel.entry import Entry
from schakel.events.chain import PartnerRestored, PartnerSuspended, WatermarkPassed
from schakel.ids import OPERATOR


@dataclass(slots=True)
class Around:
    """By offset, in the order of the partition."""

    _marks: list[tuple[int, datetime]] = field(default_factory=list)
    _standing: list[tuple[int, frozenset[str]]] = field(default_factory=list)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Around":
        """From whatever of the partition is there; what is of no account here is passed over."""
        made = cls()
        for entry in entries:
            event = entry.event
            if isinstance(event, WatermarkPassed):
                highest = max(event.at, made._marks[-1][1]) if made._marks else event.at
                made._marks.append((entry.offset, highest))
            elif isinstance(event, PartnerSuspended | PartnerRestored) and entry.envelope.source == OPERATOR:
                now = made._standing[-1][1] if made._standing else frozenset()
                now = now | {event.partner} if isinstance(event, PartnerSuspended) else now - {event.partner}
                made._standing.append((entry.offset, now))
        return made

    def watermark(self, offset: int) -> datetime | None:
        """The newest before this offset."""
        place = bisect_left(self._marks, offset, key=_offset)
        return self._marks[place - 1][1] if place else None

    def watermarks(self, after: int, before: int | None) -> Iterator[tuple[int, datetime]]:
        """(offset, moment) of those strictly between two offsets; before: None for the end."""
        place = bisect_right(self._marks, after, key=_offset)
        for offset, moment in self._marks[place:]:
            if before is not None and offset >= before:
                return
            yield offset, moment

    def suspended(self, offset: int) -> frozenset[str]:
        """Who was suspended for whoever had read up to this offset."""
        place = bisect_right(self._standing, offset, key=_offset)
        return self._standing[place - 1][1] if place else frozenset()

    def changes(self, after: int, before: int | None) -> Iterator[int]:
        """Offsets strictly between two at which somebody's standing changed."""
        for offset, _ in self._standing:
            if offset > after and (before is None or offset < before):
                yield offset


def _offset(row: tuple[int, object]) -> int:
    return row[0]
