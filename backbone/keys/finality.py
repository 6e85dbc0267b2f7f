"""When an erasure is final: whatever could still bring back a key that was destroyed has been destroyed too. Pure.

The person's own key is gone at once, but copies of it (backups, free pages, logs) stand wrapped under the key-encryption keys of data that
were in use up to then, and what partners sent stands sealed to the door keys of that time. So an erasure waits for both. How long that may
take is promised by the chains (`erasure.final_within`). Copies of the files of keys themselves nobody can see from here.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from operator import attrgetter

from schakel.calendar import NEVER

SOON = timedelta(days=2)
"""How long before the end of its term an erasure that waits is *due soon*. Door keys that are replaced daily and kept for 31 days let an
erasure become final some three days before five weeks are over, so that as things should go none comes this near."""


@dataclass(frozen=True, slots=True)
class KeyLife:
    """One key-encryption key of data, or one door key. destroyed_at: None while it lives."""

    made_at: datetime
    destroyed_at: datetime | None


class KeyLives:
    """All keys of one kind there have been; answers for any number of erasures."""

    def __init__(self, lives: Iterable[KeyLife]) -> None:
        ordered = sorted(lives, key=attrgetter("made_at"))
        self.oldest = next((one.made_at for one in ordered if one.destroyed_at is None), None)
        """When the oldest that lives was made: who was erased from then on waits for it. None: none lives."""
        self._made = [one.made_at for one in ordered]
        self._ends = list(accumulate((one.destroyed_at or NEVER for one in ordered), max))

    def gone_at(self, moment: datetime) -> datetime | None:
        """Since when nothing lives that was made at `moment` or before it; not before `moment` itself. None: something still does."""
        count = bisect_right(self._made, moment)
        end = max(self._ends[count - 1], moment) if count else moment
        return None if end == NEVER else end


@dataclass(frozen=True, slots=True)
class Finality:
    """Of one erasure: since when the keys of each kind are gone that it waits for; None: not yet."""

    door: datetime | None
    data: datetime | None

    @property
    def since(self) -> datetime | None:
        """From when on it is final; None: it is not."""
        return max(self.door, self.data) if self.door and self.data else None


@dataclass(frozen=True, slots=True)
class Lives:
    """The keys that erasures wait for."""

    door: KeyLives
    data: KeyLives

    def finality(self, erased_at: datetime) -> Finality:
        """Of an erasure whose key was destroyed at that moment."""
        return Finality(self.door.gone_at(erased_at), self.data.gone_at(erased_at))

    @property
    def waited_for_since(self) -> datetime | None:
        """Every erasure from then on waits for a key, and none from before it does. None: nobody waits for any."""
        return min((one.oldest for one in (self.door, self.data) if one.oldest), default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """How erasures stand together. late, soon: how many of those that wait are past their term, or within SOON of its end. next_by: the
    first term among those that wait."""

    final: int
    waiting: int
    late: int
    soon: int
    next_by: datetime | None
    late_for_door: bool
    late_for_data: bool


def standing(erased: Iterable[datetime], lives: Lives, term: Callable[[datetime], datetime], now: datetime) -> Standing:
    """erased: when each person's key was destroyed; term: until when an erasure of that moment has to be final."""
    found = [(at, lives.finality(at)) for at in erased]
    waiting = [(term(at), one) for at, one in found if one.since is None]
    late = [one for by, one in waiting if by <= now]
    return Standing(
        final=len(found) - len(waiting),
        waiting=len(waiting),
        late=len(late),
        soon=sum(now < by <= now + SOON for by, _ in waiting),
        next_by=min((by for by, _ in waiting), default=None),
        late_for_door=any(one.door is None for one in late),
        late_for_data=any(one.data is None for one in late),
    )
