"""Where audit keeps its trees and heads: tiles of 256 hashes, and every head that was ever signed. One tree a ledger partition."""

from collections.abc import Sequence
from functools import lru_cache, partial

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, MetaData, Table, Text, bindparam, select

from backbone.evidence.growing import Growing, Tile, nodes_from, widths
from backbone.store.transaction import Tx
from schakel.evidence.note import Head
from schakel.evidence.tree import Nodes

metadata = MetaData()
tree = Table(
    "tree", metadata, Column("partition", Integer, primary_key=True), Column("size", BigInteger, nullable=False)
)
tile = Table(
    "tile",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("hashes", LargeBinary, nullable=False),
)
head = Table(
    "head",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
)
_REMEMBERED = 64
_TILE = ("partition", "level", "number")
_ONE_TILE = select(tile.c.hashes).where(*(tile.c[name] == bindparam(name) for name in _TILE))
"""Made once: a proof reads a handful of tiles, and making the statement takes longer than carrying it out."""


def size_of(connection: Connection, partition: int) -> int:
    """How many leaves the partition's tree has."""
    found = connection.execute(select(tree.c.size).where(tree.c.partition == partition)).scalar()
    return int(found or 0)


def load(connection: Connection, partition: int) -> Growing:
    """The tree, to go on from its right edge: a few rows, however large it is."""
    size = size_of(connection, partition)
    wanted = widths(size)
    edge = [b""] * (max((level for level, _, _ in wanted), default=0) + 1)
    for level, number, _ in wanted:
        edge[level] = _hashes(connection, partition, level, number)
    return Growing(size, edge)


def save(tx: Tx, partition: int, growing: Growing) -> None:
    """Keep what has changed since it was loaded."""
    rows = [_row(partition, one) for one in [*growing.take_full(), *growing.partial()]]
    if rows:
        tx.connection.execute(tx.upsert(tile, _TILE, ("hashes",)), rows)
    tx.connection.execute(tx.upsert(tree, ("partition",), ("size",)), {"partition": partition, "size": growing.size})


def nodes(connection: Connection, partition: int) -> Nodes:
    """The hashes of subtrees, for one proof or a few: tiles that were read are remembered, so that each is read once."""
    return nodes_from(lru_cache(_REMEMBERED)(partial(_hashes, connection, partition)))


def newest(connection: Connection, partition: int) -> int:
    """The size of the largest head that was signed; 0 while there is none."""
    wanted = select(head.c.size).where(head.c.partition == partition).order_by(head.c.size.desc()).limit(1)
    return int(connection.execute(wanted).scalar() or 0)


def root_at(connection: Connection, partition: int, size: int) -> bytes | None:
    """The root of the head of just this size, if one was signed."""
    return connection.execute(select(head.c.root).where(head.c.partition == partition, head.c.size == size)).scalar()


def between(connection: Connection, partition: int, above: int, up_to: int) -> Sequence[tuple[int, bytes]]:
    """(size, root) of the heads in this range, smallest first."""
    wanted = (
        select(head.c.size, head.c.root)
        .where(head.c.partition == partition, head.c.size > above, head.c.size <= up_to)
        .order_by(head.c.size)
    )
    return [(row.size, bytes(row.root)) for row in connection.execute(wanted)]


def newest_notes(connection: Connection) -> list[str]:
    """The largest head of each log."""
    found: dict[int, str] = {}
    places = connection.execute(select(tree.c.partition).order_by(tree.c.partition)).scalars().all()
    for place in places:
        wanted = select(head.c.note).where(head.c.partition == place).order_by(head.c.size.desc()).limit(1)
        if note := connection.execute(wanted).scalar():
            found[place] = note
    return list(found.values())


def keep_head(tx: Tx, partition: int, signed: Head) -> None:
    """Remember it for good; one of that size which is there already stays as it is."""
    row = {"partition": partition, "size": signed.size, "root": signed.root, "note": signed.note()}
    tx.connection.execute(tx.upsert(head, ("partition", "size"), ()), row)


def _hashes(connection: Connection, partition: int, level: int, number: int) -> bytes:
    named = {"partition": partition, "level": level, "number": number}
    return bytes(connection.execute(_ONE_TILE, named).scalar() or b"")


def _row(partition: int, one: Tile) -> dict[str, object]:
    return {"partition": partition, "level": one.level, "number": one.number, "hashes": one.hashes}
