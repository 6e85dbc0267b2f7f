"""Which messages had their answer before intake's database was lost: asked while it is built anew, and at no other time.

The ledger tells what was let in, `schakel.refused` what was refused. A message that neither knows never got its answer, and is judged
as if it had just come. What is refused stays refused, also when today's rules or today's case would let it in: its sender was told so.
"""

from collections.abc import Collection, Iterable, Sequence

import structlog
from sqlalchemy import BigInteger, Column, MetaData, String, Table, select

from backbone.store.transaction import Tx
from schakel import codec
from schakel.entry import Entry
from schakel.errors import Unreadable
from schakel.messages import RefusedRecord
from schakel.record import Raw

metadata = MetaData()
table = Table(
    "refused",
    metadata,
    Column("topic", String(249), primary_key=True),
    Column("offset", BigInteger, primary_key=True),
)
"""Filled during a rebuild only."""

Key = tuple[str, str]
"""(source, id)."""

log = structlog.get_logger(__name__)


def let_in(tx: Tx, entries: Iterable[Entry]) -> None:
    """Of the ledger: the newest message of each `in` topic that stands there."""
    newest: dict[str, int] = {}
    for entry in entries:
        topic, _, offset = (entry.envelope.position or "").rpartition("/")
        if offset.isdecimal():
            topic = topic.partition("/")[0]
            newest[topic] = max(newest.get(topic, -1), int(offset))
    _reached(tx, newest)


def refused(tx: Tx, records: Sequence[Raw]) -> None:
    """Of `schakel.refused`: the messages that were refused."""
    newest: dict[str, int] = {}
    for raw in records:
        try:
            record = codec.decode_message(raw.value)
        except Unreadable as error:
            log.warning("not understood", topic=raw.topic, offset=raw.offset, reason=error.code)
            continue
        if isinstance(record, RefusedRecord):
            tx.connection.execute(
                tx.upsert(table, ("topic", "offset"), ()), [{"topic": record.topic, "offset": record.offset}]
            )
            newest[record.topic] = max(newest.get(record.topic, -1), record.offset)
    _reached(tx, newest)


def reached(tx: Tx, topic: str) -> int:
    """The newest message of an `in` topic that had its answer when the database was lost; -1 where none was lost.

    It does not change any more once the topic is read.
    """
    return int(tx.note(_note(topic)) or -1)


def unanswered(
    tx: Tx, records: Sequence[Raw], keys: Sequence[Key | None], known: Collection[Key], newest: int
) -> list[int]:
    """The numbers of those records that never got an answer. keys: of each, None where it cannot be read. known: those of them that
    were let in. newest: see `reached`.

    What was sent again is answered by the receipt of what was sent first; behind the newest message that we know to have been
    answered, it is answered once more, rather than not at all.
    """
    topic = records[0].topic
    between = table.c.offset.between(records[0].offset, records[-1].offset)
    statement = select(table.c.offset).where(table.c.topic == topic, between)
    were_refused = set(tx.connection.execute(statement).scalars())
    return [
        number
        for number, (raw, key) in enumerate(zip(records, keys, strict=True))
        if raw.offset > newest or (raw.offset not in were_refused and key not in known)
    ]


def _reached(tx: Tx, newest: dict[str, int]) -> None:
    for topic, offset in newest.items():
        if offset > reached(tx, topic):
            tx.set_note(_note(topic), str(offset))


def _note(topic: str) -> str:
    return f"answered/{topic}"
