"""Parked records as rows: put aside, found again, marked to be tried again. Deciding what to park is a processor's."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select, update

from backbone.store import tables
from backbone.store.rows import ParkedRecord
from schakel.record import Raw

_MOST_ID = 64
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...]).decode


def as_row(case_id: str, raw: Raw, reason: str) -> dict[str, Any]:
    """A new row of `tables.parked`."""
    return {
        "topic": raw.topic,
        "partition": raw.partition,
        "offset": raw.offset,
        "case_id": case_id[:_MOST_ID],
        "timestamp_ms": raw.timestamp_ms,
        "key": raw.key,
        "value": raw.value,
        "headers": _pack(raw.headers),
        "reason": reason,
        "retry": False,
    }


def find(
    connection: Connection,
    *,
    place: tuple[str, int] | None = None,
    case_id: str | None = None,
    retry_only: bool = False,
    limit: int,
) -> list[ParkedRecord]:
    """Parked records in the order of the log: all, or of a (topic, partition), of a case, to be tried again."""
    column = tables.parked.c
    statement = select(tables.parked).order_by(column.topic, column.partition, column.offset).limit(limit)
    if place is not None:
        statement = statement.where(column.topic == place[0], column.partition == place[1])
    if case_id is not None:
        statement = statement.where(column.case_id == case_id[:_MOST_ID])
    if retry_only:
        statement = statement.where(column.retry.is_(True))
    return [
        ParkedRecord(
            row.id,
            row.case_id,
            Raw(row.topic, row.partition, row.offset, row.timestamp_ms, row.key, row.value, _unpack(row.headers)),
            row.reason,
            row.retry,
        )
        for row in connection.execute(statement)
    ]


def mark_retry(connection: Connection, ids: Sequence[int]) -> int:
    """Ask for these to be tried again; returns how many there were."""
    return connection.execute(update(tables.parked).where(tables.parked.c.id.in_(ids)).values(retry=True)).rowcount


def count(connection: Connection) -> int:
    """How many records wait, in all partitions."""
    return connection.execute(select(func.count()).select_from(tables.parked)).scalar_one()
