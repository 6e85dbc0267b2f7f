"""How long the overview of a national year takes: 30,000 reports in one chain. `python -m bench.overview [quick]`.

Two parts. Asking, as the command does it: the service `cases` reads 30,000 cases from its database (SQLite), makes incidents of them and
answers over HTTP, and the command reads the answer; the cases are the demo's recorded ones (`tests/histories/recorded`), each under many
ids. Issuing: twelve months, four quarters and the year, and the page of the year, of invented incidents with all words there are, which
is the dear side. Both by the processor's own time, of service and command together, and by the clock.
"""

import asyncio
import random
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import msgspec
from sqlalchemy import insert

from backbone.chains import Chain, Chains
from backbone.collecting import not_collecting
from backbone.definition_files import load_definitions
from backbone.desks import Desk, load_desk
from backbone.engine.health import Health
from backbone.engine.http import Server
from backbone.overviews.incident import UNKNOWN, Clocks, Counted, Incident, contact_clocks
from backbone.overviews.issues import press
from backbone.overviews.page import as_html
from backbone.overviews.paper import paper
from backbone.overviews.periods import Period
from backbone.overviews.tables import LATE, TABLES
from backbone.protocols import Protocols
from backbone.settings import Settings
from backbone.store.rows import Checkpoint
from backbone.store.store import Store
from backbone.store.tables import snapshot
from bench import stand
from bench.conformance import PARTITIONS, records
from schakel.case import fold
from schakel.case_state import State
from schakel.ledger import understand
from schakel.record import Raw
from services.cases import by_itself, counted
from services.cases.overview import overview
from services.cases.processor import CasesProcessor

REPORTS, WANTED_S, AT_ONCE, WAITED_S = 30_000, 2.0, 2_000, 600
DISTINCT = 100
"""More than there are recorded cases."""
AFTER = datetime(2027, 1, 3, 12, tzinfo=UTC)


def incidents(districts: tuple[str, ...], many: int) -> list[Incident]:
    """Uneven, as they are: most in the first districts and of the first words. By day and read from an answer, as the command has them."""
    dice = random.Random(1)

    def one_of(words: tuple[str, ...]) -> str:
        return words[min(int(dice.expovariate(0.5)), len(words) - 1)]

    made = []
    for number, since in enumerate(sorted(dice.randrange(365) for _ in range(many))):
        words = {table.id: one_of(table.words) for table in TABLES.values() if table.id != LATE}
        name = f"c0ffee00-0000-4000-8000-{number:012d}"
        day = date(2026, 1, 1) + timedelta(days=since)
        made.append(Incident(name, (name,), day, one_of((*districts, UNKNOWN)), words))
    return msgspec.json.decode(msgspec.json.encode(Counted(AFTER, made)), type=Counted).incidents


def recorded(chain: str) -> list[State]:
    """The recorded cases of a chain that have a report."""
    histories: dict[bytes, list[Raw]] = {}
    for raw in records(DISTINCT, list(range(PARTITIONS))):
        histories.setdefault(raw.key or b"", []).append(raw)
    folded = [fold(case.decode(), map(understand, mine)) for case, mine in histories.items()]
    return [case for case in folded if case.chain == chain and case.report is not None and not case.drill]


def fill(store: Store, chain: str, many: int, contact: Clocks) -> None:
    """So many cases of a chain, as the service keeps them."""
    encode, cases = msgspec.msgpack.Encoder().encode, recorded(chain)
    blobs = [(case.id.encode(), encode(Desk(case))) for case in cases]
    nothing = {
        column.name: 0 for column in overview.columns if column.name.endswith(("_clocks", "_referrals", "events"))
    }
    with store.transaction(stand.LEDGER, 0) as tx:
        tx.touch()
        for start in range(0, many, AT_ONCE):
            ids = [f"c0ffee00-0000-4000-8000-{number:012x}" for number in range(start, min(many, start + AT_ONCE))]
            states = [
                (id, blob.replace(own, id.encode()))
                for at, id in enumerate(ids)
                for own, blob in (blobs[at % len(blobs)],)
            ]
            by_itself.keep(tx, [load_desk(state).case for _, state in states], contact)
            rows = [{"case_id": id, "partition": 0, "state": state} for id, state in states]
            tx.connection.execute(insert(snapshot), rows)
            line = {"chain": chain, "status": "open", "natures": "", "grounds": "", "drill": False, "history": False}
            tx.connection.execute(insert(overview), [{"case_id": id, **line, **nothing} for id in ids])


@contextmanager
def serving(store: Store, chains: Chains, protocols: Protocols) -> Iterator[str]:
    """The service's own route, on a free port of this machine, in a thread beside."""
    loop = asyncio.new_event_loop()
    server = Server(Settings(), Health(), {"service": "cases"})
    server.add(counted.routes(store.reading, chains, protocols))
    port = loop.run_until_complete(server.start())
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def ask(url: str, chain: Chain, many: int) -> None:
    """What the command does to get them (`backbone.cli.overview`), where the collector rests too while it is made of the answer."""
    with urllib.request.urlopen(f"{url}/incidents/{chain.name}", timeout=WAITED_S) as answer:
        body = answer.read()
    with not_collecting():
        found = msgspec.json.decode(body, type=Counted)
    assert len(found.incidents) == many, f"{len(found.incidents)} incidents, expected {many}"


def issue(chain: Chain, told: list[Incident]) -> int:
    """Every issue of the year, and its page. Returns how many issues."""
    with not_collecting():  # as the command does
        issues = press(chain, Period.parse("2026"), told, {}, AFTER)
    as_html(paper(chain, issues[-1]))
    return len(issues)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the processor, and of the clock."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - used, time.perf_counter() - began


def main() -> None:
    chains, protocols = load_definitions(stand.ROOT / "protocols", stand.ROOT / "chains")
    chain = chains.get("amsterdam")
    assert chain is not None
    many = 1_000 if stand.quick() else REPORTS
    told = incidents(chain.districts, many)
    store = Store(f"sqlite:///{stand._fresh('overview') / 'cases.db'}", "cases", CasesProcessor.versions)
    store.migrate()
    store.take_up([Checkpoint(0, stand.LEDGER, 0, 0, "bench")])
    fill(store, chain.name, many, contact_clocks(protocols))
    asking, issuing = [], []
    with serving(store, chains, protocols) as url:
        for _ in range(1 if stand.quick() else 3):
            asking.append(timed(lambda: ask(url, chain, many)))
            issuing.append(timed(lambda: issue(chain, told)))
    store.close()
    both = [(one[0] + two[0], one[1] + two[1]) for one, two in zip(asking, issuing, strict=True)]
    spreads = {
        f"{name}{unit}": stand.spread([run[at] for run in runs])
        for name, runs in (("", both), ("asking_", asking), ("issuing_", issuing))
        for at, unit in enumerate(("cpu_s", "clock_s"))
    }
    stand.write("overview", {"reports": many, "issues": issue(chain, told), **spreads, "wanted_s": WANTED_S})


if __name__ == "__main__":
    main()
