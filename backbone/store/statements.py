"""Statements of the hot loop as the driver takes them: SQLAlchemy words each once for a table, and stands between no longer.

Carried out through SQLAlchemy, most of them cost more than the database itself needs for them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

_Bind = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Put:
    """An insert. columns: in the order in which the driver wants their values. binds: what makes of a value one that it takes."""

    sql: str
    columns: tuple[str, ...]
    binds: tuple[_Bind | None, ...]

    def values(self, rows: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """The rows as the driver wants them."""
        wanted = list(zip(self.columns, self.binds, strict=True))
        return [tuple([row[name] if bind is None else bind(row[name]) for name, bind in wanted]) for row in rows]


@lru_cache(maxsize=200)
def put(lite: bool, table: Table, columns: tuple[str, ...], replaced: tuple[str, ...] | None) -> Put:
    """Rows with these columns. replaced: which of them a row gets that has the primary key already; None: such a row is an error."""
    dialect: Dialect = sqlite.dialect() if lite else postgresql.psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
    key = tuple(column.name for column in table.primary_key)
    statement = insert(table) if replaced is None else upsert(lite, table, key, replaced)
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    order = tuple(compiled.positiontup or ())
    return Put(str(compiled), order, tuple(_bind(table, name, dialect) for name in order))


def _bind(table: Table, name: str, dialect: Dialect) -> _Bind | None:
    bind = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return bind and (lambda value: None if value is None else bind(value))


@lru_cache(maxsize=100)
def upsert(lite: bool, table: Table, key: tuple[str, ...], columns: tuple[str, ...]) -> Insert:
    """An insert that replaces `columns` (none: leaves the row alone) where `key` is there already.

    Remembered, since making a statement takes longer than carrying it out.
    """
    statement = sqlite.insert(table) if lite else postgresql.insert(table)
    if not columns:
        return statement.on_conflict_do_nothing(index_elements=list(key))
    replaced = {name: statement.excluded[name] for name in columns}
    return statement.on_conflict_do_update(index_elements=list(key), set_=replaced)
