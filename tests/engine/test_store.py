"""What the store promises, on SQLite and PostgreSQL alike."""

import threading

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import SQLAlchemyError

from backbone.store import tables
from backbone.store.errors import CheckpointMissing, DatabaseAway, OtherFold
from backbone.store.rows import MAX_OUTGOING_BYTES, Checkpoint, Outgoing, OutgoingTooLarge
from backbone.store.store import Store
from schakel.record import Raw

LEDGER = "schakel.ledger"


def checkpoint(topic: str = LEDGER, partition: int = 0, at: int = 0, until: int | None = None) -> Checkpoint:
    return Checkpoint(0, topic, partition, at, topic_id="topic-1", rebuild_until=until)


def outgoing(number: int, size: int = 10) -> Outgoing:
    headers = (("ce_id", str(number).encode()), ("ce_type", b"x"), ("empty", b""))
    return Outgoing("schakel.out.coc", None, None, bytes(size), headers)


def raw(offset: int, topic: str = LEDGER) -> Raw:
    return Raw(topic, 0, offset, 1_700_000_000_000, b"case-1", b"\x00\xff", (("ce_id", b"1"),))


@pytest.fixture(autouse=True)
def taken_up(store: Store) -> None:
    store.take_up([checkpoint(), checkpoint(partition=1, at=5), checkpoint("schakel.in.coc")])


def test_taking_up_again_leaves_the_position(store: Store) -> None:
    with store.transaction(LEDGER, 0) as tx:
        tx.checkpoint.next_offset, tx.checkpoint.digest = 7, b"digest"
        tx.advance()
    store.take_up([checkpoint(at=99, until=100)])
    point = store.checkpoints()[LEDGER, 0]
    assert (point.next_offset, point.digest, point.rebuilding) == (7, b"digest", False)


def test_no_transaction_without_a_checkpoint(store: Store) -> None:
    with pytest.raises(CheckpointMissing, match=r"schakel\.ledger\[9\]"), store.transaction(LEDGER, 9):
        pass


def test_what_was_kept_before_folds_were_noted_is_of_the_first(store: Store) -> None:
    with pytest.raises(OtherFold, match=r"version 1 of the fold .* folds by version 2: give"):
        store.folded_by(2)
    store.folded_by(1)


def test_an_empty_database_is_of_the_fold_that_begins_with_it(store: Store) -> None:
    with store.transaction(LEDGER, 0) as tx:
        for table in (tables.note, tables.outbox, tables.checkpoint):
            tx.connection.execute(table.delete())
        tx.touch()
    store.folded_by(2)
    store.take_up([checkpoint()])
    store.folded_by(2)
    store.folded_by(None)
    with pytest.raises(OtherFold, match=r"version 2 of the fold .* folds by version 1: run the newer program, or give"):
        store.folded_by(1)


def test_an_error_takes_everything_back(store: Store) -> None:
    def faulty() -> None:
        with store.transaction(LEDGER, 0) as tx:
            tx.save_snapshots({"case-1": b"one"})
            tx.outbox([outgoing(1)])
            tx.write_outbox()
            tx.checkpoint.next_offset = 3
            tx.advance()
            raise KeyError("a fault")

    with pytest.raises(KeyError):
        faulty()
    with store.transaction(LEDGER, 0) as tx:
        assert tx.snapshots(["case-1"]) == {}
        assert tx.pending(0, 10) == []
        assert tx.checkpoint.next_offset == 0


def test_a_transaction_that_wrote_nothing_is_rolled_back(store: Store) -> None:
    with store.transaction(LEDGER, 0) as tx:
        tx.connection.execute(insert(tables.note), {"name": "a", "value": "1"})
    with store.transaction(LEDGER, 0) as tx:
        assert tx.note("a") is None
        tx.connection.execute(insert(tables.note), {"name": "a", "value": "1"})
        tx.touch()
    with store.transaction(LEDGER, 0) as tx:
        assert tx.note("a") == "1"


def test_the_outbox_keeps_order_and_belongs_to_its_partition(store: Store) -> None:
    sent = [outgoing(number) for number in range(2_500)]
    with store.transaction(LEDGER, 0) as tx:
        tx.outbox(sent[:1_200])
        tx.outbox(sent[1_200:])
        assert [row.seq for row in tx.write_outbox()] == [1, 2, 3]
        tx.advance()
    with store.transaction(LEDGER, 1) as tx:
        tx.outbox([outgoing(7)])
        tx.write_outbox()
        tx.advance()
    assert store.depths() == {"outbox": 2_501, "parked": 0}
    with store.transaction(LEDGER, 0) as tx:
        assert [record for row in tx.pending(0, 10) for record in row.records] == sent
        assert [row.seq for row in tx.pending(1, 1)] == [2]
        tx.forget_published(2)
        tx.outbox([outgoing(8)])
        assert [row.seq for row in tx.write_outbox()] == [4]
        tx.advance()
    with store.transaction(LEDGER, 0) as tx:
        assert [row.seq for row in tx.pending(0, 10)] == [3, 4]
    with store.transaction(LEDGER, 1) as tx:
        assert [row.records for row in tx.pending(0, 10)] == [[outgoing(7)]]


def test_a_record_that_could_never_be_published_is_refused_before_the_commit(store: Store) -> None:
    with store.transaction(LEDGER, 0) as tx:
        tx.outbox([outgoing(1), outgoing(2, MAX_OUTGOING_BYTES)])
        with pytest.raises(OutgoingTooLarge, match=r"schakel\.out\.coc"):
            tx.write_outbox()
    with store.transaction(LEDGER, 0) as tx:
        tx.outbox([outgoing(number, MAX_OUTGOING_BYTES - 100) for number in range(3)])
        assert len(tx.write_outbox()) == 3


def test_snapshots_are_of_any_partition_and_replaced(store: Store) -> None:
    first = {f"case-{number:04}": bytes([number % 256]) * 2_000 for number in range(1_500)}
    with store.transaction(LEDGER, 1) as tx:
        tx.save_snapshots(first)
    with store.transaction("schakel.in.coc", 0) as tx:
        assert tx.snapshots([*first, "unknown"]) == first
        assert tx.snapshots([]) == {}
        tx.save_snapshots({"case-0003": b"new"}, partition=1)
    with store.transaction(LEDGER, 0) as tx:
        assert tx.snapshots(["case-0003"]) == {"case-0003": b"new"}
        assert tx.case_ids(0, "", 10) == []
        assert tx.case_ids(1, "", 2) == ["case-0000", "case-0001"]
        assert tx.case_ids(1, "case-1497", 10) == ["case-1498", "case-1499"]


def test_timers_are_replaced_and_found_most_urgent_first(store: Store) -> None:
    with store.transaction(LEDGER, 0) as tx:
        assert tx.earliest_timer() is None
        tx.set_timers({"b": [("first", 200), ("second", 50)], "a": [("first", 100)], "c": [("first", 300)]})
    with store.transaction(LEDGER, 1) as tx:
        tx.set_timers({"d": [("first", 10)]})
    with store.transaction(LEDGER, 0) as tx:
        assert tx.timers_due(0, 200, 10) == ["b", "a"]
        assert tx.timers_due(0, 200, 1) == ["b"]
        assert tx.timers_due(0, 49, 10) == []
        assert tx.earliest_timer() == 10
        tx.set_timers({"b": [("first", 250)], "a": []})
        assert tx.timers_due(0, 300, 10) == ["b", "c"]


def test_parked_records_are_found_retried_and_forgotten(store: Store) -> None:
    with store.transaction(LEDGER, 0) as tx:
        tx.park("case-1", raw(2), "newer version")
        tx.park("case-1", raw(1), "newer version")
        tx.park("case-2", raw(3), "behind")
        assert tx.parked_cases(["case-1", "case-3"]) == {"case-1"}
    with store.transaction("schakel.in.coc", 0) as tx:
        tx.park("case-9", raw(1, "schakel.in.coc"), "fault")
        assert [record.case_id for record in tx.parked()] == ["case-9"]
    assert store.depths()["parked"] == 4
    found = store.parked("case-1")
    assert [record.raw for record in found] == [raw(1), raw(2)]
    assert store.retry_parked([found[0].id]) == 1
    with store.transaction(LEDGER, 0) as tx:
        assert [record.raw.offset for record in tx.parked(retry_only=True)] == [1]
        assert [record.raw.offset for record in tx.parked(case_id="case-2")] == [3]
        tx.unpark([found[0].id, found[1].id])
    assert [record.case_id for record in store.parked()] == ["case-9", "case-2"]


def test_notes_are_set_and_forgotten(store: Store) -> None:
    with store.transaction(LEDGER, 0) as tx:
        assert tx.note("watermark/0") is None
        tx.set_note("watermark/0", "2026-01-01")
        tx.set_note("watermark/0", "2026-01-02")
        tx.set_note("other", "x")
        tx.set_note("other", None)
    with store.transaction(LEDGER, 0) as tx:
        assert (tx.note("watermark/0"), tx.note("other")) == ("2026-01-02", None)


def test_two_transactions_over_one_partition_come_one_after_the_other(store: Store, database_url: str) -> None:
    """The second one reads the position that the first one left, not the one it would have found when it began."""
    other = Store(database_url, "counter")
    inside, entered, seen = threading.Event(), threading.Event(), []

    def second() -> None:
        inside.wait(10)
        entered.set()
        with other.transaction(LEDGER, 0) as tx:
            seen.append(tx.checkpoint.next_offset)

    worker = threading.Thread(target=second)
    worker.start()
    with store.transaction(LEDGER, 0) as tx:
        inside.set()
        entered.wait(10)
        tx.checkpoint.next_offset = 41
        tx.advance()
    worker.join(10)
    other.close()
    assert seen == [41]


def test_a_partition_held_by_a_frozen_worker_counts_as_away(store: Store, database_url: str) -> None:
    other = Store(database_url, "counter")
    with store.transaction(LEDGER, 0), pytest.raises(DatabaseAway, match="try again"), other.transaction(LEDGER, 0):
        pass
    with other.transaction(LEDGER, 0) as tx:
        assert tx.checkpoint.next_offset == 0
    other.close()


def test_a_wrong_statement_is_not_taken_for_an_absent_database(store: Store) -> None:
    with pytest.raises(SQLAlchemyError), store.transaction(LEDGER, 0) as tx:
        tx.connection.execute(text("SELECT nothing FROM nowhere"))
