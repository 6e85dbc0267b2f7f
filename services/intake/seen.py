"""Which messages have been let in, and where they landed: the memory behind "the same id gives the same receipt"."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table

from backbone.store.transaction import Tx
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.messages import Refusal

GIVEN_UP = "given up"
"""Stands in the place of the content of an event whose record nobody can read."""
TAKEN = "taken"
"""The same of one whose id stood for another partner's event in the case by the time it landed: the fold gives it no effect."""

metadata = MetaData()
table = Table(
    "seen",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("source", String(128), primary_key=True),
    Column("case_id", String(36)),
    Column("content", String(64), nullable=False),
    Column("ledger_partition", Integer),
    Column("ledger_offset", BigInteger),
    Column("size_bytes", Integer),
)


@dataclass(slots=True)
class Seen:
    """`partition` and `offset` are null until the event has been read back from the ledger, and `size_bytes` is from then on."""

    case: str | None
    content: str
    partition: int | None
    offset: int | None
    size_bytes: int | None = None


Known = dict[tuple[str, str], Seen]
"""By (source, id)."""


def content(envelope: Envelope, event: Told) -> str:
    """What an event says, whatever its sealing: sealing the same story twice gives other bytes, and intake seals it anew.

    Fields that are left at their default do not count, so that a field added later changes no digest.
    """
    parts = sorted(f"{part.subject}/{field}" for part in event.sealed for field in part.fields)
    bare = event.model_dump_json(exclude={"sealed"}, exclude_defaults=True)
    return sha256("\n".join((envelope.type, bare, *parts)).encode()).hexdigest()


def key_of(item: tuple[Envelope, Told] | Refusal) -> tuple[str, str] | None:
    """(source, id) of what was read of a message; None when it could not be."""
    return None if isinstance(item, Refusal) else (item[0].source, item[0].id)


def of(tx: Tx, read: Sequence[tuple[Envelope, Told] | Refusal]) -> Known:
    """What is known of the ids of these messages."""
    return lookup(tx, [key for item in read if (key := key_of(item))])


def lookup(tx: Tx, keys: Sequence[tuple[str, str]]) -> Known:
    """What is known of these (source, id) pairs."""
    wanted = set(keys)
    rows = tx.find(table, "id", [event_id for _, event_id in keys])
    return {(source, event_id): Seen(*rest) for event_id, source, *rest in rows if (source, event_id) in wanted}


def accepted(tx: Tx, rows: Sequence[tuple[Envelope, str | None, str, int]]) -> None:
    """Let in (envelope, case id, content, size of the message); where they land is not known yet."""
    new = [
        {"source": envelope.source, "id": envelope.id, "case_id": case_id, "content": what, "size_bytes": size_bytes}
        for envelope, case_id, what, size_bytes in rows
    ]
    tx.add(table, new)


def given_up(tx: Tx, envelope: Envelope) -> bool:
    """Remember that what came under this id will never land. False when it has landed: then only a second record of it is gone."""
    key = (envelope.source, envelope.id)
    if (before := lookup(tx, [key]).get(key)) and before.offset is not None:
        return False
    row = {"source": envelope.source, "id": envelope.id, "case_id": envelope.case, "content": GIVEN_UP}
    tx.put(table, [row], ["content"])
    return True


@dataclass(frozen=True, slots=True)
class Landing:
    """A told event, read back from the ledger."""

    entry: Entry
    case: str | None
    drill: bool


def landed(tx: Tx, landings: Sequence[Landing]) -> list[Landing]:
    """Remember where they stand. Returns those that were not known to stand anywhere yet, in order."""
    if not landings:
        return []
    known = lookup(tx, [(landing.entry.envelope.source, landing.entry.id) for landing in landings])
    first: dict[tuple[str, str], Landing] = {}
    for landing in landings:
        key = (landing.entry.envelope.source, landing.entry.id)
        if key not in first and (key not in known or known[key].offset is None):
            first[key] = landing
    tx.put(
        table,
        [_row(landing) for landing in first.values()],
        ["content", "ledger_partition", "ledger_offset", "size_bytes"],
    )
    return list(first.values())


def taken(tx: Tx, repeated: Sequence[Landing]) -> list[tuple[Landing, int]]:
    """Of told events that the fold took for a repetition: those that repeat nothing of their sender's, since another partner's event of
    this id came first. Each once, with the size of its message (0 where that is not known). To be called behind `landed`.

    Remembered, so that it is said once, and so that its sender hears the same whenever it comes again.
    """
    if not repeated:
        return []
    known = lookup(tx, [(landing.entry.envelope.source, landing.entry.id) for landing in repeated])
    found: dict[tuple[str, str], tuple[Landing, int]] = {}
    for landing in repeated:
        key = (landing.entry.envelope.source, landing.entry.id)
        before = known.get(key)
        if before is None or (before.offset is None and before.content not in (GIVEN_UP, TAKEN)):
            found.setdefault(key, (landing, (before and before.size_bytes) or 0))
    rows = [
        {"source": source, "id": event_id, "case_id": landing.case, "content": TAKEN, "size_bytes": None}
        for (source, event_id), (landing, _) in found.items()
    ]
    tx.put(table, rows, ["content", "size_bytes"])
    return list(found.values())


def _row(landing: Landing) -> dict[str, object]:
    entry, event = landing.entry, landing.entry.event
    assert isinstance(event, Told)
    return {
        "source": entry.envelope.source,
        "id": entry.id,
        "case_id": landing.case,
        "content": content(entry.envelope, event),
        "ledger_partition": entry.partition,
        "ledger_offset": entry.offset,
        "size_bytes": None,
    }
