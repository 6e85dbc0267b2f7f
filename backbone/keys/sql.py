"""The whole KeyService over a database of its own, SQLite by default, PostgreSQL by its URL: the operator's, and of tests.

The services get a part of it each: `sealing`, `opening`, `destroying`.
"""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from backbone.keys import splitting
from backbone.keys.databases import open_engine, reading, writing
from backbone.keys.destroying import SqlDestroyer
from backbone.keys.door import DoorKeys
from backbone.keys.files import Held, KeyFile, KeyFiles, KeysUnusable, make
from backbone.keys.opening import Fields, SqlOpener
from backbone.keys.parts import Place
from backbone.keys.rotation import Rotation
from backbone.keys.sealing import SqlSealer
from backbone.keys.service import ResealRequest
from backbone.keys.tables import FAMILY_DATA, FAMILY_DOOR, create, kek, offer
from backbone.keys.wrapping import DoorWrap, public_of
from schakel.errors import Unreadable
from schakel.events.base import Sealed, SealedField
from schakel.sealing import Json, PublicKey
from schakel.timesource import SystemTime, TimeSource


def open_keys(
    url: str | None, var_dir: Path | str, *, files: KeyFiles | None = None, time: TimeSource | None = None
) -> "SqlKeyService":
    """The key service on `url`, or on `var_dir`/keys/keys.db without one.

    files: the files of key-encryption keys (default in `var_dir`/keys); made at the very first start, never later. One file for
    everything, as the first version had, is split.
    Raises KeysUnusable; KeysAway when the database is away.
    """
    home = Path(var_dir) / "keys"
    files, time = files or KeyFiles.under(home), time or SystemTime()
    engine = open_engine(url, home)
    create(engine)
    now_s = int(time.now().timestamp())
    splitting.begin(engine, home, files, now_s)
    for family, path in ((FAMILY_DOOR, files.door), (FAMILY_DATA, files.data)):
        _held(engine, family, path, now_s)
    make(files.public, public_of(KeyFile(files.data).read()))  # only where there is none; a rotation replaces it
    splitting.finish(engine, home, Rotation(engine, files, time))
    return SqlKeyService(engine, files, time)


def _held(engine: sa.Engine, family: str, path: Path, now_s: int) -> None:
    """What the file holds, made when nobody has ever wrapped anything. Raises KeysUnusable."""
    with reading(engine) as connection:
        query = sa.select(kek.c.id).where(kek.c.family == family).order_by(kek.c.made_s.desc(), kek.c.id)
        known = connection.execute(query).scalars().all()
    if not known:
        make(path, Held.fresh())
    held = KeyFile(path).read()
    if known and not held.keys.keys() & set(known):
        raise KeysUnusable(
            f"{path} does not belong to this database of keys: it holds {held.current}, the database was wrapped under "
            f"{known[0]}; bring back the two that belong together"
        )
    with writing(engine) as connection:
        offer(connection, kek, [{"id": held.current, "family": family, "made_s": now_s}])


class SqlKeyService:
    """See `backbone.keys.service.KeyService`. Safe to use from several threads and processes."""

    def __init__(self, engine: sa.Engine, files: KeyFiles, time: TimeSource) -> None:
        self.files = files
        self._engine = engine
        self._doors = DoorKeys(engine, DoorWrap(KeyFile(files.door)), time)
        self._sealer = SqlSealer(engine, self._doors, KeyFile(files.public, secret=False), time)
        self._opener = SqlOpener(engine, KeyFile(files.data))
        self._destroyer = SqlDestroyer(engine, time)
        if not self.door_keys():
            self.rotate_door()

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    def door_keys(self) -> Sequence[PublicKey]:
        return self._doors.public()

    def rotate_door(self) -> PublicKey:
        return self._doors.rotate()

    def retire_door(self, kid: str) -> None:
        self._doors.retire(kid)

    def reseal(self, batch: Sequence[ResealRequest]) -> list[tuple[Sealed, ...] | Unreadable]:
        return self._sealer.reseal(batch)

    def open_all(self, case_id: str, subject: str, fields: Fields) -> list[Json]:
        return self._opener.open_all(case_id, subject, fields)

    def open(
        self,
        case_id: str,
        subject: str,
        event_id: str,
        event_type: str,
        schema_id: int,
        field: SealedField,
        body: bytes,
    ) -> Json:
        place = Place(event_id, event_type, subject, field, schema_id)
        return self._opener.open_all(case_id, subject, [((place,), body)])[0]

    def destroy(self, case_id: str, subject: str) -> bool:
        return self._destroyer.destroy(case_id, subject)
