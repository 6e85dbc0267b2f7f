"""What the database of keys tells about when erasures are final: which keys there have been, and when each person's was destroyed.

Moments alone; no key, no name of one and nobody's case is read. What follows from them is `finality`'s.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backbone.keys.databases import reading
from backbone.keys.finality import KeyLife, KeyLives, Lives
from backbone.keys.tables import FAMILY_DATA, door, kek, person

_DOORS = sa.select(door.c.made_s, door.c.retired_s)
_DATA = sa.select(kek.c.made_s, kek.c.destroyed_s).where(kek.c.family == FAMILY_DATA)
_ERASED = sa.select(person.c.destroyed_s).where(person.c.destroyed_s.is_not(None))


def read_lives(engine: sa.Engine) -> Lives:
    """The keys that erasures wait for. Raises KeysAway."""
    with reading(engine) as connection:
        return Lives(_lives(connection.execute(_DOORS)), _lives(connection.execute(_DATA)))


def read_erased(engine: sa.Engine, since: datetime | None = None) -> list[datetime]:
    """When the key of each person who was erased (from `since` on) was destroyed. Raises KeysAway."""
    query = _ERASED if since is None else _ERASED.where(person.c.destroyed_s >= int(since.timestamp()))
    with reading(engine) as connection:
        return [_moment(at_s) for at_s in connection.execute(query).scalars()]


def _lives(rows: Iterable[Any]) -> KeyLives:
    return KeyLives(KeyLife(_moment(made), None if gone is None else _moment(gone)) for made, gone in rows)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
