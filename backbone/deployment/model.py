"""What every deployment has, as data, whatever carries it: Kafka's topics and users, and the services with what each is given.

`strimzi`, `workloads` and `compose` write it down in their own words. A right, a setting or a service stands in none of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backbone.evidence.signing import SIGNER
from backbone.kafka.names import partner_name
from backbone.kafka.quotas import NO_QUOTA, PARTNER_QUOTA, Quota
from backbone.kafka.rights import SERVICES as SERVICE_ROLES
from backbone.kafka.rights import Right, partner_rights, service_rights, service_user
from backbone.kafka.topics import CLUSTER, Replicas, TopicSpec, core_topics, partner_topics
from backbone.keys.files import NEEDS, USE_THE_DATABASE
from backbone.supervisor.up import ALONE, SERVICES

LOG = "log"
KEY_FILES: Mapping[str, str] = {"door": "door.json", "data": "data.json", "public": "data-public.json", LOG: "log.json"}
"""By the words of `backbone.keys.files.NEEDS`, and the key that signs heads of the ledger: which file each is."""
WORKERS = 2
"""Of each service, where nobody said otherwise: one may be away, also on purpose, and the other goes on."""
HTTP_PORT = 8080
GATEWAY_PORT = 8443
UID = 10001
"""Whom the image's processes run as; no user of the host."""


@dataclass(frozen=True, slots=True)
class User:
    """A user of the broker. rights: all that it may do; what is not there is denied."""

    name: str
    rights: tuple[Right, ...]
    quota: Quota = NO_QUOTA


@dataclass(frozen=True, slots=True)
class Kafka:
    """All that the backbone needs on a broker."""

    topics: tuple[TopicSpec, ...]
    users: tuple[User, ...]


def kafka(partners: Iterable[str], replicas: Replicas = CLUSTER) -> Kafka:
    """What `backbone.supervisor.prepare` makes on a broker for these partners. Raises ValueError for a name that cannot be one."""
    known = sorted(partner_name(partner) for partner in partners)
    topics = [*core_topics(replicas), *(topic for partner in known for topic in partner_topics(partner, replicas))]
    services = [User(service_user(name), tuple(sorted(service_rights(name, known)))) for name in SERVICE_ROLES]
    theirs = [User(partner, tuple(sorted(partner_rights(partner))), PARTNER_QUOTA) for partner in known]
    return Kafka(tuple(topics), (*services, *theirs))


@dataclass(frozen=True, slots=True)
class Workload:
    """A service as it is deployed. keys: which key files it is given, by the words of KEY_FILES."""

    name: str
    workers: int
    keys: tuple[str, ...]
    uses_keys_database: bool
    ports: Mapping[str, int]

    @property
    def user(self) -> str:
        """Its user at the broker."""
        return service_user(self.name)

    @property
    def keys_role(self) -> str:
        """Its user in the database of keys; see `backbone.keys.grants`."""
        return keys_role(self.name)

    @property
    def alone(self) -> bool:
        """Whether there may be one process of it only."""
        return self.name in ALONE


def keys_role(service: str) -> str:
    return f"keys_{service}"


def workloads() -> tuple[Workload, ...]:
    """The services that `backbone up` starts, in its order."""
    return tuple(
        Workload(
            name,
            1 if name in ALONE else WORKERS,
            tuple(sorted((*NEEDS.get(name, ()), *((LOG,) if name == SIGNER else ())))),
            name in USE_THE_DATABASE,
            {"http": HTTP_PORT} | ({"gateway": GATEWAY_PORT} if name == "gateway" else {}),
        )
        for name in SERVICES
    )


@dataclass(frozen=True, slots=True)
class Places:
    """Where a process finds what it is given: addresses of the two databases and the broker, directories in its container."""

    bootstrap: str
    services_database: str
    keys_database: str
    """`host:port/database`, both."""
    gateway_url: str
    secrets: str = "/run/schakel"
    home: str = "/opt/schakel"
    var: str = "/var/lib/schakel"


def environment(one: Workload, places: Places) -> dict[str, str]:
    """The settings of a service. No secret stands in them: they name files."""
    said = {
        **shared(places),
        "SCHAKEL_SASL_USERNAME": one.user,
        "SCHAKEL_SASL_PASSWORD_FILE": f"{places.secrets}/kafka/password",
        "SCHAKEL_HTTP_HOST": "0.0.0.0",
        "SCHAKEL_HTTP_PORT": str(HTTP_PORT),
        "SCHAKEL_KEYS_URL": database(places.keys_database, one.keys_role, places) if one.uses_keys_database else "",
    }
    for need in KEY_FILES:
        given = f"{places.secrets}/keys-{need}/{KEY_FILES[need]}" if need in one.keys else "/dev/null"
        said[key_setting(need)] = given
    if one.name == "gateway":
        said |= {
            "SCHAKEL_GATEWAY_HOST": "0.0.0.0",
            "SCHAKEL_GATEWAY_PORT": str(GATEWAY_PORT),
            "SCHAKEL_GATEWAY_URL": places.gateway_url,
            "SCHAKEL_GATEWAY_TOKENS_DIR": f"{places.secrets}/tokens",
            "SCHAKEL_GATEWAY_CERTIFICATE": f"{places.secrets}/gateway/tls.crt",
            "SCHAKEL_GATEWAY_PRIVATE_KEY": f"{places.secrets}/gateway/tls.key",
        }
    return said


def shared(places: Places) -> dict[str, str]:
    """The settings that every process has alike."""
    return {
        "SCHAKEL_VAR_DIR": places.var,
        "SCHAKEL_BOOTSTRAP": places.bootstrap,
        "SCHAKEL_CA_FILE": f"{places.secrets}/authority/ca.crt",
        "SCHAKEL_DATABASE_URL": database(places.services_database, "schakel", places),
        "SCHAKEL_PROTOCOLS_DIR": f"{places.home}/protocols",
        "SCHAKEL_CHAINS_DIR": f"{places.home}/chains",
        "SCHAKEL_LOG_FORMAT": "json",
    }


def database(where: str, user: str, places: Places) -> str:
    """SQLAlchemy's address; the password stands in the file that libpq looks into."""
    return f"postgresql+psycopg://{user}@{where}?passfile={places.secrets}/database/pgpass"


def key_setting(need: str) -> str:
    """The setting that names a key file."""
    return "SCHAKEL_LOG_KEY_FILE" if need == LOG else f"SCHAKEL_KEYS_{need.upper()}_FILE"
