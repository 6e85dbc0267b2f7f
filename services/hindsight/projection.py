"""What a service's database knows of the ledger, row by row in an order of its own, and where two of them differ first.

Compared are cases, and the tables and notes that a service makes of them. Left out is what is work and no knowledge: outbox, parked
records, own conclusions on their way, timers (an index of moments that follow from the cases), how far something has come.
Values are shown where they are readable in the ledger; of sealed bytes only that they differ.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from backbone.desks import load_desk
from backbone.store import tables
from schakel.case_state import fingerprint
from schakel.differences import changes
from services.cases import desk as cases_desk
from services.cases import overview as cases_overview
from services.gateway import tables as gateway_tables
from services.intake import seen

_OWN: Mapping[str, tuple[Table, ...]] = {
    "intake": (seen.table,),
    "cases": (cases_overview.overview, cases_desk.open_table),
    "gateway": (gateway_tables.referral, gateway_tables.sealed),
}
_NOTES = ("watermark/", "suspended/")
_CASES = "cases"
Row = tuple[tuple[str, ...], dict[str, Any]]
"""What names it, and what it says."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not the same. what: in words, each with the live side first."""

    part: str
    key: str
    what: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.part} {self.key}: {'; '.join(self.what)}"


@dataclass(slots=True)
class Compared:
    rows: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    digest: str = ""


def compare(service: str, live: Connection, built: Connection, most: int) -> Compared:
    """All parts of a service's projection; at most so many differences, the first of each part first."""
    found, digest = Compared(), sha256()
    parts = [(_CASES, _cases), ("notes", _notes), *((str(table.name), _rows(table)) for table in _OWN.get(service, ()))]
    for part, rows in parts:
        count = 0
        for key, one, other in _side_by_side(rows(live), rows(built)):
            count += 1
            digest.update(msgspec.msgpack.encode((part, key, None if one is None else _comparable(one))))
            if (one is None or other is None or _comparable(one) != _comparable(other)) and len(
                found.differences
            ) < most:
                found.differences.append(_difference(part, key, one, other))
        found.rows[part] = count
    found.digest = digest.hexdigest()
    return found


def _side_by_side(
    live: Iterator[Row], built: Iterator[Row]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any] | None, dict[str, Any] | None]]:
    """Both in the order of their keys; None where one side lacks the row. Neither is held in memory."""
    one, other = next(live, None), next(built, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None
            yield one[0], one[1], None
            one = next(live, None)
        elif one is None or other[0] < one[0]:
            yield other[0], None, other[1]
            other = next(built, None)
        else:
            yield one[0], one[1], other[1]
            one, other = next(live, None), next(built, None)


def _difference(
    part: str, key: tuple[str, ...], live: dict[str, Any] | None, built: dict[str, Any] | None
) -> Difference:
    name = "/".join(key)
    if live is None or built is None:
        return Difference(part, name, ("only in the live one" if built is None else "only in the one built beside",))
    if part == _CASES:
        said = [change.words() for change in changes(load_desk(live["desk"]).case, load_desk(built["desk"]).case)]
        return Difference(part, name, tuple(said[:5]) or (f"partition {live['partition']} → {built['partition']}",))
    said = [
        f"{column}: {_shown(live[column])} → {_shown(built[column])}"
        for column in live
        if live[column] != built[column]
    ]
    return Difference(part, name, tuple(said[:5]))


def _shown(value: Any) -> str:
    return "other bytes" if isinstance(value, bytes) else str(value)


# --- parts --------------------------------------------------------------------------------------------------------------


class _Case(dict[str, Any]):
    """A case, compared by its fingerprint: two snapshots of the same knowledge may order their sets otherwise."""


def _comparable(row: dict[str, Any]) -> Any:
    return (row["partition"], row["fingerprint"]) if isinstance(row, _Case) else row


def _cases(connection: Connection) -> Iterator[Row]:
    column = tables.snapshot.c
    for row in connection.execute(select(column.case_id, column.partition, column.state).order_by(column.case_id)):
        known = fingerprint(load_desk(row.state).case)
        yield (row.case_id,), _Case(partition=row.partition, fingerprint=known, desk=row.state)


def _notes(connection: Connection) -> Iterator[Row]:
    column = tables.note.c
    for row in connection.execute(select(column.name, column.value).order_by(column.name)):
        if row.name.startswith(_NOTES):
            yield (row.name,), {"value": row.value}


def _rows(table: Table) -> Any:
    """The rows of a table in the order of its key. Of what intake let in, only what has landed."""
    keys = [column.name for column in table.primary_key.columns]

    def rows(connection: Connection) -> Iterator[Row]:
        statement = select(table).order_by(*table.primary_key.columns)
        if table is seen.table:
            statement = statement.where(table.c.ledger_offset.is_not(None))
        for row in connection.execute(statement).mappings():
            yield tuple(str(row[name]) for name in keys), {str(name): _value(value) for name, value in row.items()}

    return rows


def _value(value: Any) -> Any:
    """SQLite gives moments back without their zone, which is UTC."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return bytes(value) if isinstance(value, memoryview) else value
