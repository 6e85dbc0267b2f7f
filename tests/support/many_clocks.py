"""So many open clocks in follow-up's database, two bursts of them due and worked off, and what that took.

A program of its own, since memory is measured of a whole process: `python -m tests.support.many_clocks fill|work DATABASE CASES`. Work is
counted, not timed.
"""

import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from backbone.collecting import collect_seldom
from backbone.desks import Desk, Desks
from backbone.store.transaction import Tx
from bench.clocks import A_SECOND, BEGIN, SECONDS, Followup, batches, drain, fill, ingest, opened_store
from bench.stand import resident_mb
from schakel.envelope import read_headers
from schakel.events.chain import WatermarkPassed
from schakel.events.contact import InformationGiven
from schakel.record import Raw

CACHE_MB = 2
"""What SQLite keeps of its file is a share of its own (`backbone.store.databases.CACHE_MB`): here so little that it is full at once."""
WARM_UP = 5
BURST = 2_500
"""More than the desks keep at hand."""
NEXT_BURST = A_SECOND * SECONDS
"""As `bench.clocks.fill` lays them, over the seconds of an hour later: here all of them are due when that is over."""


class Counting(Desks):
    """Desks that count the cases they load, and look at this process's memory while it holds them."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded, self.peak_mb = 0, 0.0

    def load(self, tx: Tx, ids: Sequence[str]) -> dict[str, Desk]:
        desks = super().load(tx, ids)
        self.loaded += len(desks)
        self.peak_mb = max(self.peak_mb, resident_mb())
        return desks


class Watched(Followup):
    """Follow-up, and how many cases each of its transactions loaded, by what it was for."""

    def __init__(self, path: Path) -> None:
        super().__init__(opened_store(path, CACHE_MB))
        self.processor.desks = self.desks = Counting()
        self.loaded: dict[str, list[int]] = {"watermark": [], "tick": [], "told": [], "read back": []}

    def work(self, raws: list[Raw] | None) -> tuple[list[Raw], bool]:
        self.desks.loaded = 0
        found = super().work(raws)
        self.loaded[_kind(raws)].append(self.desks.loaded)
        return found


def _kind(raws: list[Raw] | None) -> str:
    if not raws:
        return "tick" if raws is None else "read back"
    kinds = {WatermarkPassed.TYPE: "watermark", InformationGiven.TYPE: "told"}
    return kinds.get(read_headers(raws[0].headers).type, "read back")


def work(path: Path, cases: int) -> dict[str, Any]:
    """One burst and a larger one, told events in turns with them: what was loaded, and how far memory grew by the end of each."""
    it = Watched(path)
    collect_seldom()
    source = batches(it, cases)
    for _ in range(WARM_UP):
        ingest(it, source)
    idle_mb = it.desks.peak_mb = resident_mb()
    breaches, grew_mb = [], []
    for after in (timedelta(hours=48), timedelta(hours=49, seconds=SECONDS)):
        breaches.append(drain(it, BEGIN + after, source).breaches)
        grew_mb.append(round(it.desks.peak_mb - idle_mb, 1))
    most = {kind: max(counts) for kind, counts in it.loaded.items()}
    times = {kind: len(counts) for kind, counts in it.loaded.items()}
    return {"breaches": breaches, "most": most, "times": times, "grew_mb": grew_mb}


if __name__ == "__main__":
    what, database, number = sys.argv[1:]
    if what == "fill":
        fill(Path(database), int(number), BURST)
    else:
        print(json.dumps(work(Path(database), int(number))))
