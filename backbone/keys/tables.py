"""The tables of the database of keys, and the few statements that more than one module needs. Keys stand here only in wrapped form.

key_encryption_key   which wrapping keys there have been: its id alone, the key itself is in a file
door_key             what partners seal to, and the private half
person               everybody for whom something was sealed, and whether they were erased
person_key           the data keys: one for each person and batch; all of a person's go when they are erased
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from backbone.keys.databases import KeysAway, writing

metadata = sa.MetaData()
kek = sa.Table(
    "key_encryption_key",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("family", sa.Text, nullable=False),
    sa.Column("made_s", sa.BigInteger, nullable=False),
    sa.Column("closed_s", sa.BigInteger),  # from then on nothing new is wrapped under it
    sa.Column("destroyed_s", sa.BigInteger),
)
door = sa.Table(
    "door_key",
    metadata,
    sa.Column("kid", sa.Text, primary_key=True),
    sa.Column("x", sa.Text, nullable=False),
    sa.Column("y", sa.Text, nullable=False),
    sa.Column("kek", sa.Text),
    sa.Column("wrapped", sa.LargeBinary),  # null: retired
    sa.Column("made_s", sa.BigInteger, nullable=False),
    sa.Column("retired_s", sa.BigInteger),
)
person = sa.Table(
    "person",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("made_s", sa.BigInteger, nullable=False),
    sa.Column("destroyed_s", sa.BigInteger),
)
person_key = sa.Table(
    "person_key",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("key_id", sa.Text, primary_key=True),  # empty: of the time when a person had one key (`parts`, version 1)
    sa.Column("kek", sa.Text, nullable=False),
    sa.Column("locked", sa.LargeBinary, nullable=False),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("made_s", sa.BigInteger, nullable=False),
)

FAMILY_DOOR, FAMILY_DATA = "door", "data"
WRAPPED = {FAMILY_DOOR: door, FAMILY_DATA: person_key}
"""Where what each family wraps stands."""

_CREATING, _CLOSING = 0x5C4A4B45, 0x5C4A4B46  # our advisory locks in PostgreSQL
_LOOKUP_SIZE = 5_000  # bound parameters in one statement; SQLite takes 32,766
# Built once: to build and fingerprint a statement costs more than to run it.
_ERASED = sa.select(person.c.case_id, person.c.subject).where(
    person.c.case_id.in_(sa.bindparam("cases", expanding=True)), person.c.destroyed_s.is_not(None)
)
_CLOSED = sa.select(kek.c.closed_s).where(kek.c.id == sa.bindparam("id"))


def _offers() -> Iterator[tuple[tuple[str, str], Any]]:
    for dialect, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert)):
        yield (dialect, kek.name), insert(kek).on_conflict_do_nothing()
        offered = insert(person)
        # PostgreSQL: writing the row anew locks it, so that sealing for somebody and erasing them take turns.
        yield (
            (dialect, person.name),
            offered.on_conflict_do_nothing()
            if dialect == "sqlite"
            else offered.on_conflict_do_update(
                index_elements=["case_id", "subject"], set_={"subject": offered.excluded.subject}
            ),
        )


_OFFER = dict(_offers())


def create(engine: sa.Engine) -> None:
    """The tables, where they are missing. Raises KeysAway."""
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":  # CREATE IF NOT EXISTS alone fails when two do it at once
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATING)))
        metadata.create_all(connection, checkfirst=True)


def are_there(engine: sa.Engine) -> bool:
    """Whether somebody made them."""
    return sa.inspect(engine).has_table(kek.name)


def offer(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows that are not there yet; `kek` and `person` only."""
    if rows:
        connection.execute(_OFFER[connection.dialect.name, table.name], rows)


def erased(connection: sa.Connection, people: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Who of these (case, subject) was erased."""
    wanted, cases = set(people), sorted({case_id for case_id, _ in people})
    found: set[tuple[str, str]] = set()
    for start in range(0, len(cases), _LOOKUP_SIZE):
        rows = connection.execute(_ERASED, {"cases": cases[start : start + _LOOKUP_SIZE]})
        found |= {(row.case_id, row.subject) for row in rows} & wanted
    return found


def still_open(connection: sa.Connection, kek_id: str) -> None:
    """In a transaction that writes something wrapped under `kek_id`: it holds off whoever wants to close that key until we are done.

    Raises KeysAway when it is closed, or of another database: a rotation has gone on while we worked, or our file is an old one.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_CLOSING)))
    row = connection.execute(_CLOSED, {"id": kek_id}).one_or_none()
    if row is None or row.closed_s is not None:
        state = "is not of this database" if row is None else "is closed: a newer one took its place"
        raise KeysAway(
            f"nothing can be sealed under key-encryption key {kek_id}: it {state}; bring the newest file of keys here. We wait for it"
        )


def close_older(connection: sa.Connection, family: str, current: str, now_s: int) -> None:
    """From this transaction on nothing is wrapped under a key of `family` but the current one."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CLOSING)))
    offer(connection, kek, [{"id": current, "family": family, "made_s": now_s}])
    others = (kek.c.family == family) & (kek.c.id != current) & kek.c.closed_s.is_(None)
    connection.execute(sa.update(kek).where(others).values(closed_s=now_s))
