"""Kafka on Kubernetes in the words of the Strimzi operator (API v1): the cluster, its topics, its users with their rights and limits.

    cluster()           three brokers, each also controller, with TLS and SCRAM
    topic(spec)         a KafkaTopic
    user(user)          a KafkaUser; the password is in a Secret of the same name

What they say comes from `model`; how often a record is kept is Kafka's and the topics' business, not the operator's.
"""

import re
from collections.abc import Mapping
from typing import Any

from backbone.deployment.broker_settings import embedded
from backbone.deployment.model import User
from backbone.kafka.jars import kafka_version
from backbone.kafka.rights import Action, Kind, Right
from backbone.kafka.topics import TopicSpec

API = "kafka.strimzi.io/v1"
CLUSTER = "schakel"
BROKERS = 3
ADMIN = "admin"
LISTENER = "tls"
PORT = 9093
BOOTSTRAP = f"{CLUSTER}-kafka-bootstrap:{PORT}"
AUTHORITY = f"{CLUSTER}-cluster-ca-cert"
"""The Secret in which Strimzi keeps the authority of the brokers' certificates (`ca.crt`)."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_ACTIONS = {Action.READ: "Read", Action.WRITE: "Write", Action.NUMBER_WRITES: "IdempotentWrite"}
_KINDS = {
    Kind.TOPIC: ("topic", "literal"),
    Kind.GROUP: ("group", "literal"),
    Kind.GROUPS_BEGINNING_WITH: ("group", "prefix"),
}
_OPERATORS = "the operator sets it, from the listeners, pools and storage below, and refuses ours"
_ONCE = "Kafka's own number: it is for good once the topic is there, and a cluster may grow"
_SMALL = "of one small machine; the cluster's have more, and Kafka's own"
LEFT = {
    "process.roles": _OPERATORS,
    "node.id": _OPERATORS,
    "controller.quorum.voters": _OPERATORS,
    "listeners": _OPERATORS,
    "advertised.listeners": _OPERATORS,
    "listener.security.protocol.map": _OPERATORS,
    "inter.broker.listener.name": _OPERATORS,
    "controller.listener.names": _OPERATORS,
    "log.dirs": _OPERATORS,
    "offsets.topic.num.partitions": _ONCE,
    "transaction.state.log.num.partitions": _ONCE,
    "share.coordinator.state.topic.num.partitions": _ONCE,
    "num.network.threads": _SMALL,
    "num.io.threads": _SMALL,
    "background.threads": _SMALL,
    "num.recovery.threads.per.data.dir": _SMALL,
    "log.cleaner.dedupe.buffer.size": _SMALL,
}
"""Settings of the three embedded brokers that this cluster does not have, and why. All others it has."""


def cluster() -> list[dict[str, Any]]:
    """The cluster and its pool of nodes."""
    config = {name: value for name, value in embedded(brokers=BROKERS).items() if name not in LEFT}
    kafka = {
        "version": kafka_version(),
        "listeners": [
            {
                "name": LISTENER,
                "port": PORT,
                "type": "internal",
                "tls": True,
                "authentication": {"type": "scram-sha-512"},
                "networkPolicyPeers": [{"podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "schakel"}}}],
            },
            {
                # Partners come from outside; a chain sets the addresses that they know (docs/operations.md).
                "name": "partners",
                "port": 9094,
                "type": "loadbalancer",
                "tls": True,
                "authentication": {"type": "scram-sha-512"},
            },
        ],
        "authorization": {"type": "simple", "superUsers": [ADMIN]},
        "config": config,
        "template": {"pod": {"affinity": _apart(CLUSTER)}},
    }
    # The operator renews certificates by itself and rolls the brokers one by one; both authorities are trusted meanwhile.
    ca = {"renewalDays": 60, "validityDays": 365, "generateCertificateAuthority": True}
    spec = {
        "kafka": kafka,
        "entityOperator": {"topicOperator": {}, "userOperator": {}},
        "clusterCa": ca,
        "clientsCa": ca,
    }
    pool = {
        "replicas": BROKERS,
        "roles": ["controller", "broker"],
        "storage": {
            "type": "jbod",
            "volumes": [
                {"id": 0, "type": "persistent-claim", "size": "200Gi", "deleteClaim": False, "kraftMetadata": "shared"}
            ],
        },
        "resources": {
            "requests": {"cpu": "1", "memory": "2Gi"},
            "limits": {"memory": "4Gi"},
        },
        "jvmOptions": {"-Xms": "1g", "-Xmx": "1g"},
    }
    return [resource("Kafka", CLUSTER, spec, labelled=False), resource("KafkaNodePool", "nodes", pool)]


def topic(spec: TopicSpec) -> dict[str, Any]:
    """A topic with every setting that is ours, as text, as Kafka itself gives them."""
    return resource(
        "KafkaTopic",
        spec.name,
        {"partitions": spec.partitions, "replicas": spec.replication, "config": dict(sorted(spec.settings.items()))},
    )


def user(one: User, *, password_secret: str | None = None) -> dict[str, Any]:
    """A user. password_secret: the Secret whose `password` is its; without one the operator makes a password."""
    authentication: dict[str, Any] = {"type": "scram-sha-512"}
    if password_secret:
        authentication["password"] = {"valueFrom": {"secretKeyRef": {"name": password_secret, "key": "password"}}}
    spec: dict[str, Any] = {
        "authentication": authentication,
        "authorization": {"type": "simple", "acls": [_acl(right) for right in one.rights]},
    }
    quotas = {"producerByteRate": one.quota.send_bytes, "consumerByteRate": one.quota.receive_bytes}
    if limits := {name: value for name, value in quotas.items() if value is not None}:
        spec["quotas"] = limits
    return resource("KafkaUser", one.name, spec)


def admin() -> dict[str, Any]:
    """The super user, which publishes definitions; it needs no rule, since the cluster names it (`superUsers`)."""
    return resource("KafkaUser", ADMIN, {"authentication": {"type": "scram-sha-512"}})


def resource(kind: str, name: str, spec: Mapping[str, Any], *, labelled: bool = True) -> dict[str, Any]:
    """One resource of the operator's. Raises ValueError for a name that Kubernetes would refuse."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a {kind}; expected small letters, digits, '-' and '.'")
    metadata: dict[str, Any] = {"name": name}
    if labelled:
        metadata["labels"] = {"strimzi.io/cluster": CLUSTER}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": dict(spec)}


def _acl(right: Right) -> dict[str, Any]:
    if right.kind is Kind.CLUSTER:
        where = {"type": "cluster"}
    else:
        kind, pattern = _KINDS[right.kind]
        where = {"type": kind, "name": right.name, "patternType": pattern}
    return {"type": "allow", "resource": where, "operations": [_ACTIONS[right.action]], "host": "*"}


def _apart(name: str) -> dict[str, Any]:
    """No two brokers on one machine: one that is lost takes one copy with it."""
    return {
        "podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {
                    "labelSelector": {"matchLabels": {"strimzi.io/name": f"{name}-kafka"}},
                    "topologyKey": "kubernetes.io/hostname",
                }
            ]
        }
    }
