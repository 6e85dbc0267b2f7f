"""RFC 6962's Merkle tree: hashes, and checking that a leaf is in a tree (2.1.1) or that one tree goes on from another (2.1.2).

Proofs are lists of hashes in the order of the RFC. Making them needs the hashes of complete subtrees, from whoever keeps them.
Pure: a size and an index are numbers of leaves, a hash has 32 bytes.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

EMPTY = sha256().digest()
"""The hash of the tree without leaves."""

Nodes = Callable[[int, int], bytes]
"""(level, index) -> the hash of the complete subtree over the leaves index * 2**level to (index + 1) * 2**level."""


def hash_leaf(leaf: bytes) -> bytes:
    return sha256(b"\0" + leaf).digest()


def hash_nodes(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def root(size: int, nodes: Nodes) -> bytes:
    """The hash of the tree over the first `size` leaves."""
    return EMPTY if size == 0 else _over(0, size, nodes)


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The path from leaf `index` to the root of the tree over the first `size` leaves. Raises ValueError for a leaf outside it."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not among the {size} leaves of the tree; expected 0 to {size - 1}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_over(middle, high, nodes))
            high = middle
        else:
            path.append(_over(low, middle, nodes))
            low = middle
    return path[::-1]


def consistency(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """That the tree over `new` leaves begins with the one over `old`. Raises ValueError unless 0 <= old <= new."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves cannot go on from one of {old}; expected the smaller one first")
    path: list[bytes] = []
    low, high, whole = 0, new, True
    if old in (0, new):
        return path
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_over(middle, high, nodes))
            high = middle
        else:
            path.append(_over(low, middle, nodes))
            low, whole = middle, False
    if not whole:
        path.append(_over(low, high, nodes))
    return path[::-1]


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], wanted: bytes) -> bool:
    """Whether `path` leads from the hash of leaf `index` to the root `wanted` of a tree of `size` leaves."""
    if not 0 <= index < size:
        return False
    found, number, last = leaf, index, size - 1
    for step in path:
        if last == 0:
            return False
        if number & 1 or number == last:
            found = hash_nodes(step, found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = hash_nodes(found, step)
        number, last = number >> 1, last >> 1
    return last == 0 and found == wanted


def goes_on(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the tree `new` begins with all leaves of `old`."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        return not path and (old_root == new_root if old == new else old_root == EMPTY)
    steps = list(path)
    if old & (old - 1) == 0:  # a complete subtree is its own first step
        steps.insert(0, old_root)
    if not steps:
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            before, after = hash_nodes(step, before), hash_nodes(step, after)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            after = hash_nodes(after, step)
        number, last = number >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _over(low: int, high: int, nodes: Nodes) -> bytes:
    """The hash over the leaves from `low` up to `high`; `low` begins a subtree at least as large as the range."""
    peaks: list[bytes] = []
    at = low
    while at < high:
        level = (high - at).bit_length() - 1
        peaks.append(nodes(level, at >> level))
        at += 1 << level
    found = peaks.pop()
    while peaks:
        found = hash_nodes(peaks.pop(), found)
    return found
