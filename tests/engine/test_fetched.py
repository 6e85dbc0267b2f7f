"""A header's name that is no UTF-8, among records that are in order: all of them are read."""

import struct
from itertools import chain

import crc32c
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from backbone.engine import faust_driver, fetched
from schakel.record import Raw

PLACE = TopicPartition("schakel.in.coc", 0)
GZIP = 1


def batch(first: int, *names: bytes, compression: int = 0) -> bytes:
    """A batch as the broker gives it: a record a name; names have four bytes, and may be any."""
    builder = DefaultRecordBatchBuilder(2, compression, 0, -1, -1, -1, 100_000)
    for number, name in enumerate(names):
        readable = name.decode("ascii", errors="replace").replace("\ufffd", "?")
        headers = [("ok", b"1"), (readable if readable.isalnum() else f"Q{number:03}", None)]
        builder.append(number, 1_000 + number, b"key", b"v%d" % (first + number), headers)
    raw = bytes(builder.build())
    if compression == 0:
        for number, name in enumerate(names):
            raw = raw.replace(b"Q%03d" % number, name)
    data = bytearray(raw)
    struct.pack_into(">q", data, 0, first)
    struct.pack_into(">I", data, 17, crc32c.crc32c(bytes(data[21:])))
    return bytes(data)


def read(data: bytes, at: int) -> list[object]:
    records = fetcher.PartitionRecords(PLACE, fetcher.MemoryRecords(data), [], at, None, None, True, 0)
    return list(records)


def test_it_is_installed_with_the_driver() -> None:
    assert faust_driver.fetched is fetched
    assert fetcher.MemoryRecords is fetched._Remembering
    assert fetcher.PartitionRecords is fetched._Forgiving


@pytest.mark.parametrize("at", [10, 11, 12, 13, 14])
def test_what_is_before_and_behind_it_is_read_too(at: int) -> None:
    before = (
        batch(10, b"name", b"kind") if at < 12 else b""
    )  # a broker's answer begins with the batch that has the offset
    data = before + batch(12, b"good", b"\xff\xfe\xfd\xfc", b"last") + batch(15, b"more", b"\xe9t\xe9s")
    found = read(data, at)
    assert [record.offset for record in found] == list(range(at, 17))  # type: ignore[attr-defined]
    names = {record.offset: record.headers[1] for record in found}  # type: ignore[attr-defined]
    assert at > 13 or names[13] == ("\\xff\\xfe\\xfd\\xfc", b"")
    assert names[14] == ("last", b"")
    assert names[16] == ("\\xe9t\\xe9s", b"")


def test_a_record_read_again_is_like_one_that_aiokafka_reads() -> None:
    plain = batch(10, b"name", b"kind")
    (theirs, ours) = (
        read(plain, 10),
        [
            fetched._Forgiving._consumer_record(_Bare(), PLACE, record)  # type: ignore[arg-type]
            for record in fetched._read(fetched._DefaultRecordBatchPy(plain))
        ],
    )
    assert list(chain(ours)) == theirs


class _Bare:
    """As much of a reader as `_consumer_record` uses."""

    _key_deserializer = _value_deserializer = None


def test_a_record_is_what_the_services_take_and_its_headers_without_a_value_are_empty() -> None:
    assert read(batch(10, b"name"), 10) == [
        Raw("schakel.in.coc", 0, 10, 1_000, b"key", b"v10", (("ok", b"1"), ("name", b"")))
    ]


def test_compressed_batches_are_read_too() -> None:
    data = batch(10, b"name", b"kind", compression=GZIP)
    (again, read_plainly) = list(fetched._read(fetched._DefaultRecordBatchPy(data))), read(data, 10)
    assert [record.offset for record in again] == [record.offset for record in read_plainly]  # type: ignore[attr-defined]
    ours = [fetched._Forgiving._consumer_record(_Bare(), PLACE, record) for record in again]  # type: ignore[arg-type]
    assert ours == read_plainly
