"""TLS and SCRAM with a real broker; its certificate and authority replaced while clients write: nothing lost, nothing twice."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from kafka import KafkaAdminClient, KafkaProducer

from backbone.deployment.broker_settings import KEYSTORE, Tls
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
from tests.support.tls_broker import tls_broker

HOST = ["127.0.0.1"]
WITHIN_S = 240
"""On a machine with other work; a second on a quiet one."""


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

    def told(self, admin: KafkaAdminClient) -> None:
        reload(admin, ["1"], {KEYSTORE: str(self.tls.keystore)})

    def shown(self, trust: Path) -> bytes:
        """The certificate that a new connection is shown."""
        host, port = self.broker.bootstrap.split(":")
        context = ssl.create_default_context(cafile=trust)
        with (
            socket.create_connection((host, int(port)), 5) as plain,
            context.wrap_socket(plain, server_hostname=host) as on,
        ):
            return on.getpeercert(binary_form=True) or b""


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    home = tmp_path_factory.mktemp("tls")
    authority = Authority.make()
    tls = Tls(home / "kafka.pem", home / "authority.pem")
    issued = authority.issue(HOST)
    write(Path(tls.keystore), issued.key + issued.certificate)
    write(Path(tls.authority), authority.certificate)
    with tls_broker(home, tls) as (bootstrap, admin):
        made = Secured(
            home, authority, tls, Broker(bootstrap, admin, Path(tls.authority)), SecretStore(home / "kafka" / "secrets")
        )
        with made.broker.client() as client:
            ensure_topics(client, core_topics())
            ensure_services(client, made.secrets, [])
        yield made


@pytest.mark.kafka
@pytest.mark.slow
class TestSecured:
    def test_who_does_not_know_the_authority_is_told_so(self, secured: Secured) -> None:
        stranger = secured.trust(Authority.make())
        who = secured.broker.admin
        with pytest.raises(WrongListener, match="is its certificate from the authority you trust"):
            check_sign_on(
                secured.broker.bootstrap, who.username, who.password, tls=ssl.create_default_context(cafile=stranger)
            )

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
        """The order of docs/operations.md: both trusted everywhere, then the new certificate, then the old authority is dropped."""
        new = Authority.make()
        both, trusts_new = secured.trust(secured.authority, new), secured.trust(new)
        write(Path(secured.tls.authority), both.read_bytes())
        with secured.broker.client() as admin, Load(secured, both) as load:
            reload(admin, ["1"], {KEYSTORE.replace("keystore", "truststore"): str(secured.tls.authority)})
            before = secured.shown(both)
            wait_until(lambda: load.acknowledged > 50, WITHIN_S)
            secured.new_certificate(secured.authority)
            secured.told(admin)
            wait_until(lambda: secured.shown(both) != before, WITHIN_S)
            secured.new_certificate(new)
            secured.told(admin)
            wait_until(lambda: _accepts(secured, trusts_new), WITHIN_S)
            reached = load.acknowledged
            wait_until(lambda: load.acknowledged > reached + 50, WITHIN_S)
            # Each of the broker's threads takes up the new certificate by itself: one may still show the old for a moment.
            trusts_old = secured.trust(secured.authority)
            wait_until(lambda: not _accepts(secured, trusts_old), WITHIN_S)
            load.again_after_the_change()
        assert load.failed == []
        assert load.read_back() == list(range(load.acknowledged))


def _accepts(secured: Secured, trust: Path) -> bool:
    try:
        secured.shown(trust)
    except ssl.SSLError:
        return False
    return True


class Load:
    """A writer as the services write, in a thread of its own; each record is a number."""

    def __init__(self, secured: Secured, trust: Path) -> None:
        self._how = connection(secured.broker.bootstrap, _service(secured), ca_file=trust)
        self.acknowledged = 0
        self.failed: list[str] = []
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join(WITHIN_S)

    def _write(self) -> None:
        producer = KafkaProducer(**self._how, acks="all", enable_idempotence=True, request_timeout_ms=WITHIN_S * 500)
        try:
            while not self._ends.is_set():
                producer.send(LEDGER, str(self.acknowledged).encode(), partition=0).get(WITHIN_S)
                self.acknowledged += 1
        except Exception as error:
            self.failed.append(repr(error))
        finally:
            producer.close()

    def again_after_the_change(self) -> None:
        """Somebody who connects only now."""
        producer = KafkaProducer(**self._how, acks="all")
        producer.send(LEDGER, b"new", partition=1).get(WITHIN_S)
        producer.close()

    def read_back(self) -> list[int]:
        """What stands in the partition, by the client that Faust stands on."""
        return asyncio.run(self._read())

    async def _read(self) -> list[int]:
        consumer = AIOKafkaConsumer(LEDGER, **self._how, auto_offset_reset="earliest", group_id=None)
        await consumer.start()
        found: list[int] = []
        try:
            while len(found) < self.acknowledged:
                for records in (await consumer.getmany(timeout_ms=1000)).values():
                    found += [int(record.value) for record in records if record.partition == 0]
        finally:
            await consumer.stop()
        return found


def _service(secured: Secured) -> Credentials:
    who = secured.secrets.get("service.intake")
    assert who
    return who
