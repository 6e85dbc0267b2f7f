"""Refusals that may only mean that our own fold of the ledger is behind: not given before it is known that it is not.

A partner answers what the ledger made us send it, and goes on from what it sent us itself. Both may stand in front of us while we
have not read them yet, most of all after a worker stood still. So a doubtful message waits until our fold has reached where the
ledger ended when all that we let in before it stood there. What is remembered of that is where the ledger ended, never that
somebody looked: a partition may be taken away and come back in between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backbone.casework import LEDGER
from backbone.engine.processor import Outcome, Place
from backbone.engine.takeup import reached
from backbone.store.transaction import Tx
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.messages import Refusal
from schakel.record import Raw

CODES = frozenset(
    {
        "case.not_yours",
        "right.missing",
        "referral.not_yours",
        "statement.not_yours",
        "supersedes.no_such_no",
        "link.said_before",
        "subject.unknown",
        "erasure.already_requested",
        "hold.not_yours",
        "inquiry.not_agreed",
        "inquiry.not_yours",
        "neighbours.not_agreed",
        "advice.not_asked",
        "advice.no_team",
        "wish.unknown",
    }
)
Read = tuple[Envelope, Told] | Refusal


@dataclass(frozen=True, slots=True)
class _Look:
    offset: int
    """Up to which message of the topic it was for."""
    ends: dict[Place, int]
    """Where the ledger ended when all that was let in before that message stood in it."""


class Doubts:
    """log_end: where a partition ends at this moment, by the broker. partitions: how many the ledger has."""

    def __init__(self, log_end: Callable[[str, int], int], partitions: int) -> None:
        self._log_end = log_end
        self._partitions = partitions
        self._looks: dict[str, _Look] = {}

    def outcome(
        self, tx: Tx, records: Sequence[Raw], read: Sequence[Read], judged: Sequence[Refusal | None]
    ) -> Outcome:
        """How many of these records may be answered now (`processed`), and what the others wait for, if any do."""
        topic = records[0].topic
        doubtful = [
            number
            for number, (item, verdict) in enumerate(zip(read, judged, strict=True))
            if verdict and verdict.code in CODES and not isinstance(item, Refusal) and item[0].case
        ]
        cut = _first_behind_its_own(read, judged, doubtful)
        ahead = [number for number in doubtful if cut is None or number < cut]
        if ahead and (ends := self._not_reached(tx, topic, records[ahead[-1]].offset)):
            return Outcome(wait_for=ends)
        if cut is None:
            return Outcome(processed=len(records))
        self._looks.pop(topic, None)  # what comes before it is only being let in now
        return Outcome(wait_for=self._ends(), processed=cut)

    def _not_reached(self, tx: Tx, topic: str, offset: int) -> dict[Place, int] | None:
        look = self._looks.get(topic)
        if look is None or look.offset < offset:
            look = _Look(offset, self._ends())
            if tx.pending(0, 1):
                return look.ends  # what we let in before may not stand in the ledger yet: not to be remembered
            self._looks[topic] = look
        points = tx.checkpoints()
        return None if all(reached(points.get(place), end) for place, end in look.ends.items()) else look.ends

    def _ends(self) -> dict[Place, int]:
        return {(LEDGER, partition): self._log_end(LEDGER, partition) for partition in range(self._partitions)}


def _first_behind_its_own(
    read: Sequence[Read], judged: Sequence[Refusal | None], doubtful: Sequence[int]
) -> int | None:
    """The first doubtful message with something about its own case before it in this batch that is only now let in."""
    if not doubtful:
        return None
    let_in: set[str] = set()
    for number, (item, verdict) in enumerate(zip(read, judged, strict=True)):
        if isinstance(item, Refusal) or not item[0].case:
            continue
        if verdict is None:
            let_in.add(item[0].case)
        elif number in doubtful and item[0].case in let_in:
            return number
    return None
