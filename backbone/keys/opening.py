"""Opening sealed fields, and nothing else: what the gateway gets instead of the whole KeyService.

It cannot seal, makes no key and no file, and never looks at the keys that partners seal to. The data key lives for one call.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import orjson
import sqlalchemy as sa

from backbone.keys import parts
from backbone.keys.databases import open_engine, reading
from backbone.keys.parts import Place
from backbone.keys.service import NoKey
from backbone.keys.sql import _data, _row
from backbone.keys.wrapping import KeyEncryptionKeys
from schakel.errors import Unreadable
from schakel.sealing import Json

_MINE = sa.select(_data.c.wrapped, _data.c.kek).where(
    _data.c.case_id == sa.bindparam("case_id"), _data.c.subject == sa.bindparam("subject")
)


class Opener(Protocol):
    """Opens sealed fields of one person in one case."""

    def open_all(self, case_id: str, subject: str, fields: Sequence[tuple[Sequence[Place], bytes]]) -> list[Json]:
        """The values, in order; each opens at one of its places (they differ in the schema that it was written with).

        Raises NoKey (never sealed, or erased), Unreadable (`part.…`), KeysUnusable, KeysAway.
        """
        ...


def open_reader(url: str | None, var_dir: Path | str, *, kek_file: Path | None = None) -> "SqlOpener":
    """An opener on the database of keys that `backbone.keys.open_keys` made. Raises KeysUnusable when its key is not there."""
    home = Path(var_dir) / "keys"
    return SqlOpener(open_engine(url, home), KeyEncryptionKeys.load(kek_file or home / "kek.json"))


class SqlOpener:
    """See `Opener`. Safe to use from several threads."""

    def __init__(self, engine: sa.Engine, keks: KeyEncryptionKeys) -> None:
        self._engine = engine.execution_options(postgresql_readonly=True)
        self._keks = keks
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _only_read)

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    def open_all(self, case_id: str, subject: str, fields: Sequence[tuple[Sequence[Place], bytes]]) -> list[Json]:
        with reading(self._engine) as connection:
            row = connection.execute(_MINE, {"case_id": case_id, "subject": subject}).one_or_none()
        if row is None or row.wrapped is None:
            raise NoKey(case_id, subject, destroyed=row is not None)
        key = self._keks.unwrap(row.wrapped, row.kek, _row(case_id, subject))
        return [orjson.loads(_decrypt(key, places, body)) for places, body in fields]


def _decrypt(key: bytes, places: Sequence[Place], body: bytes) -> bytes:
    for place in places[:-1]:
        with suppress(Unreadable):
            return parts.decrypt(key, place, body)
    return parts.decrypt(key, places[-1], body)


def _only_read(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()
