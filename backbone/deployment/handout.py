"""What `deploy/compose.yaml` hands to each container before anything starts: passwords, certificates, the broker's settings.

    hand_out(Path("/handout"), names)

makes what is missing and renews certificates that end soon; done again it changes nothing else. One directory a container (a volume
each), so that nobody gets what is another's. Kubernetes has Secrets for this; the embedded broker needs none of it.
"""

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from backbone.deployment.alerting import ALERTMANAGER, RECEIVERS
from backbone.deployment.broker_settings import Tls, networked, properties_text
from backbone.deployment.certificates import Authority, Issued, ends, write
from backbone.deployment.model import KEY_FILES, UID, Workload, keys_role, workloads
from backbone.kafka.credentials import ADMIN, SecretStore
from backbone.keys.grants import GRANTS

KAFKA_UID, POSTGRES_UID, GRAFANA_UID, ALERTMANAGER_UID = 1000, 999, 472, 65534
"""Whom the processes of these images run as."""
KAFKA_DATA = "/var/lib/kafka/data"
RENEW_BEFORE = timedelta(days=30)
DATABASES = {"postgres": ("schakel", "schakel"), "postgres-keys": ("keys", "keys")}
"""Host, and there the database and its owner: the keys stand apart (docs/adr/0022)."""
_OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Names:
    """How the broker and the gateway are reached: by the services, and by partners (`host:port`)."""

    kafka: str = "kafka:9092"
    kafka_outside: str = "localhost:9094"
    gateway: str = "gateway"


def hand_out(root: Path, names: Names, *, owners: bool = True, now: datetime | None = None) -> list[str]:
    """Make or complete everything under `root`; returns a sentence for each thing that was made.

    owners: give each directory to the user of its container, for which we have to be root.
    """
    made = _Made(root, owners, now or datetime.now(UTC), [])
    passwords = _database_passwords(made)
    authority = _authority(made)
    _kafka(made, authority, names)
    for host in DATABASES:
        _database(made, host, passwords)
    for one in workloads():
        _service(made, one, authority, passwords, names)
    _operator(made, authority, passwords)
    made.secret("grafana", "password")
    for receiver in RECEIVERS.values():
        made.to_fill_in(ALERTMANAGER, receiver)
    for name, uid in _volumes():
        made.belongs_to(name, uid)
    return made.said


@dataclass(slots=True)
class _Made:
    root: Path
    owners: bool
    now: datetime
    said: list[str]

    def path(self, volume: str, *parts: str) -> Path:
        return self.root.joinpath(volume, *parts)

    def secret(self, volume: str, name: str) -> str:
        """A random text, made when it is first asked for."""
        path = self.path(volume, name)
        if not path.exists():
            self.put(path, secrets.token_urlsafe(32).encode())
            self.said.append(f"made {volume}/{name}")
        return path.read_text(encoding="ascii").strip()

    def to_fill_in(self, volume: str, name: str) -> None:
        """An empty file, for an address that only the operator knows; what stands in it stays."""
        path = self.path(volume, name)
        if not path.exists():
            self.put(path, b"")
            self.said.append(f"made {volume}/{name}, to be filled in")

    def put(self, path: Path, content: bytes) -> None:
        """So that it says this; untouched when it does."""
        if not path.exists() or path.read_bytes() != content:
            write(path, content)

    def belongs_to(self, volume: str, uid: int) -> None:
        directory = self.path(volume)
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
        if self.owners:
            # What a broker keeps changes under our hands; it made that itself.
            inside = () if volume.endswith("-data") else directory.rglob("*")
            for path in (directory, *inside):
                os.chown(path, uid, uid, follow_symlinks=False)


def _volumes() -> Iterable[tuple[str, int]]:
    yield from (("kafka", KAFKA_UID), ("kafka-data", KAFKA_UID), ("grafana", GRAFANA_UID))
    yield (ALERTMANAGER, ALERTMANAGER_UID)
    yield from ((host, POSTGRES_UID) for host in DATABASES)
    yield from ((name, UID) for name in (_OPERATOR, "tokens", *(f"keys-{need}" for need in KEY_FILES)))
    yield from ((one.name, UID) for one in workloads())


def _database_passwords(made: _Made) -> dict[str, str]:
    """By user. They stay with the operator; each container gets its own."""
    users = [*(owner for _, owner in DATABASES.values()), *(keys_role(service) for service in GRANTS)]
    return {user: made.secret(_OPERATOR, f"database/{user}") for user in users}


def _authority(made: _Made) -> Authority:
    certificate, key = made.path(_OPERATOR, "authority", "ca.crt"), made.path(_OPERATOR, "authority", "ca.key")
    if not key.exists():
        fresh = Authority.make(made.now)
        made.put(certificate, fresh.certificate)
        made.put(key, fresh.key)
        made.said.append("made the authority that signs certificates")
    return Authority(certificate.read_bytes(), key.read_bytes())


def _issued(made: _Made, volume: str, authority: Authority, hosts: list[str]) -> Issued:
    """The container's certificate: the one it has, or a new one when that ends soon."""
    certificate, key = made.path(volume, "tls.crt"), made.path(volume, "tls.key")
    if not certificate.exists() or ends(certificate.read_bytes()) - made.now < RENEW_BEFORE:
        fresh = authority.issue(hosts, made.now)
        made.put(key, fresh.key)
        made.put(certificate, fresh.certificate)
        made.said.append(f"made a certificate for {volume}, good until {ends(fresh.certificate):%Y-%m-%d}")
    return Issued(certificate.read_bytes(), key.read_bytes())


def _kafka(made: _Made, authority: Authority, names: Names) -> None:
    admin = SecretStore(made.path(_OPERATOR, "kafka", "secrets")).get_or_make(ADMIN)
    hosts = [names.kafka.partition(":")[0], names.kafka_outside.rpartition(":")[0], "localhost", "127.0.0.1"]
    issued = _issued(made, "kafka", authority, list(dict.fromkeys(hosts)))
    made.put(made.path("kafka", "kafka.pem"), issued.key + issued.certificate)
    made.put(made.path("kafka", "ca.crt"), authority.certificate)
    at = PurePosixPath("/run/kafka")
    settings = networked(admin, names.kafka, names.kafka_outside, Tls(at / "kafka.pem", at / "ca.crt"), data=KAFKA_DATA)
    made.put(made.path("kafka", "server.properties"), properties_text(settings).encode())
    # How its storage is made: with the administrator, without whom nobody could make any other user.
    made.put(made.path("kafka", "admin"), f"SCRAM-SHA-512=[name={admin.username},password={admin.password}]".encode())
    if not made.path("kafka", "cluster-id").exists():
        made.put(made.path("kafka", "cluster-id"), f"k{secrets.token_urlsafe(16)[1:]}".encode())


def _database(made: _Made, host: str, passwords: dict[str, str]) -> None:
    _, owner = DATABASES[host]
    made.put(made.path(host, "password"), passwords[owner].encode())
    if owner == "keys":
        # base64url holds no quote; what each may do is granted by 'backbone deploy apply', when the tables are there.
        lines = [f"CREATE ROLE {keys_role(one)} LOGIN PASSWORD '{passwords[keys_role(one)]}';" for one in GRANTS]
        made.put(made.path(host, "init", "roles.sql"), ("\n".join(lines) + "\n").encode())


def _service(made: _Made, one: Workload, authority: Authority, passwords: dict[str, str], names: Names) -> None:
    store = SecretStore(made.path(_OPERATOR, "kafka", "secrets"))
    made.put(made.path(one.name, "kafka", "password"), store.get_or_make(one.user).password.encode())
    users = {"postgres": "schakel"} | ({"postgres-keys": one.keys_role} if one.uses_keys_database else {})
    made.put(made.path(one.name, "database", "pgpass"), _pgpass(users, passwords))
    made.put(made.path(one.name, "authority", "ca.crt"), authority.certificate)
    # What is mounted inside has to find its place: the volume around it is read-only.
    inside = [f"keys-{need}" for need in one.keys]
    if "gateway" in one.ports:
        host = names.kafka_outside.rpartition(":")[0]
        issued = _issued(made, "gateway", authority, list(dict.fromkeys([names.gateway, host, "localhost"])))
        made.put(made.path("gateway", "gateway", "tls.crt"), issued.certificate)
        made.put(made.path("gateway", "gateway", "tls.key"), issued.key)
        inside.append("tokens")
    for name in inside:
        made.path(one.name, name).mkdir(parents=True, exist_ok=True)


def _operator(made: _Made, authority: Authority, passwords: dict[str, str]) -> None:
    users = {"postgres": "schakel", "postgres-keys": "keys"}
    made.put(made.path(_OPERATOR, "database", "pgpass"), _pgpass(users, passwords))


def _pgpass(users: dict[str, str], passwords: dict[str, str]) -> bytes:
    lines = [f"{host}:5432:{DATABASES[host][0]}:{user}:{passwords[user]}" for host, user in users.items()]
    return ("\n".join(lines) + "\n").encode()
