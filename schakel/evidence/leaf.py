"""A record of the ledger as a leaf of its tree: bytes that can be read in one way only (docs/evidence.md).

The body is hashed by itself, so that place and key can be shown and proven without showing what a record says.
"""

import struct
from hashlib import sha256

from schakel.record import Raw

PREFIX = b"schakel-leaf-v1\n"
_number = struct.Struct(">Q").pack


def body_digest(raw: Raw) -> bytes:
    """SHA-256 of value and headers (32 bytes)."""
    value = raw.value
    parts = [b"\0"] if value is None else [b"\1", _number(len(value)), value]
    parts.append(_number(len(raw.headers)))
    for name, content in raw.headers:
        encoded = name.encode()
        parts += (_number(len(encoded)), encoded, _number(len(content)), content)
    return sha256(b"".join(parts)).digest()


def leaf_of(topic: str, partition: int, offset: int, key: bytes | None, body: bytes) -> bytes:
    """The leaf's bytes, of a record's place, its key, and the digest of the rest."""
    name = topic.encode()
    kept = b"\0" if key is None else b"\1" + _number(len(key)) + key
    return b"".join((PREFIX, _number(len(name)), name, _number(partition), _number(offset), kept, body))


def leaf_hash(raw: Raw) -> bytes:
    """RFC 6962's hash of the leaf that this record is (32 bytes)."""
    return sha256(b"\0" + leaf_of(raw.topic, raw.partition, raw.offset, raw.key, body_digest(raw))).digest()
