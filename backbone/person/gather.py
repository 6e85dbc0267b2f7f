"""One case as the ledger tells it, read once and folded as it comes; its records are kept as they stand there: sealed.

However long the case is, memory holds its state, the reads in it, and a few records at a time; the rest waits in a file without a name.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as kept_out
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any

import msgspec

from backbone.keys import Opener
from backbone.keys.parts import Place
from backbone.keys.service import NoKey
from backbone.person.whose import people_in
from schakel.case_knows import Read, reads_in
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.errors import Unreadable
from schakel.events import Told
from schakel.events.base import SealedField
from schakel.history import History, Unread
from schakel.ledger import understand
from schakel.record import Raw
from schakel.sealing import Json

IN_MEMORY_BYTES = 4 * 1024 * 1024
AT_ONCE = 200
"""Records whose fields are opened in one go."""
_WITHOUT_EFFECT = (Effect.OVERTAKEN, Effect.NOT_UNDERSTOOD, Effect.DUPLICATE)
_LENGTH_BYTES = 4

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[Raw, Effect]).decode


class Kept:
    """Records in order, to be gone through as often as needed."""

    def __init__(self) -> None:
        self._file: Any = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115  (it lives as long as this)

    def add(self, record: Raw, effect: Effect) -> None:
        written = _encode((record, effect))
        self._file.write(len(written).to_bytes(_LENGTH_BYTES, "big") + written)

    def __iter__(self) -> Iterator[tuple[Raw, Effect]]:
        at = 0
        while True:
            self._file.seek(at)
            length = int.from_bytes(self._file.read(_LENGTH_BYTES), "big")
            if not length:
                return
            at += _LENGTH_BYTES + length
            yield _decode(self._file.read(length))

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True, slots=True)
class Opened:
    """What was told of the person in one sealed field: the value, or why there is none (`erased`, or the code of what is wrong)."""

    field: SealedField
    value: Json = kept_out(default=None, repr=False)
    gone: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One record of the case, what it did, when the broker stored it, and what of the person was opened in it."""

    entry: Entry
    effect: Effect
    stored_ms: int
    opened: tuple[Opened, ...] = ()


@dataclass(slots=True)
class Gathered:
    """A case for a copy."""

    state: State
    kept: Kept
    people: list[str]
    """Everybody that its records name, by role."""
    reads: list[Read]
    unread: Sequence[Unread]

    def steps(self, opener: Opener, subject: str) -> Iterator[Step]:
        """Every record that is understood, in order, with the fields of this person opened. Raises KeysAway, KeysUnusable."""
        kept = iter(self.kept)
        while some := list(islice(kept, AT_ONCE)):
            yield from _open(opener, self.state.id, subject, some)


def gather(case_id: str, records: Iterable[Raw]) -> Gathered:
    """The case after all of `records`, which are its own, in the order of the ledger."""
    history, kept, people = History(State(id=case_id), keeps_steps=False), Kept(), {}

    def entries() -> Iterator[Entry]:
        for record in records:
            step = history.take(record)
            if step is None:
                continue
            kept.add(record, step.effect)
            people.update(dict.fromkeys(people_in(step.entry.event)))
            if step.effect not in _WITHOUT_EFFECT:
                yield step.entry

    reads = reads_in(entries())
    return Gathered(history.state, kept, sorted(people), reads, history.unread)


def find_state(case_id: str, records: Iterable[Raw]) -> tuple[State, int] | None:
    """The case and the partition in which it stands; None when there are no records of it."""
    history, partition = History(State(id=case_id), keeps_steps=False), None
    for record in records:
        history.take(record)
        partition = record.partition
    return None if partition is None else (history.state, partition)


def _open(opener: Opener, case_id: str, subject: str, some: Sequence[tuple[Raw, Effect]]) -> Iterator[Step]:
    entries = [understand(record) for record, _ in some]
    parts = [_parts(entry, record, subject) for entry, (record, _) in zip(entries, some, strict=True)]
    opened = iter(_values(opener, case_id, subject, [part for found in parts for part in found]))
    for entry, found, (record, effect) in zip(entries, parts, some, strict=True):
        yield Step(entry, effect, record.timestamp_ms, tuple(islice(opened, len(found))))


def _parts(entry: Entry, record: Raw, subject: str) -> list[tuple[Place, bytes]]:
    """The sealed fields of this person in one event. The schema that they are bound to is the one that the value was written with."""
    if not isinstance(entry.event, Told):
        return []
    number = int.from_bytes((record.value or b"")[1:5], "big")
    return [
        (Place(entry.id, entry.envelope.type, subject, name, number), part.body)
        for part in entry.event.sealed
        if part.subject == subject
        for name in part.fields
    ]


def _values(opener: Opener, case_id: str, subject: str, parts: Sequence[tuple[Place, bytes]]) -> Iterator[Opened]:
    """In order. What cannot be opened is named, and the others are there all the same."""
    if not parts:
        return
    try:
        values = opener.open_all(case_id, subject, [([place], body) for place, body in parts])
        yield from (Opened(place.field, value) for (place, _), value in zip(parts, values, strict=True))
    except NoKey as problem:
        gone = "erased" if problem.destroyed else "key.missing"
        yield from (Opened(place.field, gone=gone) for place, _ in parts)
    except Unreadable as problem:
        if len(parts) == 1:
            yield Opened(parts[0][0].field, gone=problem.code)
            return
        half = len(parts) // 2
        yield from _values(opener, case_id, subject, parts[:half])
        yield from _values(opener, case_id, subject, parts[half:])
