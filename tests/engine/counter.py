"""A service for tests: writes down every offset it is given, counts records by key, and says each record on once.

`python -m tests.engine.counter` runs it as a worker of its own, with the engine's settings and these:
COUNTER_TOPICS (reads; commas), COUNTER_OUT (writes; a partition each), COUNTER_FIRST, COUNTER_SLOW_S (seconds a batch).
"""

import os
import sys
import time
from collections import Counter as Tally
from collections.abc import Sequence
from pathlib import Path

from backbone.engine.processor import Outcome, Surroundings
from backbone.engine.run import run
from backbone.settings import Settings
from backbone.store.rows import Outgoing
from backbone.store.transaction import Tx
from schakel.record import Raw

RECONCILE_AT_ONCE = 100


class CountingProcessor:
    """See the module's words. While rebuilding it only counts; what it then said in the past, it does not say again."""

    name = "counter"
    versions = (Path(__file__).parent / "counter_versions",)

    def __init__(self, topics: Sequence[str], out: str | None, first: Sequence[str] = (), slow_s: float = 0.0) -> None:
        self._topics = topics
        self.first = first
        self._out = out
        self._slow_s = slow_s

    def topics(self) -> Sequence[str]:
        return self._topics

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        mark = "?" if tx.connection.dialect.name == "sqlite" else "%s"
        sql = f'INSERT INTO counted (topic, "partition", "offset") VALUES ({mark}, {mark}, {mark})'
        tx.connection.exec_driver_sql(sql, [(raw.topic, raw.partition, raw.offset) for raw in records])
        seen = Tally((raw.key or b"").decode() for raw in records)
        before = tx.snapshots(list(seen))
        tx.save_snapshots({key: str(int(before.get(key, b"0")) + more).encode() for key, more in seen.items()})
        if self._out and not tx.checkpoint.rebuilding:
            tx.outbox([self._say(raw, self._out) for raw in records])
        time.sleep(self._slow_s)
        return Outcome()

    def caught_up(self, tx: Tx, topic: str, partition: int) -> bool:
        """Goes through all keys a piece at a time, as a service that reconciles its cases does."""
        name = f"reconcile/{topic}/{partition}"
        ids = tx.case_ids(partition, tx.note(name) or "", RECONCILE_AT_ONCE)
        tx.set_note(name, ids[-1] if ids else None)
        tx.set_note(
            f"reconciled/{topic}/{partition}", str(int(tx.note(f"reconciled/{topic}/{partition}") or 0) + len(ids))
        )
        return len(ids) < RECONCILE_AT_ONCE

    def _say(self, raw: Raw, out: str) -> Outgoing:
        about = f"{raw.topic}/{raw.partition}/{raw.offset}".encode()
        return Outgoing(out, raw.partition, raw.key, raw.value or b"", (("ce_id", about),))


def build(surroundings: Surroundings) -> CountingProcessor:
    """From the environment."""
    split = lambda name: [one for one in os.environ.get(name, "").split(",") if one]  # noqa: E731
    return CountingProcessor(
        split("COUNTER_TOPICS"),
        os.environ.get("COUNTER_OUT"),
        split("COUNTER_FIRST"),
        float(os.environ.get("COUNTER_SLOW_S", "0")),
    )


if __name__ == "__main__":
    sys.exit(run(build, Settings()))
