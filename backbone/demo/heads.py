"""Whether what partners hold of the ledger is the ledger: each signed head that came with a receipt, hashed again from the records.

With RFC 6962's own definition, written out; not with the code that grows the trees.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from backbone.casework import LEDGER
from backbone.demo.checks import Finding
from schakel.evidence.leaf import leaf_hash
from schakel.evidence.note import Head, NotANote, origin_of
from schakel.record import Raw


def heads_are_the_ledgers(notes: Iterable[str], ledger: Iterable[Raw]) -> Finding:
    """notes: the heads as they came; ledger: every record of it, in the order of its partition."""
    says = "every signed head that a partner holds is what the ledger hashes to"
    leaves: dict[str, list[bytes]] = {}
    for record in ledger:
        leaves.setdefault(origin_of(LEDGER, record.partition), []).append(leaf_hash(record))
    distinct = sorted(set(notes))
    return Finding("heads", says, len(distinct), tuple(wrong for note in distinct for wrong in _wrong(note, leaves)))


def _wrong(note: str, leaves: Mapping[str, Sequence[bytes]]) -> Iterable[str]:
    try:
        head = Head.parse(note)
    except NotANote as problem:
        yield f"a receipt came with something that is no signed head: {problem}"
        return
    there = leaves.get(head.origin, ())
    if head.size > len(there):
        yield f"{head.origin}: a head speaks of {head.size} records and there are {len(there)}"
    elif _hash(there[: head.size]) != head.root:
        yield f"{head.origin}: the first {head.size} records hash to something else than a head says"


def _hash(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962 section 2.1 over leaves that are hashed already."""
    if len(leaves) == 1:
        return leaves[0]
    if not leaves:
        return sha256().digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + _hash(leaves[:split]) + _hash(leaves[split:])).digest()
