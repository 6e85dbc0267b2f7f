"""What somebody outside keeps of a ledger: the heads that came with receipts. They convict a ledger that was rolled back or forked.

Pure: who keeps the file is `schakel.client.heads`. The codes and the shape of the file: docs/evidence.md.
"""

import json
from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from schakel.evidence import tree
from schakel.evidence.note import Head, NotANote

MOST_KEPT, MOST_DOUBTS = 64, 100
FORKED, UNPROVEN, NOT_SIGNED = "forked", "unproven", "not_signed"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A head that does not fit. against: the head that was kept and that it does not fit to; None where nobody known signed it."""

    code: str
    note: str
    against: str | None = None

    def sentence(self) -> str:
        """For a person."""
        head = Head.parse(self.note)
        where = f"{head.origin}, a head over {head.size} records"
        if self.code == FORKED:
            return (
                f"{where}: another one of that size was kept and says something else. The ledger was changed; keep both, and tell your "
                "auditor"
            )
        if self.code == UNPROVEN:
            assert self.against
            return (
                f"{where}: one over {Head.parse(self.against).size} was kept before, and nothing proves that it goes on from this one. "
                "It may be late, or the ledger was set back; ask the operator for a proof of consistency, and give it to "
                "'schakel heads --prove'"
            )
        return f"{where}: signed by no key that is published; it was not kept"


@dataclass(slots=True)
class Witnessed:
    """The heads that were kept, by the log's origin, smallest first; the largest is the last. And what did not fit.

    largest_at: where on its `out` topic the partner found the receipt that first bore the largest. Receipts that stand before it may bear
    smaller ones: the topic is read again after a restart.
    """

    kept: dict[str, list[Head]] = field(default_factory=dict)
    doubts: dict[str, list[Doubt]] = field(default_factory=dict)
    largest_at: dict[str, int] = field(default_factory=dict)
    changes: int = field(default=0, compare=False)
    """Counts what was taken in: when it has not moved, nothing of this is new."""

    def see(self, note: str, at: int, signed: Callable[[Head], bool]) -> Doubt | None:
        """Take in a head. Returns what is wrong with it, the first time it is seen; None when it fits. Raises NotANote.

        at: the offset of the receipt. signed: whether a published key signed it.
        """
        head = Head.parse(note)
        kept = self.kept.setdefault(head.origin, [])
        same = next((one for one in kept if one.size == head.size), None)
        if same is not None and same.root == head.root:
            return None  # as with most receipts; it was checked when it was taken in. It may be cosigned by now
        if not signed(head):
            return self._doubt(head, Doubt(NOT_SIGNED, note))
        if same is not None:
            return self._doubt(head, Doubt(FORKED, note, same.note()))
        if kept and head.size < kept[-1].size:
            if at >= self.largest_at.get(head.origin, 0):
                return self._doubt(head, Doubt(UNPROVEN, note, kept[-1].note()))
        else:
            self.largest_at[head.origin] = at
        insort(kept, head, key=lambda one: one.size)
        self.changes += 1
        if len(kept) > MOST_KEPT:
            del kept[1]  # the first and the newest say most
        return None

    def prove(self, note: str, path: list[bytes]) -> bool:
        """Take away the doubt about a head, by a proof that one that was kept goes on from it. Whether the proof is good."""
        head = Head.parse(note)
        doubts = self.doubts.get(head.origin, [])
        against = [Head.parse(one.against) for one in doubts if one.note == note and one.against]
        kept = [*self.kept.get(head.origin, []), *against]
        if not any(tree.goes_on(head.size, head.root, one.size, one.root, path) for one in kept):
            return False
        self.doubts[head.origin] = [one for one in doubts if one.note != note or one.code != UNPROVEN]
        self.changes += len(self.doubts[head.origin]) != len(doubts)
        return True

    def newest(self) -> list[Head]:
        """The largest head of each log, by origin."""
        return [kept[-1] for _, kept in sorted(self.kept.items()) if kept]

    def contradicts(self, origin: str) -> Doubt | None:
        """Why nothing more should be signed of this log: another history was seen, or one that may be. None where all fits."""
        doubts = [one for one in self.doubts.get(origin, ()) if one.code != NOT_SIGNED]
        return min(doubts, key=lambda one: one.code != FORKED, default=None)

    def all_doubts(self) -> list[Doubt]:
        return [doubt for origin in sorted(self.doubts) for doubt in self.doubts[origin]]

    def as_json(self) -> dict[str, Any]:
        """What stands in the file."""
        logs = {
            origin: {
                "largest_at": self.largest_at.get(origin, 0),
                "kept": [head.note() for head in self.kept.get(origin, [])],
                "doubts": [
                    {"code": one.code, "note": one.note, "against": one.against} for one in self.doubts.get(origin, [])
                ],
            }
            for origin in sorted({*self.kept, *self.doubts})
        }
        return {"version": 1, "logs": logs}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Raises ValueError for what is no such file."""
        try:
            if said["version"] != 1:
                raise ValueError("another version")
            logs = said["logs"].items()
            kept = {origin: [Head.parse(note) for note in log["kept"]] for origin, log in logs}
            doubts = {
                origin: [Doubt(one["code"], one["note"], one["against"]) for one in log["doubts"]]
                for origin, log in logs
            }
            largest_at = {origin: int(log["largest_at"]) for origin, log in logs}
        except (KeyError, TypeError, AttributeError, NotANote) as error:
            raise ValueError(str(error)) from None
        return cls(kept, doubts, largest_at)

    def _doubt(self, head: Head, doubt: Doubt) -> Doubt | None:
        doubts = self.doubts.setdefault(head.origin, [])
        if doubt in doubts:
            return None
        if len(doubts) < MOST_DOUBTS or doubt.code == FORKED:
            doubts.append(doubt)
            self.changes += 1
        return doubt


def notes_in(text: str) -> list[str]:
    """The signed notes in what somebody kept: a client's file of heads, or notes one behind the other. Raises ValueError for neither."""
    try:
        found = _of_file(json.loads(text)) if text.lstrip().startswith("{") else _one_by_one(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        found = []
    if not found:
        raise ValueError("there is no signed head in it")
    return found


def _of_file(said: Mapping[str, Any]) -> list[str]:
    logs = said["logs"].values()
    doubts = [note for log in logs for one in log.get("doubts", ()) for note in (one["note"], one["against"])]
    return [note for log in logs for note in log["kept"]] + [note for note in doubts if note is not None]


def _one_by_one(text: str) -> list[str]:
    found: list[list[str]] = []
    for line in text.split("\n"):
        if line.startswith("schakel/"):  # an origin; a line of signature begins with a dash
            found.append([])
        if found:
            found[-1].append(line)
    return ["\n".join(lines).rstrip("\n") + "\n" for lines in found]
