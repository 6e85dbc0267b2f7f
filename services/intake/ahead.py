"""A no and a report in danger do not wait behind a list: what partners have sent but we have not come to yet is looked through for them.

A partner's topic is one partition, and whatever it sends first comes first: a withdrawal behind 30,000 rows of a list would wait for all
of them. So where messages have been waiting since the last look, somebody reads ahead to the end of the topic and takes out the noes.
They are let in before their turn; when their turn comes, their ids are known already. A no can only close, so it may overtake
(docs/adr/0024); a report begins a case, so that nothing in front of it can be about that case (docs/adr/0053). Nothing else does.

What is found here is in memory alone, until it is known to be let in: a transaction that is taken back is tried again with it. Whoever dies
forgets it, and the noes are let in when it is their turn.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from schakel.envelope import FIRST
from schakel.events import Told
from schakel.events.base import ce_type
from schakel.events.consent import ConsentRefused, ConsentWithdrawn
from schakel.events.data import ErasureRequested
from schakel.events.report import LabelRefused, ReportReceived
from schakel.record import Raw

NOES: tuple[type[Told], ...] = (ConsentWithdrawn, ConsentRefused, LabelRefused, ErasureRequested)
"""What may overtake. Each takes something away from everybody, and gives nobody anything; a request to be forgotten stops reads."""
TYPES = frozenset(ce_type(model.TYPE).encode() for model in NOES)
_REPORT = ce_type(ReportReceived.TYPE).encode()
KEPT = 500
"""Noes that are remembered of a topic; the next look finds the others."""
IN_DANGER = 50
"""Reports in danger that are taken of one stretch; where a list is full of them, its order is theirs, and no no waits for them."""
SILENT_LOOKS = 60
"""Looks without a word of how far a topic is; one that is ours says so about every second."""

Scout = Callable[[str, int, int], Awaitable[list[Raw]]]
"""(topic, from, up to): what `chosen` takes of that stretch, as it stands there."""


def is_no(headers: Iterable[tuple[str, bytes]]) -> bool:
    """By the headers alone."""
    return any(name == "ce_type" and value in TYPES for name, value in headers)


def says_danger(headers: Sequence[tuple[str, bytes]]) -> bool:
    """A report whose partner marked it; whether it is one, the report itself says when it is read."""
    return FIRST in headers and ("ce_type", _REPORT) in headers


def chosen(found: Sequence[Raw]) -> list[Raw]:
    """Of what a stretch holds: up to KEPT noes, and between them up to IN_DANGER marked reports."""
    taken: list[Raw] = []
    noes = marked = 0
    for raw in found:
        if is_no(raw.headers):
            noes += 1
        elif marked < IN_DANGER and says_danger(raw.headers):
            marked += 1
        else:
            continue
        taken.append(raw)
        if noes == KEPT:
            break
    return taken


def may_overtake(event: Told) -> bool:
    """Asked again of what was found, once it is read."""
    return isinstance(event, NOES) or (isinstance(event, ReportReceived) and event.in_danger)


async def nobody(topic: str, start: int, end: int) -> list[Raw]:
    """Where nobody looks ahead."""
    return []


class Ahead:
    """Which topics to look through, and what was found. `take` and `forget` are called in the worker thread, all else in the main loop."""

    def __init__(self, scout: Scout = nobody) -> None:
        self._scout = scout
        self._positions: dict[str, int] = {}
        self._silent: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self._looked: dict[str, int] = {}
        self._found: dict[str, dict[int, Raw]] = {}

    @property
    def waiting(self) -> bool:
        """Whether something was found that has not been let in yet."""
        return any(tuple(self._found.values()))  # asked in the worker thread

    def reached(self, topic: str, position: int) -> None:
        """This topic has been handled up to here."""
        self._positions[topic] = position
        self._silent[topic] = 0

    async def look(self, ends: Mapping[str, int]) -> None:
        """Where what stood on a topic at the last look is still waiting now, read on to its end."""
        before, self._ends = self._ends, dict(ends)
        self._forget_what_is_not_ours()
        for topic, end in ends.items():
            position = self._positions.get(topic)
            if position is None or position >= before.get(topic, 0):
                continue
            start = max(position, self._looked.get(topic, 0))
            if start < end and not self._found.get(topic):
                found = await self._scout(topic, start, end)
                self._found.setdefault(topic, {}).update({raw.offset: raw for raw in found})
                self._looked[topic] = found[-1].offset + 1 if len(found) >= KEPT else end

    def _forget_what_is_not_ours(self) -> None:
        """Nobody tells any more how far a topic is that another worker has now. What was found there is that one's to find."""
        for topic, looks in list(self._silent.items()):
            self._silent[topic] = looks + 1
            if looks >= SILENT_LOOKS:
                del self._silent[topic], self._positions[topic]
                self._looked.pop(topic, None)
                self._found.pop(topic, None)

    def take(self, topic: str, position: int) -> list[Raw]:
        """What was found on this topic at or behind `position`; it stays until it is forgotten, or its turn has come.

        Noes by themselves, and reports once there are none: those need the keys, which may be away.
        """
        found = list(self._found.get(topic, {}).values())
        self.forget(topic, [raw.offset for raw in found if raw.offset < position])
        ahead = [raw for raw in found if raw.offset >= position]
        return [raw for raw in ahead if is_no(raw.headers)] or ahead

    def forget(self, topic: str, offsets: Iterable[int]) -> None:
        """These need no more attention before their turn."""
        found = self._found.get(topic, {})
        for offset in offsets:
            found.pop(offset, None)
