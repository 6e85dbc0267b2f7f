"""Records as the services take them (`schakel.record.Raw`), straight from aiokafka's fetcher: its own form of one costs as much to make
as all else of reading it.

Header names that are no UTF-8 are read all the same, since one sender's slip must not stop the service for all.

Kafka takes any bytes as a header's name, C clients send them, and aiokafka then raises for the whole batch, every time anew. Here
the batch is read once more, with such bytes written out (`\\xff`); the service refuses the record as it sees fit. Replaces two
private classes of aiokafka's fetcher; `tests/engine/test_faust_driver.py` watches over them.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy, _DefaultRecordPy
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import decode_varint

from backbone.engine.unpacking import Bounded
from schakel.record import Raw

_LENGTH_AT, _OVERHEAD = 8, 12


def install() -> None:
    """For this process."""
    fetcher.MemoryRecords = _Remembering
    fetcher.PartitionRecords = _Forgiving


class _Remembering(MemoryRecords):  # type: ignore[misc]
    """Keeps the bytes that it reads from, and gives batches that are unpacked within a limit."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.data = data

    def next_batch(self) -> Bounded:
        return Bounded(super().next_batch())


class _Forgiving(fetcher.PartitionRecords):  # type: ignore[misc]
    _records: _Remembering
    next_fetch_offset: int

    def _consumer_record(self, tp: Any, record: Any) -> Raw:
        headers = tuple(record.headers)
        for _, value in headers:
            if value is None:  # Kafka knows the difference between nothing and empty; nobody who reads headers does
                headers = tuple([(name, content or b"") for name, content in headers])
                break
        return Raw(tp.topic, tp.partition, record.offset, record.timestamp, record.key, record.value, headers)

    def _unpack_records(self) -> Iterator[Any]:
        data = self._records.data
        try:
            yield from super()._unpack_records()
            return
        except UnicodeDecodeError:
            begin, end = _batch_of(data, self.next_fetch_offset)
        for record in _read(_DefaultRecordBatchPy(data[begin:end])):
            if record.offset >= self.next_fetch_offset:
                found = self._consumer_record(self._tp, record)
                self.next_fetch_offset = record.offset + 1
                yield found
        self._records = _Remembering(data[end:])
        yield from self._unpack_records()


def _batch_of(data: bytes, offset: int) -> tuple[int, int]:
    """Where the batch with this offset begins and ends."""
    begin = 0
    while True:
        end = begin + _OVERHEAD + int.from_bytes(data[begin + _LENGTH_AT : begin + _OVERHEAD], "big")
        if _DefaultRecordBatchPy(data[begin:end]).next_offset > offset:
            return begin, end
        begin = end


def _read(batch: Any) -> Iterator[Any]:
    """The records of a batch; https://kafka.apache.org/documentation/#record has the format."""
    batch._maybe_uncompress()
    data, at = batch._buffer, batch._pos
    for _ in range(batch._num_records):
        _, at = decode_varint(data, at)
        _, at = decode_varint(data, at)  # attributes
        later_ms, at = decode_varint(data, at)
        further, at = decode_varint(data, at)
        key, at = _bytes(data, at)
        value, at = _bytes(data, at)
        count, at = decode_varint(data, at)
        headers = []
        for _ in range(count):
            name, at = _bytes(data, at)
            content, at = _bytes(data, at)
            headers.append(((name or b"").decode("utf-8", errors="backslashreplace"), content))
        appended = batch.timestamp_type == batch.LOG_APPEND_TIME
        moment = batch.max_timestamp if appended else batch.first_timestamp + later_ms
        yield _DefaultRecordPy(batch.base_offset + further, moment, batch.timestamp_type, key, value, headers)


def _bytes(data: bytearray, at: int) -> tuple[bytes | None, int]:
    size, at = decode_varint(data, at)
    return (None, at) if size < 0 else (bytes(data[at : at + size]), at + size)
