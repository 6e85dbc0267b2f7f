"""Makes the broker ready for the chains as their files stand: topics, users and rights, definitions, a profile for each partner.

Everything here may be done again at every start and then changes only what differs.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from backbone import definitions
from backbone.chains import Chains, Partner
from backbone.definition_files import load_definitions
from backbone.evidence import replacing
from backbone.gateway import address
from backbone.gateway.tokens import Tokens
from backbone.kafka.access import add_partner, ensure_services, partners_with_topics
from backbone.kafka.connection import connected
from backbone.kafka.credentials import Credentials, SecretStore
from backbone.kafka.names import LEDGER
from backbone.kafka.topics import Replicas, core_topics, ensure_topics, replicas_on, replication
from backbone.keys import KeyFiles, open_keys
from backbone.protocols import Protocols
from backbone.settings import Settings
from backbone.supervisor.unread import unread_by_nobody
from schakel.client.access import Profile
from schakel.client.errors import ProfileProblem
from schakel.timesource import time_source


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker, and who may do everything on it."""

    bootstrap: str
    admin: Credentials
    ca_file: Path | None = None

    def connected(self) -> AbstractContextManager[dict[str, Any]]:
        """Keyword arguments for a client of kafka-python. Raises KafkaProblem, at once when the broker is away."""
        return connected(self.bootstrap, self.admin, ca_file=self.ca_file)

    @contextmanager
    def client(self) -> Iterator[KafkaAdminClient]:
        """An admin client. Raises BrokerAway, WrongCredentials or WrongListener instead of kafka-python's time-outs."""
        with self.connected() as how:
            client = KafkaAdminClient(**how)
            try:
                yield client
            finally:
                client.close()

    def replicas(self, admin: KafkaAdminClient) -> Replicas:
        """As the ledger has them; for a new one three copies, where there are brokers for them.

        Only brokers that are up can be counted: with one of three away, topics that are there would lose their guard.
        """
        return replicas_on(max(replication(admin, LEDGER), len(admin.describe_cluster()["brokers"])))


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was made or found. changes: a sentence for each thing that was put right; warnings: for each that a person has to put right."""

    chains: Chains
    protocols: Protocols
    services: Mapping[str, Credentials]
    changes: tuple[str, ...]
    warnings: tuple[str, ...]


def prepare(broker: Broker, settings: Settings) -> Prepared:
    """Everything the services and partners need before they start.

    Raises DefinitionError for a mistake in a chain or protocol file, TopicProblem, AccessRefused, KafkaProblem.
    """
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    secrets = SecretStore(settings.var_dir / "kafka" / "secrets")
    with broker.client() as admin:
        replicas = broker.replicas(admin)
        changed = ensure_topics(admin, core_topics(replicas))
        # The services' rights first, all at once: then a partner asks the broker for its own only.
        # With those that were let go: what follows in a case that they were in is still said to them, and a topic that refuses it would
        # keep a service from saying anything else.
        services = ensure_services(admin, secrets, {*chains.partners, *partners_with_topics(admin)})
        for partner in chains.partners:
            add_partner(admin, secrets, partner, replicas=replicas)
    changes = [f"made topic {name}" for name in changed.created] + [
        f"put right {setting}" for setting in changed.repaired
    ]
    changes += [f"published {key}" for key in publish(broker, settings, chains, protocols)]
    write_profiles(settings, broker, chains.partners)
    with broker.connected() as how:
        warnings = unread_by_nobody(how, chains.partners)
    return Prepared(chains, protocols, services, tuple(changes), tuple(warnings))


def publish(broker: Broker, settings: Settings, chains: Chains, protocols: Protocols) -> list[str]:
    """Say on `schakel.definitions` what is in force; returns what changed."""
    keys = open_keys(settings.keys_url, settings.var_dir, files=KeyFiles.of(settings), time=time_source(settings.clock))
    try:
        wanted = definitions.entries(chains, protocols, keys) | replacing.entries(settings)
        with broker.connected() as how:
            return definitions.publish(how, wanted)
    finally:
        keys.close()


def write_profiles(settings: Settings, broker: Broker, partners: Mapping[str, Partner]) -> None:
    """`var/partners/<name>.json` for each partner: what its client needs to connect. Private, as the password file it names."""
    tokens = Tokens(settings.gateway_tokens())
    for partner in partners.values():
        path = profile_path(settings.var_dir, partner.id)
        Profile(
            bootstrap=settings.partner_bootstrap or broker.bootstrap,
            partner=partner.id,
            oin=partner.oin,
            username=partner.id,
            password_file=settings.var_dir.absolute() / "kafka" / "secrets" / partner.id,
            ca_file=broker.ca_file.absolute() if broker.ca_file else None,
            gateway=address.url(settings),
            gateway_token=tokens.keep_or_issue(partner.id, _token_in(path)),
            gateway_ca_file=settings.gateway_ca_file.absolute() if settings.gateway_ca_file else None,
        ).save(path)


def new_token(settings: Settings, partner: str) -> Path:
    """Give the partner a new token for the gateway, in its profile; the one before opens nothing any more.

    Raises ProfileProblem when it has no profile yet.
    """
    path = profile_path(settings.var_dir, partner)
    held = Profile.load(path)
    replace(held, gateway=address.url(settings), gateway_token=Tokens(settings.gateway_tokens()).issue(partner)).save(
        path
    )
    return path


def _token_in(profile: Path) -> str | None:
    try:
        return Profile.load(profile).gateway_token
    except ProfileProblem:
        return None  # there is none, or it is not to be used; it is written anew


def profile_path(var_dir: Path, partner: str) -> Path:
    return var_dir / "partners" / f"{partner}.json"


__all__ = ["Broker", "KafkaError", "Prepared", "new_token", "prepare", "profile_path", "publish", "write_profiles"]
