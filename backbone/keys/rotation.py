"""Rotating the key-encryption keys, while everything runs: a new one becomes current, what lives is wrapped anew, the old one is destroyed.

The ledger is not touched: data keys stay what they are, only what wraps them changes. What was destroyed before is not wrapped anew,
so with the old key its last copies, in whatever backup, become worthless: that is when an erasure is *final*.

    rotate   1. the new key is put in the file, durable   2. the older ones are closed: no transaction wraps under them any more
             3. batch by batch, what is wrapped under an older one is wrapped under the new one
    retire   4. nothing is left under an older one: it is taken out of the file and overwritten   5. the database is written anew

Each step looks at what is there and does what is lacking, so that a run that was killed is made good by the next. Processes that
run notice the changed file; one whose file is behind waits, and says so. Who holds a key is `files`'s business, how it wraps `wrapping`'s.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backbone.keys.databases import reading, scrub, writing
from backbone.keys.files import Held, KeyFile, KeyFiles, KeysUnusable, replace, tidy
from backbone.keys.tables import FAMILY_DATA, FAMILY_DOOR, WRAPPED, close_older, kek
from backbone.keys.wrapping import (
    DataLock,
    DataUnlock,
    data_row,
    door_row,
    public_half,
    public_of,
    unwrap_under,
    wrap_under,
)
from schakel.timesource import TimeSource

BATCH = 500
"""Keys in one transaction: short enough that intake does not wait noticeably (some ten milliseconds)."""
FAMILIES = (FAMILY_DOOR, FAMILY_DATA)
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class KekState:
    """One key-encryption key. wraps: how many keys are wrapped under it now. held: whether its file has it (None: not to be seen)."""

    family: str
    id: str
    made_s: int
    current: bool
    closed: bool
    destroyed: bool
    held: bool
    wraps: int

    @property
    def waits(self) -> bool:
        """Whether something is still to be done with it: to be wrapped anew, closed, or destroyed."""
        return not self.current and not self.destroyed


class Rotation:
    """See the module's words. One process at a time changes anything (`alone`)."""

    def __init__(self, engine: sa.Engine, files: KeyFiles, time: TimeSource, *, batch: int = BATCH) -> None:
        self._engine, self._files, self._time, self._batch = engine, files, time, batch

    def status(self) -> list[KekState]:
        """Every key-encryption key that the database or a file knows, by family, the newest first. Raises KeysUnusable, KeysAway."""
        found = []
        with reading(self._engine) as connection:
            for family in FAMILIES:
                held = KeyFile(self._path(family)).read()
                wraps = _counts(connection, family)
                rows = {row.id: row for row in connection.execute(sa.select(kek).where(kek.c.family == family))}
                for name in sorted(rows.keys() | held.keys.keys()):
                    row = rows.get(name)
                    found.append(
                        KekState(
                            family,
                            name,
                            row.made_s if row else 0,
                            name == held.current,
                            bool(row and row.closed_s is not None),
                            bool(row and row.destroyed_s is not None),
                            name in held.keys,
                            wraps.get(name, 0),
                        )
                    )
        return sorted(found, key=lambda one: (FAMILIES.index(one.family), not one.current, -one.made_s, one.id))

    # -- rotate --------------------------------------------------------------------------------------------------------

    def rotate(self, family: str, tell: Tell = lambda sentence: None) -> str:
        """Steps 1 to 3; returns the id of the current key. A rotation that was begun is ended, not begun once more.

        Raises KeysUnusable (also when another rotation is under way), KeysAway; then run it again.
        """
        with self._alone():
            held = self._begun(family)
            with writing(self._engine) as connection:
                close_older(connection, family, held.current, self._now_s())
            self._wrap_anew(family, held, tell)
            return held.current

    def _begun(self, family: str) -> Held:
        """The file with a new key, or with the one that an earlier run put in it."""
        path = self._path(family)
        held = KeyFile(path).read()
        tidy(path)
        if not held.older() and not self._left(family, held.current):
            fresh = Held.fresh()
            held = Held(fresh.current, {**fresh.keys, **held.keys})
            replace(path, held)
        if family == FAMILY_DATA and _public(self._files) != public_of(held):
            replace(self._files.public, public_of(held))
        return held

    def _left(self, family: str, current: str) -> int:
        """How many keys are still wrapped under another than this."""
        with reading(self._engine) as connection:
            return sum(count for name, count in _counts(connection, family).items() if name != current)

    def _wrap_anew(self, family: str, held: Held, tell: Tell) -> None:
        table = WRAPPED[family]
        names = [column.name for column in table.primary_key]
        change = (_anew_door if family == FAMILY_DOOR else _anew_data)(held, KeyFile(self._path(family)))
        update = (
            sa.update(table)
            .where(*(table.c[name] == sa.bindparam(f"at_{name}") for name in names))
            # Not when it was destroyed, or wrapped anew by somebody else, since we looked.
            .where(table.c.kek == sa.bindparam("was"))
        )
        done = 0
        while self._left(family, held.current):
            with reading(self._engine) as connection:  # ids alone: what wraps them is read batch by batch
                query = sa.select(*table.primary_key).where(table.c.kek.is_not(None), table.c.kek != held.current)
                wanted = connection.execute(query).all()
            for some in batches(wanted, self._batch):
                with reading(self._engine) as connection:
                    where = sa.tuple_(*table.primary_key).in_([tuple(row) for row in some])
                    rows = connection.execute(sa.select(table).where(where, table.c.kek != held.current)).all()
                changed = change(rows)
                if changed:
                    with writing(self._engine) as connection:
                        connection.execute(update, changed)
                done += len(changed)
                tell(f"{done} of {len(wanted)} keys of {family} are wrapped anew")

    # -- retire --------------------------------------------------------------------------------------------------------

    def retire(self, family: str) -> list[str]:
        """Steps 4 and 5; returns the ids of the keys that are destroyed now. Nothing happens when there is none.

        Raises KeysUnusable when keys are still wrapped under an older one (rotate first), KeysAway; then run it again.
        """
        with self._alone():
            path = self._path(family)
            held = KeyFile(path).read()
            tidy(path)
            waiting = [one for one in self.status() if one.family == family and one.waits]
            if unfinished := [one.id for one in waiting if one.wraps or not one.closed]:
                raise KeysUnusable(
                    f"{', '.join(unfinished)} of {family} cannot be destroyed: keys are, or may yet be, wrapped under it; run "
                    "'backbone keys rotate' first"
                )
            if not waiting:
                return []
            if held.older():
                replace(path, Held(held.current, {held.current: held.keys[held.current]}))
            scrub(self._engine)
            gone = [one.id for one in waiting]
            with writing(self._engine) as connection:
                connection.execute(sa.update(kek).where(kek.c.id.in_(gone)).values(destroyed_s=self._now_s()))
            return gone

    # -- both ----------------------------------------------------------------------------------------------------------

    def _path(self, family: str) -> Any:
        return self._files.door if family == FAMILY_DOOR else self._files.data

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two operators at once would each put a key in the file, and one of the two would be lost. Raises KeysUnusable."""
        beside = self._files.data.with_name("rotating.lock")
        lock = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise KeysUnusable(
                f"somebody else is rotating or retiring keys here ({beside}); wait until that ends"
            ) from None
        finally:
            os.close(lock)

    def _now_s(self) -> int:
        return int(self._time.now().timestamp())


def batches(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The rows, `size` at a time."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _counts(connection: sa.Connection, family: str) -> dict[str, int]:
    """How many keys are wrapped under each key-encryption key."""
    table = WRAPPED[family]
    query = sa.select(table.c.kek, sa.func.count()).where(table.c.kek.is_not(None)).group_by(table.c.kek)
    return {name: count for name, count in connection.execute(query).all()}


def _public(files: KeyFiles) -> Held | None:
    """What the file of public halves holds; None when it is not there or cannot be used."""
    try:
        return KeyFile(files.public, secret=False).read()
    except KeysUnusable:
        return None


Change = Callable[[Sequence[Any]], list[dict[str, Any]]]


def _anew_door(held: Held, file: KeyFile) -> Change:
    def change(rows: Sequence[Any]) -> list[dict[str, Any]]:
        made = []
        for row in rows:
            at = door_row(row.kid)
            secret = unwrap_under(_older(held, row.kek, at, file), row.wrapped, row.kek, at)
            wrapped = wrap_under(held.keys[held.current], secret, at)
            made.append({"at_kid": row.kid, "was": row.kek, "kek": held.current, "wrapped": wrapped})
        return made

    return change


def _anew_data(held: Held, file: KeyFile) -> Change:
    public = public_half(held.keys[held.current])

    def change(rows: Sequence[Any]) -> list[dict[str, Any]]:
        unlock, lock = DataUnlock(file), DataLock(held.current, public)
        made = []
        for row in rows:
            at = data_row(row.case_id, row.subject, row.key_id)
            key = unlock.unwrap(row.locked, row.wrapped, row.kek, at)
            made.append(
                {
                    "at_case_id": row.case_id,
                    "at_subject": row.subject,
                    "at_key_id": row.key_id,
                    "was": row.kek,
                    "kek": lock.kek,
                    "locked": lock.locked,
                    "wrapped": lock.wrap(key, at),
                }
            )
        return made

    return change


def _older(held: Held, name: str, row: str, file: KeyFile) -> bytes:
    if name not in held.keys:
        raise KeysUnusable(
            f"the key of {row} is wrapped under {name}, which {file.path} does not hold; bring back its backup"
        )
    return held.keys[name]
