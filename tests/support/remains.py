"""Everything that remains of a backbone, as somebody would have it who took all of it: which sealed parts can still be opened?

Every key that is found in any file is tried on every wrapped key in any database, whatever these say of belonging together, and every
key that comes out of that on every sealed part. So "not recoverable from anything that remains" is asked of what is there, not of what
the code does with it. To be called after an erasure, with copies and backups too.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.errors import JoseError

from backbone.keys import parts, wrapping
from backbone.keys.files import _parsed
from backbone.keys.parts import DataKey, Place
from schakel import codec
from schakel.envelope import read_headers
from schakel.errors import Unreadable
from schakel.events import Told
from schakel.record import Raw
from schakel.sealing import PrivateKey, PublicKey

_TABLES = ("person_key", "door_key")
_LARGEST_KEY_FILE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Recovered:
    """people: (case, person) of whom a field of the ledger opens. waiting: (event, person) whose part on an `in` topic opens."""

    people: frozenset[tuple[str, str]]
    waiting: frozenset[tuple[str, str]]


def recoverable(
    places: Sequence[Path], ledger: Iterable[Raw], inbound: Iterable[Raw] = (), *, urls: Sequence[str] = ()
) -> Recovered:
    """places: directories, looked through whole. urls: databases of keys elsewhere. ledger, inbound: as they stand on the topics."""
    keks = [key for place in places for key in _keks(place)]
    rows = [row for place in places for row in _sqlite_rows(place)] + [row for url in urls for row in _rows_at(url)]
    data = [key for row in rows for key in _data_keys(row, keks)]
    doors = [key for row in rows for key in _door_keys(row, keks)]
    people = {
        (case, subject)
        for raw in ledger
        for case, subject, place, body in _sealed(raw)
        if any(_opens(key, place, body) for key in data)
    }
    waiting = {(who, subject) for raw in inbound for who, subject, body in _to_the_door(raw) if _any_door(doors, body)}
    return Recovered(frozenset(people), frozenset(waiting))


def _files(place: Path) -> Iterator[Path]:
    return (path for path in sorted(place.rglob("*")) if path.is_file() and not path.is_symlink())


def _keks(place: Path) -> Iterator[bytes]:
    for path in _files(place):
        if path.stat().st_size <= _LARGEST_KEY_FILE:
            with suppress(UnicodeDecodeError):
                held = _parsed(path.read_text(encoding="ascii"))
                yield from held.keys.values() if held else ()


def _sqlite_rows(place: Path) -> Iterator[dict[str, Any]]:
    """What an SQLite file says, with what waits in its write-ahead log; on a copy, so that looking changes nothing."""
    for path in _files(place):
        with path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\x00":
                continue
        with TemporaryDirectory() as copies:
            for beside in path.parent.glob(f"{path.name}*"):
                shutil.copy(beside, copies)
            with closing(sqlite3.connect(Path(copies) / path.name)) as connection:
                connection.row_factory = sqlite3.Row
                known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
                for table in known & set(_TABLES):
                    yield from (dict(row) for row in connection.execute(f"SELECT * FROM {table}"))


def _rows_at(url: str) -> Iterator[dict[str, Any]]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        for table in _TABLES:
            yield from (dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}")).mappings())
    engine.dispose()


def _data_keys(row: dict[str, Any], keks: Sequence[bytes]) -> Iterator[DataKey]:
    if not row.get("locked"):
        return
    at = wrapping.data_row(row["case_id"], row["subject"], row["key_id"])
    for kek in keks:
        with suppress(InvalidTag, ValueError):
            private = X25519PrivateKey.from_private_bytes(kek)
            lock = wrapping._SUITE.decrypt(bytes(row["locked"]), private, info=wrapping._info(row["kek"]))
            wrapped = bytes(row["wrapped"])
            key = AESGCM(lock).decrypt(wrapped[:12], wrapped[12:], at.encode())
            yield DataKey.of(bytes.fromhex(row["key_id"]), key)


def _door_keys(row: dict[str, Any], keks: Sequence[bytes]) -> Iterator[PrivateKey]:
    if "kid" not in row or not row["wrapped"]:
        return
    for kek in keks:
        with suppress(InvalidTag):
            wrapped = bytes(row["wrapped"])
            secret = AESGCM(kek).decrypt(wrapped[:12], wrapped[12:], wrapping.door_row(row["kid"]).encode())
            yield PrivateKey(PublicKey(row["kid"], row["x"], row["y"]), secret.decode())


def _told(raw: Raw) -> tuple[Any, Told] | None:
    with suppress(Unreadable):
        event = codec.decode_event(raw.value)
        if isinstance(event, Told):
            return read_headers(raw.headers), event
    return None


def _sealed(raw: Raw) -> Iterator[tuple[str, str, Place, bytes]]:
    if (found := _told(raw)) and raw.value:
        envelope, event = found
        schema_id = int.from_bytes(raw.value[1:5], "big")
        for part in event.sealed:
            for field in part.fields:
                place = Place(envelope.id, envelope.type, part.subject, field, schema_id)
                yield envelope.case or "", part.subject, place, part.body


def _opens(key: DataKey, place: Place, body: bytes) -> bool:
    with suppress(Unreadable):
        parts.decrypt(key, place, body)
        return True
    return False


def _to_the_door(raw: Raw) -> Iterator[tuple[str, str, bytes]]:
    if found := _told(raw):
        yield from ((found[0].id, part.subject, part.body) for part in found[1].sealed)


def _any_door(keys: Sequence[PrivateKey], body: bytes) -> bool:
    for key in keys:
        with suppress(JoseError, ValueError, TypeError, KeyError):
            key.open(body)
            return True
    return False
