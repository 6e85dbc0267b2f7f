"""The gateway's part: opening sealed fields, and nothing else.

It cannot seal, makes no key and no file, and never looks at the keys that partners seal to. Data keys live for one call.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from backbone.keys import parts
from backbone.keys.databases import KeysAway, open_engine, reading
from backbone.keys.files import KeyFile, KeyFiles
from backbone.keys.parts import DataKey, Place
from backbone.keys.sealing import made_for
from backbone.keys.service import NoKey
from backbone.keys.tables import person, person_key
from backbone.keys.wrapping import DataUnlock, data_row
from schakel.errors import Unreadable
from schakel.sealing import Json

# All of a person's keys, few as they are: a statement whose text never changes costs a third of one that names the wanted ones.
_HERS = (
    sa.select(person.c.destroyed_s, person_key.c.key_id, person_key.c.kek, person_key.c.locked, person_key.c.wrapped)
    .select_from(
        person.outerjoin(
            person_key,
            (person_key.c.case_id == person.c.case_id) & (person_key.c.subject == person.c.subject),
        )
    )
    .where(person.c.case_id == sa.bindparam("case_id"), person.c.subject == sa.bindparam("subject"))
)
Fields = Sequence[tuple[Sequence[Place], bytes]]


def open_reader(url: str | None, var_dir: Path | str, *, files: KeyFiles | None = None) -> "SqlOpener":
    """An opener on the database of keys that `backbone.keys.open_keys` made. files: default `var_dir`/keys; only `data` is looked at.

    Raises KeysUnusable when its key is not there or of another database.
    """
    home = Path(var_dir) / "keys"
    file = KeyFile((files or KeyFiles.under(home)).data)
    engine = open_engine(url, home)
    current = file.read().current
    with suppress(KeysAway):  # said at the first read, if it still is then
        made_for(engine, current, file.path)
    engine.dispose()  # the connections so far may write
    return SqlOpener(engine, file, only_read=True)


class SqlOpener:
    """See `backbone.keys.service.Opener`. Safe to use from several threads."""

    def __init__(self, engine: sa.Engine, file: KeyFile, *, only_read: bool = False) -> None:
        """only_read: hold the database's connections to reading."""
        self._engine = engine.execution_options(postgresql_readonly=True) if only_read else engine
        self._file = file
        if only_read and engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _only_read)

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    def open_all(self, case_id: str, subject: str, fields: Fields) -> list[Json]:
        ids = [parts.key_id(body, places[0].field) for places, body in fields]
        hers = {"case_id": case_id, "subject": subject}
        with reading(self._engine) as connection:
            rows = connection.execute(_HERS, hers).all()
        if not rows or rows[0].destroyed_s is not None:
            raise NoKey(case_id, subject, destroyed=bool(rows))
        unlock = DataUnlock(self._file)
        keys: dict[str, DataKey] = {}
        for row in rows:
            if row.key_id in ids:
                key = unlock.unwrap(row.locked, row.wrapped, row.kek, data_row(case_id, subject, row.key_id))
                keys[row.key_id] = DataKey.of(bytes.fromhex(row.key_id), key)
        return [
            orjson.loads(_decrypt(keys.get(key_id), places, body))
            for key_id, (places, body) in zip(ids, fields, strict=True)
        ]


def _decrypt(key: DataKey | None, places: Sequence[Place], body: bytes) -> bytes:
    if key is None:  # it names a key that this person never had
        raise parts.cannot_open(places[0].field)
    for place in places[:-1]:
        with suppress(Unreadable):
            return parts.decrypt(key, place, body)
    return parts.decrypt(key, places[-1], body)


def _only_read(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()
