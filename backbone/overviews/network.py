"""What somebody can work out of a number that was not shown, from all that was: a table with its totals as a network of flows.

Every number is an arc; at each node what goes in goes out, as districts sum to the municipality and months to a quarter. A shown number
is fixed; a hidden one may be anything from nothing to `most`. The least and the most that it can be, given everything shown, follow from
the paths along which hidden numbers can still move: exact, in whole numbers, without solving anything (max-flow, min-cut). Pure.
"""

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


_Way = tuple[int, int, Arc, bool]
"""The node that a hidden number leads to, the number's place, the number, and whether it grows that way."""
_Came = dict[int, tuple[int, int, Arc, bool] | None]
"""How a node was reached: from which, over which number, and whether that grows on the way from source to sink."""


class Network:
    """Numbers that sum to each other. Every arc's value is the truth: at each node they balance."""

    def __init__(self, arcs: Iterable[Arc]) -> None:
        self.arcs: dict[Hashable, Arc] = {arc.name: arc for arc in arcs}
        places: dict[Node, int] = {}
        self._ends = [
            (arc, places.setdefault(arc.tail, len(places)), places.setdefault(arc.head, len(places)))
            for arc in self.arcs.values()
        ]
        """Each arc with its nodes by number: the search for paths asks for nothing as often as for them."""
        self._at: list[list[_Way]] = [[] for _ in places]
        """Of each node where hidden numbers lead, as they were hidden when `exposed` was asked."""
        self._moved: dict[Hashable, list[Arc]] = {}

    def __getitem__(self, name: Hashable) -> Arc:
        return self.arcs[name]

    def exposed(self, k: int) -> Iterator[Arc]:
        """The numbers from 1 to k - 1 of which more can be worked out than that they may be 0 and may be k; guarded ones, than may be 0.

        What moved to show that a number is safe is kept: as long as all of that is hidden, it still is. Ask anew once one was hidden.
        """
        self._at = [[] for _ in self._at]
        for number, (arc, tail, head) in enumerate(self._ends):
            if not arc.known:
                self._at[tail].append((head, number, arc, True))
                self._at[head].append((tail, number, arc, False))
        for number, (arc, tail, head) in enumerate(self._ends):
            judged = 0 < arc.value < k or (arc.guarded and arc.value and not arc.known)
            if judged and not self._is_safe(number, arc, tail, head, k):
                yield arc

    def _is_safe(self, number: int, arc: Arc, tail: int, head: int, k: int) -> bool:
        if arc.known:
            return False
        kept = self._moved.get(arc.name)
        if kept is not None and not any(other.known for other in kept):
            return True
        used: list[Arc] = []
        rising = max(k - arc.value, 0)
        if rising and arc.most - arc.value < rising:
            return False
        if self._flow(tail, head, number, arc.value, used) < arc.value:
            return False
        if self._flow(head, tail, number, rising, used) < rising:
            return False
        self._moved[arc.name] = used
        return True

    def _flow(self, source: int, sink: int, without: int, wanted: int, used: list[Arc]) -> int:
        """How much can go from source to sink over hidden numbers, one of them left out; no more than is wanted. used: gets what moved."""
        moved: dict[int, int] = {}
        done = 0
        while done < wanted:
            path = self._path(source, sink, without, moved)
            if path is None:
                break
            step = min([wanted - done, *(_room(arc, moved.get(number, 0), ahead) for number, arc, ahead in path)])
            for number, arc, ahead in path:
                moved[number] = moved.get(number, 0) + (step if ahead else -step)
                used.append(arc)
            done += step
        return done

    def _path(
        self, source: int, sink: int, without: int, moved: Mapping[int, int]
    ) -> list[tuple[int, Arc, bool]] | None:
        """A short one along which something can still move; None when there is none, or source and sink are one.

        Looked for from both ends, the nearer nodes of the smaller side first: most are three numbers long, in a table of hundreds.
        """
        if source == sink:
            return None
        from_source: _Came = {source: None}
        from_sink: _Came = {sink: None}
        front, back = [source], [sink]
        while front and back:
            onward = len(front) <= len(back)
            came, other, waiting = (from_source, from_sink, front) if onward else (from_sink, from_source, back)
            found: list[int] = []
            for here in waiting:
                for there, number, arc, grows in self._at[here]:
                    if there in came or number == without:
                        continue
                    now = arc.value + moved[number] if number in moved else arc.value
                    if (now >= arc.most) if grows is onward else (now <= 0):
                        continue
                    came[there] = (here, number, arc, grows is onward)
                    if there in other:
                        return [*_back(there, from_source), *_back(there, from_sink)]
                    found.append(there)
            if onward:
                front = found
            else:
                back = found
        return None


def _room(arc: Arc, moved: int, ahead: bool) -> int:
    return arc.most - arc.value - moved if ahead else arc.value + moved


def _back(end: int, came: _Came) -> Iterator[tuple[int, Arc, bool]]:
    here = end
    while (step := came[here]) is not None:
        here, number, arc, ahead = step
        yield number, arc, ahead
