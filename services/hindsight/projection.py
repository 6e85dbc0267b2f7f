"""What a service's database knows of the ledger, row by row in an order of its own, and where two of them differ first.

Compared are cases, chains, and the tables and notes that a service makes of them. Left out is what is work and no knowledge: outbox,
parked records, own conclusions on their way, timers (an index of moments that follow from the cases), how far something has come. Left
out are also the tally's counters: those of a database that is older than its tally began at nothing, and rightly differ. As what each
case stands in the tally is compared.
Values are shown where they are readable in the ledger; of sealed bytes only that they differ.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from backbone.chain_desks import ChainDesk
from backbone.desks import load_desk
from backbone.store import tables
from schakel.case_state import fingerprint
from schakel.chain_state import ChainState
from schakel.differences import changes
from services.cases import desk as cases_desk
from services.cases import overview as cases_overview
from services.cases.tally import table as cases_tally
from services.gateway import tables as gateway_tables
from services.intake import seen

_OWN: Mapping[str, tuple[Table, ...]] = {
    "intake": (seen.table,),
    "cases": (cases_overview.overview, cases_desk.open_table, cases_tally.tallied),
    "gateway": (gateway_tables.referral, gateway_tables.sealed),
}
_NOTES = ("watermark/", "suspended/")
_CHAIN = "chain/"
_AT_LENGTH = 120
_CASES = "cases"
_decode_chain = msgspec.json.Decoder(ChainDesk).decode
_encode_sorted = msgspec.json.Encoder(order="sorted").encode
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
    """All parts of a service's projection; at most so many differences: the first of each part, then more of them in order."""
    found, digest = Compared(), sha256()
    firsts: list[Difference] = []
    more: list[Difference] = []
    parts = [(_CASES, _cases), ("notes", _notes), *((str(table.name), _rows(table)) for table in _OWN.get(service, ()))]
    for part, rows in parts:
        count, differ = 0, 0
        for key, one, other in _side_by_side(rows(live), rows(built)):
            count += 1
            digest.update(msgspec.msgpack.encode((part, key, None if one is None else _comparable(one))))
            if one is None or other is None or _comparable(one) != _comparable(other):
                differ += 1
                if differ <= most:
                    (firsts if differ == 1 else more).append(_difference(part, key, one, other))
        found.rows[part] = count
    found.differences = [*firsts, *more][:most]
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
    if isinstance(value, bytes):
        return "other bytes"
    text = str(value)
    return text if len(text) <= _AT_LENGTH else f"{len(text)} letters ({sha256(text.encode()).hexdigest()[:8]})"


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
        elif row.name.startswith(_CHAIN) and (said := _chain(row.value)):
            yield (row.name,), said


def _chain(text: str) -> dict[str, Any] | None:
    """What a desk knows of its chain, without what is on its way. None: nothing, as of one that was only saved for that."""
    state = _decode_chain(text).state
    if state == ChainState(name=state.name):
        return None
    return {name: _encode_sorted(getattr(state, name)).decode() for name in state.__struct_fields__}


def _rows(table: Table) -> Any:
    """The rows of a table in the order of its key. Of what intake let in, only what has landed."""
    keys = [column.name for column in table.primary_key.columns]

    def rows(connection: Connection) -> Iterator[Row]:
        statement = select(table).order_by(*table.primary_key.columns)
        if table is seen.table:
            statement = statement.where(table.c.ledger_offset.is_not(None))
        for row in connection.execute(statement).mappings():
            said = {str(name): _value(value) for name, value in row.items()}
            if table is cases_tally.tallied:  # numbers by name, written in any order
                said["names"] = _encode_sorted(json.loads(said["names"])).decode()
            yield tuple(str(row[name]) for name in keys), said

    return rows


def _value(value: Any) -> Any:
    """SQLite gives moments back without their zone, which is UTC."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return bytes(value) if isinstance(value, memoryview) else value
