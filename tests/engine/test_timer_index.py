"""A million timers are found by the index: no query of the store reads them all, on either database."""

import pytest
from sqlalchemy import text

from backbone.store.rows import Checkpoint
from backbone.store.store import Store

LEDGER = "schakel.ledger"
CASES, PARTITIONS = 3_000, 3


@pytest.fixture
def full(store: Store) -> Store:
    """Many timers in three partitions, most of them far away."""
    store.take_up([Checkpoint(0, LEDGER, partition, 0, "t") for partition in range(PARTITIONS)])
    for partition in range(PARTITIONS):
        with store.transaction(LEDGER, partition) as tx:
            tx.set_timers({f"{partition}-{n}": [("a", 1_000 + n), ("b", 1_001 + n)] for n in range(CASES)})
            tx.advance()
    with store.transaction(LEDGER, 0) as tx:
        tx.connection.execute(text("ANALYZE"))
        tx.touch()
    return store


def plan(store: Store, statement: str, parameters: tuple[object, ...]) -> str:
    """How the database would do it, in its own words."""
    with store.transaction(LEDGER, 0) as tx:
        lite = tx.connection.dialect.name == "sqlite"
        explain = "EXPLAIN QUERY PLAN " if lite else "EXPLAIN "
        rows = tx.connection.exec_driver_sql(explain + tx._sql(statement), parameters).fetchall()
    return "\n".join(str(row) for row in rows)


def test_what_is_due_is_read_in_the_order_of_the_index(full: Store) -> None:
    from backbone.store.transaction import _DUE

    how = plan(full, _DUE, (1, 2_000, 100))
    assert "timer_due" in how, how
    assert "SCAN timer" not in how, how
    assert "TEMP B-TREE" not in how, how
    assert "Seq Scan" not in how, how


def test_the_earliest_is_found_without_reading_all(full: Store) -> None:
    from backbone.store.transaction import _EARLIEST

    how = plan(full, _EARLIEST, ())
    assert "timer_due" in how, how
    assert "Seq Scan on timer" not in how, how
    steps = [line for line in how.splitlines() if "timer" in line]
    assert all("SEARCH" in line or "Index" in line for line in steps), how


def test_as_many_cases_as_asked_for_however_many_timers_each_has(full: Store) -> None:
    with full.transaction(LEDGER, 2) as tx:
        assert tx.timers_due(2, 1_010, 5) == [f"2-{n}" for n in range(5)]
        assert len(tx.timers_due(2, 9_999, CASES + 1)) == CASES
        tx.set_timers({"late": [(str(n), 1) for n in range(50)]})
        assert tx.timers_due(2, 1_000, 2) == ["late", "2-0"]
        assert tx.earliest_timer() == 1


def test_what_comes_later_stays_when_what_is_due_is_dropped(full: Store) -> None:
    with full.transaction(LEDGER, 2) as tx:
        tx.drop_timers([f"2-{n}" for n in range(3)], 1_002)
        assert tx.timers_due(2, 1_002, 10) == []
        assert tx.timers_due(2, 1_003, 10) == ["2-2", "2-3"]
        assert tx.timers_due(1, 1_001, 10) == ["1-0", "1-1"], "other cases keep theirs"
