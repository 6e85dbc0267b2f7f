"""Where each partition goes on after a rebalance: at our checkpoint, if the log is still the one that it belongs to.

Never at what Kafka would choose: an offset that is out of range or a topic that was made anew is for a person to look at.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from backbone.engine.errors import Exit, Stop
from backbone.engine.processor import Place
from backbone.store.rows import Checkpoint


@dataclass(frozen=True, slots=True)
class Log:
    """A partition as the broker has it: the id of its topic, its oldest offset, the one its next record will get."""

    topic_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where to read from. verified: whether the first record read need not be held against the checkpoint's digest."""

    seek: int
    position: int
    end: int
    verified: bool
    rebuilding: bool


def first_checkpoints(
    logs: Mapping[Place, Log], known: Collection[Place], history: Collection[str]
) -> list[Checkpoint]:
    """For partitions that this service has never read: from the log's start.

    history: topics of which what is there already is history, to be folded without deciding (a rebuild).
    """
    return [
        Checkpoint(
            0,
            *place,
            next_offset=log.start,
            topic_id=log.topic_id,
            rebuild_until=log.end if place[0] in history and log.end > log.start else None,
        )
        for place, log in logs.items()
        if place not in known
    ]


REMEDY = (
    "restore the log, or give the service an empty database and let it rebuild (docs/operations.md says how, under "
    "'An empty database')"
)


def same_topic(point: Checkpoint, topic_id: str) -> None:
    """Raises Stop when the topic is another one of the same name: its offsets mean something else."""
    if topic_id != point.topic_id:
        raise Stop(
            Exit.SAYS_WHY,
            "recreated",
            f"topic {point.topic} was deleted and made anew: its id is {topic_id}, the database was at offset "
            f"{point.next_offset} of {point.topic_id}; {REMEDY}",
        )


def contradicted(logs: Mapping[Place, Log], points: Mapping[Place, Checkpoint]) -> bool:
    """Whether a log ends before what we have read of it."""
    return any(place in points and points[place].next_offset > log.end for place, log in logs.items())


def beginning(point: Checkpoint, log: Log) -> Beginning:
    """Where to go on. Raises Stop when the log is not the one that the checkpoint belongs to."""
    where, at = f"{point.topic}[{point.partition}]", point.next_offset
    same_topic(point, log.topic_id)
    if at > log.end:
        raise Stop(
            Exit.SAYS_WHY,
            "beyond_end",
            f"the database is at offset {at} of {where} but the log ends at {log.end}: the broker has lost records, or the "
            f"database is of another broker; {REMEDY}",
        )
    if at < log.start:
        raise Stop(
            Exit.SAYS_WHY,
            "below_start",
            f"the database is at offset {at} of {where} but the log begins at {log.start}: {log.start - at} records were "
            "deleted before they were read; lengthen the topic's retention, restore the records, or move the position once "
            "it is known what was lost",
        )
    # One record back: it is held against the digest, and read again by nobody.
    verify = point.digest is not None and at - 1 >= log.start
    return Beginning(at - 1 if verify else at, at, log.end, not verify, point.rebuilding)


def waits_for_first(ends: Mapping[Place, int], points: Mapping[Place, Checkpoint]) -> dict[Place, int]:
    """Of the partitions that come first, with where their logs end: those that are not there yet."""
    return {place: end for place, end in ends.items() if not reached(points.get(place), end)}


def reached(point: Checkpoint | None, offset: int) -> bool:
    """Whether a partition has been worked off up to this offset, and reconciled if it is a rebuild."""
    if point is None:
        return offset <= 0
    return point.next_offset >= offset and not point.rebuilding
