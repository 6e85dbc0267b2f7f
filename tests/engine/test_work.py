"""One step in the worker thread, on both databases: positions, rebuilds, waiting, the outbox."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from backbone.engine.errors import Exit, Stop
from backbone.engine.parcels import MAX_RECORDS, Parcel
from backbone.engine.processor import Offers, Outcome
from backbone.engine.work import Published, Worker, digest
from backbone.store.rows import Checkpoint, Outgoing
from backbone.store.store import Store
from backbone.store.transaction import Tx
from schakel.record import Raw

PLACE = ("schakel.ledger", 0)


def record(
    offset: int,
    key: bytes | None = b"case-1",
    value: bytes | None = b"value",
    headers: tuple[tuple[str, bytes], ...] = (),
) -> Raw:
    return Raw(*PLACE, offset, 1_700_000_000_000, key, value, headers)


def records(begin: int, end: int) -> list[Raw]:
    return [record(offset) for offset in range(begin, end)]


@dataclass
class Scripted:
    """A processor that notes what it is asked."""

    name: str = "scripted"
    batches: list[list[int]] = field(default_factory=list)
    rebuilding: list[bool] = field(default_factory=list)
    outcome: Callable[[Sequence[Raw]], Outcome] = lambda raws: Outcome()
    reconciles: int = 0
    ticked: int = 0
    retried: int = 0

    def topics(self) -> Sequence[str]:
        return (PLACE[0],)

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        self.batches.append([raw.offset for raw in records])
        self.rebuilding.append(tx.checkpoint.rebuilding)
        tx.save_snapshots({f"case-{raw.offset}": b"x" for raw in records})
        tx.outbox(Outgoing("out", 0, None, str(raw.offset).encode(), ()) for raw in records)
        return self.outcome(records)

    def retry(self, tx: Tx, topic: str, partition: int) -> bool:
        self.retried += 1
        return False

    def caught_up(self, tx: Tx, topic: str, partition: int) -> bool:
        done = int(tx.note("done") or 0) + 1
        tx.set_note("done", str(done))
        self.reconciles += 1
        return done == 3

    def tick(self, tx: Tx, topic: str, partition: int) -> bool:
        self.ticked += 1
        if self.ticked == 2:
            tx.outbox([Outgoing("out", 0, None, b"ticked", ())])
        return self.ticked < 3


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def worker(store: Store, scripted: Scripted) -> Worker:
    store.take_up([Checkpoint(0, *PLACE, 5, "topic-1")])
    return Worker(store, scripted, Offers(scripted))


def position(store: Store) -> int:
    return store.checkpoints()[PLACE].next_offset


def test_it_goes_on_exactly_at_the_checkpoint_and_skips_what_is_older(
    store: Store, worker: Worker, scripted: Scripted
) -> None:
    step = worker.records(PLACE, records(5, 8), Published())
    assert (step.position, step.done, [row.seq for row in step.pending]) == (8, 3, [1])
    step = worker.records(PLACE, records(6, 12), Published())
    assert (step.position, step.done) == (12, 6)
    assert scripted.batches == [[5, 6, 7], [8, 9, 10, 11]]
    assert position(store) == 12


def test_what_is_older_altogether_changes_nothing(worker: Worker, scripted: Scripted) -> None:
    worker.records(PLACE, records(5, 8), Published())
    step = worker.records(PLACE, records(5, 8), Published())
    assert (step.position, step.done, step.pending) == (8, 3, [])
    assert len(scripted.batches) == 1


def test_a_gap_before_the_batch_ends_the_process(store: Store, worker: Worker, scripted: Scripted) -> None:
    with pytest.raises(Stop) as stopped:
        worker.records(PLACE, records(6, 8), Published())
    assert (stopped.value.code, stopped.value.reason) == (Exit.GO_ON_AT_CHECKPOINT, "gap")
    assert scripted.batches == []
    assert position(store) == 5


def test_a_hole_in_the_log_is_said(worker: Worker) -> None:
    with pytest.raises(Stop) as stopped:
        worker.records(PLACE, [record(4), record(6)], Published())
    assert (stopped.value.code, stopped.value.reason) == (Exit.SAYS_WHY, "hole")


def test_what_lies_before_a_hole_is_worked_off_first(worker: Worker, scripted: Scripted) -> None:
    step = worker.records(PLACE, [record(5), record(6), record(8)], Published())
    assert (step.done, scripted.batches) == (2, [[5, 6]])
    with pytest.raises(Stop):
        worker.records(PLACE, [record(8)], Published())


def test_the_record_before_the_checkpoint_must_be_the_one_that_was_read(worker: Worker) -> None:
    worker.records(PLACE, records(5, 8), Published())
    worker.records(PLACE, [record(7), record(8)], Published())
    for changed in (
        record(8, value=b"other"),
        record(8, key=None),
        record(8, value=None),
        record(8, headers=(("ce_id", b"1"),)),
    ):
        with pytest.raises(Stop) as stopped:
            worker.records(PLACE, [changed, record(9)], Published())
        assert (stopped.value.code, stopped.value.reason) == (Exit.SAYS_WHY, "other_log")


def test_digests_differ_wherever_records_differ() -> None:
    base = Raw("t", 0, 1, 0, b"ab", b"c", (("a", b"bc"),))
    others = [
        replace(base, offset=2),
        replace(base, key=b"a", value=b"bc"),
        replace(base, key=None),
        replace(base, value=None),
        replace(base, headers=(("ab", b"c"),)),
        replace(base, headers=(("a", b"b"), ("c", b""))),
        replace(base, headers=()),
    ]
    assert len({digest(one) for one in [base, *others]}) == len(others) + 1
    assert digest(replace(base, timestamp_ms=9)) == digest(base)


def test_a_transaction_is_not_larger_than_a_rebalance_can_wait_for(worker: Worker, scripted: Scripted) -> None:
    step = worker.records(PLACE, records(5, MAX_RECORDS + 10), Published())
    assert step.done == MAX_RECORDS


def test_a_topic_in_portions_gives_others_their_turn(store: Store, scripted: Scripted) -> None:
    scripted.portion = lambda topic: 2 if topic == PLACE[0] else None  # type: ignore[attr-defined]
    store.take_up([Checkpoint(0, *PLACE, 5, "topic-1")])
    step = Worker(store, scripted, Offers(scripted)).records(PLACE, records(4, 10), Published())
    assert (step.done, step.wait_for, scripted.batches) == (3, None, [[5, 6]])


# -- waiting -------------------------------------------------------------------------------------------------------------


def test_a_batch_that_waits_leaves_nothing_behind(store: Store, worker: Worker, scripted: Scripted) -> None:
    scripted.outcome = lambda raws: Outcome(wait_for={("schakel.ledger", 1): 7})
    step = worker.records(PLACE, records(5, 8), Published())
    assert (step.wait_for, step.done, step.pending) == ({("schakel.ledger", 1): 7}, 0, [])
    assert position(store) == 5
    with store.transaction(*PLACE) as tx:
        assert tx.snapshots(["case-5"]) == {}
        assert tx.pending(0, 10) == []
    scripted.outcome = lambda raws: Outcome()
    assert worker.records(PLACE, records(5, 8), Published()).position == 8
    assert scripted.batches == [[5, 6, 7], [5, 6, 7]]


def test_what_could_be_processed_before_it_waits_is_kept(store: Store, worker: Worker, scripted: Scripted) -> None:
    scripted.outcome = lambda raws: Outcome(wait_for={("schakel.ledger", 1): 7}, processed=2)
    step = worker.records(PLACE, records(4, 9), Published())
    assert (step.done, step.position) == (3, 7), "one that was older and two"
    assert position(store) == 7


# -- rebuilding ----------------------------------------------------------------------------------------------------------


def test_a_rebuild_folds_to_its_end_reconciles_and_then_goes_on(store: Store, scripted: Scripted) -> None:
    store.take_up([Checkpoint(0, *PLACE, 0, "topic-1", rebuild_until=4)])
    worker = Worker(store, scripted, Offers(scripted))
    first = worker.records(PLACE, records(0, 2), Published())
    assert (first.again, first.rebuilding) == (False, True)
    assert worker.idle(PLACE, Published()).again is False, "no tick while history is read"
    assert scripted.ticked == 0
    second = worker.records(PLACE, records(2, 8), Published())
    assert (second.done, second.position, second.again) == (2, 4, True), "not beyond the rebuild's end"
    # Whoever goes on from here, another process perhaps, finds all it needs in the checkpoint.
    other = Worker(store, scripted, Offers(scripted))
    for left in (2, 1, 0):
        step = other.records(PLACE, records(4, 8), Published())
        assert (step.done, step.again, step.rebuilding) == (0, True, left > 0)
    last = other.records(PLACE, records(4, 8), Published())
    assert (last.done, last.again) == (4, False)
    assert scripted.reconciles == 3
    assert list(zip(scripted.batches, scripted.rebuilding, strict=True)) == [
        ([0, 1], True),
        ([2, 3], True),
        ([4, 5, 6, 7], False),
    ]


def test_a_rebuild_that_finds_nothing_new_reconciles_too(store: Store, scripted: Scripted) -> None:
    store.take_up([Checkpoint(0, *PLACE, 4, "topic-1", rebuild_until=4)])
    worker = Worker(store, scripted, Offers(scripted))
    assert [worker.idle(PLACE, Published()).again for _ in range(3)] == [True, True, True]
    assert store.checkpoints()[PLACE].rebuilding is False


# -- ticks and the outbox ------------------------------------------------------------------------------------------------


def test_ticks_say_whether_there_is_more_and_may_send(store: Store, worker: Worker) -> None:
    steps = [worker.idle(PLACE, Published()) for _ in range(3)]
    assert [step.again for step in steps] == [True, True, False]
    assert [[row.seq for row in step.pending] for step in steps] == [[], [1], []]
    assert [step.seq_before for step in steps] == [0, 0, 1]


def test_only_what_is_asked_for_is_looked_at(worker: Worker, scripted: Scripted) -> None:
    worker.records(PLACE, records(5, 7), Published())
    only_forgets = worker.idle(PLACE, Published(1, 0), parked=False, tick=False)
    assert (only_forgets.forgot, only_forgets.again, scripted.retried, scripted.ticked) == (1, False, 0, 0)
    worker.idle(PLACE, Published(1, 1), parked=False)
    assert (scripted.retried, scripted.ticked) == (0, 1)
    worker.idle(PLACE, Published(1, 1), tick=False)
    assert (scripted.retried, scripted.ticked) == (1, 1)


def test_what_was_published_is_forgotten_with_the_next_transaction(store: Store, worker: Worker) -> None:
    worker.records(PLACE, records(5, 7), Published())
    worker.records(PLACE, records(7, 9), Published())
    assert worker.unpublished(PLACE, 0)[1] == 2
    step = worker.records(PLACE, records(9, 10), Published(1, 0))
    assert (step.forgot, step.seq_before) == (1, 2)
    rows, last = worker.unpublished(PLACE, 0)
    assert ([row.seq for row in rows], last) == ([2, 3], 3)
    worker.forget(PLACE, 3)
    assert worker.unpublished(PLACE, 0) == ([], 3)


def test_a_database_that_went_back_in_time_is_noticed_before_anything_is_lost(worker: Worker) -> None:
    """After a failover to a copy that was behind, row 2 would be another one than the row 2 that was published."""
    worker.records(PLACE, records(5, 7), Published())
    for look in (
        lambda: worker.idle(PLACE, Published(2, 2)),
        lambda: worker.records(PLACE, records(7, 8), Published(2, 0)),
    ):
        with pytest.raises(Stop) as stopped:
            look()
        assert (stopped.value.code, stopped.value.reason) == (Exit.GO_ON_AT_CHECKPOINT, "went_back")
    assert worker.records(PLACE, records(7, 8), Published(1, 0)).position == 8


def test_a_processor_needs_no_more_than_it_uses(store: Store) -> None:
    class Bare:
        name = "bare"

        def topics(self) -> Sequence[str]:
            return (PLACE[0],)

        def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
            return Outcome()

    store.take_up([Checkpoint(0, *PLACE, 0, "topic-1", rebuild_until=2)])
    offers = Offers(Bare())
    worker = Worker(store, Bare(), offers)
    assert worker.records(PLACE, records(0, 2), Published()).again
    assert worker.idle(PLACE, Published()).rebuilding is False
    assert (offers.ticks, offers.observes, list(offers.first)) == (False, False, [])


# -- parcels -------------------------------------------------------------------------------------------------------------


def test_what_is_fetched_next_joins_a_parcel_until_somebody_takes_it() -> None:
    parcel = Parcel(PLACE, 1, records(0, 3))
    assert parcel.join(1, records(3, 5))
    assert not parcel.join(2, records(5, 6)), "it was read after another seek"
    parcel.taken = True
    assert not parcel.join(1, records(5, 6))
    assert [record.offset for record in parcel.records] == [0, 1, 2, 3, 4]


def test_a_parcel_does_not_grow_beyond_a_transaction() -> None:
    parcel = Parcel(PLACE, 1, records(0, MAX_RECORDS - 1))
    assert not parcel.join(1, records(0, 2))
    assert parcel.join(1, records(0, 1))
    large = [record(0, value=bytes(9_000_000))]
    fat = Parcel(PLACE, 1, large)
    assert not fat.join(1, large)
