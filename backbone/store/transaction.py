"""One transaction over one partition: everything a batch of records changes, or nothing of it.

SQLAlchemy Core throughout; only the statements of the hot loop go straight to the driver. Opening, locking and committing are
`backbone.store.store`'s.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.sql.dml import Insert

from backbone.store import parking, statements, tables
from backbone.store.outbox import in_rows, pack, unpack
from backbone.store.rows import Checkpoint, Outgoing, ParkedRecord, Pending
from schakel.record import Raw

_IDS_AT_ONCE = 500
_COLUMNS = ", ".join(f'"{field.name}"' for field in fields(Checkpoint))
_EARLIEST = """
    WITH RECURSIVE places(place) AS (
        SELECT min("partition") FROM timer
        UNION ALL
        SELECT (SELECT min("partition") FROM timer WHERE "partition" > place) FROM places WHERE place IS NOT NULL
    )
    SELECT min((SELECT min(due_at_ms) FROM timer WHERE "partition" = place)) FROM places WHERE place IS NOT NULL
"""
"""From partition to partition by the index: a plain min() over all would read every timer there is, whenever intake asks."""
_DUE = 'SELECT case_id FROM timer WHERE "partition" = ? AND due_at_ms <= ? ORDER BY due_at_ms LIMIT ?'
_LOCK_LITE = f'SELECT {_COLUMNS} FROM checkpoint WHERE topic = ? AND "partition" = ?'
_LOCK = f'SELECT {_COLUMNS} FROM checkpoint WHERE topic = %b AND "partition" = %b FOR UPDATE'


class Tx:
    """See the module's words. `checkpoint` is what the row said when the transaction took its lock.

    A processor writes by these methods, or to tables of its own by `connection`. It never commits, and never moves the
    checkpoint: that is the engine's.
    """

    def __init__(self, connection: Connection, cursor: Any, checkpoint: Checkpoint) -> None:
        self.connection = connection
        self.checkpoint = checkpoint
        self._cursor = cursor
        self.wrote = False
        """Whether anything was written by the methods below; what goes by `connection` itself has to say so (`touch`)."""
        self._outgoing: list[Outgoing] = []
        self._lite = connection.dialect.name == "sqlite"

    def touch(self) -> None:
        """Say that a tick wrote by `connection` itself; else its transaction is rolled back as one that did nothing."""
        self.wrote = True

    def upsert(self, table: Table, key: Sequence[str], columns: Sequence[str]) -> Insert:
        """An insert that replaces `columns` where `key` is there already, in this database's dialect."""
        self.wrote = True
        return upsert(self.connection, table, key, columns)

    def add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write new rows, all with the same columns. One that is there already is an IntegrityError of the driver's."""
        if rows:
            self._insert(statements.put(self._lite, table, tuple(rows[0]), None), rows)

    def put(self, table: Table, rows: Sequence[Mapping[str, Any]], replaced: Sequence[str] | None = None) -> None:
        """Write rows, all with the same columns. One whose primary key is there already gets `replaced` of them; None: all others."""
        if rows:
            columns = tuple(rows[0])
            if replaced is None:
                replaced = [name for name in columns if not table.c[name].primary_key]
            self._insert(statements.put(self._lite, table, columns, tuple(replaced)), rows)

    def _insert(self, made: statements.Put, rows: Sequence[Mapping[str, Any]]) -> None:
        self.wrote = True
        self._cursor.executemany(made.sql, made.values(rows))

    def find(self, table: Table, column: str, values: Iterable[str]) -> list[tuple[Any, ...]]:
        """The rows whose `column` has one of these values, as the driver gives them: for tables of texts, bytes and numbers."""
        what = ", ".join(f'"{one.name}"' for one in table.columns)
        return self._among(f'SELECT {what} FROM "{table.name}" WHERE "{column}"', values, reading=True)

    def remove(self, table: Table, column: str, values: Iterable[str]) -> None:
        """Delete the rows whose `column` has one of these values."""
        self.wrote = True
        self._among(f'DELETE FROM "{table.name}" WHERE "{column}"', values, reading=False)

    def _among(self, sql: str, values: Iterable[str], *, reading: bool) -> list[tuple[Any, ...]]:
        wanted, found = list(values), []
        if not self._lite:
            done = self._cursor.execute(f"{sql} = ANY(%s)", (wanted,))
            return list(done.fetchall()) if reading else []
        for some in _slices(wanted):
            self._cursor.execute(f"{sql} IN ({', '.join('?' * len(some))})", some)
            if reading:
                found.extend(self._cursor.fetchall())
        return found

    @classmethod
    def locking(cls, connection: Connection, driver: Any, topic: str, partition: int) -> "Tx | None":
        """The transaction of this partition, its checkpoint's row locked to the end (SQLite: the whole file is, by BEGIN
        IMMEDIATE). None where there is no such row. driver: the connection beneath `connection`."""
        lite = connection.dialect.name == "sqlite"
        cursor = driver.cursor() if lite else driver.cursor(binary=True)
        row = cursor.execute(_LOCK_LITE if lite else _LOCK, (topic, partition)).fetchone()
        return None if row is None else cls(connection, cursor, Checkpoint(*row))

    def close(self) -> None:
        """For the store: nothing more is read, whatever was left unread."""
        self._cursor.close()

    def checkpoints(self) -> dict[tuple[str, int], Checkpoint]:
        """How far the whole service has come, all workers together, as this transaction sees it."""
        return checkpoints(self.connection)

    # -- outbox --------------------------------------------------------------------------------------------------------

    def outbox(self, rows: Iterable[Outgoing]) -> None:
        """To be published after the commit, by whoever holds this partition then.

        Each partition of each topic gets its records in this order. Records for topics that the service itself reads follow
        when all others of the transaction are acknowledged: an event that says something is done never precedes the doing.
        """
        self._outgoing.extend(rows)

    def outgoing(self) -> Sequence[Outgoing]:
        """What this transaction will send so far."""
        return self._outgoing

    def write_outbox(self) -> list[Pending]:
        """For the engine: put what was handed to `outbox` into the database, once, at the end of the transaction.

        Raises OutgoingTooLarge.
        """
        point, written = self.checkpoint, []
        for records in in_rows(self._outgoing):
            point.outbox_seq += 1
            written.append(Pending(point.outbox_seq, records))
        if written:
            self.many(
                "INSERT INTO outbox (checkpoint_id, seq, records, packed) VALUES (?, ?, ?, ?)",
                [(point.id, row.seq, len(row.records), pack(row.records)) for row in written],
            )
        self._outgoing = []
        return written

    def pending(self, after_seq: int, limit: int) -> list[Pending]:
        """For the engine: outbox rows of this partition behind `after_seq`, oldest first; `limit` counts rows, not records."""
        box = tables.outbox.c
        statement = (
            select(box.seq, box.packed)
            .where(box.checkpoint_id == self.checkpoint.id, box.seq > after_seq)
            .order_by(box.seq)
            .limit(limit)
        )
        return [Pending(row.seq, unpack(row.packed)) for row in self.connection.execute(statement)]

    def forget_published(self, up_to_seq: int) -> None:
        """For the engine: drop outbox rows of this partition up to and including this one."""
        self.wrote = True
        sql = "DELETE FROM outbox WHERE checkpoint_id = ? AND seq <= ?"
        self._cursor.execute(self._sql(sql), (self.checkpoint.id, up_to_seq))

    # -- snapshots -----------------------------------------------------------------------------------------------------

    def snapshots(self, case_ids: Iterable[str]) -> dict[str, bytes]:
        """The snapshots of these cases, as far as there are any; of any partition."""
        return dict(self._among("SELECT case_id, state FROM snapshot WHERE case_id", case_ids, reading=True))

    def save_snapshots(self, states: Mapping[str, bytes], partition: int | None = None) -> None:
        """Write cases' snapshots, new or changed. partition: the ledger's, for a transaction over another topic."""
        where = self.checkpoint.partition if partition is None else partition
        self.many(
            'INSERT INTO snapshot (case_id, "partition", state) VALUES (?, ?, ?)'
            " ON CONFLICT (case_id) DO UPDATE SET state = excluded.state",
            [(case_id, where, state) for case_id, state in states.items()],
        )

    def case_ids(self, partition: int, after: str, limit: int) -> list[str]:
        """Cases of a partition in the order of their ids, for going through all of them in pieces; `after` "" begins."""
        column = tables.snapshot.c
        statement = (
            select(column.case_id)
            .where(column.partition == partition, column.case_id > after)
            .order_by(column.case_id)
            .limit(limit)
        )
        return list(self.connection.execute(statement).scalars())

    # -- timers --------------------------------------------------------------------------------------------------------

    def set_timers(self, timers: Mapping[str, Sequence[tuple[str, int]]], partition: int | None = None) -> None:
        """Replace all timers of these cases by (name, due in milliseconds since 1970)."""
        where = self.checkpoint.partition if partition is None else partition
        self.many("DELETE FROM timer WHERE case_id = ?", [(case_id,) for case_id in timers])
        self.many(
            'INSERT INTO timer (case_id, name, "partition", due_at_ms) VALUES (?, ?, ?, ?)',
            [(case_id, name, where, due_at_ms) for case_id, named in timers.items() for name, due_at_ms in named],
        )

    def timers_due(self, partition: int, until_ms: int, limit: int) -> list[str]:
        """Cases of a partition with a timer at or before this moment, most urgent first.

        Read in the order of the index and no further than needed: however many are due at once, this costs what `limit` costs.
        """
        rows_wanted = limit
        while True:
            found = self._cursor.execute(self._sql(_DUE), (partition, until_ms, rows_wanted)).fetchall()
            cases = list(dict.fromkeys(case_id for (case_id,) in found))[:limit]
            if len(cases) == limit or len(found) < rows_wanted:
                return cases
            rows_wanted *= 2  # a case has several timers that are due

    def drop_timers(self, case_ids: Iterable[str], until_ms: int) -> None:
        """Forget the timers of these cases at or before this moment; those that come later stay."""
        self.many(
            "DELETE FROM timer WHERE case_id = ? AND due_at_ms <= ?", [(case_id, until_ms) for case_id in case_ids]
        )

    def earliest_timer(self) -> int | None:
        """The first timer of the whole service (milliseconds since 1970), or None."""
        row = self._cursor.execute(_EARLIEST).fetchone()
        return None if row is None else row[0]

    # -- parked --------------------------------------------------------------------------------------------------------

    def park(self, case_id: str, raw: Raw, reason: str) -> None:
        """Put a record aside; everything later of its case has to queue behind it. reason: no personal data."""
        self.connection.execute(
            self.upsert(tables.parked, ("topic", "partition", "offset"), ("reason", "retry")),
            parking.as_row(case_id, raw, reason),
        )

    def parked_cases(self, case_ids: Iterable[str]) -> set[str]:
        """Those of these cases that have a parked record."""
        if self._none_parked():
            return set()
        return {
            case_id for (case_id,) in self._among("SELECT case_id FROM parked WHERE case_id", case_ids, reading=True)
        }

    def _none_parked(self) -> bool:
        """Nearly always so, and asked in every transaction."""
        return self._cursor.execute("SELECT 1 FROM parked LIMIT 1").fetchone() is None

    def parked(self, *, case_id: str | None = None, retry_only: bool = False, limit: int = 1_000) -> list[ParkedRecord]:
        """Parked records of this transaction's topic and partition, in the order of the log.

        case_id: of one case. retry_only: those that an operator wants tried again (`Store.retry_parked`).
        """
        if self._none_parked():
            return []
        point = self.checkpoint
        place = (point.topic, point.partition)
        return parking.find(self.connection, place=place, case_id=case_id, retry_only=retry_only, limit=limit)

    def unpark(self, ids: Iterable[int]) -> None:
        """Forget parked records: they have been processed, or voided in the ledger."""
        self.many("DELETE FROM parked WHERE id = ?", [(number,) for number in ids])

    # -- notes ---------------------------------------------------------------------------------------------------------

    def note(self, name: str) -> str | None:
        """A small fact of this service, or None."""
        sql = self._sql("SELECT value FROM note WHERE name = ?")
        row = self._cursor.execute(sql, (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_note(self, name: str, value: str | None) -> None:
        """Remember a small fact; None forgets it."""
        if value is None:
            self.wrote = True
            self.connection.execute(delete(tables.note).where(tables.note.c.name == name))
        else:
            self.connection.execute(self.upsert(tables.note, ("name",), ("value",)), {"name": name, "value": value})

    # -- the driver ----------------------------------------------------------------------------------------------------

    def advance(self) -> None:
        """For the engine: write `checkpoint` as it stands now."""
        self.wrote = True
        point = self.checkpoint
        self._cursor.execute(
            self._sql(
                "UPDATE checkpoint SET next_offset = ?, topic_id = ?, digest = ?, rebuild_until = ?, outbox_seq = ? WHERE id = ?"
            ),
            (point.next_offset, point.topic_id, point.digest, point.rebuild_until, point.outbox_seq, point.id),
        )

    def many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Carry this out once for each of these values, each a `?` in it."""
        if rows:
            self.wrote = True
            self._cursor.executemany(self._sql(sql), rows)

    def _sql(self, sql: str) -> str:
        """Written for SQLite; psycopg marks a value with %b (the binary form, half the time of the textual one)."""
        return sql if self._lite else sql.replace("?", "%b")


def checkpoints(connection: Connection) -> dict[tuple[str, int], Checkpoint]:
    """Of every partition that the service has taken up."""
    rows = connection.execute(select(*(tables.checkpoint.c[field.name] for field in fields(Checkpoint))))
    return {(point.topic, point.partition): point for point in (Checkpoint(*row) for row in rows)}


def upsert(connection: Connection, table: Table, key: Sequence[str], columns: Sequence[str]) -> Insert:
    """An insert that replaces `columns` (none: leaves the row alone) where `key` is there already."""
    return statements.upsert(connection.dialect.name == "sqlite", table, tuple(key), tuple(columns))


def _slices(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Databases limit how many values one statement may hold."""
    return (ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE))
