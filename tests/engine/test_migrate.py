"""Bringing tables up to date: by several workers at once, with a service's own tables, and never down."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, make_url, select, text

from backbone.store import migrate, tables
from backbone.store.errors import SchemaUnknown
from backbone.store.store import Store
from tests.engine.test_store import LEDGER, checkpoint


def test_versions_make_exactly_the_tables(store: Store) -> None:
    with store.reading() as connection:
        assert migrate.differences(connection, tables.metadata) == []


def test_a_table_that_no_version_makes_is_noticed(store: Store) -> None:
    forgotten = MetaData()
    Table("forgotten", forgotten, Column("id", Integer, primary_key=True))
    with store.reading() as connection:
        assert migrate.differences(connection, tables.metadata, forgotten)


def test_eight_workers_that_start_at_once_all_find_the_tables(database_url: str) -> None:
    errors: list[BaseException] = []

    def start() -> None:
        try:
            fresh = Store(database_url, "counter")
            fresh.migrate()
            fresh.take_up([checkpoint()])
            fresh.close()
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=start) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert errors == []
    last = Store(database_url, "counter")
    assert list(last.checkpoints()) == [(LEDGER, 0)]
    last.close()


def test_an_empty_database_is_made_as_the_page_for_operators_says(database_url: str) -> None:
    """Its files moved away, or its schema dropped: the next start makes it anew, and knows nothing."""
    old = Store(database_url, "counter")
    old.migrate()
    old.take_up([checkpoint(at=3)])
    old.close()
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        assert url.database
        for one in Path(url.database).parent.glob(f"{Path(url.database).name}*"):
            one.rename(one.with_name(f"old-{one.name}"))
    else:
        page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
        assert "`drop schema intake cascade`" in page
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("drop schema counter cascade"))
        engine.dispose()
    fresh = Store(database_url, "counter")
    fresh.migrate()
    assert fresh.checkpoints() == {}
    fresh.close()


def test_tables_of_a_newer_program_are_refused(store: Store) -> None:
    with store._begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_from_the_future'"))
    with pytest.raises(SchemaUnknown, match="newer program"):
        store.migrate()


def test_a_service_adds_its_own_versions(database_url: str, tmp_path: Path) -> None:
    own = tmp_path / "versions"
    own.mkdir()
    (own / "0001_seen.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        "revision = 'seen_1'\ndown_revision = None\nbranch_labels = ('seen',)\ndepends_on = None\n"
        "def upgrade():\n    op.create_table('seen', sa.Column('id', sa.String(20), primary_key=True))\n"
    )
    seen = Table("seen", MetaData(), Column("id", String(20), primary_key=True))
    for _ in range(2):
        store = Store(database_url, "counter", [own])
        store.migrate()
        store.take_up([checkpoint()])
        with store.transaction(LEDGER, 0) as tx:
            tx.connection.execute(tx.upsert(seen, ("id",), ()), [{"id": "a"}])
        with store.reading() as connection:
            assert connection.execute(select(seen.c.id)).scalars().all() == ["a"]
        store.close()
