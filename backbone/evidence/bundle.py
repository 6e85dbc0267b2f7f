"""Evidence bundles: what is needed to show elsewhere what the ledger says of a case, or of a period, and that it says so since.

Beside its records the bundle of a case has what its clocks, releases and receipts are judged by: the watermarks of its partition, who was
suspended, and what was answered about it. None of that says anything about another case. That of a period has the answers to what it holds.

A bundle holds records as they stand, so that what is sealed stays sealed; there is no key in it that opens anything.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from backbone.evidence.answered import Answered, Told, receipts_of, told_in
from backbone.evidence.archive import Archive
from backbone.evidence.kept import KeptTree
from backbone.evidence.lines import dumps, event_line, logged_at, structure_line
from backbone.evidence.surroundings import Around, read_around, write_around
from backbone.kafka.names import LEDGER
from backbone.records import STANDING, WATERMARK
from backbone.settings import Settings
from schakel.errors import SchakelError
from schakel.evidence.leaf import leaf_hash
from schakel.evidence.note import Head, origin_of
from schakel.evidence.tree import EMPTY
from schakel.history import partition_of
from schakel.messages import Position
from schakel.reading import partition_count, read_to_end
from schakel.record import Raw

_AT_ONCE = 5_000
_HEADS = 50
"""So many of our own heads go along; all of them stand in an export of the ledger."""
_COSIGNED = 10
"""And so many that each witness cosigned, though they be older."""


class NothingThere(SchakelError):
    """The ledger has nothing of what was asked for, below its newest signed head."""


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was made. digest: of its manifest. events: records of the case or the period. findings: what is wrong with the
    ledger, a sentence each. closed: partners who told something in it, and whose receipts cannot be read."""

    path: Path
    digest: str
    events: int
    findings: tuple[str, ...]
    closed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Log:
    """A partition, read once to its end."""

    partition: int
    tree: KeptTree
    head: Head | None
    structure: IO[bytes] | None = None
    events: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    offsets: list[int] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.head.size if self.head else 0

    def close(self) -> None:
        self.tree.close()
        self.events.close()
        if self.structure:
            self.structure.close()

    def entry(self) -> dict[str, Any]:
        """In the manifest."""
        return {
            "origin": origin_of(LEDGER, self.partition),
            "partition": self.partition,
            "size": self.size,
            "root": (self.head.root if self.head else EMPTY).hex(),
            "end": self.tree.size,
            "first": self.offsets[0] if self.offsets else None,
            "events": len(self.offsets),
            "structure": self.structure is not None,
        }


def case_bundle(
    connection: Mapping[str, Any],
    settings: Settings,
    case_id: str,
    path: Path,
    *,
    outside: Iterable[Head] = (),
    structure: bool = True,
    topics: Mapping[str, Any] | None = None,
) -> Made:
    """All of one case, with proof that nothing of it was left out (structure), and what it is judged by.

    connection: for kafka-python, as somebody who may read the ledger; topics: the same, as somebody who may read the partners' topics
    too, for the receipts. outside: heads that somebody else kept. Raises NothingThere.
    """
    around, key, told = read_around(connection), case_id.encode(), list[Told]()
    partitions = partition_count(connection, LEDGER)
    partition = partition_of(case_id, partitions)
    log = _read(connection, around, partition, with_structure=structure)

    def chosen(raw: Raw) -> bool:
        if raw.key != key:
            return stands_beside(raw)
        told.append(told_in(raw))
        return True

    def covers(place: Position) -> bool:
        """Not what was logged behind the head, and is not in the bundle either; what names a place that is nowhere shows."""
        return place.partition != partition or not log.size <= place.offset < log.tree.size

    try:
        _choose(log, read_to_end(connection, LEDGER, [partition]), chosen)
        answered, closed = receipts_of(topics or connection, case_id, told, covers)
        about = {"kind": "case", "cases": [case_id], "period": None, "partitions": partitions}
        made = _write(path, about, [log], around, settings, outside, len(told), answered)
        return replace(made, closed=tuple(closed))
    finally:
        log.close()


def stands_beside(raw: Raw) -> bool:
    """Whether a record stands beside the cases of its partition, and bears on all of them."""
    return raw.key is not None and (raw.key == WATERMARK.encode() or raw.key.startswith(STANDING.encode()))


def period_bundle(
    connection: Mapping[str, Any],
    settings: Settings,
    begin: datetime,
    until: datetime,
    path: Path,
    *,
    outside: Iterable[Head] = (),
    topics: Mapping[str, Any] | None = None,
) -> Made:
    """Of each partition one unbroken run of records, from the first to the last that was logged from `begin` up to `until`.

    As `case_bundle` otherwise.
    """
    around, told = read_around(connection), set[Told]()
    logs: list[_Log] = []

    def between(first: int, last: int, raw: Raw) -> bool:
        inside = first <= raw.offset <= last
        if inside:
            told.add(told_in(raw))
        return inside

    def covers(place: Position) -> bool:
        """What stands before and behind these runs is not in the bundle; what names a log that is nowhere shows."""
        run = logs[place.partition].offsets if place.partition < len(logs) else [place.offset]
        return bool(run) and run[0] <= place.offset <= run[-1]

    try:
        for partition in range(partition_count(connection, LEDGER)):
            log = _read(connection, around, partition, with_structure=False, within=(begin, until))
            logs.append(log)
            if log.offsets:
                first, last = log.offsets[0], log.offsets[-1]
                log.offsets = []
                records = read_to_end(connection, LEDGER, [partition])
                _choose(log, records, partial(between, first, last))
        answered, closed = receipts_of(topics or connection, None, told, covers)
        period = {"from": begin.isoformat(), "until": until.isoformat()}
        about = {"kind": "period", "cases": [], "period": period, "partitions": len(logs)}
        made = _write(path, about, logs, around, settings, outside, sum(len(log.offsets) for log in logs), answered)
        return replace(made, closed=tuple(closed))
    finally:
        for log in logs:
            log.close()


def heads_for(around: Around, log: KeptTree, origin: str) -> tuple[Head | None, list[str]]:
    """The head to prove against, the largest within what was read; and what is wrong with it or with a larger one."""
    signed = around.signed(origin, log.size, _HEADS + 1)
    findings = [
        f"{origin}: a head over {head.size} records was signed, and only {log.size} are there"
        for head in signed
        if head.size > log.size
    ][:1]
    findings += [
        f"{origin}: the first {head.size} records do not hash to the head that a witness cosigned over them"
        for head in around.cosigned(origin, _COSIGNED)
        if head.size <= log.size and log.root(head.size) != head.root
    ][:1]
    within = [head for head in signed if head.size <= log.size]
    if not within:
        return None, [
            *findings,
            f"{origin}: no signed head yet, so that nothing of it is proven",
        ] if log.size else findings
    head = within[-1]
    if log.root(head.size) != head.root:
        findings.append(f"{origin}: the first {head.size} records do not hash to the head that was signed over them")
    return head, findings


def _read(
    connection: Mapping[str, Any],
    around: Around,
    partition: int,
    *,
    with_structure: bool,
    within: tuple[datetime, datetime] | None = None,
) -> _Log:
    """The tree over a partition; its structure; the offsets of what was logged in a period (of those the first and last count)."""
    kept = KeptTree()
    lines: IO[bytes] | None = tempfile.TemporaryFile() if with_structure else None  # noqa: SIM115  # closed by the log
    matched: list[int] = []
    batch: list[bytes] = []
    for number, raw in enumerate(read_to_end(connection, LEDGER, [partition])):
        if raw.offset != number:
            raise NothingThere(
                f"{LEDGER}[{partition}] has no record at offset {number} but one at {raw.offset}: a ledger with holes proves nothing; "
                "restore it"
            )
        batch.append(leaf_hash(raw))
        if lines:
            lines.write(structure_line(raw))
        if within and (at := logged_at(raw)) and within[0] <= at < within[1]:
            matched = [*matched[:1], number] if matched else [number, number]
        if len(batch) == _AT_ONCE:
            kept.extend(batch)
            batch.clear()
    kept.extend(batch)
    head, findings = heads_for(around, kept, origin_of(LEDGER, partition))
    log = _Log(partition, kept, head, lines, findings=findings)
    if matched and matched[0] < log.size:
        log.offsets = [matched[0], min(matched[1], log.size - 1)]
    return log


def _choose(log: _Log, records: Iterable[Raw], chosen: Callable[[Raw], bool]) -> None:
    """Put the chosen records below the head into the log's scratch file."""
    for raw in records:
        if raw.offset >= log.size:
            break
        if chosen(raw):
            log.events.write(event_line(raw))
            log.offsets.append(raw.offset)


def _write(
    path: Path,
    about: dict[str, Any],
    logs: Sequence[_Log],
    around: Around,
    settings: Settings,
    outside: Iterable[Head],
    events: int,
    answered: Sequence[Answered],
) -> Made:
    if not events:
        raise NothingThere(
            "the ledger has no record of this below its newest signed head; is the id or the period right? What was told seconds ago "
            "is under a head soon"
        )
    others = [*outside]
    with Archive(path) as archive:
        for log in logs:
            log.events.seek(0)
            archive.write(f"events/{log.partition}.jsonl", log.events)
            archive.write(f"proofs/{log.partition}.jsonl", _proofs(log))
            if log.structure:
                log.structure.seek(0)
                archive.write(f"structure/{log.partition}.jsonl", _first_lines(log.structure, log.size))
            if log.head:
                archive.write(f"checkpoints/{log.partition}.txt", [log.head.note().encode()])
        archive.write(
            "heads.jsonl",
            (line for log in logs for line in other_heads(around, log.tree, log.partition, log.head, others)),
        )
        write_around(archive, around, settings)
        for topic in answered:
            archive.write(f"topics/{topic.topic}/0.jsonl", topic.lines)
        digest = archive.finish(
            {
                **about,
                "topic": LEDGER,
                "hash": "SHA-256",
                "logs": [log.entry() for log in logs],
                "topics": [topic.entry() for topic in answered],
            }
        )
    return Made(path, digest, events, tuple(line for log in logs for line in log.findings))


def _proofs(log: _Log) -> Iterator[bytes]:
    for offset in log.offsets:
        path = [step.hex() for step in log.tree.inclusion(offset, log.size)]
        yield dumps({"offset": offset, "leaf": log.tree.nodes(0, offset).hex(), "path": path})


def _first_lines(file: IO[bytes], count: int) -> Iterator[bytes]:
    for number, line in enumerate(file):
        if number == count:
            return
        yield line


def other_heads(
    around: Around, log: KeptTree, partition: int, head: Head | None, outside: Sequence[Head]
) -> Iterator[bytes]:
    """The log's newest heads besides the one that is proven against, and those of others, each with its proof of consistency."""
    origin = origin_of(LEDGER, partition)
    signed = around.signed(origin, log.size, _HEADS + 1)
    ours = dict.fromkeys([*signed[-_HEADS:], *around.cosigned(origin, _COSIGNED)])
    mine = [(one, "topic") for one in ours if one != head]
    theirs = [(one, "outside") for one in outside if one.origin == origin]
    for one, source in sorted([*mine, *theirs], key=lambda pair: (pair[0].size, pair[1], pair[0].note())):
        yield dumps({"origin": origin, "note": one.note(), "from": source, "consistency": _consistency(log, one, head)})


def _consistency(log: KeptTree, one: Head, head: Head | None) -> list[str] | None:
    if head is None or max(one.size, head.size) > log.size or one.size == 0:
        return None
    old, new = sorted((one.size, head.size))
    return [step.hex() for step in log.consistency(old, new)]
