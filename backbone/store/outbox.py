"""The outbox's rows: many outgoing records packed into one, since a row a record costs more than all the rest together.

Publishing them is the engine's (`backbone.engine.publisher`).
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from backbone.store.rows import MAX_OUTGOING_BYTES, Outgoing, OutgoingTooLarge, size_of

_RECORDS_A_ROW = 1_000
_VALUE_BYTES_A_ROW = 1_000_000

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(
    list[tuple[str, int | None, bytes | None, bytes, tuple[tuple[str, bytes], ...]]]
).decode


def pack(records: Sequence[Outgoing]) -> bytes:
    """One row's worth. Raises OutgoingTooLarge when a record could never be published."""
    packed = _pack([(row.topic, row.partition, row.key, row.value, row.headers) for row in records])
    if len(packed) > MAX_OUTGOING_BYTES:
        for row in records:
            if (size_bytes := size_of(row)) > MAX_OUTGOING_BYTES:
                raise OutgoingTooLarge(row, size_bytes)
    return packed


def unpack(packed: bytes) -> list[Outgoing]:
    """What `pack` was given."""
    return [Outgoing(*fields) for fields in _unpack(packed)]


def in_rows(records: Iterable[Outgoing]) -> Iterator[list[Outgoing]]:
    """The records in pieces that make a row each, in order."""
    piece: list[Outgoing] = []
    size_bytes = 0
    for record in records:
        if len(piece) >= _RECORDS_A_ROW or (piece and size_bytes + len(record.value) > _VALUE_BYTES_A_ROW):
            yield piece
            piece, size_bytes = [], 0
        piece.append(record)
        size_bytes += len(record.value)
    if piece:
        yield piece
