"""What `/metrics` of the cases service costs with a million open clocks in its database: a scrape, reading the tally anew, a batch.

The clocks lie over three months by the hour, and over all partitions, as they would in a year of the whole country. Scrapes go over HTTP,
while the tally is read again and again beside them, which a service does every five seconds.
"""

import asyncio
import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from prometheus_client import REGISTRY, generate_latest
from sqlalchemy import insert

from backbone.definition_files import load_definitions
from backbone.engine.health import Health, Standing
from backbone.engine.http import Server
from backbone.kafka.names import LEDGER, LEDGER_PARTITIONS
from backbone.settings import Settings
from backbone.store.rows import Checkpoint
from backbone.store.store import Store
from bench import stand
from services.cases.processor import CasesProcessor
from services.cases.tally import table
from services.cases.tally.names import HOUR_S, Stands, What, name
from services.cases.tally.shown import TallyCollector

CLOCKS, SCRAPES, BATCH = 1_000_000, 100, 10_000
HOURS = 90 * 24
SERIES_LIMIT = 2_000


def main() -> None:
    clocks = CLOCKS // 100 if stand.quick() else CLOCKS
    store = Store(f"sqlite:///{stand._fresh('scrape') / 'cases.db'}", "cases", CasesProcessor.versions)
    store.migrate()
    store.take_up([Checkpoint(0, LEDGER, partition, 0, "bench") for partition in range(LEDGER_PARTITIONS)])
    chains, protocols = load_definitions(stand.ROOT / "protocols", stand.ROOT / "chains")
    names = _fill(store, clocks, [(one.protocol, rule.id) for one in protocols for rule in one.timed])
    shown = TallyCollector(chains, protocols, time.time, time.monotonic)
    result = asyncio.run(_measure(store, shown))
    store.close()
    stand.write("scrape", {"open_clocks": clocks, "names_in_the_tally": names, **result})


def _fill(store: Store, clocks: int, rules: list[tuple[str, str]]) -> int:
    """A million clocks, and what the cases of each partition sum up to. Returns how many names there are."""
    first = int(time.time()) // HOUR_S
    tally: dict[tuple[int, str], int] = {}
    with store.transaction(LEDGER, 0) as tx:
        tx.touch()
        rows: list[dict[str, Any]] = []
        for number in range(clocks):
            protocol, clock = rules[number % len(rules)]
            one = name(What.CLOCK, protocol, clock, Stands.RUNNING, str(first + number // len(rules) % HOURS))
            place = (number % LEDGER_PARTITIONS, one)
            tally[place] = tally.get(place, 0) + 1
            rows.append({"case_id": f"c0ffee00-0000-4000-8000-{number:012d}", "names": json.dumps({one: 1})})
            if len(rows) == BATCH:
                tx.connection.execute(insert(table.tallied), rows)
                rows = []
        some = [{"partition": partition, "name": one, "n": n} for (partition, one), n in tally.items()]
        for start in range(0, len(some), BATCH):
            tx.connection.execute(insert(table.tally), some[start : start + BATCH])
    return len({one for _, one in tally})


async def _measure(store: Store, shown: TallyCollector) -> dict[str, Any]:
    reads_s: list[float] = []
    reads_cpu_s: list[float] = []

    def read() -> None:
        began, cpu = time.perf_counter(), time.thread_time()
        with store.reading() as connection:
            shown.read(table.numbers(connection))
        reads_s.append(time.perf_counter() - began)
        reads_cpu_s.append(time.thread_time() - cpu)

    REGISTRY.register(shown)
    health = Health()
    health.assigned({(LEDGER, n): Standing(0, 0, 0, verified=True) for n in range(LEDGER_PARTITIONS)})
    server = Server(Settings(), health, {"service": "cases"})
    url = f"http://127.0.0.1:{await server.start()}/metrics"
    await asyncio.to_thread(read)
    alone = [await asyncio.to_thread(_scrape, url) for _ in range(SCRAPES)]
    cpu = [_work() for _ in range(SCRAPES)]
    reading = asyncio.create_task(_again_and_again(read))
    beside = [await asyncio.to_thread(_scrape, url) for _ in range(SCRAPES)]
    reading.cancel()
    await server.stop()
    series = max(count for _, count in alone)
    assert series <= SERIES_LIMIT, f"{series} series, expected at most {SERIES_LIMIT}"
    return {
        "scrape_ms": _spread([took for took, _ in alone]),
        "scrape_while_reading_ms": _spread([took for took, _ in beside]),
        "scrape_cpu_ms": _spread(cpu),
        "reading_the_tally_ms": _spread(reads_s),
        "reading_the_tally_cpu_ms": _spread(reads_cpu_s),
        "series": series,
    }


async def _again_and_again(read: Any) -> None:
    while True:
        await asyncio.to_thread(read)


def _work() -> float:
    """CPU seconds of one scrape's text, whatever else the machine does."""
    began = time.thread_time()
    generate_latest()
    return time.thread_time() - began


def _scrape(url: str) -> tuple[float, int]:
    """Seconds, and how many series there were."""
    began = time.perf_counter()
    with urllib.request.urlopen(url, timeout=30) as answer:
        body = answer.read().decode()
    took = time.perf_counter() - began
    return took, sum(1 for line in _samples(body))


def _samples(body: str) -> Iterator[str]:
    return (line for line in body.splitlines() if line and not line.startswith("#"))


def _spread(values_s: list[float]) -> dict[str, float]:
    milliseconds = {
        "median": stand.percentile(values_s, 0.5),
        "p99": stand.percentile(values_s, 0.99),
        "highest": max(values_s),
    }
    return {what: round(value * 1_000, 1) for what, value in milliseconds.items()}


if __name__ == "__main__":
    main()
