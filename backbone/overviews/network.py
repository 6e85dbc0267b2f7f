"""What somebody can work out of a number that was not shown, from all that was: a table with its totals as a network of flows.

Every number is an arc; at each node what goes in goes out, as districts sum to the municipality and months to a quarter. A shown number
is fixed; a hidden one may be anything from nothing to `most`. The least and the most that it can be, given everything shown, follow from
the paths along which hidden numbers can still move: exact, in whole numbers, without solving anything (max-flow, min-cut). Pure.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

Node = Hashable
NO_MOST: Final = 1 << 60


@dataclass(slots=True)
class Arc:
    """One number. known: shown, or to be worked out from what is shown. most: what it cannot exceed for another reason.

    guarded: must be able to be 0 however large it is, as long as it is hidden, since small numbers of another table hang on that.
    """

    name: Hashable
    tail: Node
    head: Node
    value: int
    known: bool = False
    most: int = NO_MOST
    guarded: bool = False


class Network:
    """Numbers that sum to each other. Every arc's value is the truth: at each node they balance."""

    def __init__(self, arcs: Iterable[Arc]) -> None:
        self.arcs: dict[Hashable, Arc] = {arc.name: arc for arc in arcs}
        self._at: dict[Node, list[tuple[Node, Arc, bool]]] = {}
        """Of each node where hidden numbers lead, as they were hidden when `exposed` was asked."""
        self._moved: dict[Hashable, list[Arc]] = {}

    def __getitem__(self, name: Hashable) -> Arc:
        return self.arcs[name]

    def exposed(self, k: int) -> Iterator[Arc]:
        """The numbers from 1 to k - 1 of which more can be worked out than that they may be 0 and may be k; guarded ones, than may be 0.

        What moved to show that a number is safe is kept: as long as all of that is hidden, it still is. Ask anew once one was hidden.
        """
        self._at = {}
        for arc in self.arcs.values():
            if not arc.known:
                self._at.setdefault(arc.tail, []).append((arc.head, arc, True))
                self._at.setdefault(arc.head, []).append((arc.tail, arc, False))
        for arc in self.arcs.values():
            judged = 0 < arc.value < k or (arc.guarded and arc.value and not arc.known)
            if judged and not self._is_safe(arc, k):
                yield arc

    def _is_safe(self, arc: Arc, k: int) -> bool:
        if arc.known:
            return False
        kept = self._moved.get(arc.name)
        if kept is not None and not any(other.known for other in kept):
            return True
        used: list[Arc] = []
        rising = max(k - arc.value, 0)
        if rising and arc.most - arc.value < rising:
            return False
        if self._flow(arc.tail, arc.head, arc, arc.value, used) < arc.value:
            return False
        if self._flow(arc.head, arc.tail, arc, rising, used) < rising:
            return False
        self._moved[arc.name] = used
        return True

    def _flow(self, source: Node, sink: Node, without: Arc, wanted: int, used: list[Arc] | None = None) -> int:
        """How much can go from source to sink over hidden numbers, one of them left out; no more than is wanted. used: gets what moved."""
        moved: dict[int, int] = {}
        done = 0
        while done < wanted:
            path = self._path(source, sink, without, moved)
            if path is None:
                break
            step = min([wanted - done, *(_room(arc, ahead, moved) for arc, ahead in path)])
            for arc, ahead in path:
                moved[id(arc)] = moved.get(id(arc), 0) + (step if ahead else -step)
                if used is not None:
                    used.append(arc)
            done += step
        return done

    def _path(self, source: Node, sink: Node, without: Arc, moved: Mapping[int, int]) -> list[tuple[Arc, bool]] | None:
        if source == sink:
            return None
        came: dict[Node, tuple[Node, Arc, bool]] = {}
        waiting = deque([source])
        while waiting:
            here = waiting.popleft()
            for there, arc, ahead in self._at.get(here, ()):
                if there in came or there == source or arc is without or _room(arc, ahead, moved) <= 0:
                    continue
                came[there] = (here, arc, ahead)
                if there == sink:
                    return list(_back(sink, source, came))
                waiting.append(there)
        return None


def _room(arc: Arc, ahead: bool, moved: Mapping[int, int]) -> int:
    now = arc.value + moved.get(id(arc), 0)
    return arc.most - now if ahead else now


def _back(sink: Node, source: Node, came: Mapping[Node, tuple[Node, Arc, bool]]) -> Iterator[tuple[Arc, bool]]:
    here = sink
    while here != source:
        here, arc, ahead = came[here]
        yield arc, ahead
