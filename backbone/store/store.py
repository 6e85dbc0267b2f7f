"""Opening a service's database: SQLite by default, PostgreSQL by one setting, the same tables in both.

One schema a service: with SQLite a file of its own, with PostgreSQL a schema of its own in the database that the URL names.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from backbone.store import tables
from backbone.store.rows import Checkpoint
from backbone.store.transaction import Tx

AWAY = (OperationalError, InterfaceError)
"""What SQLAlchemy raises when the database cannot be reached, is full, or has lost the connection: wait, then try again."""
MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_WAIT_S = 30


class Store:
    """One service's database."""

    def __init__(self, url: str, service: str, migrations: Sequence[Path] = ()) -> None:
        self.service = service
        self.engine = open_engine(url, service)
        self._versions = [MIGRATIONS / "versions", *migrations]

    def migrate(self) -> None:
        """Bring the tables up to this version's. Several workers may start at once: one of them does it, the others wait."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", "\n".join(str(path) for path in self._versions))
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"migrate {self.service}"})
                connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self.service}"'))
            config.attributes["connection"] = connection
            command.upgrade(config, "heads")

    @contextmanager
    def transaction(self, topic: str, partition: int) -> Iterator[Tx]:
        """One transaction that holds the lock on this partition's checkpoint. Commits at the end, rolls back on any error."""
        with self.engine.begin() as connection:
            yield Tx(connection, _lock(connection, topic, partition))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for looking things up."""
        with self.engine.connect() as connection:
            yield connection

    def checkpoints(self) -> dict[tuple[str, int], Checkpoint]:
        """How far the whole service has come, all workers together."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(tables.checkpoint)).mappings()
            return {(row["topic"], row["partition"]): Checkpoint(**row) for row in rows}

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _lock(connection: Connection, topic: str, partition: int) -> Checkpoint:
    """The checkpoint row, locked to the end of the transaction (SQLite: the whole file is, by BEGIN IMMEDIATE)."""
    column = tables.checkpoint.c
    statement = select(tables.checkpoint).where(column.topic == topic, column.partition == partition).with_for_update()
    row = connection.execute(statement).mappings().first()
    if row is None and connection.dialect.name == "postgresql":
        # A row to lock, so that two workers cannot both take the partition for new.
        fresh = {"topic": topic, "partition": partition, "next_offset": -1, "rebuilding": False, "rebuild_to": 0}
        connection.execute(postgresql.insert(tables.checkpoint).values(fresh).on_conflict_do_nothing())
        row = connection.execute(statement).mappings().first()
    if row is None or row["next_offset"] < 0:
        return Checkpoint(topic, partition, 0, known=False)
    return Checkpoint(**row)


def open_engine(url: str, service: str) -> Engine:
    """An engine with what each database needs to be trusted with a position."""
    if url.startswith("sqlite"):
        return _sqlite(url)
    return create_engine(
        url,
        connect_args={"options": f"-csearch_path={service}", "connect_timeout": 5},
        pool_pre_ping=True,
        pool_size=4,
    )


def _sqlite(url: str) -> Engine:
    path = url.partition("sqlite:///")[2]
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": _LOCK_WAIT_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _opened(connection, record) -> None:  # type: ignore[no-untyped-def]
        connection.isolation_level = None  # the driver's own BEGIN is deferred; ours below is not
        connection.execute("PRAGMA journal_mode=WAL")
        # NORMAL may lose the newest commits in a power cut, whole transactions at a time: position, outbox and snapshots
        # go back together, and the ledger is read again from there. What was published meanwhile has the same ids.
        connection.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def database_url(configured: str | None, var_dir: Path, service: str) -> str:
    """The URL of a service's database: the configured one, or a file under `var/db`."""
    return configured or f"sqlite:///{var_dir / 'db' / service}.db"


__all__ = ["AWAY", "DBAPIError", "Store", "database_url", "open_engine"]
