"""One record as it stands in Kafka, before anybody has looked inside. Reading it is `schakel.envelope` and `schakel.codec`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Raw:
    """A record with its place. `timestamp_ms` is the broker's (log append time); header names are text, values bytes."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
