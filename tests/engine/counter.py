"""A service for tests: writes down every offset it is given, counts records by key, and says each record on once.

`python -m tests.engine.counter` runs it as a worker of its own, with the engine's settings and these:
COUNTER_NAME, COUNTER_TOPICS (reads; commas), COUNTER_OUT (writes; a partition each), COUNTER_FIRST, COUNTER_SLOW_S (seconds a batch),
COUNTER_FAULT_AT (an offset at which it breaks), COUNTER_WAIT (topic,other,offset: the one waits for the other),
COUNTER_KEYS (a database of keys that it looks into for every batch, as intake does),
COUNTER_FOLD (the version of its fold),
COUNTER_FULL (a file: while it is there, its SQLite database finds the disk full),
COUNTER_AT_ONCE (records a transaction), COUNTER_SESSION_S (a shorter session than the engine's, so that a test need not wait for it).
"""

import os
import sys
import time
import warnings
from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from backbone.engine import faust_driver, work
from backbone.engine.processor import Outcome, Surroundings
from backbone.engine.run import run
from backbone.keys import KeysAway, SqlKeyService, open_keys
from backbone.settings import Settings
from backbone.store import tables
from backbone.store.rows import Outgoing
from backbone.store.transaction import Tx
from schakel.record import Raw

_MANY_PAGES = 1_000_000


class CountingProcessor:
    """See the module's words. While rebuilding it only counts; what it then said in the past, it does not say again."""

    versions = (Path(__file__).parent / "counter_versions",)

    def __init__(
        self, name: str, topics: Sequence[str], out: str | None, first: Sequence[str] = (), slow_s: float = 0.0
    ) -> None:
        self.name = name
        self._topics = topics
        self.first = first
        self._out = out
        self._slow_s = slow_s
        self.fold_version = int(os.environ["COUNTER_FOLD"]) if "COUNTER_FOLD" in os.environ else None

    def topics(self) -> Sequence[str]:
        return self._topics

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        topic, other, offset = os.environ.get("COUNTER_WAIT", ",,0").split(",")
        if records[0].topic == topic and self._reached(tx, other, int(offset)) is False:
            return Outcome(wait_for={(other, tx.checkpoint.partition): int(offset)})
        if full := os.environ.get("COUNTER_FULL"):
            pages = 1 if Path(full).exists() else _MANY_PAGES  # as many as there are by now, or no limit
            tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        mark = "?" if tx.connection.dialect.name == "sqlite" else "%s"
        sql = f'INSERT INTO counted (topic, "partition", "offset") VALUES ({mark}, {mark}, {mark})'
        tx.connection.exec_driver_sql(sql, [(raw.topic, raw.partition, raw.offset) for raw in records])
        seen = Tally((raw.key or b"").decode() for raw in records)
        before = tx.snapshots(list(seen))
        tx.save_snapshots({key: str(int(before.get(key, b"0")) + more).encode() for key, more in seen.items()})
        if self._out and not tx.checkpoint.rebuilding:
            tx.outbox([self._say(raw, self._out) for raw in records])
        if any(raw.offset == int(os.environ.get("COUNTER_FAULT_AT", "-1")) for raw in records):
            raise RuntimeError("a secret in the text")
        time.sleep(self._slow_s)
        return Outcome()

    def caught_up(self, tx: Tx, topic: str, partition: int) -> bool:
        """Goes through all keys a piece at a time, as a service that reconciles its cases does."""
        at_once = int(os.environ.get("COUNTER_RECONCILE_AT_ONCE", "100"))
        name = f"reconcile/{topic}/{partition}"
        ids = tx.case_ids(partition, tx.note(name) or "", at_once)
        tx.set_note(name, ids[-1] if ids else None)
        tx.set_note(
            f"reconciled/{topic}/{partition}", str(int(tx.note(f"reconciled/{topic}/{partition}") or 0) + len(ids))
        )
        return len(ids) < at_once

    def _reached(self, tx: Tx, topic: str, offset: int) -> bool:
        point = tables.checkpoint.c
        where = (point.topic == topic, point.partition == tx.checkpoint.partition)
        return bool((tx.connection.execute(select(point.next_offset).where(*where)).scalar() or 0) >= offset)

    def _say(self, raw: Raw, out: str) -> Outgoing:
        about = f"{raw.topic}/{raw.partition}/{raw.offset}".encode()
        return Outgoing(out, raw.partition, raw.key, raw.value or b"", (("ce_id", about),))


class KeyedProcessor(CountingProcessor):
    """It cannot do its work without the database of keys."""

    beside = (KeysAway.what,)
    keys: SqlKeyService

    def begin(self) -> None:
        self.keys = open_keys(os.environ["COUNTER_KEYS"], os.environ["SCHAKEL_VAR_DIR"])

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        assert self.keys.door_keys()
        return super().process(tx, records)


def build(surroundings: Surroundings) -> CountingProcessor:
    """From the environment."""
    return (KeyedProcessor if os.environ.get("COUNTER_KEYS") else CountingProcessor)(
        os.environ.get("COUNTER_NAME", "counter"),
        os.environ["COUNTER_TOPICS"].split(","),
        os.environ.get("COUNTER_OUT"),
        [topic for topic in os.environ.get("COUNTER_FIRST", "").split(",") if topic],
        float(os.environ.get("COUNTER_SLOW_S", "0")),
    )


def main(environment: Mapping[str, str] = {}, log: Path | None = None) -> None:
    """Be a worker. environment: added to ours; log: where standard error goes."""
    os.environ.update(environment)
    if log is not None:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
    warnings.simplefilter("ignore")
    if session_s := os.environ.get("COUNTER_SESSION_S"):
        faust_driver.SESSION_TIMEOUT_S = float(session_s)
        faust_driver.HEARTBEAT_S = float(session_s) / 4
    if at_once := os.environ.get("COUNTER_AT_ONCE"):
        work.MAX_RECORDS = int(at_once)
    code = run(build, Settings())
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
