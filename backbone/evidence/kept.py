"""A tree over a partition that is being read, with all its hashes in a scratch file: for proofs by whoever has no service to ask."""

import tempfile
from collections.abc import Iterable
from functools import lru_cache

from backbone.evidence.growing import WIDTH, Growing, nodes_from
from schakel.evidence import tree

_TILE_BYTES = WIDTH * 32
_REMEMBERED = 100_000


class KeptTree:
    """Takes 32 bytes a leaf on disk, and an eighth of a byte in memory. Close it."""

    def __init__(self) -> None:
        self._growing = Growing()
        self._leaves = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
        self._above: dict[tuple[int, int], bytes] = {}
        self.nodes = lru_cache(_REMEMBERED)(nodes_from(self._tile))

    @property
    def size(self) -> int:
        return self._growing.size

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add the hashes of leaves. Proofs are asked for when all have been added."""
        hashes = list(leaves)
        self._leaves.write(b"".join(hashes))
        self._growing.extend(hashes)
        self._above.update({(one.level, one.number): one.hashes for one in self._growing.take_full() if one.level})

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves."""
        return tree.root(size, self.nodes)

    def inclusion(self, offset: int, size: int) -> list[bytes]:
        return tree.inclusion(offset, size, self.nodes)

    def consistency(self, old: int, new: int) -> list[bytes]:
        return tree.consistency(old, new, self.nodes)

    def close(self) -> None:
        self._leaves.close()

    def _tile(self, level: int, number: int) -> bytes:
        if level:
            edge = self._growing.edge
            return self._above.get((level, number)) or (bytes(edge[level]) if level < len(edge) else b"")
        self._leaves.seek(number * _TILE_BYTES)
        return self._leaves.read(_TILE_BYTES)
