"""Kafka as lists, for tests of whole services without a broker: the real processors, rules, stores and keys, no engine.

What Kafka and the engine add (positions across kills, rebalances, publishing) is tested against the real ones in tests/engine.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from kafka.partitioner.default import murmur2
from sqlalchemy import select

from backbone.casework import LEDGER, CaseProcessor
from backbone.chains import Chains
from backbone.definition_files import load_definitions
from backbone.desks import Desk, load_desk
from backbone.keys import open_keys
from backbone.protocols import Protocols
from backbone.store import tables
from backbone.store.rows import Checkpoint, Outgoing
from backbone.store.store import Store
from backbone.store.transaction import Tx
from schakel import codec
from schakel.case import fold
from schakel.case_state import State
from schakel.entry import Entry
from schakel.envelope import FIRST, Envelope
from schakel.events import Told
from schakel.events.report import ReportReceived
from schakel.ids import new_event_id, partner_source
from schakel.ledger import understand
from schakel.messages import Message, Receipt
from schakel.record import Raw
from schakel.timesource import FixedTime
from services.cases.processor import CasesProcessor
from services.consent.erasing import ConsentProcessor
from services.consent.processor import ConsentRules
from services.followup.processor import FollowupProcessor, FollowupRules
from services.gateway.ledger import Watch
from services.gateway.processor import GatewayProcessor
from services.intake.processor import IntakeProcessor
from services.routing.processor import RoutingProcessor, RoutingRules

ROOT = Path(__file__).resolve().parents[2]
PARTITIONS = 6
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def _nobody(surroundings: object) -> None:
    """Nobody listens for partners here; tests read at the reader itself."""


@dataclass
class Service:
    processor: CaseProcessor
    store: Store


@cache
def _definitions(load: Callable[[Path, Path], tuple[Chains, Protocols]]) -> tuple[Chains, Protocols]:
    """The project's own files, read once for all clusters of a test run: nobody changes what was read."""
    return load(ROOT / "protocols", ROOT / "chains")


_NAMES = ("intake", "routing", "consent", "followup", "cases", "gateway")


@cache
def _empty(name: str) -> bytes:
    """The file of a service's database as its tables are made: to make them each time took a fifth of all tests here."""
    with TemporaryDirectory() as directory:
        store = _open(name, f"sqlite:///{directory}/{name}.db")
        store.migrate()
        store.close()
        return Path(directory, f"{name}.db").read_bytes()


def make_tables(url: str) -> None:
    """Of all services, in one database."""
    for name in _NAMES:
        store = _open(name, url)
        store.migrate()
        store.close()


def _open(name: str, url: str) -> Store:
    own = ROOT / "services" / name / "migrations"
    return Store(url, name, [own] if own.is_dir() else [])


class MiniCluster:
    """All services over topics that are lists. `settle()` lets everybody read until nobody has anything left.

    url: gives the address of a new, empty database, in which each service has its own schema; default: SQLite in `directory`.
    """

    def __init__(self, directory: Path, url: Callable[[], str] | None = None) -> None:
        self.topics: dict[tuple[str, int], list[Raw]] = defaultdict(list)
        self._directory = directory
        self._url = url
        self._rebuilds = 0
        self.chains, self.protocols = _definitions(load_definitions)
        self.time = FixedTime(START)
        self.keys = open_keys(None, directory)
        self.watch = Watch()
        log_end = lambda topic, partition: len(self.topics[topic, partition])  # noqa: E731
        self._makes: dict[str, Callable[[], CaseProcessor]] = {
            "intake": lambda: IntakeProcessor(self.chains, lambda: self.keys, self.time, log_end),
            "routing": lambda: RoutingProcessor(RoutingRules(self.chains, self.protocols)),
            "consent": lambda: ConsentProcessor(ConsentRules(self.chains), lambda: self.keys),
            "followup": lambda: FollowupProcessor("followup", FollowupRules(self.chains, self.protocols)),
            "cases": lambda: CasesProcessor(self.chains, self.protocols),
            "gateway": lambda: GatewayProcessor(self.watch, _nobody),
        }
        address = url() if url else None
        self.services = [Service(make(), self._store(directory, name, address)) for name, make in self._makes.items()]
        for service in self.services:
            self._take_up(service)

    def close(self) -> None:
        """Let go of the databases."""
        for service in self.services:
            service.store.close()

    def _store(self, directory: Path, name: str, address: str | None) -> Store:
        if address is None and not (file := directory / f"{name}.db").exists():
            directory.mkdir(exist_ok=True)
            file.write_bytes(_empty(name))
        store = _open(name, address or f"sqlite:///{directory / name}.db")
        store.migrate()
        return store

    def _take_up(self, service: Service) -> None:
        new = [
            Checkpoint(0, topic, partition, 0, "lists")
            for topic in service.processor.topics()
            for partition in range(PARTITIONS if topic == LEDGER else 1)
        ]
        service.store.take_up(new)

    # -- as a partner --------------------------------------------------------------------------------------------------

    def send(self, partner: str, event: Told, case: str | None = None, event_id: str | None = None) -> str:
        """Publish as a partner's client would. Returns the event's id."""
        oin = self.chains.partners[partner].oin
        event_id = event_id or new_event_id()
        envelope = Envelope(event_id, partner_source(oin), type(event).TYPE, self.time.now(), case)
        first = (FIRST,) if isinstance(event, ReportReceived) and event.in_danger else ()
        self.put(partner, codec.encode(event), (*envelope.headers(), *first))
        return event_id

    def put(self, partner: str, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> None:
        """Publish anything at all on a partner's `in` topic."""
        self._append(f"schakel.in.{partner}", 0, None, value, tuple(headers))

    def out(self, partner: str) -> list[Message]:
        """What the partner finds on its `out` topic."""
        return [codec.decode_message(raw.value) for raw in self.topics[f"schakel.out.{partner}", 0]]

    def receipts(self, partner: str) -> dict[str | None, Receipt]:
        """The receipts of a partner by what they are about."""
        return {message.about: message for message in self.out(partner) if isinstance(message, Receipt)}

    # -- the ledger ----------------------------------------------------------------------------------------------------

    def ledger(self, case: str | None = None) -> list[Entry]:
        """Entries of the ledger, of one case or all, partition by partition."""
        raws = [raw for partition in range(PARTITIONS) for raw in self.topics[LEDGER, partition]]
        entries = [understand(raw) for raw in raws]
        return [entry for entry in entries if case is None or entry.envelope.case == case]

    def replay(self, case: str) -> State:
        """The case, straight from the ledger."""
        return fold(case, self.ledger(case))

    def desks(self) -> dict[str, dict[str, Desk]]:
        """What each service's database holds: every case."""
        found = {}
        for service in self.services:
            with service.store.reading() as db:
                rows = db.execute(select(tables.snapshot.c.case_id, tables.snapshot.c.state)).all()
            found[service.processor.name] = {row.case_id: load_desk(row.state) for row in rows}
        return found

    # -- letting the services work -------------------------------------------------------------------------------------

    def settle(self, batch: int = 500, rounds: int = 400) -> None:
        """Until nothing moves any more. Fails when it never comes to rest."""
        for _ in range(rounds):
            if not any([self.work(service, batch) for service in self.services]):
                return
        raise AssertionError(f"not settled after {rounds} rounds")

    def advance(self, by: timedelta) -> None:
        """Move the clock and let everybody act on it."""
        self.time.at += by
        self.settle()
        intake = self.services[0]
        assert isinstance(intake.processor, IntakeProcessor)
        for topic in intake.processor.watermark.topics:
            intake.processor.watermark.noticed(topic, self.time.at, len(self.topics[topic, 0]))
            self._in_transaction(intake, topic, 0, lambda tx, topic=topic: intake.processor.tick(tx, topic, 0))
        for partition in range(PARTITIONS):
            self._in_transaction(
                intake, LEDGER, partition, lambda tx, p=partition: intake.processor.tick(tx, LEDGER, p)
            )
        self.settle()

    def retry_parked(self) -> None:
        """As `backbone park retry --all` does, and the services about a second later."""
        for service in self.services:
            service.store.retry_parked([record.id for record in service.store.parked()])
            for partition in range(PARTITIONS):
                self._in_transaction(
                    service, LEDGER, partition, lambda tx, s=service, p=partition: s.processor.retry(tx, LEDGER, p)
                )
        self.settle()

    def rebuild(self, name: str, *, settle: bool = True) -> None:
        """The service's database is lost: a new one is built from the topics, as the engine does it. settle: then all read on."""
        service = next(service for service in self.services if service.processor.name == name)
        service.store.close()
        service.processor = self._makes[name]()  # a process of its own
        self._rebuilds += 1
        address = self._url() if self._url else None
        service.store = self._store(self._directory / f"rebuilt-{self._rebuilds}", name, address)
        places = [
            (topic, partition)
            for topic in service.processor.topics()
            for partition in range(PARTITIONS if topic == LEDGER else 1)
        ]
        first = getattr(service.processor, "first", ())
        for place in sorted(places, key=lambda place: place[0] not in first):
            end = len(self.topics[place])
            history = not first or place[0] in first
            service.store.take_up([Checkpoint(0, *place, 0, "lists", rebuild_until=(end or None) if history else None)])
            for start in range(0, end, 100):
                self._process(service, *place, self.topics[place][start : min(end, start + 100)])
            self._in_transaction(service, *place, lambda tx, place=place: self._caught_up(service, tx, *place))
        if settle:
            self.settle()

    def _caught_up(self, service: Service, tx: Tx, topic: str, partition: int) -> None:
        if tx.checkpoint.rebuilding:
            while not service.processor.caught_up(tx, topic, partition):
                pass
            tx.checkpoint.rebuild_until = None
            tx.advance()

    def append(self, record: Outgoing) -> None:
        """Put anything at all on a topic, as somebody could who may write there."""
        self._route(record)

    def process(self, service: Service, topic: str, partition: int, batch: int = 500) -> None:
        """One batch of this partition alone, as far as there is anything."""
        start = service.store.checkpoints()[topic, partition].next_offset
        if records := self.topics[topic, partition][start : start + batch]:
            self._process(service, topic, partition, records)

    def work(self, service: Service, batch: int = 500) -> bool:
        """One batch of each of its partitions. Returns whether there was anything."""
        moved = False
        checkpoints = service.store.checkpoints()
        for topic in service.processor.topics():
            for partition in range(PARTITIONS if topic == LEDGER else 1):
                start = checkpoints[topic, partition].next_offset
                records = self.topics[topic, partition][start : start + batch]
                if records:
                    moved |= self._process(service, topic, partition, records)
        return moved

    def _process(self, service: Service, topic: str, partition: int, records: Sequence[Raw]) -> bool:
        """One transaction; a batch that has to wait for the ledger is left for the next round."""
        if isinstance(service.processor, GatewayProcessor):  # as the engine says it before
            service.processor.coming((topic, partition), records)
        with service.store.transaction(topic, partition) as tx:
            outcome = service.processor.process(tx, records)
            done = len(records) if outcome.wait_for is None else outcome.processed
            if done:
                tx.checkpoint.next_offset = records[done - 1].offset + 1
                tx.advance()
            self._publish(tx)
        self._heard(service, topic, partition)
        return True

    def _heard(self, service: Service, topic: str, partition: int) -> None:
        """As the engine says it after each commit."""
        if isinstance(service.processor, GatewayProcessor):
            position = service.store.checkpoints()[topic, partition].next_offset
            service.processor.committed((topic, partition), position)

    def _in_transaction(self, service: Service, topic: str, partition: int, work: Callable[[Tx], object]) -> None:
        with service.store.transaction(topic, partition) as tx:
            work(tx)
            self._publish(tx)

    def _publish(self, tx: Tx) -> None:
        for row in tx.write_outbox():
            for record in row.records:
                self._route(record)
            tx.forget_published(row.seq)

    def _route(self, record: Outgoing) -> None:
        partition = record.partition
        if partition is None:
            partition = (murmur2(record.key or b"") & 0x7FFFFFFF) % PARTITIONS if record.topic == LEDGER else 0
        self._append(record.topic, partition, record.key, record.value, record.headers)

    def _append(
        self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes], ...]
    ) -> None:
        log = self.topics[topic, partition]
        log.append(Raw(topic, partition, len(log), int(self.time.now().timestamp() * 1000), key, value, headers))
