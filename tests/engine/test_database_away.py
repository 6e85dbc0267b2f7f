"""A database that is away, full or unwritable: the store says so, and works again when it is back."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from backbone.store.errors import DatabaseAway
from backbone.store.store import Store
from tests.engine.test_store import LEDGER, checkpoint
from tests.support.postgres import Postgres


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'test.db'}", "counter")
    store.migrate()
    store.take_up([checkpoint()])
    yield store
    store.close()


@pytest.mark.postgres
def test_postgres_stopped_and_started(postgres: Postgres) -> None:
    store = Store(postgres.database(), "counter")
    store.migrate()
    store.take_up([checkpoint()])
    postgres.stop()
    try:
        with pytest.raises(DatabaseAway, match="is it running"), store.transaction(LEDGER, 0):
            pass
    finally:
        postgres.start()
    with store.transaction(LEDGER, 0) as tx:
        assert tx.checkpoint.next_offset == 0
    store.close()


@pytest.mark.postgres
def test_postgres_that_goes_in_the_middle_of_a_transaction(postgres: Postgres) -> None:
    store = Store(postgres.database(), "counter")
    store.migrate()
    store.take_up([checkpoint()])

    def interrupted() -> None:
        with store.transaction(LEDGER, 0) as tx:
            tx.save_snapshots({"case-1": b"one"})
            postgres.stop()
            tx.checkpoint.next_offset = 5
            tx.advance()

    try:
        with pytest.raises(DatabaseAway):
            interrupted()
    finally:
        postgres.start()
    with store.transaction(LEDGER, 0) as tx:
        assert (tx.checkpoint.next_offset, tx.snapshots(["case-1"])) == (0, {})
    store.close()


@pytest.mark.postgres
def test_the_password_is_not_in_what_the_store_says(postgres: Postgres) -> None:
    url = postgres.database().replace("postgres@", "postgres:secret@")
    store = Store(url, "counter")
    assert "secret" not in store.where
    store.close()


def test_sqlite_on_a_full_disk(lite: Store) -> None:
    """SQLite's own limit stands in for the disk's: both end in SQLITE_FULL."""

    def too_much() -> None:
        with lite.transaction(LEDGER, 0) as tx:
            tx.connection.exec_driver_sql("PRAGMA max_page_count = 1")
            tx.save_snapshots({f"case-{number}": bytes(4_000) for number in range(100)})

    with pytest.raises(DatabaseAway, match="full"):
        too_much()
    with lite.transaction(LEDGER, 0) as tx:
        assert tx.snapshots(["case-1"]) == {}
        tx.save_snapshots({f"case-{number}": bytes(4_000) for number in range(100)})


def test_sqlite_whose_directory_is_gone(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'db' / 'test.db'}", "counter")
    (tmp_path / "db").rmdir()
    with pytest.raises(DatabaseAway, match="unable to open"):
        store.migrate()
    store.close()


def test_what_is_no_database_is_not_taken_for_an_absent_one(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    path.write_bytes(b"this is no database, and waiting will not make it one" * 100)
    store = Store(f"sqlite:///{path}", "counter")
    with pytest.raises(Exception, match="not a database") as caught:
        store.migrate()
    assert not isinstance(caught.value, DatabaseAway)
    store.close()


def test_a_commit_survives_a_process_that_ends_at_once(tmp_path: Path) -> None:
    """What another process sees after a commit is what is there after kill -9: SQLite's file needs no closing."""
    store = Store(f"sqlite:///{tmp_path / 'test.db'}", "counter")
    store.migrate()
    store.take_up([checkpoint(at=3)])
    looking = sqlite3.connect(tmp_path / "test.db")
    assert looking.execute("SELECT next_offset FROM checkpoint").fetchall() == [(3,)]
    assert looking.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    looking.close()
    store.close()


def test_the_log_is_carried_over_at_64_mb_and_not_before(tmp_path: Path) -> None:
    """Each time costs two waits for the disk, of everybody who writes there."""
    path = tmp_path / "test.db"
    store = Store(f"sqlite:///{path}", "counter")
    store.migrate()
    store.take_up([checkpoint(at=0)])
    with sqlite3.connect(path) as beside:
        beside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    beside.close()
    empty = path.stat().st_size

    written_mb = 0
    while path.stat().st_size == empty:
        written_mb += 1
        with store.transaction(LEDGER, 0) as tx:
            tx.save_snapshots({f"case-{written_mb}": bytes(1_000_000)})
    store.close()

    assert 50 < written_mb < 70
