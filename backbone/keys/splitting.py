"""From the first version's one file, `kek.json`, which wrapped door keys and data keys alike, to a file for each.

Its key becomes an older key of the door; each data key is locked to the new public half; then the door keys are wrapped anew and the
old key is destroyed, as in every rotation. Done at the first start of this version, before any service runs, and taken up again when it
was killed: what is left to do is what is left in the old table. A body that was sealed then names no key: it is opened by the empty id.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from backbone.keys.databases import reading, translated, writing
from backbone.keys.files import Held, KeyFile, KeyFiles, make, wipe
from backbone.keys.rotation import BATCH, Rotation, batches
from backbone.keys.tables import FAMILY_DATA, FAMILY_DOOR, kek, offer, person, person_key
from backbone.keys.wrapping import DataLock, data_row, public_half, unwrap_under

_then = sa.MetaData()
_data = sa.Table(
    "data_key",
    _then,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("kek", sa.Text),
    sa.Column("wrapped", sa.LargeBinary),
    sa.Column("made_s", sa.BigInteger, nullable=False),
    sa.Column("destroyed_s", sa.BigInteger),
)
_kek = sa.Table("kek", _then, sa.Column("id", sa.Text, primary_key=True))


def begin(engine: sa.Engine, home: Path, files: KeyFiles, now_s: int) -> None:
    """The new files, and every data key under them. Does nothing where nothing is left of the old way."""
    if not _is_old(engine):
        return
    old = KeyFile(home / "kek.json").read()
    fresh = Held.fresh()
    make(files.door, Held(fresh.current, {**fresh.keys, **old.keys}))
    make(files.data, Held.fresh())
    with writing(engine) as connection:
        for family, path in ((FAMILY_DOOR, files.door), (FAMILY_DATA, files.data)):
            known = [{"id": name, "family": family, "made_s": now_s} for name in KeyFile(path).read().keys]
            offer(connection, kek, known)
    held = KeyFile(files.data).read()
    lock = DataLock(held.current, public_half(held.keys[held.current]))
    with reading(engine) as connection:
        rows = connection.execute(sa.select(_data)).all()
    for some in batches(rows, BATCH):
        _move(engine, some, old, lock)
    with writing(engine) as connection:
        _then.drop_all(connection)


def finish(engine: sa.Engine, home: Path, rotation: Rotation) -> None:
    """The door keys under the new key, and the old one destroyed."""
    path = home / "kek.json"
    if not path.exists():
        return
    with reading(engine) as connection:
        known = connection.execute(sa.select(kek.c.id).where(kek.c.id == KeyFile(path).read().current)).all()
    if known:  # else it belongs to another database: not ours to destroy
        rotation.rotate(FAMILY_DOOR)
        rotation.retire(FAMILY_DOOR)
        wipe(path)


def _is_old(engine: sa.Engine) -> bool:
    with translated(engine):
        return sa.inspect(engine).has_table(_data.name)


def _move(engine: sa.Engine, rows: Sequence[Any], old: Held, lock: DataLock) -> None:
    people, keys = [], []
    for row in rows:
        hers = {"case_id": row.case_id, "subject": row.subject, "made_s": row.made_s}
        people.append({**hers, "destroyed_s": row.destroyed_s})
        if row.wrapped is not None:
            at = f"data {row.case_id} {row.subject}"  # as it was bound then
            key = unwrap_under(old.keys[row.kek], row.wrapped, row.kek, at)
            wrapped = lock.wrap(key, data_row(row.case_id, row.subject, ""))
            keys.append({**hers, "key_id": "", "kek": lock.kek, "locked": lock.locked, "wrapped": wrapped})
    moved = sa.tuple_(_data.c.case_id, _data.c.subject).in_([(row.case_id, row.subject) for row in rows])
    with writing(engine) as connection:
        connection.execute(sa.insert(person), people)
        if keys:
            connection.execute(sa.insert(person_key), keys)
        connection.execute(sa.delete(_data).where(moved))
