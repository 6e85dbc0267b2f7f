"""The values that go in and out of a service's database."""

from dataclasses import dataclass

from schakel.record import Raw


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to publish after the commit. Without a partition, Kafka's hash of the key decides."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An outbox row that has not been published, or not been seen to be: publishing it twice is harmless."""

    seq: int
    record: Outgoing


@dataclass(slots=True)
class Checkpoint:
    """How far a service has come in one partition.

    `topic_id` and `digest` (of the last record) tell whether the log is still the one that was read. While `rebuilding`, the
    service only folds, up to `rebuild_to`; then it reconciles once.
    """

    topic: str
    partition: int
    next_offset: int
    topic_id: str | None = None
    digest: str | None = None
    rebuilding: bool = False
    rebuild_to: int = 0
    known: bool = True
    """False for a partition that this service has never read."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A record that waits, with why; later records of its case queue behind it."""

    case_id: str
    raw: Raw
    reason: str
    parked_at: str
