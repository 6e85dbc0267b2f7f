"""A KeyService over a database of its own: SQLite by default, PostgreSQL by its URL.

The tables hold keys only in wrapped form. A batch of events costs one transaction at most, and that one is durable before the
answer is given: a key is always older than the ledger record that needs it. A crash in between leaves a key that seals nothing.
Data keys live in memory for the length of one call.
"""

import secrets
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from backbone.keys import parts
from backbone.keys.databases import open_engine, reading, translated, writing
from backbone.keys.parts import Place
from backbone.keys.service import NoKey, ResealRequest
from backbone.keys.wrapping import KeyEncryptionKeys, KeysUnusable
from schakel.errors import Unreadable
from schakel.events.base import Sealed, SealedField
from schakel.sealing import Json, PrivateKey, PublicKey, open_jwe
from schakel.timesource import SystemTime, TimeSource

Person = tuple[str, str]
"""Case id and the person's handle in it."""

_metadata = sa.MetaData()
_keks = sa.Table("kek", _metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("first_used_s", sa.BigInteger))
_door = sa.Table(
    "door_key",
    _metadata,
    sa.Column("kid", sa.Text, primary_key=True),
    sa.Column("x", sa.Text, nullable=False),
    sa.Column("y", sa.Text, nullable=False),
    sa.Column("kek", sa.Text),
    sa.Column("wrapped", sa.LargeBinary),
    sa.Column("made_s", sa.BigInteger, nullable=False),
    sa.Column("retired_s", sa.BigInteger),
)
_data = sa.Table(
    "data_key",
    _metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("kek", sa.Text),
    sa.Column("wrapped", sa.LargeBinary),  # null: destroyed, or forbidden before there was one
    sa.Column("made_s", sa.BigInteger, nullable=False),
    sa.Column("destroyed_s", sa.BigInteger),
)
# Built once: to build and fingerprint a statement costs more than to run it.
_OF_CASES = sa.select(_data).where(_data.c.case_id.in_(sa.bindparam("cases", expanding=True)))
_OFFER: dict[tuple[str, str], Any] = {
    (dialect, table.name): insert(table).on_conflict_do_nothing()
    for dialect, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    for table in (_keks, _data)
}
_FAMILY = 0x5C4A4B45  # names our advisory lock in PostgreSQL
_LOOKUP_SIZE = 5_000  # bound parameters in one statement; SQLite takes 32,766


def open_keys(
    url: str | None, var_dir: Path | str, *, kek_file: Path | None = None, time: TimeSource | None = None
) -> "SqlKeyService":
    """The key service on `url`, or on `var_dir`/keys/keys.db without one.

    kek_file: the key-encryption key (default `var_dir`/keys/kek.json); made at the very first start, never later.
    Raises KeysUnusable; KeysAway when the database is away.
    """
    home = Path(var_dir) / "keys"
    engine = open_engine(url, home)
    _create_tables(engine)
    path = kek_file or home / "kek.json"
    with reading(engine) as connection:
        used = list(connection.execute(sa.select(_keks.c.id).order_by(_keks.c.first_used_s.desc())).scalars())
    keks = KeyEncryptionKeys.load(path) if used else KeyEncryptionKeys.load_or_make(path)
    if used and not any(keks.holds(name) for name in used):
        raise KeysUnusable(
            f"{path} does not belong to this database of keys: it holds {keks.current}, the database was wrapped under "
            f"{used[0]}; bring back the two that belong together"
        )
    return SqlKeyService(engine, keks, time or SystemTime())


class SqlKeyService:
    """See `backbone.keys.service.KeyService`. Safe to use from several threads and processes."""

    def __init__(self, engine: sa.Engine, keks: KeyEncryptionKeys, time: TimeSource) -> None:
        self._engine = engine
        self._keks = keks
        self._time = time
        self._private: dict[str, PrivateKey] = {}
        with writing(self._engine) as connection:
            _offer(connection, _keks, [{"id": keks.current, "first_used_s": self._now_s()}])
        if not self._living_doors():
            self.rotate_door()

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    # --- the door: what partners seal to -------------------------------------------------------------------------

    def door_keys(self) -> Sequence[PublicKey]:
        return [PublicKey(row.kid, row.x, row.y, row.made_s) for row in self._living_doors()]

    def rotate_door(self) -> PublicKey:
        # Later than every other, also within a second or when the clock was set back: partners take the newest.
        made = PrivateKey.generate(max([self._now_s(), *(row.made_s + 1 for row in self._living_doors())]))
        key = made.public
        row = {"kid": key.kid, "x": key.x, "y": key.y, "made_s": key.made_at_s, "kek": self._keks.current}
        wrapped = self._keks.wrap(made.secret().encode(), f"door {key.kid}")
        with writing(self._engine) as connection:
            connection.execute(sa.insert(_door).values(row | {"wrapped": wrapped}))
        return key

    def retire_door(self, kid: str) -> None:
        with writing(self._engine) as connection:
            gone = {"wrapped": None, "kek": None, "retired_s": self._now_s()}
            connection.execute(sa.update(_door).where(_door.c.kid == kid).values(gone))
        self._private.pop(kid, None)

    def _living_doors(self) -> Sequence[Any]:
        with reading(self._engine) as connection:
            query = sa.select(_door).where(_door.c.wrapped.is_not(None))
            return connection.execute(query.order_by(_door.c.made_s.desc(), _door.c.kid)).all()

    def _door_key(self, kid: str) -> PrivateKey | None:
        """The private key of a kid; another process may have made it a moment ago."""
        if kid not in self._private:
            with reading(self._engine) as connection:
                row = connection.execute(sa.select(_door).where(_door.c.kid == kid)).one_or_none()
            if row is None or row.wrapped is None:
                return None
            secret = self._keks.unwrap(row.wrapped, row.kek, f"door {kid}")
            self._private[kid] = PrivateKey(PublicKey(row.kid, row.x, row.y, row.made_s), secret.decode())
        return self._private[kid]

    # --- sealing anew --------------------------------------------------------------------------------------------

    def reseal(self, batch: Sequence[ResealRequest]) -> list[tuple[Sealed, ...] | Unreadable]:
        opened = [self._open_parts(request) for request in batch]
        people = {
            (request.case_id, place.subject)
            for request, found in zip(batch, opened, strict=True)
            if not isinstance(found, Unreadable)
            for place, _ in found
        }
        keys = self._data_keys(people)
        return [
            found if isinstance(found, Unreadable) else _reseal(request.case_id, found, keys)
            for request, found in zip(batch, opened, strict=True)
        ]

    def _open_parts(self, request: ResealRequest) -> list[tuple[Place, bytes]] | Unreadable:
        found: dict[Place, bytes] = {}
        for part in request.sealed:
            try:
                values = open_jwe(part.body, self._door_key, about=request.event_id, fields=part.fields)
            except Unreadable as problem:
                return problem
            for name, value in values.items():
                place = Place(request.event_id, request.event_type, part.subject, name, request.schema_id)
                if place in found:
                    return Unreadable(
                        "sealed.twice",
                        field="sealed",
                        found=f"{name.value} of {part.subject} in two parts",
                        expected="each field of a person once in an event",
                        remedy="put it in one part, or tell the second in another event",
                    )
                found[place] = orjson.dumps(value)
        return list(found.items())

    def _data_keys(self, people: Collection[Person]) -> dict[Person, bytes | None]:
        """The key of each person, made where there was none; None for a person who was erased."""
        if not people:
            return {}
        wanted = sorted(people)  # in one order everywhere, so that two writers cannot wait for each other
        made = {person: secrets.token_bytes(parts.KEY_BYTES) for person in wanted}
        wrapped = {person: self._keks.wrap(key, _row(*person)) for person, key in made.items()}
        now_s = self._now_s()
        fresh = [
            {"case_id": case_id, "subject": subject, "kek": self._keks.current, "wrapped": body, "made_s": now_s}
            for (case_id, subject), body in wrapped.items()
        ]
        with writing(self._engine) as connection:  # offered, not looked up first: one transaction, whoever else writes
            _offer(connection, _data, fresh)
            stored = self._look_up(connection, wanted)
        return {
            person: made[person] if row.wrapped == wrapped[person] else self._unwrap(row)
            for person, row in stored.items()
        }

    def _look_up(self, connection: sa.Connection, people: Sequence[Person]) -> dict[Person, Any]:
        wanted, cases, rows = set(people), sorted({case_id for case_id, _ in people}), {}
        for start in range(0, len(cases), _LOOKUP_SIZE):
            for row in connection.execute(_OF_CASES, {"cases": cases[start : start + _LOOKUP_SIZE]}):
                if (row.case_id, row.subject) in wanted:
                    rows[row.case_id, row.subject] = row
        return rows

    def _unwrap(self, row: Any) -> bytes | None:
        if row.wrapped is None:
            return None
        return self._keks.unwrap(row.wrapped, row.kek, _row(row.case_id, row.subject))

    # --- reading and forgetting ----------------------------------------------------------------------------------

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
        with reading(self._engine) as connection:
            row = self._look_up(connection, [(case_id, subject)]).get((case_id, subject))
        key = self._unwrap(row) if row else None
        if key is None:
            raise NoKey(case_id, subject, destroyed=row is not None)
        return orjson.loads(parts.decrypt(key, Place(event_id, event_type, subject, field, schema_id), body))

    def destroy(self, case_id: str, subject: str) -> bool:
        with writing(self._engine) as connection:
            query = sa.select(_data.c.wrapped).where(_data.c.case_id == case_id, _data.c.subject == subject)
            had = connection.execute(query).scalar_one_or_none() is not None
            gone = {"wrapped": None, "kek": None, "destroyed_s": self._now_s()}
            ours = {"case_id": case_id, "subject": subject, "made_s": self._now_s()}
            _offer(connection, _data, [ours])  # also before there was a key: nothing may be sealed from here on
            mine = (_data.c.case_id == case_id) & (_data.c.subject == subject)
            connection.execute(sa.update(_data).where(mine, _data.c.destroyed_s.is_(None)).values(gone))
        if self._engine.dialect.name == "sqlite":
            with (
                translated(self._engine),
                closing(self._engine.raw_connection()) as raw,
            ):  # the key still stands in the write-ahead log
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return had

    # --- the database --------------------------------------------------------------------------------------------

    def _now_s(self) -> int:
        return int(self._time.now().timestamp())


def _reseal(
    case_id: str, found: Sequence[tuple[Place, bytes]], keys: dict[Person, bytes | None]
) -> tuple[Sealed, ...] | Unreadable:
    sealed = []
    for place, plaintext in found:
        key = keys[case_id, place.subject]
        if key is None:
            return Unreadable(
                "sealed.subject_erased",
                field="sealed",
                found=f"a sealed part about {place.subject}, who was erased from this case",
                expected="no personal data of a person who was erased",
                remedy="send the event without this part; for another person, use another handle",
            )
        body = parts.encrypt(key, place, plaintext)
        sealed.append(Sealed(subject=place.subject, fields=(place.field,), body=body))
    return tuple(sealed)


def _offer(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert the rows that are not there yet."""
    connection.execute(_OFFER[connection.dialect.name, table.name], rows)


def _row(case_id: str, subject: str) -> str:
    return f"data {case_id} {subject}"


def _create_tables(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":  # CREATE IF NOT EXISTS alone fails when two do it at once
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_FAMILY)))
        _metadata.create_all(connection, checkfirst=True)
