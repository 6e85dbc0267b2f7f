"""A case at another moment: which of its records count then, and the fold of those.

Three questions, three cuts (docs/adr/0037). *What did the ledger know?* is a prefix: every record up to the first that was logged
later. *What was the world like?* takes all that is known today of what had happened by then, also when it was written down afterwards;
what the backbone concluded counts from when it concluded it. *What stood up to this offset?* is for who compares positions.
The order is always the ledger's. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schakel.case import apply
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events import Told


@dataclass(frozen=True, slots=True)
class Cut:
    """Where to stop: one of the three."""

    at: datetime | None = None
    """The world at this moment."""
    as_known_at: datetime | None = None
    """The ledger at this moment."""
    at_offset: int | None = None
    """Up to and including this offset."""

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.at, self.as_known_at, self.at_offset)) > 1:
            raise ValueError("a case is looked at from one side: give at, as_known_at or at_offset, one of them")

    @property
    def whole(self) -> bool:
        return self.at is None and self.as_known_at is None and self.at_offset is None


@dataclass(frozen=True, slots=True)
class Taken:
    """A record that counts, and what it did where it stands."""

    entry: Entry
    effect: Effect


@dataclass(slots=True)
class Travelled:
    """The case at a cut. `left`: what the ledger holds and this cut leaves out. `written_later`: counts, and was not known then."""

    state: State
    taken: list[Taken] = field(default_factory=list)
    left: list[Entry] = field(default_factory=list)
    written_later: list[Entry] = field(default_factory=list)

    @property
    def last(self) -> Entry | None:
        return self.taken[-1].entry if self.taken else None


def happened_at(entry: Entry) -> datetime:
    """When what a record says was so in the world: what a partner tells may have been before it was written down, never after.

    A contact and a report name their own moment; else the moment at which its author wrote it counts. A conclusion has one time.
    """
    envelope, event = entry.envelope, entry.event
    if not isinstance(event, Told):
        return envelope.logged_at
    own = _own_moment(event)
    return min(moment for moment in (own, envelope.time, envelope.logged_at) if moment is not None)


def _own_moment(event: Any) -> datetime | None:
    for name in ("reported_at", "at"):
        moment = getattr(event, name, None)
        if isinstance(moment, datetime):
            return moment
    return None


def travel(case_id: str, entries: Iterable[Entry], cut: Cut) -> Travelled:
    """The case at `cut`. entries: all of its records, in the order of the ledger."""
    found = Travelled(State(id=case_id))
    passed = False
    for entry in entries:
        passed = passed or _past(entry, cut)
        if passed or (cut.at is not None and happened_at(entry) > cut.at):
            found.left.append(entry)
            continue
        found.taken.append(Taken(entry, apply(found.state, entry)))
        if cut.at is not None and entry.envelope.logged_at > cut.at:
            found.written_later.append(entry)
    return found


def _past(entry: Entry, cut: Cut) -> bool:
    """Whether the ledger's prefix ends before this record. Log times of one case may step back a little: the prefix ends once."""
    if cut.as_known_at is not None:
        return entry.envelope.logged_at > cut.as_known_at
    return cut.at_offset is not None and entry.offset > cut.at_offset


__all__ = ["Cut", "Taken", "Travelled", "happened_at", "travel"]
