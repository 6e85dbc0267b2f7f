"""The tree against RFC 6962's recursive definition, its known vectors, and every wrong proof that comes to mind."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.evidence.growing import Growing, Tile, nodes_from, widths
from schakel.evidence import tree

LEAVES = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", bytes(range(0x50, 0x58))]
LEAVES.append(bytes(range(0x60, 0x70)))
"""The leaves of the certificate-transparency project's own tests."""
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def by_the_rfc(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\1" + by_the_rfc(leaves[:k]) + by_the_rfc(leaves[k:])).digest()


def path_by_the_rfc(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path_by_the_rfc(m, leaves[:k]), by_the_rfc(leaves[k:])]
    return [*path_by_the_rfc(m - k, leaves[k:]), by_the_rfc(leaves[:k])]


def proof_by_the_rfc(m: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [by_the_rfc(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*proof_by_the_rfc(m, leaves[:k], whole), by_the_rfc(leaves[k:])]
    return [*proof_by_the_rfc(m - k, leaves[k:], False), by_the_rfc(leaves[:k])]


class Kept:
    """A tree with its tiles in a dictionary."""

    def __init__(self, leaves: Sequence[bytes], batch: int = 7) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        growing = Growing()
        for start in range(0, len(leaves), batch):
            # As a service does it: every batch goes on from what was kept.
            edge = [b""] * (max((level for level, _, _ in widths(growing.size)), default=-1) + 1)
            for level, number, _ in widths(growing.size):
                edge[level] = self.tiles[level, number]
            growing = Growing(growing.size, edge)
            growing.extend(tree.hash_leaf(leaf) for leaf in leaves[start : start + batch])
            self.keep(growing.take_full())
            self.keep(growing.partial())
        self.growing = growing
        self.nodes = nodes_from(lambda level, number: self.tiles[level, number])

    def keep(self, tiles: Sequence[Tile]) -> None:
        for tile in tiles:
            self.tiles[tile.level, tile.number] = tile.hashes


def some(count: int) -> list[bytes]:
    return [number.to_bytes(4, "big") for number in range(count)]


def test_the_known_vectors() -> None:
    for count, root in enumerate(ROOTS, 1):
        kept = Kept(LEAVES[:count])
        assert kept.growing.root().hex() == root
        assert tree.root(count, kept.nodes).hex() == root
    assert tree.root(0, kept.nodes) == Growing().root() == tree.EMPTY


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 700), st.integers(1, 300), st.data())
def test_roots_and_proofs_are_those_of_the_recursive_definition(count: int, batch: int, data: st.DataObject) -> None:
    leaves = some(count)
    kept = Kept(leaves, batch)
    root = by_the_rfc(leaves)
    assert kept.growing.root() == tree.root(count, kept.nodes) == root
    index, old = data.draw(st.integers(0, count - 1)), data.draw(st.integers(1, count))
    path = tree.inclusion(index, count, kept.nodes)
    assert path == path_by_the_rfc(index, leaves)
    assert tree.includes(tree.hash_leaf(leaves[index]), index, count, path, root)
    proof = tree.consistency(old, count, kept.nodes)
    assert proof == proof_by_the_rfc(old, leaves)
    before = by_the_rfc(leaves[:old])
    assert tree.root(old, kept.nodes) == before  # of any earlier size, from the same tiles
    assert tree.goes_on(old, before, count, root, proof)


def test_every_size_up_to_seventy() -> None:
    leaves = some(70)
    roots = [by_the_rfc(leaves[:count]) for count in range(71)]
    kept = Kept(leaves)
    for size in range(1, 71):
        for index in range(size):
            path = tree.inclusion(index, size, kept.nodes)
            leaf = tree.hash_leaf(leaves[index])
            assert tree.includes(leaf, index, size, path, roots[size])
            assert not tree.includes(leaf, index + 1, size, path, roots[size])
            assert not tree.includes(leaf, index, size, [*path, roots[1]], roots[size])
            assert not path or not tree.includes(leaf, index, size, path[:-1], roots[size])
        for old in range(1, size + 1):
            proof = tree.consistency(old, size, kept.nodes)
            assert tree.goes_on(old, roots[old], size, roots[size], proof)
            assert not tree.goes_on(old, roots[old - 1], size, roots[size], proof)
            assert not tree.goes_on(old, roots[old], size, roots[size - 1], proof)
            assert not tree.goes_on(old, roots[old], size, roots[size], [*proof, roots[1]])
            assert not proof or not tree.goes_on(old, roots[old], size, roots[size], proof[:-1])


def test_a_tree_of_three_levels_of_tiles() -> None:
    leaves = [tree.hash_leaf(leaf) for leaf in some(70_001)]
    growing = Growing()
    tiles: dict[tuple[int, int], bytes] = {}
    for start in range(0, len(leaves), 20_000):
        growing.extend(leaves[start : start + 20_000])
        tiles |= {(tile.level, tile.number): tile.hashes for tile in growing.take_full()}
    tiles |= {(tile.level, tile.number): tile.hashes for tile in growing.partial()}
    level, hashes = 0, leaves
    assert {place[0] for place in tiles} == {0, 1, 2}
    while level < 3:  # the RFC's root over whole hashes, level by level
        assert b"".join(hashes) == b"".join(tiles[place] for place in sorted(tiles) if place[0] == level)
        level += 1
        hashes = [_full(hashes[at : at + 256]) for at in range(0, len(hashes) - len(hashes) % 256, 256)]
    nodes = nodes_from(lambda level, number: tiles[level, number])
    for index in (0, 255, 256, 65_535, 65_536, 70_000):
        path = tree.inclusion(index, len(leaves), nodes)
        assert tree.includes(leaves[index], index, len(leaves), path, growing.root())


def _full(hashes: Sequence[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [tree.hash_nodes(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def test_what_cannot_be_asked() -> None:
    kept = Kept(some(5))
    with pytest.raises(ValueError, match="leaf 5 is not among the 5"):
        tree.inclusion(5, 5, kept.nodes)
    with pytest.raises(ValueError, match="smaller one first"):
        tree.consistency(6, 5, kept.nodes)
    with pytest.raises(ValueError, match="does not reach that far"):
        tree.root(6, kept.nodes)
    with pytest.raises(ValueError, match="expected 3 hashes"):
        Growing(3, [b"x" * 32])
    assert tree.goes_on(0, tree.EMPTY, 5, kept.growing.root(), [])
    assert not tree.goes_on(0, kept.growing.root(), 5, kept.growing.root(), [])
    assert not tree.goes_on(6, tree.EMPTY, 5, kept.growing.root(), [])
