"""The database of keys: opening it, a transaction on it, and saying that it is away. What stands in it is `tables`'s.

The answers to a database that is away are the engine's: it waits, not ready, and does the same again (`Shell.attempt`).
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from backbone.store.errors import DatabaseAway, as_away

WHAT = "database of keys"
_WAIT_S = 5
"""How long to wait for a lock or a connection before the database counts as away; as for a service's own."""
_SERVER: dict[str, Any] = {
    "options": f"-clock_timeout={_WAIT_S}s",
    "connect_timeout": _WAIT_S,
    "keepalives_idle": 5,
    "tcp_user_timeout": 10_000,
}


class KeysAway(DatabaseAway):
    """The keys cannot be reached now: nothing is sealed or opened meanwhile. Wait, then do it again."""

    what = WHAT


def open_engine(url: str | None, home: Path) -> sa.Engine:
    """An engine on `url`, or on a file under `home` that only its owner may read. Raises KeysAway when the file cannot be made."""
    if url is None:
        path = home / "keys.db"
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise KeysAway(f"the {WHAT} {path} cannot be opened ({error.strerror}); we try again") from error
        url = f"sqlite:///{path.absolute()}"
    lite = url.startswith("sqlite")
    # hide_parameters: an error of the database never quotes a row.
    engine = sa.create_engine(
        url, hide_parameters=True, pool_pre_ping=not lite, pool_timeout=_WAIT_S, connect_args={} if lite else _SERVER
    )
    if lite:
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection for looking things up. Raises KeysAway."""
    with translated(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that takes its turn at once; durable when it is left. Raises KeysAway."""
    with translated(engine), engine.execution_options(schakel_writes=True).begin() as connection:
        yield connection


@contextmanager
def translated(engine: sa.Engine) -> Iterator[None]:
    """What means that the database is away, as KeysAway."""
    try:
        yield
    except Exception as error:
        if away := as_away(error, f"of keys, {engine.url.render_as_string(hide_password=True)},"):
            engine.dispose()  # connections from before it went are of no use after
            raise KeysAway(str(away)) from error
        raise


def scrub_log(engine: sa.Engine) -> None:
    """What was deleted no longer stands in SQLite's write-ahead log. Raises KeysAway while somebody still reads there; ask again.

    PostgreSQL keeps dead rows until they are vacuumed, and its log until it is recycled and every archive of it has expired: there,
    only destroying the key that wraps them is final (`rotation`).
    """
    if engine.dialect.name != "sqlite":
        return
    with translated(engine), closing(engine.raw_connection()) as raw:
        busy, *_ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise KeysAway(f"the {WHAT} is being read, so that its log cannot be emptied of what was deleted; we try again")


def scrub(engine: sa.Engine) -> None:
    """The database is written anew, without what was deleted. PostgreSQL: dead rows only, see `scrub_log`. Raises KeysAway."""
    with translated(engine), closing(engine.raw_connection()) as raw:
        if engine.dialect.name == "sqlite":
            raw.cursor().execute("VACUUM")
        else:
            raw.rollback()
            raw.driver_connection.autocommit = True  # type: ignore[union-attr]
            try:
                for table in ("door_key", "person", "person_key"):
                    raw.cursor().execute(f"VACUUM {table}")
            finally:
                raw.driver_connection.autocommit = False  # type: ignore[union-attr]
    scrub_log(engine)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, below
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_WAIT_S * 1_000}", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes its turn at once; a reader that turns writer halfway would be refused.
    writes = connection.get_execution_options().get("schakel_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
