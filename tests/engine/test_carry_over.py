"""SQLite's write-ahead log is carried into the file beside the transactions: none of them waits for the disk."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from backbone.engine import rounds
from backbone.engine.health import Health
from backbone.store import databases
from backbone.store.errors import DatabaseAway
from backbone.store.rows import Checkpoint
from backbone.store.store import Store

LEDGER = "schakel.ledger"
PAGES = 1_500
"""Half as many again as SQLite by itself would let stand in the log."""


def fill(store: Store, pages: int = PAGES) -> None:
    """One commit a hundred pages, of 4,096 bytes each."""
    for number in range(pages // 100):
        with store.transaction(LEDGER, 0) as tx:
            tx.save_snapshots({f"case-{number}-{one}": bytes(4_000) for one in range(100)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
def store(path: Path) -> Store:
    made = Store(f"sqlite:///{path}", "test")
    made.migrate()
    made.take_up([Checkpoint(0, LEDGER, 0, 0, topic_id="topic-1")])
    made.carry_over()
    return made


def test_no_transaction_carries_anything_over(store: Store, path: Path) -> None:
    before = path.stat().st_size
    fill(store)
    assert path.stat().st_size == before
    store.carry_over()
    assert path.stat().st_size > before + PAGES * 4_000
    store.close()


def test_it_waits_for_no_transaction(store: Store, path: Path) -> None:
    fill(store)
    before = path.stat().st_size
    with store.transaction(LEDGER, 0) as tx:
        tx.set_note("under way", "yes")
        store.carry_over()
        assert path.stat().st_size > before
    with store.transaction(LEDGER, 0) as tx:
        assert tx.note("under way") == "yes"
    store.close()


def test_where_nobody_does_it_sqlite_does_in_the_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_PAGES_AT_MOST", 1_000)
    store = Store(f"sqlite:///{path}", "test")
    store.migrate()
    store.take_up([Checkpoint(0, LEDGER, 0, 0, topic_id="topic-1")])
    before = path.stat().st_size
    fill(store)
    assert path.stat().st_size > before + 1_000 * 4_000
    store.close()


async def test_a_worker_does_so_all_the_time_and_says_when_it_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "CARRY_S", 0.0)
    health, done = Health(), asyncio.Event()
    loop = asyncio.get_running_loop()
    answers = iter((DatabaseAway("the database x cannot be used now (disk full); we try again"), None))

    def carry_over() -> None:
        if (error := next(answers, None)) is not None:
            raise error
        loop.call_soon_threadsafe(done.set)

    carrying = asyncio.create_task(
        rounds._carries(SimpleNamespace(store=SimpleNamespace(carry_over=carry_over), health=health))
    )  # type: ignore[arg-type]
    async with asyncio.timeout(5):
        await done.wait()
    carrying.cancel()
    assert "disk full" in health.reason
