"""The real thing, for tests of the whole: an embedded broker, and each service as a process that a test may kill, freeze and start.

`minicluster` is its sibling without a broker. Who sends what is in `tests/support/partners.py`, what must hold afterwards in
`tests/support/truths.py`.
"""

import shutil
import time
import urllib.request
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from backbone.deployment.broker_settings import Tls
from backbone.desks import Desk, load_desk
from backbone.evidence import signing
from backbone.kafka.cluster import EmbeddedCluster
from backbone.kafka.connection import connection
from backbone.kafka.embedded import EmbeddedKafka
from backbone.kafka.names import CHECKPOINTS, LEDGER, LEDGER_PARTITIONS, REFUSED, in_topic, out_topic
from backbone.kafka.rights import service_user
from backbone.keys import KeyFiles, KeyService, open_keys
from backbone.settings import Settings
from backbone.store import tables
from backbone.store.store import Store
from backbone.supervisor.prepare import Broker, prepare
from backbone.supervisor.up import SERVICES
from schakel.evidence.note import Head, origin_of
from schakel.timesource import FileTime
from tests.support.broker import CACHE
from tests.support.tls_broker import TlsKafka
from tests.support.wire import Wire
from tests.support.worker import ROOT, Worker

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_LOOK_S = 0.02
PATIENT_S = 6.0
"""For three brokers that share a machine with other tests: taken for gone because they get no processor time, they hand everything
round without end. How soon others take over is measured in bench."""
START_S, BROKER_S = 240.0, 240.0
"""Seven processes that start at once, and a broker, on a machine that may have other work to do."""


@dataclass(frozen=True, slots=True)
class Secured:
    """Certificates of the broker and of the gateway, which stand there already; one authority signed both."""

    broker: Tls
    gateway_certificate: Path
    gateway_private_key: Path

    def settings(self) -> dict[str, Path]:
        """What of it everybody is told."""
        return {
            "ca_file": Path(self.broker.authority),
            "gateway_ca_file": Path(self.broker.authority),
            "gateway_certificate": self.gateway_certificate,
            "gateway_private_key": self.gateway_private_key,
        }


class RealCluster:
    """Made once: broker, topics, users, keys, a clock that stands still until it is moved. The services come and go."""

    def __init__(
        self,
        var_dir: Path,
        brokers: int = 1,
        *,
        keys_url: str | None = None,
        at: datetime = START,
        secured: Secured | None = None,
    ) -> None:
        """keys_url: where wrapped keys are kept; default: SQLite under `var_dir`. at: what the clock shows. secured: over TLS."""
        self.var_dir = var_dir
        self.embedded: EmbeddedKafka | EmbeddedCluster | TlsKafka = (
            TlsKafka(var_dir, secured.broker)
            if secured
            else EmbeddedKafka(var_dir, cache_dir=CACHE)
            if brokers == 1
            else EmbeddedCluster(var_dir, brokers=brokers, cache_dir=CACHE, session_s=PATIENT_S)
        )
        self.embedded.start(BROKER_S)
        self.time = FileTime(var_dir / "clock")
        self.time.set(at)
        assert self.embedded.admin
        self.settings = Settings(
            var_dir=var_dir,
            bootstrap=self.embedded.bootstrap,
            keys_url=keys_url,
            protocols_dir=ROOT / "protocols",
            chains_dir=ROOT / "chains",
            clock=f"file:{self.time.path}",
            **(secured.settings() if secured else {}),
        )
        prepared = prepare(Broker(self.embedded.bootstrap, self.embedded.admin, self.settings.ca_file), self.settings)
        self.chains, self.protocols = prepared.chains, prepared.protocols
        self.keys: KeyService = open_keys(keys_url, var_dir, time=self.time)
        topics = {topic(partner): 1 for partner in self.chains.partners for topic in (in_topic, out_topic)}
        self.wire = Wire(
            connection(self.embedded.bootstrap, self.embedded.admin, ca_file=self.settings.ca_file),
            {LEDGER: LEDGER_PARTITIONS, REFUSED: 1, CHECKPOINTS: 1, **topics},
        )
        self.database_url: str | None = None
        self.workers: dict[str, Worker] = {}

    def close(self) -> None:
        for worker in self.workers.values():
            worker.kill()
        self.wire.close()
        self.embedded.stop()

    # -- the services --------------------------------------------------------------------------------------------------

    def up(self, **more: int) -> None:
        """Start what is not running yet: one worker of each service, and `more` of some. Returns when all are ready."""
        self.start(**more)
        self.until(lambda: all(worker.ready() for worker in self.workers.values()), "every service is ready", START_S)

    def start(self, **more: int) -> None:
        """The same, without waiting for it."""
        for service in SERVICES:
            for replica in range(more.get(service, 1)):
                label = f"{service}-{replica}"
                if label not in self.workers:
                    self.workers[label] = Worker(
                        service, str(replica), self._environment(service, replica), self.var_dir
                    )
                    self.workers[label].start()

    def down(self, labels: Collection[str] | None = None) -> None:
        """Ask these (default: all) to end, in good order."""
        ending = [self.workers.pop(label) for label in list(self.workers) if labels is None or label in labels]
        for worker in ending:
            worker.terminate()
        for worker in ending:
            code = worker.wait()
            assert code == 0, f"{worker.label} ended with code {code} when it was asked to; see {worker.log}"

    def forget_databases(self) -> None:
        """Every service loses its database. The keys are kept: they are no state that a ledger could give back."""
        assert not self.workers, "stop the services first"
        shutil.rmtree(self.var_dir / "db", ignore_errors=True)

    def _environment(self, service: str, replica: int) -> dict[str, str]:
        who = service_user(service)
        return {
            "SCHAKEL_VAR_DIR": str(self.var_dir),
            "SCHAKEL_BOOTSTRAP": self.embedded.bootstrap,
            "SCHAKEL_PROTOCOLS_DIR": str(self.settings.protocols_dir),
            "SCHAKEL_CHAINS_DIR": str(self.settings.chains_dir),
            "SCHAKEL_CLOCK": self.settings.clock,
            "SCHAKEL_DATABASE_URL": self.database_url or "",
            "SCHAKEL_KEYS_URL": self.settings.keys_url or "",
            **KeyFiles.of(self.settings).for_service(service).environment(),
            **signing.environment(self.settings, service),
            "SCHAKEL_CA_FILE": str(self.settings.ca_file or ""),
            "SCHAKEL_GATEWAY_CERTIFICATE": str(self.settings.gateway_certificate or ""),
            "SCHAKEL_GATEWAY_PRIVATE_KEY": str(self.settings.gateway_private_key or ""),
            "SCHAKEL_SASL_USERNAME": who,
            "SCHAKEL_SASL_PASSWORD": "",
            "SCHAKEL_SASL_PASSWORD_FILE": str(self.var_dir / "kafka" / "secrets" / who),
            "SCHAKEL_REPLICA": str(replica),
            "SCHAKEL_HTTP_PORT": "0",
        }

    # -- waiting -------------------------------------------------------------------------------------------------------

    def until(self, condition: Callable[[], T], what: str, within_s: float = 60.0) -> T:
        """The first true value of `condition`, while the services are looked after."""
        deadline = time.monotonic() + within_s
        while not (value := condition()):
            assert time.monotonic() < deadline, (
                f"after {within_s:.0f} s still not so: {what}; logs in {self.var_dir}/log"
            )
            for worker in self.workers.values():
                worker.look_after()
            time.sleep(_LOOK_S)
        return value

    def quiet(self) -> bool:
        """Nothing is left to be done: every log read to its end by everybody, nothing on its way, and it stayed so while we looked."""
        before = self.wire.ends()
        for service in SERVICES:
            with self.store(service) as store:
                points = store.checkpoints()
                if store.depths()["outbox"] or not points or self._due(store):
                    return False
            if any(point.rebuilding or point.next_offset < before[place] for place, point in points.items()):
                return False
        return self.wire.ends() == before

    def _due(self, store: Store) -> bool:
        """Whether a clock wants attention by now: a watermark is on its way then."""
        now_ms = int(self.time.now().timestamp() * 1000)
        with store.reading() as db:
            return bool(db.execute(select(tables.timer.c.case_id).where(tables.timer.c.due_at_ms <= now_ms)).first())

    def concluded(self) -> dict[tuple[str, int], int]:
        """Where each topic ends but the one of heads: those are signed as time passes, also where nothing more is concluded."""
        return {place: end for place, end in self.wire.ends().items() if place[0] != CHECKPOINTS}

    def heads(self) -> int:
        """How many heads were read."""
        return len(self.wire.topic(CHECKPOINTS))

    def heads_that_come_again(self, since: int) -> list[str]:
        """Heads that do not go on from the one before, and heads over more than the ledger has. None is right.

        since: of how many heads nothing is asked but how far they went. Whoever was killed between publishing one and noting that says it
        twice, in the same bytes.
        """
        sizes = {origin_of(LEDGER, number): end for (topic, number), end in self.wire.ends().items() if topic == LEDGER}
        newest, wrong = dict[str, int](), list[str]()
        for number, raw in enumerate(self.wire.topic(CHECKPOINTS)):
            head = Head.parse(raw.value or b"")
            if number < since:
                pass
            elif head.size <= newest.get(head.origin, 0) or head.size > sizes[head.origin]:
                wrong.append(f"{head.origin}: {head.size} after {newest.get(head.origin, 0)}")
            newest[head.origin] = head.size
        return wrong

    def settle(self, within_s: float = 60.0) -> None:
        """Wait until all is quiet, then read all topics."""
        self.wire.flush()
        self.until(self.quiet, "nothing is left to be done", within_s)
        self.wire.catch_up()

    def advance(self, by: timedelta) -> None:
        """Move the clock that intake reads."""
        self.time.set(self.time.now() + by)

    def page(self, label: str, path: str) -> bytes:
        """What a worker answers over HTTP."""
        with urllib.request.urlopen(self.workers[label].url + path, timeout=10) as answer:
            return bytes(answer.read())

    def metric(self, label: str, name: str) -> dict[str, float]:
        """What a worker shows at `/metrics` under this name, by its labels."""
        lines = self.page(label, "/metrics").decode().splitlines()
        found = (line.rpartition(" ") for line in lines if line.partition("{")[0].partition(" ")[0] == name)
        return {labels: float(value) for labels, _, value in found}

    # -- the databases -------------------------------------------------------------------------------------------------

    @contextmanager
    def store(self, service: str) -> Iterator[Store]:
        """A service's database, to look at."""
        settings = self.settings.model_copy(update={"database_url": self.database_url})
        store = Store(settings.service_database_url(service), service)
        try:
            yield store
        finally:
            store.close()

    def desks(self, service: str) -> Mapping[str, Desk]:
        """Every case as this service has it."""
        with self.store(service) as store, store.reading() as db:
            rows = db.execute(select(tables.snapshot.c.case_id, tables.snapshot.c.state))
            return {case_id: load_desk(state) for case_id, state in rows}

    def all_desks(self) -> dict[str, Mapping[str, Desk]]:
        """The same of every service that keeps cases."""
        return {service: self.desks(service) for service in SERVICES if service != "audit"}
