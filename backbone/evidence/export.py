"""The whole ledger carried off into one file, with everything on the broker that is needed to go on from it (docs/evidence.md).

Read in an order in which what is read later never lacks what is read earlier: heads, ledger, refusals, what went out, what came in.
The heads are copied before the ledger too: audit signs meanwhile, and a head over records that the file lacks would make it useless.
Works while the services run; what happens meanwhile is in the next export.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer

from backbone.evidence.answered import span
from backbone.evidence.archive import Archive
from backbone.evidence.bundle import heads_for, other_heads
from backbone.evidence.kept import KeptTree
from backbone.evidence.lines import event_line
from backbone.evidence.surroundings import Around, read_around, write_around
from backbone.kafka.names import CHECKPOINTS, DEFINITIONS, LEDGER, REFUSED
from backbone.settings import Settings
from schakel.errors import SchakelError
from schakel.evidence.leaf import leaf_hash
from schakel.evidence.note import origin_of
from schakel.evidence.tree import EMPTY
from schakel.reading import read_to_end

_AT_ONCE = 5_000
OUT, IN = "schakel.out.", "schakel.in."


class LedgerBroken(SchakelError):
    """The ledger is not whole: it has a hole, or does not begin at its beginning."""


@dataclass(slots=True)
class Exported:
    """What was carried off. digest: of the manifest. findings: what is wrong with the ledger, a sentence each."""

    path: Path
    digest: str = ""
    records: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


def export(connection: Mapping[str, Any], settings: Settings, path: Path, tell: Callable[[str], None]) -> Exported:
    """connection: for kafka-python, as an administrator: who may read the partners' topics. Raises LedgerBroken, kafka-python's errors."""
    around = read_around(connection)
    places = _places(connection)
    done = Exported(path)
    with Archive(path) as archive:
        others = [_other(connection, archive, CHECKPOINTS, number, done) for number in places.get(CHECKPOINTS, [])]
        logs = [_log(connection, archive, around, partition, done) for partition in places.get(LEDGER, [])]
        tell(f"{LEDGER}: {done.records.get(LEDGER, 0)} records")
        for topic in _order(places):
            for partition in places[topic]:
                others.append(_other(connection, archive, topic, partition, done))
        archive.write("heads.jsonl", (line for _, lines in logs for line in lines))
        write_around(archive, around, settings)
        manifest = {
            "kind": "ledger",
            "cases": [],
            "period": None,
            "topic": LEDGER,
            "partitions": len(logs),
            "hash": "SHA-256",
            "logs": [entry for entry, _ in logs],
            "topics": others,
        }
        done.digest = archive.finish(manifest)
    return done


def _order(places: Mapping[str, list[int]]) -> list[str]:
    """The topics behind the ledger. `in` comes last: what the ledger and the refusals speak of stands there."""
    outs, ins = ([name for name in sorted(places) if name.startswith(prefix)] for prefix in (OUT, IN))
    return [name for name in (REFUSED, *outs, DEFINITIONS, *ins) if name in places]


def _places(connection: Mapping[str, Any]) -> dict[str, list[int]]:
    consumer = KafkaConsumer(**connection, group_id=None)
    try:
        ours = [name for name in consumer.topics() if name.startswith("schakel.")]
        return {name: sorted(consumer.partitions_for_topic(name) or ()) for name in ours}
    finally:
        consumer.close()


def _log(
    connection: Mapping[str, Any], archive: Archive, around: Around, partition: int, done: Exported
) -> tuple[dict[str, Any], list[bytes]]:
    """A partition of the ledger: its records into the archive; its line for the manifest, and its heads."""
    tree = KeptTree()
    try:
        archive.write(f"events/{partition}.jsonl", _events(connection, partition, tree))
        origin = origin_of(LEDGER, partition)
        head, findings = heads_for(around, tree, origin)
        done.findings += findings
        done.records[LEDGER] = done.records.get(LEDGER, 0) + tree.size
        if head:
            archive.write(f"checkpoints/{partition}.txt", [head.note().encode()])
        entry = {
            "origin": origin,
            "partition": partition,
            "size": head.size if head else 0,
            "root": (head.root if head else EMPTY).hex(),
            "end": tree.size,
            "first": 0 if tree.size else None,
            "events": tree.size,
            "structure": False,
        }
        return entry, [*other_heads(around, tree, partition, head, ())]
    finally:
        tree.close()


def _events(connection: Mapping[str, Any], partition: int, tree: KeptTree) -> Iterator[bytes]:
    batch: list[bytes] = []
    for number, raw in enumerate(read_to_end(connection, LEDGER, [partition])):
        if raw.offset != number:
            raise LedgerBroken(
                f"{LEDGER}[{partition}] has no record at offset {number} but one at {raw.offset}: it was deleted from or compacted; "
                "restore the ledger from an export that is whole"
            )
        batch.append(leaf_hash(raw))
        if len(batch) == _AT_ONCE:
            tree.extend(batch)
            batch.clear()
        yield event_line(raw)
    tree.extend(batch)


def _other(
    connection: Mapping[str, Any], archive: Archive, topic: str, partition: int, done: Exported
) -> dict[str, Any]:
    """A partition of another topic; its line for the manifest: from where to where its offsets run."""
    start, end = span(connection, topic, partition)
    counted = [0]

    def lines() -> Iterator[bytes]:
        for raw in read_to_end(connection, topic, [partition]):
            if raw.offset < end:
                counted[0] += 1
                yield event_line(raw)

    archive.write(f"topics/{topic}/{partition}.jsonl", lines())
    done.records[topic] = done.records.get(topic, 0) + counted[0]
    return {"topic": topic, "partition": partition, "start": start, "end": end, "events": counted[0]}
