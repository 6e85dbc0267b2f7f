"""Audit: grows a Merkle tree over each partition of the ledger and signs its heads. It concludes nothing and cannot write the ledger.

What it signed once it stands by. A head that would not go on from one that was signed is never signed: the service stops and says
what it found. So it reads `schakel.checkpoints` first, where all its heads stand, also those that its own database has lost.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog
from aiohttp import web
from sqlalchemy import Connection

from backbone import metrics
from backbone.engine.errors import Exit, Stop
from backbone.engine.processor import Outcome, Surroundings
from backbone.evidence.growing import Growing
from backbone.evidence.signing import NOTE_HEADERS, LogKeyUnusable, SigningKeys
from backbone.kafka.names import CHECKPOINTS, LEDGER
from backbone.store.rows import Outgoing
from backbone.store.store import Store
from backbone.store.transaction import Tx
from schakel.evidence import tree
from schakel.evidence.leaf import leaf_hash
from schakel.evidence.note import Head, NotANote, origin_of
from schakel.record import Raw
from services.audit import api, trees

SIGN_AFTER_RECORDS = 10_000
SIGN_AFTER_S = 5.0
"""A head is signed when so many records have come since the last one, or so long after it if there are any. Only how soon depends on
a clock, never what is signed."""

log = structlog.get_logger(__name__)


class AuditProcessor:
    """See the module's words. log_end: where a partition ends at this moment. pace: seconds of a clock that only goes on."""

    name = "audit"
    first = (CHECKPOINTS,)
    versions = (Path(__file__).parent / "migrations",)
    gather_s = 0.25  # nobody waits for it
    cache_mb = 8
    """Only the right edge of a tree is read again: more would fill with tiles that nobody asks for, the larger the tree the more."""

    def __init__(
        self, keys: SigningKeys, log_end: Callable[[str, int], int], pace: Callable[[], float] = time.monotonic
    ) -> None:
        self._keys = keys
        self._log_end = log_end
        self._pace = pace
        self._signed_at: dict[int, float] = {}

    def topics(self) -> Sequence[str]:
        return (CHECKPOINTS, LEDGER)

    def begin(self) -> None:
        """Have the keys at hand. Raises Stop when they cannot be used."""
        self._all_keys()

    def restless(self, store: Store) -> bool:
        """Nothing here is in a hurry."""
        return False

    def routes(self, surroundings: Surroundings) -> list[web.RouteDef]:
        return api.routes(surroundings.store.reading)

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        if records[0].topic == CHECKPOINTS:
            for raw in records:
                self._recall(tx, raw)
        else:
            self._grow(tx, records)
        return Outcome()

    def tick(self, tx: Tx, topic: str, partition: int) -> bool:
        """Sign what has come since the last head, when it is time."""
        if topic != LEDGER:
            return False
        size, signed = trees.size_of(tx.connection, partition), trees.newest(tx.connection, partition)
        metrics.log_size.labels(str(partition)).set(size)
        metrics.head_size.labels(str(partition)).set(signed)
        if size > signed and self._pace() - self._signed_at.get(partition, -SIGN_AFTER_S) >= SIGN_AFTER_S:
            self._sign(tx, partition, trees.load(tx.connection, partition))
        elif size < signed and size >= self._log_end(LEDGER, partition):
            raise _stop(
                "rolled_back",
                f"{LEDGER}[{partition}] ends at {size}, and a head over {signed} records of it was signed: records at its end are "
                "gone; restore the ledger from an export that has them. Nothing is signed until then",
            )
        return False

    # -- the tree ------------------------------------------------------------------------------------------------------

    def _grow(self, tx: Tx, records: Sequence[Raw]) -> None:
        partition, first = records[0].partition, records[0].offset
        growing = trees.load(tx.connection, partition)
        if growing.size != first:
            raise _stop(
                "not_whole",
                f"{LEDGER}[{partition}] goes on at offset {first} and its tree has {growing.size} leaves; expected the ledger from its "
                "first record on, each at its place: restore it",
            )
        end = first + len(records)
        for size, root in trees.between(tx.connection, partition, first, end):
            growing.extend(map(leaf_hash, records[growing.size - first : size - first]))
            _same(partition, size, growing.root(), root)
        growing.extend(map(leaf_hash, records[growing.size - first :]))
        trees.save(tx, partition, growing)
        if growing.size - trees.newest(tx.connection, partition) >= SIGN_AFTER_RECORDS:
            self._sign(tx, partition, growing)

    def _sign(self, tx: Tx, partition: int, growing: Growing) -> None:
        """In the same transaction as the tree: what is published stands in our database first, and is never signed otherwise."""
        self._all_keys()
        head = self._keys.sign(Head(origin_of(LEDGER, partition), growing.size, growing.root()))
        trees.keep_head(tx, partition, head)
        tx.outbox([Outgoing(CHECKPOINTS, 0, head.origin.encode(), head.note().encode(), NOTE_HEADERS)])
        self._signed_at[partition] = self._pace()
        metrics.heads.inc()

    def _recall(self, tx: Tx, raw: Raw) -> None:
        """A head that stands on the topic: our own, as a rule known already; after a loss of the database it is what we stand by.

        One that comes again with a witness's cosignature says what was said before: same size, same root, and no fork.
        """
        try:
            head = Head.parse(raw.value or b"")
        except NotANote as problem:
            log.warning("no head", topic=raw.topic, offset=raw.offset, reason=str(problem))
            return
        partition = head.origin.removeprefix(origin_of(LEDGER, 0)[:-1])
        if not partition.isdecimal():
            log.warning("a head of another log", topic=raw.topic, offset=raw.offset)
            return
        number = int(partition)
        if (known := trees.root_at(tx.connection, number, head.size)) is not None:
            _same(number, head.size, bytes(known), head.root)
            return
        if head.size <= trees.size_of(tx.connection, number):
            _same(number, head.size, _root(tx.connection, number, head.size), head.root)
        trees.keep_head(tx, number, head)

    def _all_keys(self) -> None:
        try:
            self._keys.all()
        except LogKeyUnusable as problem:
            raise Stop(Exit.SAYS_WHY, "log_key", str(problem)) from problem


def _root(connection: Connection, partition: int, size: int) -> bytes:
    return tree.root(size, trees.nodes(connection, partition))


def _same(partition: int, size: int, ours: bytes, signed: bytes) -> None:
    if ours != signed:
        raise _stop(
            "forked",
            f"the first {size} records of {LEDGER}[{partition}] hash to {ours.hex()}, and a head over them was signed with "
            f"{signed.hex()}: this is not the ledger that was signed. Restore that one; nothing is signed until then",
        )


def _stop(reason: str, sentence: str) -> Stop:
    return Stop(Exit.SAYS_WHY, reason, sentence)
