"""What the trees of the ledger cost: leaves hashed and added a second, memory, proofs. `python -m bench.tree [quick]`. No broker.

Leaves are made of records as they stand in the ledger (about 1 kB, ten headers) and hashed as audit does it; the tiles go to SQLite, as
audit keeps them, 20,000 records a transaction; SCHAKEL_BENCH_LEAVES says how many (10 million). Then inclusion and consistency are
proven at random places of the whole tree.
"""

import os
import random
import resource
import tempfile
import time
from statistics import median

from backbone.store.rows import Checkpoint
from backbone.store.store import Store
from bench import stand
from schakel.evidence import tree
from schakel.evidence.leaf import leaf_hash
from schakel.record import Raw
from services.audit import trees
from services.audit.processor import AuditProcessor

LEAVES, BATCH, PROOFS = int(os.environ.get("SCHAKEL_BENCH_LEAVES", "10000000")), 20_000, 500
TOPIC = "schakel.ledger"
_HEADERS = tuple((f"ce_attribute{number}", b"urn:schakel:0123456789abcdef") for number in range(10))


def main() -> None:
    leaves = LEAVES // 100 if stand.quick() else LEAVES
    with tempfile.TemporaryDirectory() as home:
        store = Store(f"sqlite:///{home}/audit.db", "audit", AuditProcessor.versions, AuditProcessor.cache_mb)
        store.migrate()
        store.take_up([Checkpoint(0, TOPIC, 0, 0, "bench")])
        figures = grow(store, leaves)
        figures |= prove(store, leaves)
        store.close()
    stand.write("tree", figures)


def grow(store: Store, leaves: int) -> dict[str, object]:
    """All leaves, batch by batch; memory at a tenth and at the end."""
    value, took, peak = bytes(700), 0.0, 0
    for first in range(0, leaves, BATCH):
        records = [
            Raw(TOPIC, 0, first + number, 0, b"5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e", value, _HEADERS)
            for number in range(BATCH)
        ]
        began = time.process_time()
        with store.transaction(TOPIC, 0) as tx:
            growing = trees.load(tx.connection, 0)
            growing.extend(map(leaf_hash, records))
            trees.save(tx, 0, growing)
        took += time.process_time() - began
        if first < leaves // 10 <= first + BATCH:
            peak = _memory_mb()
    return {
        "leaves": leaves,
        "appended_a_cpu_second": round(leaves / took),
        "memory_mb_at_a_tenth": peak,
        "memory_mb_at_the_end": _memory_mb(),
    }


def prove(store: Store, leaves: int) -> dict[str, object]:
    """Milliseconds of processor time a proof, at random places; nothing is remembered from one to the next."""
    dice, included, went_on = random.Random(1), list[float](), list[float]()
    with store.reading() as connection:
        whole = tree.root(leaves, trees.nodes(connection, 0))
        for _ in range(PROOFS):
            offset, old = dice.randrange(leaves), dice.randrange(1, leaves)
            nodes = trees.nodes(connection, 0)  # as for each question that audit is asked
            began = time.process_time()
            path = tree.inclusion(offset, leaves, nodes)
            included.append(time.process_time() - began)
            began = time.process_time()
            proof = tree.consistency(old, leaves, nodes)
            went_on.append(time.process_time() - began)
            assert tree.includes(nodes(0, offset), offset, leaves, path, whole)
            assert tree.goes_on(old, tree.root(old, nodes), leaves, whole, proof)
    return {
        "inclusion_ms_p50": round(median(included) * 1000, 2),
        "inclusion_ms_p99": round(sorted(included)[int(PROOFS * 0.99)] * 1000, 2),
        "consistency_ms_p50": round(median(went_on) * 1000, 2),
    }


def _memory_mb() -> int:
    """The most that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
