"""The newest signed heads of the ledger, which go out with receipts: a partner that keeps them is a witness to what the ledger was."""

from collections.abc import Sequence

import structlog

from backbone.kafka.names import LEDGER
from backbone.store.transaction import Tx
from schakel.evidence.note import Head, NotANote, origin_of
from schakel.record import Raw

_NEWEST = "head/newest"

log = structlog.get_logger(__name__)


def keep(tx: Tx, records: Sequence[Raw]) -> None:
    """Of `schakel.checkpoints`, where nobody writes but as the user of audit.

    A head that comes again with a cosignature takes the place of the plain one, while none larger has come.
    """
    newest: dict[str, Head] = {}
    for raw in records:
        try:
            head = Head.parse(raw.value or b"")
        except NotANote as problem:
            log.warning("no head", topic=raw.topic, offset=raw.offset, reason=str(problem))
            continue
        name = _note(head.origin)
        known = newest.get(name) or _known(tx, name)
        if known is None or head.size >= known.size:  # else an older one came once more, with a witness's signature
            newest[name] = newest[_NEWEST] = head
    for name, head in newest.items():
        tx.set_note(name, head.note())


class Heads:
    """What one transaction answers with: looked up once."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[str, str | None] = {}

    def of(self, partition: int | None) -> str | None:
        """The newest head of this partition's log; None: of any, for an answer about nothing that stands in the ledger."""
        name = _NEWEST if partition is None else _note(origin_of(LEDGER, partition))
        if name not in self._known:
            self._known[name] = self._tx.note(name)
        return self._known[name]


def _known(tx: Tx, name: str) -> Head | None:
    note = tx.note(name)
    return Head.parse(note) if note else None


def _note(origin: str) -> str:
    return f"head/{origin}"
