"""Who may do what, as data: the rights of each service and of a partner. Giving them to the broker is `access`'s work.

Rights are literal, topic by topic: a prefix `schakel.in.coc` would also match `schakel.in.coc-adam`. Consumer groups are the
exception, since clients name them: each user has its own prefix, and the dot that ends it is in no partner's name. What is
not granted is denied; the admin is the only super user. Who may read or write a topic may also describe it, and who may
write one may do so idempotently (Kafka 3 and later); neither needs a right of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from backbone.kafka.names import CHECKPOINTS, DEFINITIONS, LEDGER, REFUSED, in_topic, out_topic, partner_name


class Action(StrEnum):
    READ = "read"
    WRITE = "write"
    NUMBER_WRITES = "number its writes"
    """What a producer does before its first write. Who may write some topic may do it anyway; it writes nothing by itself."""


class Kind(StrEnum):
    TOPIC = "topic"
    GROUP = "group"
    GROUPS_BEGINNING_WITH = "groups beginning with"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One thing a user may do, from any address."""

    user: str
    action: Action
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Role:
    """What a service reads and writes: topics there is one of, and which of every partner's two."""

    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()
    reads_in: bool = False
    writes_out: bool = False


THE_CLUSTER = "kafka-cluster"

_DECIDES = Role(reads=(LEDGER, DEFINITIONS), writes=(LEDGER,), writes_out=True)

SERVICES = {
    # Alone appends what partners tell, answers each message, and keeps what cannot be accepted; it reads that again when its
    # database has to be built anew. Its receipts carry the newest signed heads.
    "intake": Role(
        reads=(LEDGER, DEFINITIONS, REFUSED, CHECKPOINTS), writes=(LEDGER, REFUSED), reads_in=True, writes_out=True
    ),
    # Append what follows from it, and tell partners.
    "routing": _DECIDES,
    "consent": _DECIDES,
    "followup": _DECIDES,
    # Look, and cannot change what they look at.
    "cases": Role(reads=(LEDGER, DEFINITIONS)),
    "audit": Role(reads=(LEDGER, DEFINITIONS, CHECKPOINTS), writes=(CHECKPOINTS,)),
    # Observes who asks to read (`disclosure.requested`, the one event that is neither intake's nor a conclusion).
    "gateway": Role(reads=(LEDGER,), writes=(LEDGER,)),
    # A person who gives up what can never be read (`event.voided`, which is not intake's either: see docs/adr/0017).
    "operator": Role(reads=(LEDGER, DEFINITIONS), writes=(LEDGER,)),
    # A person or tool that reads histories.
    "auditor": Role(reads=(LEDGER, DEFINITIONS, CHECKPOINTS, REFUSED)),
}


def service_user(service: str) -> str:
    """The broker's user of a service: `service.<name>`; a partner's name has no dot, so that the two cannot meet."""
    if service not in SERVICES:
        raise ValueError(f"{service!r} is no service; expected one of {', '.join(SERVICES)}")
    return f"service.{service}"


def service_group(service: str) -> str:
    """The consumer group of a service; it may also use groups that begin with this and a dot."""
    return service_user(service)


def partner_group_prefix(partner: str) -> str:
    """What the names of a partner's consumer groups begin with."""
    return f"partner.{partner_name(partner)}."


def partner_rights(partner: str) -> set[Right]:
    """A partner writes its `in`, reads its `out` and the public definitions (keys to seal with), in groups of its own."""
    return {
        Right(partner_name(partner), Action.WRITE, Kind.TOPIC, in_topic(partner)),
        Right(partner, Action.READ, Kind.TOPIC, out_topic(partner)),
        Right(partner, Action.READ, Kind.TOPIC, DEFINITIONS),
        Right(partner, Action.READ, Kind.GROUPS_BEGINNING_WITH, partner_group_prefix(partner)),
    }


def service_rights(service: str, partners: Iterable[str]) -> set[Right]:
    """All that a service may do, with these partners."""
    user, role = service_user(service), SERVICES[service]
    rights = {Right(user, Action.READ, Kind.TOPIC, topic) for topic in role.reads}
    rights |= {Right(user, Action.WRITE, Kind.TOPIC, topic) for topic in role.writes}
    if not role.writes:
        # Faust starts a producer with every app, also with one that has no topic to write.
        rights.add(Right(user, Action.NUMBER_WRITES, Kind.CLUSTER, THE_CLUSTER))
    rights.add(Right(user, Action.READ, Kind.GROUP, service_group(service)))
    rights.add(Right(user, Action.READ, Kind.GROUPS_BEGINNING_WITH, service_group(service) + "."))
    for partner in partners:
        rights |= set(_on_partner(user, role, partner))
    return rights


def services_on_partner(partner: str) -> set[Right]:
    """What all services together may do on one partner's topics."""
    return {right for name, role in SERVICES.items() for right in _on_partner(service_user(name), role, partner)}


def _on_partner(user: str, role: Role, partner: str) -> Iterator[Right]:
    if role.reads_in:
        yield Right(user, Action.READ, Kind.TOPIC, in_topic(partner))
    if role.writes_out:
        yield Right(user, Action.WRITE, Kind.TOPIC, out_topic(partner))
