"""One record as it stands in Kafka, before anybody has looked inside. Reading it is `schakel.envelope` and `schakel.codec`."""

import msgspec


class Raw(msgspec.Struct, frozen=True):
    """A record with its place. `timestamp_ms` is the broker's (log append time); header names are text, values bytes."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
