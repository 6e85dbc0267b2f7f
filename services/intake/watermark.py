"""The watermark: "every message that partners sent before T stands in the ledger or was refused".

An outage of ours must accuse nobody: a clock breaches only at a watermark behind its due moment. One is logged only into a ledger
partition where a clock waits for it, so that a quiet night writes nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from backbone.case_feedback import feedback_moments
from backbone.casework import all_moments, timers_of
from backbone.chains import Chains
from backbone.store.transaction import Tx
from schakel.case_state import State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.chain import WatermarkPassed
from schakel.ids import derived_id, service_source
from services.intake.chain_stream import MARK, TREND, ChainStream

AT_ONCE = 1_000
WHOLE_PARTITION = 1_000_000_000


class Watermark:
    """What this worker has seen of its `in` topics, and what all workers together have handled (in the database)."""

    def __init__(self, topics: Sequence[str], chains: Chains, streams: ChainStream | None = None) -> None:
        self.topics = tuple(topics)
        self._chains = chains
        self.streams = streams
        self._ends: dict[str, tuple[datetime, int]] = {}

    def waits(self, case: State) -> list[tuple[str, int]]:
        """What of a case waits for a watermark, as timer rows: clocks, terms that end in erasure, digests for whoever referred."""
        return timers_of(case, lambda known: [*all_moments(known), *feedback_moments(known, self._chains)])

    def noticed(self, topic: str, at: datetime, end: int) -> None:
        """`at` was read from the clock before `end` from the broker: all that was sent before `at` lies before `end`."""
        self._ends[topic] = (at, end)

    def handled(self, tx: Tx, topic: str) -> None:
        """This topic is handled up to a moment, if a clock waits for that: remember it.

        What was let in and has yet to be published is not handled: another worker may log the watermark before it.
        """
        at, end = self._ends.get(topic, (None, 0))
        if at is None or tx.checkpoint.next_offset < end:
            return
        earliest = tx.earliest_timer()
        if earliest is not None and earliest <= at.timestamp() * 1000 and not tx.pending(0, 1):
            tx.set_note(f"handled/{topic}", at.isoformat())

    def due(self, tx: Tx, partition: int) -> tuple[Entry | None, bool]:
        """The watermark to log into a ledger partition, or None when no clock there waits for one; and whether more is to be done."""
        notes = [tx.note(f"handled/{topic}") for topic in self.topics]
        if not notes or not all(notes):
            return None, False
        at = min(datetime.fromisoformat(note) for note in notes if note)
        until_ms = int(at.timestamp() * 1000)
        waiting = tx.timers_due(partition, until_ms, AT_ONCE)
        if not waiting:
            return None, False
        # What comes later of a case stands there already. Nothing is decided here, so that no case need be looked at: whoever sends a
        # message waits for this transaction.
        tx.drop_timers((name for name in waiting if not name.startswith(MARK)), until_ms)
        for name in waiting:
            if name.startswith(MARK) and self.streams:
                self.streams.passed(tx, name, at)
        event = WatermarkPassed(at=at)
        envelope = Envelope(
            id=derived_id("intake", f"ledger/{partition}", event.TYPE, at.isoformat(), 0),
            source=service_source("intake"),
            type=event.TYPE,
            time=at,
        )
        return Entry(envelope, event), len(waiting) == AT_ONCE

    def looked_at(self, tx: Tx, entries: Sequence[Entry]) -> None:
        """Of a new database: what the newest watermark among these was logged for waits no more, unless it came behind it. What came of it
        stands in the ledger."""
        marks = [number for number, entry in enumerate(entries) if isinstance(entry.event, WatermarkPassed)]
        if not marks:
            return
        newest = entries[marks[-1]].event
        assert isinstance(newest, WatermarkPassed)
        behind = {name for entry in entries[marks[-1] :] for name in (entry.envelope.case, f"{MARK}{TREND}{entry.id}")}
        until_ms = int(newest.at.timestamp() * 1000)
        waiting = tx.timers_due(tx.checkpoint.partition, until_ms, WHOLE_PARTITION)
        tx.drop_timers((name for name in waiting if name not in behind), until_ms)
        if self.streams:
            self.streams.looked_at(tx, newest.at)
