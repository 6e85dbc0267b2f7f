"""A million open clocks: how late a breach is said, how fast a burst drains, what it costs others, and memory.
`python -m bench.clocks [quick]`.

Follow-up's real processor over its real database (SQLite on this machine's disk), without a broker: a watermark is read, cases are found
by the index of moments, breaches concluded and put out, and read back. The two trips through Kafka that lie between are in
`bench.latency`, what one evaluation is in `bench.evaluation`. `SCHAKEL_BENCH_CLOCKS=1000000` says how many; without it the full
million, with `quick` twenty thousand.
"""

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backbone.casework import LEDGER, timers_of
from backbone.chains import Chains
from backbone.collecting import collect_seldom
from backbone.definition_files import load_definitions
from backbone.desks import Desk, _encode
from backbone.records import ledger_record
from backbone.store.databases import CACHE_MB
from backbone.store.rows import Checkpoint, Outgoing
from backbone.store.store import Store
from bench import stand
from bench.evaluation import evaluation_us
from schakel.case import conclude, fold
from schakel.case_clocks import next_moments
from schakel.case_state import State, dump, load
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Event
from schakel.events.chain import WatermarkPassed
from schakel.events.contact import InformationGiven
from schakel.events.report import CaseOpened, Place, ProtocolRef, ReportFacts, ReportReceived
from schakel.ids import new_event_id, partner_source, service_source
from schakel.record import Raw
from services.followup.processor import FollowupProcessor, FollowupRules

MILLION, QUICK = 1_000_000, 20_000
BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DOOR, OIN = "politie-noord", "99999999100000001000"
CHAIN = "groningen"
AT_ONCE, A_SECOND, SECONDS, BATCH = 5_000, 500, 20, 20
WARM_UP, CALM = 20, 200
"""Batches of told events before the burst, at most: not counted, and counted."""
UNREAD = 500
"""Breaches that are on their way through Kafka while the next are concluded; as many as the consumer hands on without waiting for more."""


def case_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def opened(chains: Chains) -> list[Entry]:
    """A report in Groningen and its opening under the protocols that its chain binds."""
    case, chain = case_id(0), chains.get(CHAIN)
    assert chain is not None
    bound = (binding.use.split("@", 1) for binding in chain.file.protocols)
    protocols = tuple(ProtocolRef(name=name, version=version) for name, version in bound)
    facts = ReportFacts(identity="by_name", place=Place(municipality="groningen", district="centrum"))
    report = Envelope(new_event_id(), partner_source(OIN), "report.received", BEGIN, case, logtime=BEGIN, partner=DOOR)
    opening = CaseOpened(
        chain=CHAIN, chain_version=chain.version, protocols=protocols, fold_version=1, door=DOOR,
        coordinator="gemeente-groningen", premises=(report.id,),
    )  # fmt: skip
    envelope = Envelope(new_event_id(), service_source("routing"), "case.opened", BEGIN, case)
    return [Entry(report, ReportReceived(reported_at=BEGIN, facts=facts)), Entry(envelope, opening)]


def pattern(rules: FollowupRules) -> State:
    """A case with all its clocks started."""
    entries = opened(rules.chains)
    while wanted := list(rules.decide(fold(case_id(0), entries), None)):
        state = fold(case_id(0), entries)
        entries += [conclude(state, event) for event in wanted]
    return fold(case_id(0), entries)


def case_of(like: bytes, number: int) -> State:
    """A case like this one, with clocks of its own: what is concluded of them is other bytes in each case, as it is in earnest."""
    state = load(like)
    state.id = case_id(number)
    clocks = list(state.clocks.values())
    state.clocks = {}
    for clock in clocks:
        was, clock.id = clock.id, str(uuid.uuid5(uuid.UUID(state.id), clock.name))
        state.clocks[clock.id] = clock
        state.seen.remove(seen_as(was))
        state.seen.add(seen_as(clock.id))
    return state


def seen_as(clock: str) -> bytes:
    """A clock's start, as the fold remembers that it was concluded."""
    return uuid.UUID(clock).bytes + b"\x01"


def due_in(number: int, cases: int, burst: int) -> timedelta:
    """The first `burst` cases are due at one moment, the next 500 a second, and all others next year."""
    if number < burst:
        return timedelta(hours=48)
    second = (number - burst) // A_SECOND
    return timedelta(hours=49, seconds=second) if second < SECONDS else timedelta(days=365, seconds=number % 86_400)


def fill(path: Path, cases: int, burst: int) -> None:
    """So many cases, each with a clock that is open, written as the service writes them."""
    chains, protocols = load_definitions(stand.ROOT / "protocols", stand.ROOT / "chains")
    like = dump(pattern(FollowupRules(chains, protocols)))
    store = opened_store(path)
    for begin in range(0, cases, AT_ONCE):
        blobs, timers = {}, {}
        for number in range(begin, min(begin + AT_ONCE, cases)):
            state = case_of(like, number)
            for clock in state.clocks.values():
                if clock.due_at:
                    clock.due_at = BEGIN + due_in(number, cases, burst)
                    clock.reminded = len(clock.remind_at)
                elif clock.remind_at:
                    clock.remind_at = [BEGIN + timedelta(days=400)]
            blobs[state.id], timers[state.id] = _encode(Desk(state)), timers_of(state, next_moments)
        with store.transaction(LEDGER, 0) as tx:
            tx.save_snapshots(blobs)
            tx.set_timers(timers)
            tx.advance()
    store.close()


def opened_store(path: Path, cache_mb: int = CACHE_MB) -> Store:
    store = Store(f"sqlite:///{path}", "followup", cache_mb=cache_mb)
    store.migrate()
    store.take_up([Checkpoint(0, LEDGER, 0, 0, "bench")])
    return store


class Followup:
    """The processor, its store, and one ledger partition as a list."""

    def __init__(self, store: Store) -> None:
        chains, protocols = load_definitions(stand.ROOT / "protocols", stand.ROOT / "chains")
        self.rules = FollowupRules(chains, protocols)
        self.store, self.processor, self.end = store, FollowupProcessor("followup", self.rules), 0

    def raw(self, record: Outgoing) -> Raw:
        self.end += 1
        return Raw(LEDGER, 0, self.end - 1, 0, record.key, record.value, record.headers)

    def work(self, raws: list[Raw] | None) -> tuple[list[Raw], bool]:
        """One transaction (a batch of records, or a tick); what it put out for the ledger, and whether a tick has more to do."""
        out, more = [], False
        with self.store.transaction(LEDGER, 0) as tx:
            if raws is None:
                more = self.processor.tick(tx, LEDGER, 0)
            else:
                self.processor.process(tx, raws)
            tx.checkpoint.next_offset = self.end
            for row in tx.write_outbox():
                out += [self.raw(record) for record in row.records if record.topic == LEDGER]
                tx.forget_published(row.seq)
            tx.advance()
        return out, more

    def watermark(self, at: datetime) -> Raw:
        envelope = Envelope(new_event_id(), service_source("intake"), WatermarkPassed.TYPE, at)
        return self.raw(ledger_record(Entry(envelope, WatermarkPassed(at=at)), 0, "watermark"))

    def told(self, event: Event, number: int, at: datetime) -> Raw:
        case = case_id(number)
        envelope = Envelope(new_event_id(), partner_source(OIN), event.TYPE, at, case, logtime=at, partner=DOOR)
        return self.raw(ledger_record(Entry(envelope, event), 0, case))


def batches(it: Followup, cases: int) -> Iterator[list[Raw]]:
    """What partners go on telling meanwhile, in other cases than those that are due."""
    number = cases
    while True:
        number -= BATCH
        yield [it.told(InformationGiven(topic="emergency"), max(number + n, 0), BEGIN) for n in range(BATCH)]


def ingest(it: Followup, source: Iterator[list[Raw]]) -> tuple[float, float]:
    """Milliseconds for a batch of told events: by the clock, and of processor time."""
    raws = next(source)
    began, cpu = time.perf_counter(), stand.own_cpu_s()
    it.work(raws)
    return (time.perf_counter() - began) * 1000, (stand.own_cpu_s() - cpu) * 1000


@dataclass
class Drained:
    """A burst that was said whole: how long that took, by the clock and by this process's own processor time."""

    breaches: int = 0
    concluded_s: float = 0.0
    concluded_cpu_s: float = 0.0
    read_back_s: float = 0.0
    read_back_cpu_s: float = 0.0
    waited_ms: list[float] = field(default_factory=list)
    """How long a batch of told events took that came in behind a tick: it waits for that tick."""
    waited_cpu_ms: list[float] = field(default_factory=list)


def drain(it: Followup, at: datetime, source: Iterator[list[Raw]]) -> Drained:
    """Everything that is due by `at`: a tick, whatever partners told meanwhile, and what of earlier ticks came back, in turns, as the
    engine takes them."""
    done, unread = Drained(), it.work([it.watermark(at)])[0]
    said, more = len(unread), True
    while unread or more:
        if more:
            began, cpu = time.perf_counter(), stand.own_cpu_s()
            out, more = it.work(None)
            took, took_cpu = time.perf_counter() - began, stand.own_cpu_s() - cpu
            done.concluded_s += took
            done.concluded_cpu_s += took_cpu
            ms, cpu_ms = ingest(it, source)
            done.waited_ms.append(took * 1000 + ms)
            done.waited_cpu_ms.append(took_cpu * 1000 + cpu_ms)
            said += len(out)
            unread += out
        if len(unread) >= UNREAD or not more:
            read_back(it, done, unread)
            unread = []
    done.breaches = said
    return done


def read_back(it: Followup, done: Drained, records: list[Raw]) -> None:
    began, cpu = time.perf_counter(), stand.own_cpu_s()
    it.work(records)
    done.read_back_s += time.perf_counter() - began
    done.read_back_cpu_s += stand.own_cpu_s() - cpu


def two(values: list[float]) -> dict[str, float]:
    return {"p50": round(stand.percentile(values, 0.5), 1), "p99": round(stand.percentile(values, 0.99), 1)}


def main() -> None:
    cases = int(os.environ.get("SCHAKEL_BENCH_CLOCKS") or (QUICK if stand.quick() else MILLION))
    burst = cases // 10
    directory = stand.HOME / "run" / "clocks"
    path = directory / "followup.db"
    if "fill" in sys.argv[1:]:
        fill(path, cases, burst)
        return
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    started = time.perf_counter()
    environment = {**os.environ, "SCHAKEL_BENCH_CLOCKS": str(cases)}
    subprocess.run(
        [sys.executable, "-m", "bench.clocks", "fill"], check=True, env=environment
    )  # its memory is not the service's
    filled_s = time.perf_counter() - started
    it = Followup(opened_store(path))
    collect_seldom()  # as the engine does before it takes anything up
    idle_mb, source = stand.resident_mb(), batches(it, cases)
    few = cases // BATCH // 4  # not in the cases that are due
    for _ in range(min(WARM_UP, few)):
        ingest(it, source)
    calm = [ingest(it, source) for _ in range(min(CALM, few))]
    done = drain(it, BEGIN + timedelta(hours=48), source)
    assert done.breaches == burst, f"{done.breaches} breaches, {burst} were due"
    lag_ms, lag_cpu_ms = [], []
    for second in range(min(SECONDS, max((cases - burst) // A_SECOND, 1))):
        began, cpu = time.perf_counter(), stand.own_cpu_s()
        out, more = it.work([it.watermark(BEGIN + timedelta(hours=49, seconds=second))])
        while more or not out:
            out, more = it.work(None)
        lag_ms.append((time.perf_counter() - began) * 1000)
        lag_cpu_ms.append((stand.own_cpu_s() - cpu) * 1000)
        it.work(out)
    both_s, both_cpu_s = done.concluded_s + done.read_back_s, done.concluded_cpu_s + done.read_back_cpu_s
    stand.write(
        "clocks",
        {
            "clocks": cases,
            "filled_s": round(filled_s, 1),
            "burst": {
                "due_at_once": burst,
                "concluded_per_s": round(burst / done.concluded_s),
                "with_reading_back_per_s": round(burst / both_s),
                "with_reading_back_per_cpu_s": round(burst / both_cpu_s),
            },
            "lag_ms_of_500_a_second": two(lag_ms),
            "lag_cpu_ms_of_500_a_second": two(lag_cpu_ms),
            "batch_of_20_ms": {"calm": two([ms for ms, _ in calm]), "in_the_burst": two(done.waited_ms)},
            "batch_of_20_cpu_ms": {"calm": two([cpu for _, cpu in calm]), "in_the_burst": two(done.waited_cpu_ms)},
            "memory_mb": {"idle": round(idle_mb, 1), "after": round(stand.resident_mb(), 1)},
            "evaluation_us": evaluation_us(it.rules.chains, it.rules.protocols),
        },
    )


if __name__ == "__main__":
    main()
