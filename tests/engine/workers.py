"""Workers of the counting service as processes of their own: started at once (by a fork), killed, frozen, asked to end."""

import json
import os
import signal
import sqlite3
import time
from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psycopg
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from sqlalchemy.engine import make_url

from tests.engine import counter
from tests.support.broker import Broker, unique, wait_until

_context = get_context("forkserver")
_context.set_forkserver_preload(["tests.engine.counter"])


class Worker:
    """One process. `name` is its replica; `anonymous` ones are members of the group without a name."""

    def __init__(self, name: str, anonymous: bool, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        replica = "" if anonymous else name
        self._process = _context.Process(
            target=counter.main, args=({**environment, "SCHAKEL_REPLICA": replica}, log), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid
        self._file = (
            Path(environment["SCHAKEL_VAR_DIR"]) / "run" / f"{environment['COUNTER_NAME']}-{replica or self.pid}.json"
        )

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.join()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def stop(self, within_s: float = 10.0) -> float:
        """SIGTERM, and wait; returns how long it took (seconds)."""
        began = time.monotonic()
        self._process.terminate()
        self._process.join(within_s)
        assert self.code is not None, f"{self.name} did not end within {within_s} s of SIGTERM"
        return time.monotonic() - began

    def wait(self, within_s: float = 30.0) -> int:
        """Until it ends by itself; returns its exit code."""
        self._process.join(within_s)
        assert self.code is not None, f"{self.name} still runs after {within_s} s; it says {self.said()}"
        return self.code

    def said(self) -> str:
        """Its log."""
        return self.log.read_text() if self.log.exists() else ""

    def ask(self, path: str = "/readyz") -> dict[str, Any] | None:
        """What it answers over HTTP; None when it does not."""
        try:
            address = json.loads(self._file.read_text())
            if address["pid"] != self.pid:
                return None
            with urlopen(address["url"] + path, timeout=5) as answer:
                return dict(json.load(answer))
        except HTTPError as answer:
            return dict(json.load(answer))
        except (OSError, URLError, KeyError, ValueError):
            return None

    def status(self, path: str = "/readyz") -> int:
        """The HTTP status of that answer."""
        try:
            with urlopen(str(self.run_file()["url"]) + path, timeout=5) as answer:
                return int(answer.status)
        except HTTPError as answer:
            return answer.code

    def run_file(self) -> dict[str, Any]:
        """What it left for others on this machine."""
        return dict(json.loads(self._file.read_text()))

    @property
    def ready(self) -> bool:
        answer = self.ask()
        return bool(answer and answer["ready"])


class Counting:
    """One counting service: its topics, its database, its workers."""

    def __init__(self, broker: Broker, home: Path, *, partitions: int = 4, database_url: str | None = None) -> None:
        self.broker = broker
        self.home = home
        self.partitions = partitions
        self.topic = unique("counter-in")
        self.out = unique("counter-out")
        self.name = unique("counter")
        self.database_url = database_url or f"sqlite:///{home / 'counter.db'}"
        secret = home / "secret"
        secret.write_text(broker.admin_user.password)
        self.environment = {
            "SCHAKEL_VAR_DIR": str(home / "var"),
            "SCHAKEL_BOOTSTRAP": broker.bootstrap,
            "SCHAKEL_SASL_USERNAME": broker.admin_user.username,
            "SCHAKEL_SASL_PASSWORD_FILE": str(secret),
            "SCHAKEL_DATABASE_URL": self.database_url,
            "COUNTER_TOPICS": self.topic,
            "COUNTER_OUT": self.out,
            "COUNTER_NAME": self.name,
        }
        self.workers: list[Worker] = []
        self.make_topic(self.topic)
        self.make_topic(self.out)

    # -- topics --------------------------------------------------------------------------------------------------------

    @property
    def admin(self) -> KafkaAdminClient:
        return self.broker.admin

    def make_topic(self, name: str, partitions: int | None = None) -> None:
        shape = {"num_partitions": partitions or self.partitions, "replication_factor": 1}
        self.admin.create_topics({name: shape}, wait_for_metadata=True)

    def log_ends(self, topic: str | None = None) -> dict[int, int]:
        """Where each partition's log ends now."""
        with self._consumer() as consumer:
            places = [TopicPartition(topic or self.topic, number) for number in range(self.partitions)]
            return {place.partition: end for place, end in consumer.end_offsets(places).items()}

    def published(self) -> dict[int, list[str]]:
        """The ids on the out topic, by partition, in order, repetitions included."""
        found: dict[int, list[str]] = {number: [] for number in range(self.partitions)}
        ends = self.log_ends(self.out)
        with self._consumer() as consumer:
            places = [TopicPartition(self.out, number) for number in ends]
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            while any(consumer.position(place) < ends[place.partition] for place in places):
                for place, records in consumer.poll(timeout_ms=1_000).items():
                    found[place.partition].extend(dict(record.headers)["ce_id"].decode() for record in records)
        return found

    @contextmanager
    def _consumer(self) -> Iterator[KafkaConsumer]:
        consumer = KafkaConsumer(**self.broker.connect(), enable_auto_commit=False, auto_offset_reset="earliest")
        try:
            yield consumer
        finally:
            consumer.close()

    # -- workers -------------------------------------------------------------------------------------------------------

    def start(self, name: str | None = None, **environment: str) -> Worker:
        """Start a worker; with a name it is a static member of the group."""
        number = len(self.workers)
        label = name or f"anonymous-{number}"
        log = self.home / f"{label}-{number}.log"
        worker = Worker(label, name is None, self.environment | environment, log)
        self.workers.append(worker)
        return worker

    def end_all(self) -> None:
        for worker in self.workers:
            if worker.code is None:
                worker.signal(signal.SIGCONT)
                worker.kill()

    # -- the database --------------------------------------------------------------------------------------------------

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        url = make_url(self.database_url)
        if url.get_backend_name() == "sqlite":
            lite = sqlite3.connect(url.database or "", timeout=10)
            try:
                return lite.execute(sql).fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):
                    return []  # the first worker is still making them
                raise
            finally:
                lite.close()
        schema = self.name.replace("-", "_")
        address = (
            f"host={url.host} port={url.port} user={url.username} dbname={url.database} options=-csearch_path={schema}"
        )
        with psycopg.connect(address) as connection:
            return connection.execute(sql.encode()).fetchall()

    def positions(self, topic: str | None = None) -> dict[int, int]:
        """How far the service has come."""
        rows = self.query(f"SELECT \"partition\", next_offset FROM checkpoint WHERE topic = '{topic or self.topic}'")
        return dict(rows)

    def caught_up(self, ends: Mapping[int, int] | None = None, topic: str | None = None) -> bool:
        """Whether the service has come to these offsets (default: the log's ends now)."""
        ends = self.log_ends(topic) if ends is None else ends
        positions = self.positions(topic)
        return all(positions.get(partition, 0) >= end for partition, end in ends.items())

    def wait_until_caught_up(self, within_s: float = 30.0) -> float:
        """Returns how long it took (seconds)."""
        began = time.monotonic()
        ends = self.log_ends()
        wait_until(lambda: self.caught_up(ends), within_s)
        return time.monotonic() - began

    def counted(self, topic: str | None = None) -> dict[int, Tally[int]]:
        """How often each offset was counted, by partition."""
        found: dict[int, Tally[int]] = {number: Tally() for number in range(self.partitions)}
        name = topic or self.topic
        for partition, offset in self.query(f'SELECT "partition", "offset" FROM counted WHERE topic = \'{name}\''):
            found[partition][offset] += 1
        return found

    # -- what must hold ------------------------------------------------------------------------------------------------

    def check_state(self) -> int:
        """Offsets in the state are the offsets in the log, each once; returns how many."""
        total = self.check_state_of(self.topic)
        kept = sum(int(bytes(state)) for (state,) in self.query("SELECT state FROM snapshot"))
        assert kept == total, "the snapshots do not add up to the records"
        return total

    def check_state_of(self, topic: str) -> int:
        """The same for one topic, without the snapshots."""
        ends = self.log_ends(topic)
        counted = self.counted(topic)
        for partition, end in ends.items():
            repeated = {offset: times for offset, times in counted[partition].items() if times != 1}
            assert repeated == {}, f"partition {partition}: counted more than once"
            assert counted[partition].keys() == set(range(end)), f"partition {partition}: not what the log holds"
        return sum(ends.values())

    def check_output(self) -> int:
        """Every record was said on, in order, once when repetitions of an id are ignored; returns how many repetitions."""
        ends = self.log_ends()
        wait_until(lambda: self.query("SELECT coalesce(sum(records), 0) FROM outbox") == [(0,)], 20)
        repetitions = 0
        for partition, ids in self.published().items():
            first = list(dict.fromkeys(ids))
            assert first == [f"{self.topic}/{partition}/{offset}" for offset in range(ends[partition])]
            repetitions += len(ids) - len(first)
        return repetitions
