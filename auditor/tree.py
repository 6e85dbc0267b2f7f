"""RFC 6962: what a hash proves about a log.

A log's root is one hash over all its records. Whoever holds an earlier root can be shown that a later log begins with just those
records (consistency), and that one record stands at its place (inclusion). Nothing here knows what the records say.
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256().digest()


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """Takes leaf hashes one by one and knows the root of what it has taken. Memory: one hash for each bit of the size."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []
        """The roots of the complete subtrees that the leaves so far fall into, largest first."""

    def append(self, leaf: bytes) -> None:
        size = self.size
        while size & 1:  # a complete subtree of the same height stands to its left
            leaf = sha256(b"\x01" + self._full.pop() + leaf).digest()
            size >>= 1
        self._full.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._full:
            return EMPTY
        root = self._full[-1]
        for left in reversed(self._full[:-1]):
            root = node_hash(left, root)
        return root


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` shows that this leaf hash stands at `index` in the log of `size` leaves with this root (section 2.1.1)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistent(size: int, root: bytes, later_size: int, later_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` shows that the log of `later_size` begins with the whole log of `size` (section 2.1.2)."""
    if size > later_size:
        return False
    if size == later_size:
        return root == later_root and not path
    if size == 0:
        return root == EMPTY and not path
    steps = list(path) if size & (size - 1) else [root, *path]  # a complete earlier tree is itself the first step
    if not steps:
        return False
    at, last = size - 1, later_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == root and after == later_root
