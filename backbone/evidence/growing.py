"""A Merkle tree that grows: what is in memory is its right edge, whatever its size; the rest stands in tiles of 256 hashes.

A tile of level L holds the hashes of 256 neighbouring complete subtrees over 256**L leaves each. A full tile never changes again.
Where tiles are kept is for others: `take_full` hands over what is full, `edge` is what has to be kept beside it. Pure.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from schakel.evidence.tree import EMPTY, Nodes, hash_nodes

WIDTH = 256
_BITS = 8
_HASH = 32
_FULL = WIDTH * _HASH

Tiles = Callable[[int, int], bytes]
"""(level, number) -> the hashes of that tile, as many as there are, one behind the other."""


class Tile(NamedTuple):
    """A tile by its level and its number from the left. hashes: one behind the other."""

    level: int
    number: int
    hashes: bytes


class Growing:
    """See the module's words. edge: of each level the hashes of its last tile, which is not full."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        self.size = size
        self.edge = [bytearray(hashes) for hashes in edge] or [bytearray()]
        self._full: list[Tile] = []
        for level, hashes in enumerate(self.edge):
            expected = (size >> _BITS * level) % WIDTH
            if len(hashes) != expected * _HASH:
                raise ValueError(
                    f"the edge of a tree of {size} leaves has {len(hashes)} bytes at level {level}; expected {expected} hashes"
                )

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add the hashes of leaves at the right."""
        joined = memoryview(b"".join(leaves))
        self.size += len(joined) // _HASH
        first = self.edge[0]
        at = 0
        while at < len(joined):
            piece = joined[at : at + _FULL - len(first)]
            first += piece
            at += len(piece)
            if len(first) == _FULL:
                self._close(0, ((self.size << 5) - len(joined) + at >> 5) - 1 >> _BITS)

    def take_full(self) -> list[Tile]:
        """The tiles that became full since the last call."""
        full, self._full = self._full, []
        return full

    def partial(self) -> list[Tile]:
        """The last tile of each level, where it has anything."""
        return [
            Tile(level, self.size >> _BITS * (level + 1), bytes(hashes))
            for level, hashes in enumerate(self.edge)
            if hashes
        ]

    def root(self) -> bytes:
        """The tree's hash."""
        found: bytes | None = None
        for hashes in self.edge:
            for peak in _peaks(bytes(hashes)):
                found = peak if found is None else hash_nodes(peak, found)
        return EMPTY if found is None else found

    def _close(self, level: int, number: int) -> None:
        """A tile is full: keep it, and put its own hash into the level above."""
        hashes = bytes(self.edge[level])
        self._full.append(Tile(level, number, hashes))
        self.edge[level].clear()
        if level + 1 == len(self.edge):
            self.edge.append(bytearray())
        above = self.edge[level + 1]
        above += fold(hashes)
        if len(above) == _FULL:
            self._close(level + 1, number >> _BITS)


def nodes_from(tiles: Tiles) -> Nodes:
    """The hashes of complete subtrees, out of tiles."""

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, _BITS)
        first = index << height
        hashes = tiles(tile_level, first >> _BITS)
        begin = first % WIDTH * _HASH
        found = hashes[begin : begin + (_HASH << height)]
        if len(found) != _HASH << height:
            raise ValueError(f"a tile of level {tile_level} has {len(hashes)} bytes: the tree does not reach that far")
        return fold(found)

    return node


def widths(size: int) -> list[tuple[int, int, int]]:
    """(level, number, hashes) of the tiles at the right edge of a tree of this size that are not full and not empty."""
    found, level = [], 0
    while size >> _BITS * level:
        if count := (size >> _BITS * level) % WIDTH:
            found.append((level, size >> _BITS * (level + 1), count))
        level += 1
    return found


def fold(hashes: bytes) -> bytes:
    """The hash of a complete subtree over these; their number is a power of two."""
    while len(hashes) > _HASH:
        hashes = b"".join(
            [sha256(b"\1" + hashes[at : at + 2 * _HASH]).digest() for at in range(0, len(hashes), 2 * _HASH)]
        )
    return hashes


def _peaks(hashes: bytes) -> Iterable[bytes]:
    """The hashes of the complete subtrees over these, smallest (rightmost) first."""
    count = len(hashes) // _HASH
    end = count
    while end:
        step = end & -end
        yield fold(hashes[(end - step) * _HASH : end * _HASH])
        end -= step
