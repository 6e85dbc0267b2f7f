"""TLS and SCRAM with a real broker; its certificate and authority replaced while clients write and read: nothing lost, nothing twice."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka import KafkaAdminClient, KafkaProducer

from backbone.deployment.broker_settings import KEYSTORE, TRUSTSTORE, Tls
from backbone.deployment.certificates import Authority, ends, reload, write
from backbone.kafka.access import add_partner, ensure_services
from backbone.kafka.connection import connection
from backbone.kafka.credentials import Credentials, SecretStore
from backbone.kafka.names import LEDGER
from backbone.kafka.topics import core_topics, ensure_topics
from backbone.supervisor.prepare import Broker
from schakel.client.access import Profile
from schakel.kafka_errors import WrongListener, check_sign_on
from tests.support.broker import wait_until
from tests.support.tls_broker import TlsKafka, shown

HOST = ["127.0.0.1"]
WITHIN_S = 240
"""On a machine with other work; a second on a quiet one."""
TOOK_UP = b"SSL engine builder with keystore"
PARTS = 5
"""Parts of our broker that each read both files when it is told, one after the other, and say so in its log: two that let clients in, and
three that go to other nodes."""


def test_a_certificate_names_its_hosts_and_ends_in_time() -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    issued = Authority.make(now).issue(["kafka", "10.0.0.1"], now, days=90)
    assert timedelta(days=89) < ends(issued.certificate) - now <= timedelta(days=90)
    assert b"PRIVATE" not in repr(issued).encode()


@dataclass
class Secured:
    """The broker and what its operator has."""

    home: Path
    authority: Authority
    tls: Tls
    broker: Broker
    secrets: SecretStore

    def trust(self, *authorities: Authority) -> Path:
        """A file with these, as a client has one."""
        path = self.home / f"trust-{len(list(self.home.glob('trust-*')))}.pem"
        path.write_bytes(b"".join(one.certificate for one in authorities))
        return path

    def new_certificate(self, authority: Authority, names: list[str] = HOST) -> None:
        issued = authority.issue(names)
        write(Path(self.tls.keystore), issued.key + issued.certificate)

    @property
    def log(self) -> Path:
        return self.home / "kafka" / "log" / "server.log"

    def told(self, admin: KafkaAdminClient) -> None:
        self.taken_up(admin, {KEYSTORE: str(self.tls.keystore)})

    def taken_up(self, admin: KafkaAdminClient, settings: dict[str, str]) -> None:
        """Tell the broker, and wait until each part of it has read both files: whoever put another into place before that would have
        one part trust what the next does not, which refuses it, and the broker stays so."""
        said = self.log.stat().st_size
        reload(admin, ["1"], settings)
        wait_until(lambda: self.log.read_bytes()[said:].count(TOOK_UP) >= PARTS, WITHIN_S)

    def everybody_trusts(self, admin: KafkaAdminClient, clients: Path, *authorities: Authority) -> None:
        """These, from their next start on the clients with this file, from now on the broker."""
        both = b"".join(one.certificate for one in authorities)
        write(clients, both)
        write(Path(self.tls.authority), both)
        self.taken_up(admin, {TRUSTSTORE: str(self.tls.authority)})

    def takes_no_certificate_of(self, authority: Authority, admin: KafkaAdminClient) -> bool:
        """Whether the broker, told to, says no in its log and goes on with the one that it has."""
        said, shows = self.log.stat().st_size, self.shown(Path(self.tls.authority))
        self.new_certificate(authority)
        reload(admin, ["1"], {KEYSTORE: str(self.tls.keystore)})
        wait_until(lambda: b"PKIX path" in self.log.read_bytes()[said:], WITHIN_S)
        return self.shown(Path(self.tls.authority)) == shows

    def sign_on(self, trust: Path) -> None:
        """As the administrator, by a new connection. Raises WrongListener."""
        who = self.broker.admin
        check_sign_on(self.broker.bootstrap, who.username, who.password, tls=ssl.create_default_context(cafile=trust))

    def shown(self, trust: Path) -> bytes:
        """The certificate that a new connection is shown."""
        return shown(self.broker.bootstrap, trust)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    home = tmp_path_factory.mktemp("tls")
    authority = Authority.make()
    tls = Tls(home / "kafka.pem", home / "authority.pem")
    issued = authority.issue(HOST)
    write(Path(tls.keystore), issued.key + issued.certificate)
    write(Path(tls.authority), authority.certificate)
    kafka = TlsKafka(home, tls)
    kafka.start(600)
    try:
        broker = Broker(kafka.bootstrap, kafka.admin, Path(tls.authority))
        with broker.client() as client:
            secrets = SecretStore(home / "kafka" / "secrets")
            ensure_topics(client, core_topics())
            ensure_services(client, secrets, [])
        yield Secured(home, authority, tls, broker, secrets)
    finally:
        kafka.stop()


@pytest.mark.kafka
@pytest.mark.slow
class TestSecured:
    def test_who_does_not_know_the_authority_is_told_so(self, secured: Secured) -> None:
        with pytest.raises(WrongListener, match="is its certificate from the authority you trust"):
            secured.sign_on(secured.trust(Authority.make()))

    def test_a_wrong_authority_is_a_sentence_in_the_operators_commands_too(self, secured: Secured) -> None:
        stranger = Broker(secured.broker.bootstrap, secured.broker.admin, secured.trust(Authority.make()))
        with pytest.raises(WrongListener, match="the authority you trust"), stranger.client():
            pass

    def test_a_partners_profile_works_over_tls(self, secured: Secured) -> None:
        with secured.broker.client() as admin:
            who = add_partner(admin, secured.secrets, "coc")
        secret = secured.secrets.directory / "coc"
        profile = Profile(secured.broker.bootstrap, "coc", password_file=secret, ca_file=secured.broker.ca_file)
        profile.save(secured.home / "coc.json")
        Profile.load(secured.home / "coc.json").access().check()
        assert who.username == "coc"

    def test_another_authority_takes_over_while_everybody_writes_and_reads(self, secured: Secured) -> None:
        """The steps of docs/operations.md, in their order, to clients who start with the old authority alone."""
        old, new = secured.authority, Authority.make()
        trusts_old, trusts_new, theirs = secured.trust(old), secured.trust(new), secured.trust(old)
        with secured.broker.client() as admin, Load(secured, theirs) as load:
            load.goes_on()
            # A certificate of the same authority, by the way: nobody has to be started again for it.
            before = secured.shown(trusts_old)
            secured.new_certificate(old)
            secured.told(admin)
            wait_until(lambda: secured.shown(trusts_old) != before, WITHIN_S)
            load.goes_on()
            # 1. Both are trusted by everybody, the broker too. Whoever trusts the old one alone has to be started again before 2.
            secured.everybody_trusts(admin, theirs, old, new)
            load.starts_again()
            # 2. A certificate by the new one.
            secured.new_certificate(new)
            secured.told(admin)
            wait_until(lambda: _accepts(secured, trusts_new), WITHIN_S)
            wait_until(lambda: _nobody_accepts(secured, trusts_old), WITHIN_S)
            load.goes_on()
            load.starts_again()
            # 3. The old one is dropped, and worth nothing to anybody.
            secured.everybody_trusts(admin, theirs, new)
            load.starts_again()
            assert secured.takes_no_certificate_of(old, admin)
            secured.new_certificate(new)
            secured.told(admin)
            wait_until(lambda: _nobody_accepts(secured, trusts_old), WITHIN_S)
            with pytest.raises(WrongListener, match="is its certificate from the authority you trust"):
                secured.sign_on(trusts_old)
            secured.sign_on(trusts_new)
            load.goes_on()
        assert load.failed == []
        assert load.read == list(range(load.acknowledged))


def _accepts(secured: Secured, trust: Path) -> bool:
    try:
        secured.shown(trust)
    except ssl.SSLError:
        return False
    return True


def _nobody_accepts(secured: Secured, trust: Path) -> bool:
    """Each of the broker's threads takes up a certificate by itself, and connections go to them in turn: one may still show the old."""
    return not any(_accepts(secured, trust) for _ in range(8))


class Load:
    """A writer and a reader as the services are, each in a thread of its own, at the same time; each record is a number.

    What they trust they read when they start, and only then. `failed` says what either of them could not do.
    """

    def __init__(self, secured: Secured, trust: Path) -> None:
        self._secured, self._trust = secured, trust
        self.acknowledged = 0
        self.read: list[int] = []
        self.failed: list[str] = []
        self._start = 1
        self._started = {"writer": 0, "reader": 0}
        self._enough, self._all_written = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._works, args=(self._write, self._all_written)),
            threading.Thread(target=self._works, args=(lambda: asyncio.run(self._read()), threading.Event())),
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join(WITHIN_S)

    def goes_on(self) -> None:
        """Wait until fifty more records were written, and as many read."""
        written, read = self.acknowledged + 50, len(self.read) + 50
        wait_until(lambda: self.failed or (self.acknowledged > written and len(self.read) > read), WITHIN_S)
        assert self.failed == []

    def starts_again(self) -> None:
        """Each ends in good order and connects anew, by what it finds in the file of whom it trusts."""
        self._start += 1
        wait_until(lambda: self.failed or set(self._started.values()) == {self._start}, WITHIN_S)
        self.goes_on()

    def _works(self, work: Callable[[], None], ended: threading.Event) -> None:
        try:
            work()
        except Exception as error:
            self.failed.append(repr(error))
        finally:
            ended.set()

    def _how(self) -> dict[str, Any]:
        return connection(self._secured.broker.bootstrap, _service(self._secured), ca_file=self._trust)

    def _write(self) -> None:
        while not self._enough.is_set():
            start = self._start
            producer = KafkaProducer(
                **self._how(), acks="all", enable_idempotence=True, request_timeout_ms=WITHIN_S * 500
            )
            self._started["writer"] = start
            try:
                while not self._enough.is_set() and start == self._start:
                    producer.send(LEDGER, str(self.acknowledged).encode(), partition=0).get(WITHIN_S)
                    self.acknowledged += 1
            finally:
                producer.close()

    async def _read(self) -> None:
        """By the client that Faust stands on, from a position of its own, as the services keep theirs."""
        place, ended = TopicPartition(LEDGER, 0), False
        while not ended:
            start = self._start
            consumer = AIOKafkaConsumer(**self._how(), group_id=None, auto_offset_reset="none")
            await consumer.start()
            try:
                consumer.assign([place])
                consumer.seek(place, len(self.read))
                self._started["reader"] = start
                while not ended and start == self._start:
                    for records in (await consumer.getmany(timeout_ms=100)).values():
                        self.read += [int(record.value) for record in records]
                    ended = (
                        self._all_written.is_set() and len(self.read) >= (await consumer.end_offsets([place]))[place]
                    )
            finally:
                await consumer.stop()


def _service(secured: Secured) -> Credentials:
    who = secured.secrets.get("service.intake")
    assert who
    return who
