"""The auditor's tree against the RFC's own recursive definition, for every size up to a few dozen."""

import random
from hashlib import sha256

from auditor import tree
from tests.auditor import writer

LEAVES = [tree.leaf_hash(bytes([n])) for n in range(37)]


def test_the_vectors_of_the_rfc() -> None:
    assert tree.EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_a_root_as_it_grows() -> None:
    growing = tree.Tree()
    for size, leaf in enumerate([*LEAVES, b""]):
        assert growing.root() == writer.root(LEAVES[:size])
        growing.append(leaf)


def test_a_record_is_included_at_its_place_and_nowhere_else() -> None:
    for size in range(1, len(LEAVES)):
        root = writer.root(LEAVES[:size])
        for index in range(size):
            path = writer.path(index, LEAVES[:size])
            assert tree.included(LEAVES[index], index, size, path, root)
            assert not tree.included(LEAVES[index], (index + 1) % size, size, path, root) or size == 1
            assert not tree.included(LEAVES[index + 1], index, size, path, root)
            assert not tree.included(LEAVES[index], index, size, [*path, root], root)
            assert not path or not tree.included(LEAVES[index], index, size, path[:-1], root)


def test_a_log_begins_with_an_earlier_one_and_with_no_other() -> None:
    other = sha256(b"another").digest()
    for later in range(1, len(LEAVES)):
        for size in range(1, later + 1):
            roots = writer.root(LEAVES[:size]), writer.root(LEAVES[:later])
            path = writer.proof(size, LEAVES[:later])
            assert tree.consistent(size, roots[0], later, roots[1], path)
            assert not tree.consistent(size, other, later, roots[1], path)
            assert not tree.consistent(size, roots[0], later, other, path)
            assert not tree.consistent(size, roots[0], later, roots[1], [*path, other])
            assert not path or not tree.consistent(size, roots[0], later, roots[1], path[:-1])


def test_no_byte_of_a_proof_may_differ() -> None:
    dice = random.Random(7)
    for _ in range(500):
        later = dice.randrange(3, len(LEAVES))
        size = dice.randrange(1, later)
        path = writer.proof(size, LEAVES[:later])
        step, at = dice.randrange(len(path)), dice.randrange(32)
        path[step] = path[step][:at] + bytes([path[step][at] ^ 1 << dice.randrange(8)]) + path[step][at + 1 :]
        assert not tree.consistent(size, writer.root(LEAVES[:size]), later, writer.root(LEAVES[:later]), path)
