"""Batches of records as other languages' clients write them, and as none should: compressed in any way, with headers that are no text.

Python's clients make none of these without further libraries; each frame is written here by hand, without compressing anything.
"""

import gzip
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import crc32c
from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

_BEFORE_RECORDS = 61
_CRC_AT, _ATTRIBUTES_AT, _LENGTH_AT = 17, 21, 8
GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4


def batch(
    value: bytes, headers: Sequence[tuple[str, bytes]], codec: int = 0, replaced: Mapping[bytes, bytes] | None = None
) -> BatchBuilder:
    """A batch of one record. replaced: bytes of the record to be exchanged for others of the same length."""
    builder = BatchBuilder(2 * len(value) + 100_000, 0)
    assert builder.append(timestamp=None, key=None, value=value, headers=list(headers))
    plain = bytes(builder._build())
    records = plain[_BEFORE_RECORDS:]
    for old, new in (replaced or {}).items():
        assert len(old) == len(new)
        assert old in records
        records = records.replace(old, new)
    packed = bytearray(plain[:_BEFORE_RECORDS] + _COMPRESS[codec](records))
    struct.pack_into(">i", packed, _LENGTH_AT, len(packed) - _LENGTH_AT - 4)
    struct.pack_into(">h", packed, _ATTRIBUTES_AT, codec)
    struct.pack_into(">I", packed, _CRC_AT, crc32c.crc32c(bytes(packed[_ATTRIBUTES_AT:])))
    builder._buffer = packed
    return builder


async def send(connection: Mapping[str, Any], topic: str, batches: Sequence[BatchBuilder]) -> list[int]:
    """Put them on a topic of one partition; returns their offsets. Raises what Kafka says."""
    async with AIOKafkaProducer(**connection) as producer:
        return [(await (await producer.send_batch(one, topic, partition=0))).offset for one in batches]


def _snappy(raw: bytes) -> bytes:
    """One literal."""
    return _varint(len(raw)) + bytes([61 << 2]) + struct.pack("<H", len(raw) - 1) + raw


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _zstd(raw: bytes) -> bytes:
    """One frame, one raw block."""
    frame = b"\x28\xb5\x2f\xfd" + b"\xa0" + struct.pack("<I", len(raw))
    return frame + (len(raw) << 3 | 1).to_bytes(3, "little") + raw


def _lz4(raw: bytes) -> bytes:
    """One frame, one block that is not compressed; Kafka checks the frame's own header by a byte of its xxHash32."""
    described = b"\x60\x40"  # version 1, independent blocks of at most 64 KiB
    block = struct.pack("<I", len(raw) | 0x80000000) + raw
    return b"\x04\x22\x4d\x18" + described + b"\x82" + block + bytes(4)


_COMPRESS = {0: bytes, GZIP: gzip.compress, SNAPPY: _snappy, LZ4: _lz4, ZSTD: _zstd}
