"""The values that go in and out of a service's database."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from schakel.record import Raw

MAX_OUTGOING_BYTES = 900_000
"""Key, value and headers of one outgoing record together. Kafka takes a mebibyte a batch on `out`, so that this always fits."""


class Outgoing(msgspec.Struct, frozen=True):
    """A record to publish after the commit. Without a partition, Kafka's hash of the key decides."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """Outgoing records of one transaction, in order, that have not been published, or not been seen to be.

    seq: counts up within the partition that caused them. Publishing it twice is harmless: readers ignore a repeated id.
    """

    seq: int
    records: Sequence[Outgoing]


@dataclass(slots=True)
class Checkpoint:
    """How far a service has come in one partition.

    next_offset: of the first record that was not processed. topic_id and digest (of the record before it) tell whether the
    log is still the one that was read. rebuild_until: the log's end when a rebuild began; None when none is going on.
    """

    id: int
    topic: str
    partition: int
    next_offset: int
    topic_id: str
    digest: bytes | None = None
    rebuild_until: int | None = None
    outbox_seq: int = 0

    @property
    def rebuilding(self) -> bool:
        """History is read for the first time: fold it, decide nothing; what it lacks is asked once at its end."""
        return self.rebuild_until is not None

    @property
    def reconciling(self) -> bool:
        """The rebuild has folded all it had to; what is left is to ask each case once what it lacks."""
        return self.rebuild_until is not None and self.next_offset >= self.rebuild_until


@dataclass(frozen=True, slots=True)
class ParkedRecord:
    """A record that waits, with why; later records of its case queue behind it. retry: an operator wants it tried again."""

    id: int
    case_id: str
    raw: Raw
    reason: str
    retry: bool


class OutgoingTooLarge(ValueError):
    """A record that could never be published. Refuse or split it before it gets here: it would hold up all behind it."""

    def __init__(self, row: Outgoing, size_bytes: int) -> None:
        super().__init__(
            f"a record for {row.topic} has {size_bytes} bytes, expected at most {MAX_OUTGOING_BYTES}; "
            "limit what goes into it before it is handed to the outbox"
        )


def size_of(row: Outgoing) -> int:
    """Bytes of key, value and headers."""
    size = len(row.value) + (len(row.key) if row.key else 0)
    for name, value in row.headers:
        size += len(name) + len(value)
    return size
