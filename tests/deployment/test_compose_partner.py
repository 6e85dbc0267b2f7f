"""`backbone partner` as compose runs it: with the environment of its service `operator`, what it was handed out, and a broker on TLS."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kafka import KafkaProducer
from ruamel.yaml import YAML

from backbone.definition_files import load_definitions
from backbone.deployment.broker_settings import Tls
from backbone.deployment.handout import DATABASES, Names, hand_out
from backbone.kafka.access import read_rules
from backbone.kafka.connection import connection
from backbone.kafka.credentials import Credentials
from backbone.kafka.names import in_topic, out_topic
from backbone.kafka.ports import LOOPBACK
from backbone.kafka.rights import service_user
from backbone.records import ledger_record
from backbone.supervisor.prepare import Broker, profile_path
from schakel.client import Partner
from schakel.client.access import Profile
from schakel.kafka_errors import WrongCredentials
from tests.support.casebook import World
from tests.support.postgres import Postgres
from tests.support.shell import ROOT, Shell
from tests.support.telling import report, terms
from tests.support.tls_broker import TlsKafka

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]

NEW, TITLE = "hulp-noord", "Hulp Noord (voorbeeld)"
ENTRY = ("--title", TITLE, "--oin", "99999999100000099000", "--chain", "amsterdam")
ROLE = ("--role", "victim_support", "--district", "oost")
COMPOSE = YAML(typ="safe").load(ROOT / "deploy" / "compose.yaml")["services"]["operator"]


@dataclass(frozen=True, slots=True)
class Compose:
    """What the containers have, on this machine. home: a directory for each volume, and `chains`."""

    home: Path
    bootstrap: str
    admin: Credentials
    databases: str

    def here(self, value: str) -> str:
        """A value of compose.yaml, with its places and addresses as they are on this machine."""
        value = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", value)
        for place, path in self._mounts():
            value = value.replace(place, str(path))
        port = self.bootstrap.rpartition(":")[2]
        value = value.replace("kafka:9092", self.bootstrap).replace("localhost:9094", f"localhost:{port}")
        for host in DATABASES:
            value = value.replace(f"@{host}:5432", f"@{self.databases}")
        return value

    def _mounts(self) -> Iterator[tuple[str, Path]]:
        ours = {"../chains": self.home / "chains", "../protocols": ROOT / "protocols"}
        for line in COMPOSE["volumes"]:
            volume, place, *_ = line.split(":")
            yield place, ours.get(volume, self.home / volume)

    def shell(self) -> Shell:
        """Somebody who runs commands in this service, as `docker compose run --rm operator` does."""
        said = {name: self.here(str(value)) for name, value in COMPOSE["environment"].items()}
        elsewhere = [
            f"{name}={value}" for name, value in said.items() if value.startswith("/") and not self._ours(value)
        ]
        assert elsewhere == [], "a place that no volume of the service holds"
        shell = Shell(Path(said["SCHAKEL_VAR_DIR"]))
        shell.environment |= said
        return shell

    def _ours(self, value: str) -> bool:
        return Path(value).is_relative_to(self.home) or Path(value).is_relative_to(ROOT / "protocols")


@pytest.fixture
def compose(tmp_path: Path) -> Iterator[Compose]:
    """`prepare` has handed out; the broker and the database of keys have what is theirs."""
    hand_out(tmp_path, Names(), owners=False)
    shutil.copytree(ROOT / "chains", tmp_path / "chains")
    server = Postgres()
    try:
        server.start()
        _keys(server, tmp_path / "postgres-keys" / "init" / "roles.sql")
        tls = Tls(tmp_path / "kafka" / "kafka.pem", tmp_path / "kafka" / "ca.crt")
        broker = TlsKafka(tmp_path / "operator", tls)
        broker.start(60)
        try:
            yield Compose(tmp_path, broker.bootstrap, broker.admin, f"{LOOPBACK}:{server.port}")
        finally:
            broker.stop()
    finally:
        server.close()


def _keys(server: Postgres, roles: Path) -> None:
    """The database of keys as its image makes it."""
    name, owner = DATABASES["postgres-keys"]
    how: dict[str, Any] = {"host": LOOPBACK, "port": server.port, "user": "postgres", "autocommit": True}
    with psycopg.connect(dbname="postgres", **how) as db:
        db.execute(f"CREATE ROLE {owner} LOGIN".encode())
        db.execute(f"CREATE DATABASE {name} OWNER {owner}".encode())
        db.execute(roles.read_bytes())


def test_a_partner_comes_and_goes(compose: Compose) -> None:
    shell, environment = compose.shell(), COMPOSE["environment"]
    program, *first = COMPOSE["command"]
    assert program == "backbone"
    assert "everything is ready for the services" in shell.run(*first)
    said = " ".join(shell.run("partner", "add", NEW, *ENTRY, *ROLE).split())
    chains = compose.home / "chains"
    assert f"{NEW} stands in {chains}/partners.yaml and {chains}/amsterdam.yaml" in said
    assert f"{NEW} may write schakel.in.{NEW} and read schakel.out.{NEW}" in said
    path = profile_path(shell.var_dir, NEW)
    profile = Profile.load(path)
    assert profile.bootstrap == compose.here(environment["SCHAKEL_PARTNER_BOOTSTRAP"])
    assert profile.gateway == compose.here(environment["SCHAKEL_GATEWAY_URL"])
    assert str(profile.ca_file) == compose.here(environment["SCHAKEL_CA_FILE"])
    assert (compose.home / "tokens" / NEW).exists(), "the gateway reads it there"
    with Partner.connect(profile=path) as partner:
        assert partner.definitions.partner(NEW).name == TITLE
    _goes(compose, shell, profile)


def _goes(compose: Compose, shell: Shell, profile: Profile) -> None:
    """Not while it has a case; with --leave-cases at once."""
    access, case = profile.access(), _referred(compose)
    refused = " ".join(shell.run("partner", "remove", NEW, "--from-chains", code=2).split())
    assert f"{NEW} has not answered a referral in 1 open cases" in refused
    assert case in refused
    access.check()
    done = " ".join(shell.run("partner", "remove", NEW, "--from-chains", "--leave-cases").split())
    assert case in done
    assert f"{NEW} is taken out of amsterdam.yaml, partners.yaml" in done
    assert f"{NEW} may no longer read or write" in done
    with pytest.raises(WrongCredentials):
        access.check()
    assert not profile_path(shell.var_dir, NEW).exists()
    assert not (compose.home / "tokens" / NEW).exists()
    assert "everything is ready for the services" in shell.run(*COMPOSE["command"][1:])
    with pytest.raises(WrongCredentials):
        access.check()
    _services_may_still_speak_to_it(compose)


def _services_may_still_speak_to_it(compose: Compose) -> None:
    """Its case goes on: what follows is said on its topic, and intake, which runs on until it is started again, still reads the other."""
    ca_file = compose.home / "operator" / "authority" / "ca.crt"
    with Broker(compose.bootstrap, compose.admin, ca_file).client() as admin:
        for service, topic in (("intake", in_topic(NEW)), ("routing", out_topic(NEW))):
            rules = read_rules(admin, service_user(service))
            assert topic in {rule.resource_pattern.resource_name for rule in rules}


def _referred(compose: Compose) -> str:
    """A case that the services would have written: the new partner has a referral that it has not answered."""
    chains, protocols = load_definitions(ROOT / "protocols", compose.home / "chains")
    world = World(chains, protocols)
    world.tell(report("politie-amsterdam", consents=(terms(NEW, "contact_details"),)))
    world.settle()
    how = connection(compose.bootstrap, compose.admin, ca_file=compose.home / "operator" / "authority" / "ca.crt")
    with KafkaProducer(**how, acks="all") as producer:
        for entry in world.ledger:
            made = ledger_record(entry, None, entry.envelope.case or "")
            producer.send(made.topic, key=made.key, value=made.value, headers=[*made.headers]).get(60)
    return world.id
