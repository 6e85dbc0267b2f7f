"""One transaction over one partition: everything a batch of records changes, or nothing of it.

SQLAlchemy Core throughout; only the two hot loops (snapshots, outbox) hand their rows to the driver in one call.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from backbone.store import tables
from backbone.store.rows import Checkpoint, Outgoing, Parked, Waiting
from schakel.record import Raw

_IDS_AT_ONCE = 500
_headers_out = msgspec.msgpack.Encoder().encode
_headers_in = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...]).decode


class Tx:
    """See the module's words. `checkpoint` is what the row said when the transaction took its lock."""

    def __init__(self, connection: Connection, checkpoint: Checkpoint) -> None:
        self.connection = connection
        self.checkpoint = checkpoint
        self._mark = "?" if connection.dialect.name == "sqlite" else "%s"
        self.outbox_rows = 0

    # -- position ------------------------------------------------------------------------------------------------------

    def save_checkpoint(self) -> None:
        """Write `checkpoint` as it stands now."""
        point = self.checkpoint
        columns = ("next_offset", "topic_id", "digest", "rebuilding", "rebuild_to")
        self.connection.execute(
            self.upsert(tables.checkpoint, ("topic", "partition"), columns),
            {"topic": point.topic, "partition": point.partition, **{name: getattr(point, name) for name in columns}},
        )

    def upsert(self, table: Table, key: Sequence[str], columns: Sequence[str]) -> Insert:
        """An insert that replaces `columns` where `key` is there already, in this database's dialect."""
        make = sqlite.insert if self.connection.dialect.name == "sqlite" else postgresql.insert
        statement = make(table)
        return statement.on_conflict_do_update(
            index_elements=list(key), set_={name: statement.excluded[name] for name in columns}
        )

    # -- outbox --------------------------------------------------------------------------------------------------------

    def outbox(self, rows: Iterable[Outgoing]) -> None:
        """To be published after the commit, in this order, by whoever holds this partition then."""
        cause = (self.checkpoint.topic, self.checkpoint.partition)
        values = [
            (*cause, row.topic, row.partition, row.key, row.value, _headers_out(row.headers)) for row in rows
        ]
        if values:
            marks = ", ".join([self._mark] * 7)
            columns = 'cause_topic, cause_partition, topic, "partition", "key", value, headers'
            self.connection.exec_driver_sql(f"INSERT INTO outbox ({columns}) VALUES ({marks})", values)
            self.outbox_rows += len(values)

    def waiting(self, limit: int) -> list[Waiting]:
        """Rows of this partition that are still to be published, oldest first."""
        box, point = tables.outbox.c, self.checkpoint
        statement = (
            select(tables.outbox)
            .where(box.cause_topic == point.topic, box.cause_partition == point.partition)
            .order_by(box.seq)
            .limit(limit)
        )
        return [
            Waiting(row.seq, Outgoing(row.topic, row.partition, row.key, row.value, _headers_in(row.headers)))
            for row in self.connection.execute(statement)
        ]

    def published(self, up_to: int) -> None:
        """Forget rows of this partition up to and including this one."""
        box, point = tables.outbox.c, self.checkpoint
        self.connection.execute(
            delete(tables.outbox).where(
                box.cause_topic == point.topic, box.cause_partition == point.partition, box.seq <= up_to
            )
        )

    # -- snapshots -----------------------------------------------------------------------------------------------------

    def snapshots(self, case_ids: Sequence[str]) -> dict[str, bytes]:
        """The snapshots of these cases, as far as there are any."""
        found: dict[str, bytes] = {}
        column = tables.snapshot.c
        for some in _slices(case_ids):
            statement = select(column.case_id, column.state).where(column.case_id.in_(some))
            found.update((row.case_id, row.state) for row in self.connection.execute(statement))
        return found

    def save_snapshots(self, states: Mapping[str, bytes]) -> None:
        """Write a case's snapshot, new or changed."""
        if states:
            sql = (
                f'INSERT INTO snapshot (case_id, "partition", state) VALUES ({self._mark}, {self._mark}, {self._mark})'
                " ON CONFLICT (case_id) DO UPDATE SET state = excluded.state"
            )
            rows = [(case_id, self.checkpoint.partition, state) for case_id, state in states.items()]
            self.connection.exec_driver_sql(sql, rows)

    def case_ids(self, partition: int, after: str, limit: int) -> list[str]:
        """Cases of a partition in the order of their ids, for going through all of them in pieces."""
        column = tables.snapshot.c
        statement = (
            select(column.case_id)
            .where(column.partition == partition, column.case_id > after)
            .order_by(column.case_id)
            .limit(limit)
        )
        return list(self.connection.execute(statement).scalars())

    # -- timers --------------------------------------------------------------------------------------------------------

    def set_timers(self, timers: Mapping[str, Sequence[tuple[str, int]]]) -> None:
        """Replace the timers of these cases by (name, due in milliseconds since 1970)."""
        for some in _slices(list(timers)):
            self.connection.execute(delete(tables.timer).where(tables.timer.c.case_id.in_(some)))
        rows = [
            {"case_id": case_id, "name": name, "partition": self.checkpoint.partition, "due_at_ms": due_at_ms}
            for case_id, named in timers.items()
            for name, due_at_ms in named
        ]
        if rows:
            self.connection.execute(tables.timer.insert(), rows)

    def timers_due(self, partition: int, until_ms: int, limit: int) -> list[str]:
        """Cases of a partition with a timer at or before this moment, most urgent first."""
        column = tables.timer.c
        statement = (
            select(column.case_id)
            .where(column.partition == partition, column.due_at_ms <= until_ms)
            .group_by(column.case_id)
            .order_by(func.min(column.due_at_ms))
            .limit(limit)
        )
        return list(self.connection.execute(statement).scalars())

    def earliest_timer(self) -> int | None:
        """The first timer of the whole service (milliseconds since 1970), or None."""
        return self.connection.execute(select(func.min(tables.timer.c.due_at_ms))).scalar()

    # -- parked --------------------------------------------------------------------------------------------------------

    def park(self, case_id: str, raw: Raw, reason: str) -> None:
        """Put a record aside; everything later of its case has to queue behind it."""
        self.connection.execute(
            self.upsert(tables.parked, ("partition", "offset"), ("reason",)),
            {
                "partition": raw.partition,
                "offset": raw.offset,
                "case_id": case_id[:64],
                "topic": raw.topic,
                "timestamp_ms": raw.timestamp_ms,
                "key": raw.key,
                "value": raw.value,
                "headers": _headers_out(raw.headers),
                "reason": reason,
                "parked_at": datetime.now(UTC).isoformat(timespec="seconds"),
            },
        )

    def parked_cases(self, case_ids: Sequence[str]) -> set[str]:
        """Those of these cases that have a parked record."""
        found: set[str] = set()
        column = tables.parked.c
        for some in _slices(case_ids):
            found.update(self.connection.execute(select(column.case_id).where(column.case_id.in_(some))).scalars())
        return found

    def parked(self, case_id: str | None = None) -> list[Parked]:
        """Parked records, of one case or all, in the order of the log."""
        statement = select(tables.parked).order_by(tables.parked.c.partition, tables.parked.c.offset)
        if case_id is not None:
            statement = statement.where(tables.parked.c.case_id == case_id)
        return [
            Parked(
                row.case_id,
                Raw(row.topic, row.partition, row.offset, row.timestamp_ms, row.key, row.value, _headers_in(row.headers)),
                row.reason,
                row.parked_at,
            )
            for row in self.connection.execute(statement)
        ]

    def unpark(self, case_id: str) -> None:
        """Forget the parked records of a case: they have been processed."""
        self.connection.execute(delete(tables.parked).where(tables.parked.c.case_id == case_id))

    # -- notes ---------------------------------------------------------------------------------------------------------

    def note(self, name: str) -> str | None:
        """A small fact of this service, or None."""
        return self.connection.execute(select(tables.note.c.value).where(tables.note.c.name == name)).scalar()

    def set_note(self, name: str, value: str | None) -> None:
        """Remember a small fact; None forgets it."""
        if value is None:
            self.connection.execute(delete(tables.note).where(tables.note.c.name == name))
        else:
            self.connection.execute(self.upsert(tables.note, ("name",), ("value",)), {"name": name, "value": value})


def _slices(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Databases limit how many values one statement may hold."""
    return (ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE))
