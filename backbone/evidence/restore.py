"""An export put back on an empty broker: the same records at the same offsets with the same timestamps, and the heads still hold.

Everything is looked at before anything is written: the file against its manifest, the ledger against the heads that were signed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from backbone.evidence.archive import ArchiveProblem, Opened
from backbone.evidence.export import IN, OUT
from backbone.evidence.growing import Growing
from backbone.evidence.lines import record_of
from backbone.kafka.names import CHECKPOINTS, DEFINITIONS, LEDGER
from backbone.kafka.topics import Replicas, TopicSpec, core_topics, ensure_topics, partner_topics
from schakel.definitions import Definitions
from schakel.errors import SchakelError
from schakel.evidence.leaf import leaf_hash
from schakel.evidence.note import Head, NotANote, origin_of
from schakel.evidence.published import log_keys, signed_by_any
from schakel.reading import read_to_end
from schakel.record import Raw

_AT_ONCE = 2_000
_WITHIN_S = 60
_FILLER = b"before the export"
_Signed = Callable[[Head], bool]


class NotEmpty(SchakelError):
    """The broker holds records already: an export is put back on an empty one only."""


class NotTheSame(SchakelError):
    """What stands on the broker is not what the export holds, or the export is not what was signed."""


def restore(
    connection: Mapping[str, Any],
    admin: KafkaAdminClient,
    replicas: Replicas,
    file: Opened,
    tell: Callable[[str], None],
    keys: Iterable[Ed25519PublicKey] = (),
) -> dict[str, int]:
    """Put everything back; returns how many records each topic got.

    connection: for kafka-python, as the administrator. keys: as for `check`. Raises ArchiveProblem, NotEmpty, NotTheSame,
    TopicProblem. Done again after it was killed halfway, it says that the broker is not empty: begin with a new one.
    """
    if file.manifest["kind"] != "ledger":
        raise ArchiveProblem(f"this is a bundle of a {file.manifest['kind']}; expected an export of the whole ledger")
    refuse_used(connection)
    roots = check(file, keys)
    covered = sum(int(log["size"]) for log in file.manifest["logs"])
    tell(
        f"the export is whole: {sum(size for size, _ in roots.values())} records of the ledger, {covered} of them under signed heads"
    )
    specs = _specs(file, replicas)
    ensure_topics(admin, [_by_our_timestamps(spec) for spec in specs])
    counts: dict[str, int] = {}
    for topic, partition, start, end, name in _places(file):
        records = (record_of(line, topic, partition) for line in file.lines(name))
        counts[topic] = counts.get(topic, 0) + _fill(connection, admin, topic, partition, start, end, records)
    ensure_topics(admin, specs)
    for partition, (size, root) in roots.items():
        found = _hashed(read_to_end(connection, LEDGER, [partition]))
        if (found.size, found.root()) != (size, root):
            raise NotTheSame(
                f"{LEDGER}[{partition}] has {found.size} records and hashes to {found.root().hex()}, the export {size} and {root.hex()}; "
                "did somebody else write to it? Begin again with an empty broker"
            )
    return counts


def check(file: Opened, keys: Iterable[Ed25519PublicKey] = ()) -> dict[int, tuple[int, bytes]]:
    """The ledger in the file: of each partition how many records, and their root. Raises NotTheSame when a signed head does not hold or
    the head that the manifest names is not signed, ArchiveProblem when the file is not as it was made.

    keys: the log's, as they are known from elsewhere; those in the export itself count too: replaced ones stand only there.
    """
    found: dict[int, tuple[int, bytes]] = {}
    known, heads = [*keys, *_published(file)], _heads(file)

    def signed(head: Head) -> bool:
        return signed_by_any(head, known)

    for log in file.manifest["logs"]:
        partition, size, root = int(log["partition"]), int(log["size"]), bytes.fromhex(log["root"])
        mine = heads.get(origin_of(LEDGER, partition), {})
        if size and not any(head.root == root and signed(head) for head in mine.get(size, ())):
            raise NotTheSame(
                f"{LEDGER}[{partition}]: no key that is known signed the head over {size} records that the manifest names: the export was "
                "changed, or var/keys/log.json is of another ledger"
            )
        records = (record_of(line, LEDGER, partition) for line in file.lines(f"events/{partition}.jsonl"))
        growing = _hashed(records, mine, signed)
        if growing.size != log["end"]:
            raise NotTheSame(
                f"{LEDGER}[{partition}] has {growing.size} records in the export, and {log['end']} by its manifest"
            )
        found[partition] = growing.size, growing.root()
    for name in file.names():
        if not name.startswith("events/"):
            for _ in file.lines(name):
                pass  # held against the manifest at its end
    return found


def refuse_used(connection: Mapping[str, Any]) -> None:
    """Raises NotEmpty when any of our topics has held a record."""
    consumer = KafkaConsumer(**connection, group_id=None)
    try:
        for topic in sorted(name for name in consumer.topics() if name.startswith("schakel.")):
            places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
            for place, end in consumer.end_offsets(places).items():
                if end:
                    raise NotEmpty(
                        f"{topic}[{place.partition}] holds records up to offset {end - 1}; an export is put back on an empty broker only: "
                        "give it another directory or cluster"
                    )
    finally:
        consumer.close()


def _published(file: Opened) -> list[Ed25519PublicKey]:
    """The log's keys that stood on schakel.definitions."""
    lines = [orjson.loads(line) for line in file.lines("definitions.jsonl")]
    return log_keys(Definitions({line["key"]: line["value"] for line in lines}))


def _heads(file: Opened) -> dict[str, dict[int, list[Head]]]:
    """Every head that was on the topic, by its log and size, whoever signed it."""
    found: dict[str, dict[int, list[Head]]] = {}
    for entry in file.manifest["topics"]:
        if entry["topic"] == CHECKPOINTS:
            for line in file.lines(f"topics/{entry['topic']}/{entry['partition']}.jsonl"):
                try:
                    head = Head.parse(record_of(line, entry["topic"], entry["partition"]).value or b"")
                except NotANote:
                    continue
                found.setdefault(head.origin, {}).setdefault(head.size, []).append(head)
    return found


def _hashed(
    records: Iterator[Raw], heads: Mapping[int, Sequence[Head]] | None = None, signed: _Signed = lambda head: True
) -> Growing:
    """The tree over these; on the way it must hash to each of the heads that is signed.

    Whether one is signed is asked only where it does not fit: what a stranger put on the topic proves nothing, and there are millions.
    """
    growing, batch = Growing(), list[bytes]()
    left = dict(heads or {})
    for number, raw in enumerate(records):
        if raw.offset != number:
            raise NotTheSame(f"{raw.topic}[{raw.partition}] has offset {raw.offset} where {number} was expected")
        batch.append(leaf_hash(raw))
        wanted = left.pop(number + 1, ())
        if wanted or len(batch) == _AT_ONCE:
            growing.extend(batch)
            batch.clear()
            growing.take_full()
        for head in wanted:
            if growing.root() != head.root and signed(head):
                raise NotTheSame(
                    f"the first {number + 1} records of {raw.topic}[{raw.partition}] hash to {growing.root().hex()}, and a head over them "
                    f"was signed with {head.root.hex()}: the export was changed, or it is of another ledger"
                )
    growing.extend(batch)
    left.pop(0, None)
    for size in sorted(left, reverse=True):
        if any(signed(head) for head in left[size]):
            raise NotTheSame(
                f"a head over {size} records was signed and the export has {growing.size} of that partition: its end is missing"
            )
    return growing


def _specs(file: Opened, replicas: Replicas) -> list[TopicSpec]:
    """The topics as they must be, with as many partitions of the ledger as it had."""
    core = core_topics(replicas, ledger_partitions=int(file.manifest["partitions"]))
    names = {str(entry["topic"]) for entry in file.manifest["topics"]}
    partners = {name.removeprefix(OUT).removeprefix(IN) for name in names if name.startswith((OUT, IN))}
    return [*core, *(spec for partner in sorted(partners) for spec in partner_topics(partner, replicas))]


def _by_our_timestamps(spec: TopicSpec) -> TopicSpec:
    """While records are put back the broker keeps the timestamps that they had. Nothing is deleted meanwhile."""
    kept = {"message.timestamp.type": "CreateTime"}
    if "retention.ms" in spec.settings:  # what is not named there would stay as it is set here
        kept["retention.ms"] = "-1"
    return replace(spec, settings={**spec.settings, **kept})


def _places(file: Opened) -> Iterator[tuple[str, int, int, int, str]]:
    for log in file.manifest["logs"]:
        yield LEDGER, int(log["partition"]), 0, int(log["end"]), f"events/{log['partition']}.jsonl"
    for entry in file.manifest["topics"]:
        topic, partition = str(entry["topic"]), int(entry["partition"])
        name = f"topics/{topic}/{partition}.jsonl"
        if topic == DEFINITIONS:  # compacted: nobody reads it by offset, and its holes would have to be filled
            yield topic, partition, 0, int(entry["events"]), name
        else:
            yield topic, partition, int(entry["start"]), int(entry["end"]), name


def _fill(
    connection: Mapping[str, Any],
    admin: KafkaAdminClient,
    topic: str,
    partition: int,
    start: int,
    end: int,
    records: Iterator[Raw],
) -> int:
    """Write a partition from offset `start` on. What stood before had gone by its term: so many fillers are written, and deleted.

    A hole behind it (a record that went early) keeps its filler, which intake refuses as it refuses everything that is no event.
    """
    compacted = topic == DEFINITIONS
    producer = KafkaProducer(
        **connection, acks="all", enable_idempotence=True, linger_ms=5, max_request_size=4 * 1024 * 1024
    )
    at, written, sent = 0, 0, list[Any]()

    def put(key: bytes | None, value: bytes | None, headers: Any, timestamp_ms: int) -> None:
        nonlocal at
        if key is None and value is None:
            key = b""  # this client wants one of the two
        sent.append((at, producer.send(topic, value, key, list(headers), partition, timestamp_ms)))
        at += 1
        if len(sent) >= _AT_ONCE:
            settle()

    def settle() -> None:
        for wanted, future in sent:
            found = future.get(_WITHIN_S).offset
            if found != wanted:
                raise NotTheSame(
                    f"{topic}[{partition}]: a record came at offset {found}, expected {wanted}; does somebody write to it?"
                )
        sent.clear()

    try:
        for raw in records:
            while not compacted and at < raw.offset:
                put(b"filler", _FILLER, (), raw.timestamp_ms)
            put(raw.key, raw.value, raw.headers, raw.timestamp_ms)
            written += 1
        while at < end:
            put(b"filler", _FILLER, (), 0)
        settle()
    finally:
        producer.close(_WITHIN_S)
    if start and not compacted:
        admin.delete_records({TopicPartition(topic, partition): start})
    return written
