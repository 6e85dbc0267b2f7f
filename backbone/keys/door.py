"""The keys of the door: what partners seal to, and its private half, wrapped. Opening what was sealed with them is `sealing`'s."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from backbone.keys.databases import reading, writing
from backbone.keys.tables import door, still_open
from backbone.keys.wrapping import DoorWrap, door_row
from schakel.sealing import PrivateKey, PublicKey
from schakel.timesource import TimeSource

_LIVING = sa.select(door).where(door.c.wrapped.is_not(None)).order_by(door.c.made_s.desc(), door.c.kid)


class DoorKeys:
    """See the module's words. Safe to use from several threads and processes."""

    def __init__(self, engine: sa.Engine, wrap: DoorWrap, time: TimeSource) -> None:
        self._engine, self._wrap, self._time = engine, wrap, time
        self._private: dict[str, PrivateKey] = {}

    def public(self) -> Sequence[PublicKey]:
        """What partners may seal to, the newest first."""
        return [_public(row) for row in self._living()]

    def rotate(self) -> PublicKey:
        """A new one. The older ones still open."""
        # Later than every other, also within a second or when the clock was set back: partners take the newest.
        made = PrivateKey.generate(max([self._now_s(), *(row.made_s + 1 for row in self._living())]))
        key = made.public
        kek, wrapped = self._wrap.wrap(made.secret().encode(), door_row(key.kid))
        with writing(self._engine) as connection:
            still_open(connection, kek)
            connection.execute(
                sa.insert(door).values(kid=key.kid, x=key.x, y=key.y, made_s=key.made_at_s, kek=kek, wrapped=wrapped)
            )
        return key

    def retire(self, kid: str) -> None:
        """Destroy one. What was sealed to it and is not taken in yet cannot be opened any more."""
        with writing(self._engine) as connection:
            gone = {"wrapped": None, "kek": None, "retired_s": self._now_s()}
            connection.execute(sa.update(door).where(door.c.kid == kid).values(gone))
        self._private.pop(kid, None)

    def opening(self) -> Callable[[str], PrivateKey | None]:
        """The private key of a kid, or None: for one batch. Nothing is asked of the database before the first."""
        living: dict[str, Any] = {}

        def private(kid: str) -> PrivateKey | None:
            if not living:
                living.update({row.kid: row for row in self._living()})
                # What was retired since is forgotten here too.
                self._private = {known: key for known, key in self._private.items() if known in living}
            if kid not in living:
                return None
            if kid not in self._private:
                row = living[kid]
                secret = self._wrap.unwrap(row.wrapped, row.kek, door_row(kid))
                self._private[kid] = PrivateKey(_public(row), secret.decode())
            return self._private[kid]

        return private

    def _living(self) -> Sequence[Any]:
        with reading(self._engine) as connection:
            return connection.execute(_LIVING).all()

    def _now_s(self) -> int:
        return int(self._time.now().timestamp())


def _public(row: Any) -> PublicKey:
    return PublicKey(row.kid, row.x, row.y, row.made_s)
