"""Opening a service's database: SQLite by default, PostgreSQL by one setting, the same tables in both.

One schema a service: with SQLite a file of its own, with PostgreSQL a schema of its own in the database that the URL names.
All methods block; the engine calls them in its one worker thread.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import make_url

from backbone.store import migrate, parking, tables
from backbone.store.databases import CACHE_MB, begin, open_engine
from backbone.store.errors import CheckpointMissing, OtherFold, as_away
from backbone.store.rows import Checkpoint, ParkedRecord
from backbone.store.transaction import Tx, checkpoints, upsert

_COLUMNS = tuple(field.name for field in fields(Checkpoint))
_FOLD = "fold_version"
"""The note that says by which version of the fold the kept state was made."""
_BEFORE_IT_WAS_NOTED = 1
_EARLIEST = select(func.min(tables.timer.c.due_at_ms))


class Store:
    """One service's database. Raises DatabaseAway from every method when it cannot be worked with now.

    url: SQLAlchemy's (`Settings.service_database_url`). versions: folders with Alembic versions of the service's own tables.
    cache_mb: what SQLite may keep of the file in memory, for each connection.
    """

    def __init__(self, url: str, service: str, versions: Sequence[Path] = (), cache_mb: int = CACHE_MB) -> None:
        self.service = service
        self.where = make_url(url).render_as_string(hide_password=True)
        self.schema = service.replace("-", "_")
        self._engine = open_engine(url, self.schema, cache_mb)
        self._versions = versions
        self._kept: Connection | None = None

    def migrate(self) -> None:
        """Bring the tables up to this version's. Raises SchemaUnknown."""
        with self._begin() as connection:
            migrate.upgrade(connection, self.schema, self._versions)

    def folded_by(self, version: int | None) -> None:
        """See that what is kept here was made by this version of the fold; an empty database is made by it from now on. None: it has none.

        Raises OtherFold: what two versions made of one history may differ, and nothing that is kept says where.
        """
        if version is None:
            return
        with self._begin() as connection:
            noted = select(tables.note.c.value).where(tables.note.c.name == _FOLD)
            if (kept := connection.execute(noted).scalar()) is None:
                begun = connection.execute(select(tables.checkpoint.c.id).limit(1)).first() is not None
                made_by = _BEFORE_IT_WAS_NOTED if begun else version
                row = {"name": _FOLD, "value": str(made_by)}
                connection.execute(upsert(connection, tables.note, ("name",), ()), [row])
                kept = connection.execute(noted).scalar_one()  # perhaps of a worker that was there first
        if int(kept) != version:
            run = "run the newer program, or " if int(kept) > version else ""
            raise OtherFold(
                f"the database {self.where} holds what version {kept} of the fold made of the ledger, and this program folds by version "
                f"{version}: {run}give {self.service} an empty database and let it rebuild"
            )

    @contextmanager
    def transaction(self, topic: str, partition: int) -> Iterator[Tx]:
        """One transaction that holds the lock on this partition's checkpoint. Commits at the end, rolls back on any error,
        and when it ends with `Tx.wrote` False. Raises CheckpointMissing. One at a time: they share a connection."""
        with self._translated():
            connection = self._own()
            driver: Any = connection.connection.driver_connection
            begin(driver, connection.dialect.name)
            try:
                tx = Tx.locking(connection, driver, topic, partition)
                if tx is None:
                    raise CheckpointMissing(
                        f"there is no checkpoint for {topic}[{partition}]; partitions are taken up before they are worked on"
                    )
                yield tx
                tx.close()
                if tx.wrote:
                    driver.commit()
                else:
                    driver.rollback()
            except BaseException:
                self._take_back(driver)
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for looking things up; it takes no lock."""
        with self._translated(), self._engine.connect() as connection:
            yield connection.execution_options(schakel_reading=True)

    def checkpoints(self) -> dict[tuple[str, int], Checkpoint]:
        """How far the whole service has come, all workers together."""
        with self.reading() as connection:
            return checkpoints(connection)

    def take_up(self, new: Sequence[Checkpoint]) -> None:
        """Make checkpoints for partitions that have none (`id` is not looked at); one that is there already stays as it is."""
        values = [{name: getattr(point, name) for name in _COLUMNS if name != "id"} for point in new]
        if values:
            with self._begin() as connection:
                connection.execute(upsert(connection, tables.checkpoint, ("topic", "partition"), ()), values)

    def earliest_timer(self) -> int | None:
        """The first timer of the whole service (milliseconds since 1970), or None."""
        with self.reading() as connection:
            return connection.execute(_EARLIEST).scalar()

    def depths(self) -> Mapping[str, int]:
        """How many records wait: `outbox` to be published, `parked` to be looked at."""
        with self.reading() as connection:
            waiting = connection.execute(select(func.coalesce(func.sum(tables.outbox.c.records), 0))).scalar_one()
            return {"outbox": int(waiting), "parked": parking.count(connection)}

    def parked(self, case_id: str | None = None, limit: int = 1_000) -> list[ParkedRecord]:
        """Parked records of the whole service, in the order of the log."""
        with self.reading() as connection:
            return parking.find(connection, case_id=case_id, limit=limit)

    def retry_parked(self, ids: Sequence[int]) -> int:
        """Ask the service to try these parked records again; returns how many there were."""
        with self._begin() as connection:
            return parking.mark_retry(connection, ids)

    def close(self) -> None:
        """Give all connections back; a later call opens new ones."""
        self._forget_connections()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self._translated(), self._engine.begin() as connection:
            yield connection

    def _forget_connections(self) -> None:
        if self._kept is not None:
            with suppress(Exception):
                self._kept.close()
            self._kept = None
        self._engine.dispose()

    def _own(self) -> Connection:
        """The connection of `transaction`, kept: to take one from the pool each time costs as much as a small transaction. So does
        SQLAlchemy's own keeping of transactions; it is told once that there is one, and where each begins and ends is said to the
        driver."""
        if self._kept is None or self._kept.closed or self._kept.invalidated:
            self._kept = self._engine.connect().execution_options(schakel_begins_itself=True)
            self._kept.begin()
        return self._kept

    def _take_back(self, driver: Any) -> None:
        """Roll back. A connection that cannot is of no use any more; what is said of it is why it was to be rolled back."""
        try:
            driver.rollback()
        except Exception:  # of a connection that broke: the first error goes on to whoever asked
            self._forget_connections()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if away := as_away(error, self.where):
                self._forget_connections()  # from before it went, they are of no use after
                raise away from error
            raise
