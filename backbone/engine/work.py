"""What happens in the worker thread: one SQL transaction a step, and in it all a batch of records changes.

The state machine lives in the checkpoint row alone (reading, rebuilding, reconciling), so that a process may end anywhere. When
a step is due, and what follows it, is `backbone.engine.shell`'s.
"""

import hashlib
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from prometheus_client import Counter

from backbone.engine import metrics, takeup
from backbone.engine.errors import Exit, Stop
from backbone.engine.logs import concerning
from backbone.engine.parcels import MAX_RECORDS
from backbone.engine.processor import Offers, Place, Processor
from backbone.store.rows import Checkpoint, Pending
from backbone.store.store import Store
from backbone.store.transaction import Tx
from schakel.record import Raw

_PENDING_AT_ONCE = 10


@dataclass(slots=True)
class Step:
    """What a transaction left behind.

    done: how many of the given records need no more attention. again: there is more to do, with or without records.
    seq_before and pending: the outbox as it was found, and what came to it. forgot: up to which row it was cleared.
    """

    position: int
    rebuilding: bool
    done: int = 0
    again: bool = False
    wait_for: Mapping[Place, int] | None = None
    seq_before: int = 0
    pending: Sequence[Pending] = field(default_factory=list)
    forgot: int = 0


class Published(NamedTuple):
    """How far a partition's outbox has come: the number of the last row that Kafka has acknowledged, and of the last one that
    has left the database since."""

    acknowledged: int = 0
    forgotten: int = 0


class _Waits(Exception):
    """Takes the transaction back."""


class Worker:
    """One processor over one store. Only ever called in the one worker thread."""

    def __init__(self, store: Store, processor: Processor, offers: Offers) -> None:
        self._store = store
        self._processor = processor
        self._offers = offers

    def records(self, place: Place, records: Sequence[Raw], published: Published) -> Step:
        """One transaction over as many of these records as can go in. Raises Stop for a position that does not fit.

        records: of one partition in the order of the log.
        """
        began = time.perf_counter()
        step = Step(0, False)
        taken: Sequence[Raw] = ()
        try:
            with self._store.transaction(*place) as tx:
                self._forget(tx, published, step)
                taken = self._one(tx, records, step)
        except _Waits:
            step.forgot = 0
        except Exception as error:
            concerning(error, topic=place[0], partition=place[1], **_offsets(records))
            raise
        if taken:
            _handled(place).inc(len(taken))
            metrics.TRANSACTION_RECORDS.observe(len(taken))
            metrics.TRANSACTION_SECONDS.observe(time.perf_counter() - began)
        return step

    def idle(self, place: Place, published: Published, *, parked: bool = True, tick: bool = True) -> Step:
        """One transaction of what is to do without records: reconciling after a rebuild, or parked records and the processor's tick, as
        far as they are asked for."""
        try:
            with self._store.transaction(*place) as tx:
                return self._without_records(tx, place, published, parked=parked, tick=tick)
        except Exception as error:
            concerning(error, topic=place[0], partition=place[1])
            raise

    def _without_records(self, tx: Tx, place: Place, published: Published, *, parked: bool, tick: bool) -> Step:
        point = tx.checkpoint
        step = Step(point.next_offset, point.rebuilding, seq_before=point.outbox_seq)
        self._forget(tx, published, step)
        if point.reconciling:
            self._reconcile(tx, step)
        elif not point.rebuilding:
            more_parked = parked and self._offers.retry(tx, *place)
            step.again = (tick and self._offers.tick(tx, *place)) or more_parked
        step.pending = tx.write_outbox()
        if tx.wrote:
            tx.advance()
        return step

    def unpublished(self, place: Place, after_seq: int) -> tuple[list[Pending], int]:
        """The next outbox rows of a partition, and the number of its last one."""
        with self._store.transaction(*place) as tx:
            return tx.pending(after_seq, _PENDING_AT_ONCE), tx.checkpoint.outbox_seq

    def forget(self, place: Place, published_seq: int) -> None:
        """Drop what has been published from the outbox."""
        with self._store.transaction(*place) as tx:
            tx.forget_published(published_seq)

    # -- inside the transaction ----------------------------------------------------------------------------------------

    def _one(self, tx: Tx, records: Sequence[Raw], step: Step) -> Sequence[Raw]:
        point = tx.checkpoint
        step.position, step.rebuilding, step.seq_before = point.next_offset, point.rebuilding, point.outbox_seq
        if point.reconciling:
            self._reconcile(tx, step)
            step.pending = tx.write_outbox()
            tx.advance()
            return []
        old = _seen_before(point, records)
        step.done = old
        fresh = _consecutive(records, old)[: self._offers.portion(point.topic) or MAX_RECORDS]
        if point.rebuild_until is not None:
            fresh = fresh[: point.rebuild_until - point.next_offset]
        if not fresh:
            return []
        outcome = self._processor.process(tx, fresh)
        if outcome.wait_for:
            step.wait_for = outcome.wait_for
            fresh = fresh[: outcome.processed]
            if not fresh:
                raise _Waits
        point.next_offset = fresh[-1].offset + 1
        point.digest = digest(fresh[-1])
        step.position, step.done = point.next_offset, old + len(fresh)
        step.again = point.reconciling
        step.pending = tx.write_outbox()
        tx.advance()
        return fresh

    def _reconcile(self, tx: Tx, step: Step) -> None:
        point = tx.checkpoint
        if self._offers.caught_up(tx, point.topic, point.partition):
            point.rebuild_until = None
            step.rebuilding = False
        tx.touch()
        step.again = True

    def _forget(self, tx: Tx, published: Published, step: Step) -> None:
        point = tx.checkpoint
        if published.acknowledged > point.outbox_seq:
            raise Stop(
                Exit.GO_ON_AT_CHECKPOINT,
                "went_back",
                f"the database went back in time: of {point.topic}[{point.partition}] outbox row {published.acknowledged} was "
                f"published but the last is {point.outbox_seq} (a failover, a restored backup?); the process starts anew",
            )
        if published.acknowledged > published.forgotten:
            tx.forget_published(published.acknowledged)
            step.forgot = published.acknowledged


def _offsets(records: Sequence[Raw]) -> dict[str, object]:
    return {"offsets": f"{records[0].offset} to {records[-1].offset}"} if records else {}


@cache
def _handled(place: Place) -> Counter:
    """The count of this partition, at hand: to look it up by its labels takes longer than to count."""
    return metrics.RECORDS.labels(place[0], str(place[1]))


def digest(raw: Raw) -> bytes:
    """Of a record and its offset: tells whether the log still holds the record that was read."""
    found = hashlib.sha256(struct.pack(">q", raw.offset))
    for part in (raw.key, raw.value):
        found.update(struct.pack(">q", -1 if part is None else len(part)))
        found.update(part or b"")
    for name, value in raw.headers:
        encoded = name.encode()
        found.update(struct.pack(">qq", len(encoded), len(value)) + encoded + value)
    return found.digest()


def _seen_before(point: Checkpoint, records: Sequence[Raw]) -> int:
    """How many of the records lie before the position. The one right before it must be the one that we read."""
    at = point.next_offset
    old = 0
    for record in records:
        if record.offset >= at:
            break
        old += 1
    where = f"{point.topic}[{point.partition}]"
    if old and records[old - 1].offset == at - 1 and point.digest and digest(records[old - 1]) != point.digest:
        raise Stop(
            Exit.SAYS_WHY,
            "other_log",
            f"{where} holds another record at offset {at - 1} than the one that was read there: this is not the log that "
            f"this database belongs to; {takeup.REMEDY}",
        )
    if old < len(records) and records[old].offset != at:
        found = records[old].offset
        if old:  # it was fetched in one go with what lies before: the hole is in the log
            raise Stop(
                Exit.SAYS_WHY,
                "hole",
                f"{where} has no record at offset {at} but one at {found}: the topic was compacted, or somebody wrote to it "
                "in transactions; take both away, and move the position past the hole once it is known what was lost",
            )
        raise Stop(
            Exit.GO_ON_AT_CHECKPOINT,
            "gap",
            f"{where} goes on at offset {at} but the records that came begin at {found}; the process starts anew",
        )
    return old


def _consecutive(records: Sequence[Raw], begin: int) -> Sequence[Raw]:
    """The records from `begin` on, up to the first hole in their offsets."""
    fresh = records[begin:]
    if not fresh or fresh[-1].offset - fresh[0].offset + 1 == len(fresh):
        return fresh
    first = fresh[0].offset
    for number, record in enumerate(fresh):
        if record.offset != first + number:
            return fresh[:number]
    return fresh
