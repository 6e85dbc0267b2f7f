"""The two databases: what each must be told to be trusted with a position."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool

_WAIT_S = 5
"""How long to wait for a lock or a connection before the database counts as away."""
_FROZEN_S = 30
"""PostgreSQL ends a transaction whose worker has said nothing for so long (a frozen process), so that another can go on."""


CACHE_MB = 64
"""How much of its file SQLite keeps in memory for each connection: enough that a rebuild finds most cases there."""
LOG_PAGES = 16_000
"""How much of its log (64 MB) SQLite lets stand before it carries it over into the file. The commit that does waits for the disk twice,
and so does whoever else writes there, the keys for instance: every thousand pages, SQLite's own measure, a burst did that all the time."""


def open_engine(url: str, schema: str, cache_mb: int = CACHE_MB) -> Engine:
    """An engine for one service. schema: PostgreSQL only; the tables are then in that schema. cache_mb: SQLite only (`CACHE_MB`)."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, cache_mb)
    if make_url(url).get_backend_name() != "postgresql":
        raise ValueError(
            f"database_url begins with {url.partition(':')[0]!r}; expected postgresql+psycopg://… or nothing (SQLite)"
        )
    return create_engine(
        url,
        connect_args={
            "options": f"-csearch_path={schema} -clock_timeout={_WAIT_S}s -cidle_in_transaction_session_timeout={_FROZEN_S}s",
            "connect_timeout": _WAIT_S,
            "keepalives_idle": 5,
            "tcp_user_timeout": 10_000,
        },
        hide_parameters=True,
        pool_size=2,
        pool_timeout=_WAIT_S,
    )


def _sqlite(url: str, cache_mb: int) -> Engine:
    if path := make_url(url).database:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"timeout": _WAIT_S, "check_same_thread": False},
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=2,
        pool_timeout=_WAIT_S,
    )

    @event.listens_for(engine, "connect")
    def _opened(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is deferred; ours below is not
        # The wait above does not count for this one statement, and two workers may start at once.
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            _to_wal(connection)
        # NORMAL: a commit survives the end of this process at any moment. A power cut may take the newest commits, whole
        # transactions at a time: position, outbox and snapshots go back together and the log is read again from there.
        # What had been published is published again with the same ids, and intake folds the ledger before it takes in
        # anything (`first`), so that nothing is let in twice. FULL would wait for the disk at every commit and gain nothing.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
        connection.execute(f"PRAGMA cache_size={-1024 * cache_mb}")  # negative: in kibibytes, not in pages

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options, driver = connection.get_execution_options(), connection.connection.driver_connection
        if options.get("schakel_reading"):
            driver.execute("BEGIN")  # type: ignore[union-attr]
        elif not options.get("schakel_begins_itself"):
            begin(driver, "sqlite")

    return engine


def begin(driver: Any, dialect: str) -> None:
    """Begin to write; PostgreSQL does by itself, with the first statement."""
    if dialect == "sqlite":
        # A deferred BEGIN would let two workers read the same position and fail one of them at its first write.
        driver.execute("BEGIN IMMEDIATE")


def _to_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging, which lets others read while one writes; it stays so in the file."""
    connection.execute("BEGIN IMMEDIATE")  # waits for whoever else is switching, and then finds it done
    connection.execute("COMMIT")
    for _ in range(50):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
