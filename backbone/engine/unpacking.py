"""A packed batch is unpacked up to a limit and no further: a mebibyte of gzip may hold a gibibyte of zeros.

Kafka limits a batch as it is packed (`max.message.bytes`), and aiokafka unpacks whatever comes, whole, in memory. The records of a batch
that holds more than the limit are not looked at: for each stands a value that is too large for any service, so that the position
goes on, whoever sent it is refused, and nobody else waits. All this is the same however often it is read.
"""

import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka.record import default_records

MAX_UNPACKED_BYTES = 16 * 1024 * 1024
"""Sixteen times what a batch may have packed; what partners tell packs five to one, and clients end a batch long before."""
TOO_LARGE = bytes(512 * 1024)
"""Stands for the value of each record that was not unpacked; intake refuses half of it."""
_GZIP = 16 + zlib.MAX_WBITS

log = structlog.get_logger(__name__)


class UnpacksTooLarge(Exception):
    """There is more in it than we take."""


def gunzip(payload: bytes) -> bytes:
    """What gzip packed, one member or several. Raises UnpacksTooLarge; EOFError and zlib.error for what is no whole gzip."""
    parts, left, rest = [], MAX_UNPACKED_BYTES, bytes(payload)
    while rest:
        member = zlib.decompressobj(_GZIP)
        part = member.decompress(rest, left + 1)
        if len(part) > left:
            raise UnpacksTooLarge
        if not member.eof:
            raise EOFError("the packed batch ends before its end")
        parts.append(part)
        left -= len(part)
        rest = member.unused_data.lstrip(b"\x00")
    return b"".join(parts)


@dataclass(slots=True)
class _StandIn:
    """A record as aiokafka gives them."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: None = None
    value: bytes = TOO_LARGE
    checksum: None = None
    headers: tuple[()] = ()


class Bounded:
    """A batch of aiokafka's that gives stand-ins when it holds too much."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        batch = self._batch
        try:
            return iter(batch)  # unpacks it
        except UnpacksTooLarge:
            log.warning("a batch unpacks to too much", offset=batch.base_offset, next_offset=batch.next_offset)
            offsets = range(batch.base_offset, batch.next_offset)
            return (_StandIn(offset, batch.max_timestamp, batch.timestamp_type) for offset in offsets)


def install() -> None:
    """Have aiokafka unpack within the limit, in this process; it offers no setting for it. Who makes `Bounded`: `fetched`."""
    for name in (default_records.__name__, default_records.DefaultRecordBatch.__module__):  # of Python, of C
        vars(sys.modules[name])["gzip_decode"] = gunzip
