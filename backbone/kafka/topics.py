"""The topics: every setting that matters, in one place, made and repaired by code.

`core_topics` and `partner_topics` say what must be; `ensure_topics` makes it so. Who may read and write them is in `access`.
A setting that is not named here is the broker's, and is left alone.
"""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAlreadyExistsError

from backbone.kafka.names import (
    CHECKPOINTS,
    DEFINITIONS,
    LEDGER,
    LEDGER_PARTITIONS,
    REFUSED,
    in_topic,
    out_topic,
)

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_MIB = 1024 * 1024
_FOREVER = "-1"
_VISIBLE_WITHIN_S = 10
_POLL_S = 0.02


class TopicProblem(RuntimeError):
    """A topic exists in a way that cannot be repaired while it runs; the message says what was found and what to do."""


@dataclass(frozen=True, slots=True)
class Replicas:
    """How often each record is kept, and how many copies must exist before a write is acknowledged."""

    factor: int
    min_insync: int


ONE_MACHINE = Replicas(factor=1, min_insync=1)
CLUSTER = Replicas(factor=3, min_insync=2)


def replicas_on(brokers: int) -> Replicas:
    """Three copies where there are brokers for them."""
    return CLUSTER if brokers >= CLUSTER.factor else ONE_MACHINE


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it must be. settings: Kafka's names and values as text; partitions never change."""

    name: str
    partitions: int
    replication: int
    settings: Mapping[str, str]


@dataclass(slots=True)
class TopicChanges:
    """What `ensure_topics` did: names of topics made, and of settings put right as `topic: setting found -> wanted`."""

    created: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.created or self.repaired)


def core_topics(
    replicas: Replicas = ONE_MACHINE, *, ledger_partitions: int = LEDGER_PARTITIONS
) -> tuple[TopicSpec, ...]:
    """The topics that there is one of. The ledger's partition count is fixed for life: a case's place follows from it."""
    forever = {"retention.ms": _FOREVER, "retention.bytes": _FOREVER}
    return (
        # The ledger is the truth: the broker's own seven days would destroy it.
        _spec(LEDGER, ledger_partitions, replicas, max_mib=2, segment_ms=7 * _DAY_MS, **forever),
        # What could not be accepted, with reason and position.
        _spec(REFUSED, 1, replicas, max_mib=1, segment_ms=_DAY_MS, **_kept_days(365)),
        # The newest word on each key: protocols, chains, schemas, public keys.
        _spec(DEFINITIONS, 1, replicas, max_mib=1, segment_ms=_DAY_MS, **{"cleanup.policy": "compact"}),
        # Signed tree heads: compaction would erase their history.
        _spec(CHECKPOINTS, 1, replicas, max_mib=1, segment_ms=7 * _DAY_MS, **forever),
    )


def partner_topics(partner: str, replicas: Replicas = ONE_MACHINE) -> tuple[TopicSpec, TopicSpec]:
    """A partner's two topics, one partition each so that its order is kept.

    Segments of `in` close after an hour: Kafka deletes whole segments, and what is sealed in them must go in time.
    """
    # Whatever a client compresses with, the broker writes gzip, which every reader can unpack. As it came, a batch in zstd,
    # lz4 or snappy would stop whoever reads it here: one partner's setting would stand in the way of all.
    readable = {"compression.type": "gzip"}
    return (
        _spec(in_topic(partner), 1, replicas, max_mib=1, segment_ms=_HOUR_MS, **_kept_days(30), **readable),
        _spec(out_topic(partner), 1, replicas, max_mib=1, segment_ms=_DAY_MS, **_kept_days(30)),
    )


def ensure_topics(admin: KafkaAdminClient, specs: Iterable[TopicSpec]) -> TopicChanges:
    """Make what is missing and put right every setting that differs; returns what was changed, nothing the second time.

    Raises TopicProblem when a topic has another partition count or fewer replicas than it must have.
    """
    wanted = {spec.name: spec for spec in specs}
    changes = TopicChanges()
    present = _describe(admin, wanted)
    if missing := [spec for name, spec in wanted.items() if name not in present]:
        try:
            admin.create_topics({spec.name: _creation(spec) for spec in missing}, wait_for_metadata=True)
        except TopicAlreadyExistsError:  # somebody else starts at the same moment; what they made is checked below
            admin.wait_for_topics([spec.name for spec in missing])
        changes.created = [spec.name for spec in missing]
        present = _await_topics(admin, wanted)
    for name, spec in wanted.items():
        _check_shape(spec, present[name])
    # What was just made has its settings; a broker that has not heard of it yet would show none of them, and take none.
    changes.repaired = _repair(admin, {name: spec for name, spec in wanted.items() if name not in changes.created})
    if changes:
        _await_settings(admin, wanted)
    return changes


def replication(admin: KafkaAdminClient, name: str) -> int:
    """How many copies this topic keeps of a record, whether or not all of them are there now; 0 when there is no such topic."""
    partitions = _describe(admin, [name]).get(name, [])
    return min((len(partition["replica_nodes"]) for partition in partitions), default=0)


def read_settings(admin: KafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """The settings that were given to these topics themselves, as Kafka has them now."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found = admin.describe_configs(asked, config_filter="modified").get("topic", {})
    return {name: {key: entry["value"] for key, entry in found.get(name, {}).items()} for name in names}


def _spec(
    name: str, partitions: int, replicas: Replicas, *, max_mib: int, segment_ms: int, **settings: str
) -> TopicSpec:
    return TopicSpec(
        name,
        partitions,
        replicas.factor,
        {
            "cleanup.policy": "delete",
            "compression.type": "producer",
            "max.message.bytes": str(max_mib * _MIB),
            # By the broker's clock: a record that says 1970 would be deleted at the next retention check.
            "message.timestamp.type": "LogAppendTime",
            "min.insync.replicas": str(replicas.min_insync),
            "segment.ms": str(segment_ms),
            "unclean.leader.election.enable": "false",
            **settings,
        },
    )


def _kept_days(days: int) -> dict[str, str]:
    return {"retention.ms": str(days * _DAY_MS), "retention.bytes": _FOREVER}


def _creation(spec: TopicSpec) -> dict[str, object]:
    return {
        "num_partitions": spec.partitions,
        "replication_factor": spec.replication,
        "configs": dict(spec.settings),
    }


def _describe(admin: KafkaAdminClient, names: Iterable[str]) -> dict[str, list[dict[str, list[int]]]]:
    """The partitions of those topics that exist."""
    return {
        topic["name"]: topic["partitions"] for topic in admin.describe_topics(list(names)) if not topic["error_code"]
    }


def _await_topics(admin: KafkaAdminClient, names: Collection[str]) -> dict[str, list[dict[str, list[int]]]]:
    """The partitions of all these topics. One broker has a new one at once; another, who may be asked next, a moment later."""
    deadline = time.monotonic() + _VISIBLE_WITHIN_S
    while missing := sorted(set(names) - (present := _describe(admin, names)).keys()):
        if time.monotonic() > deadline:
            raise TopicProblem(
                f"Kafka made {', '.join(missing)} but does not show them after {_VISIBLE_WITHIN_S} s; is somebody else deleting them, "
                "or is a broker cut off from the others?"
            )
        time.sleep(_POLL_S)
    return present


def _check_shape(spec: TopicSpec, partitions: list[dict[str, list[int]]]) -> None:
    if len(partitions) != spec.partitions:
        raise TopicProblem(
            f"topic {spec.name} has {len(partitions)} partitions and {spec.partitions} are asked for; the number is fixed for "
            f"life, since a case's partition follows from it: ask for {len(partitions)}, or start an empty backbone and "
            f"restore the ledger into it"
        )
    fewest = min(len(partition["replica_nodes"]) for partition in partitions)
    if fewest < spec.replication:
        raise TopicProblem(
            f"topic {spec.name} keeps {fewest} copies of a record and {spec.replication} are asked for; add replicas with "
            f"kafka-reassign-partitions.sh, or ask for {fewest}"
        )


def _differences(wanted: Mapping[str, TopicSpec], found: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {
        name: {key: value for key, value in spec.settings.items() if found[name].get(key) != value}
        for name, spec in wanted.items()
    }


def _repair(admin: KafkaAdminClient, wanted: Mapping[str, TopicSpec]) -> list[str]:
    found = read_settings(admin, list(wanted)) if wanted else {}
    wrong = _differences(wanted, found)
    orders = [ConfigResource(ConfigResourceType.TOPIC, name, settings) for name, settings in wrong.items() if settings]
    if not orders:
        return []
    for name, answer in admin.alter_configs(orders)["topic"].items():
        if answer != "OK":
            raise TopicProblem(
                f"the settings of topic {name} differ from what they must be and Kafka refuses: {answer}"
            )
    return [
        f"{name}: {key} {found[name].get(key, 'not set')} -> {value}"
        for name, settings in wrong.items()
        for key, value in settings.items()
    ]


def _await_settings(admin: KafkaAdminClient, wanted: Mapping[str, TopicSpec]) -> None:
    """Kafka's controller has them at once, its brokers a moment later (50 ms when just started)."""
    deadline = time.monotonic() + _VISIBLE_WITHIN_S
    while any(_differences(wanted, read_settings(admin, list(wanted))).values()):
        if time.monotonic() > deadline:
            raise TopicProblem(
                f"Kafka took the settings of {', '.join(wanted)} but does not show them after {_VISIBLE_WITHIN_S} s; is "
                f"somebody else changing them?"
            )
        time.sleep(_POLL_S)
