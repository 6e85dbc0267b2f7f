"""Which counts of one closed period may be shown: none below k, and none from which such a one can be worked out.

Pure, and the same every time. What it holds against, and why, stands in docs/adr/0031. A count that is hidden because it is small and
one that is hidden to cover it look alike; which one covers goes by the order of the list, never by size, so that the choice itself tells
nothing.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from backbone.overviews.incident import UNKNOWN
from backbone.overviews.network import Arc, Network

ALL, REST = "all", "rest"
"""The whole municipality, and the districts that are not shown by themselves, together."""
Counts = Mapping[str, Mapping[str, int]]
"""By row (a district, or `unknown`) and word."""
Shown = dict[str, dict[str, int | None]]
"""By row (also `all` and `rest`) and word; None: not shown."""


def totals(counts: Mapping[str, int], order: Sequence[str], k: int) -> dict[str, int | None]:
    """Incidents by row and of `all`. A row without any is taken for known: later it may be called silent."""
    whole = sum(counts.values())
    arcs = [Arc(ALL, "out", "in", whole, known=whole >= k)]
    arcs += [Arc(row, "in", "out", counts[row], counts[row] >= k or counts[row] == 0, guarded=True) for row in order]
    network = Network(arcs)
    _cover(network, order, k)
    shown = {row: counts[row] if network[row].known and counts[row] else None for row in order}
    return {ALL: whole if network[ALL].known else None, **shown}


def _cover(network: Network, order: Sequence[str], k: int) -> None:
    """Hide further numbers until none can be worked out: the one before it in the order."""
    while (open_ := next(network.exposed(k), None)) is not None:
        covering = [name for name in _around(order, open_.name) if network[name].known and network[name].value]
        if covering:
            network[covering[0]].known = False
        else:
            for arc in network.arcs.values():
                if arc.value:
                    arc.known = False
            return


def _around(order: Sequence[str], name: Hashable) -> Iterable[str]:
    """The others, from the one before it back to the first, and on from the last: a centre, that lists begin with, is spared."""
    at = order.index(str(name)) if name in order else len(order)
    return [*reversed(order[:at]), *reversed(order[at + 1 :])]


@dataclass
class _Table:
    """One table at work. rows: those that are shown by themselves, and `rest`; most: how many incidents a row has."""

    counts: Mapping[str, Mapping[str, int]]
    most: Mapping[str, int]
    words: tuple[str, ...]
    k: int
    pooled: set[str]
    closed: frozenset[str]
    """Rows of which nothing is shown, and that may hold none of any word: of a part of them the number of incidents may be known."""
    hidden: set[tuple[str, str]] = field(default_factory=set)

    @property
    def single(self) -> list[str]:
        """Words that are shown of the whole."""
        return [word for word in self.words if word not in self.pooled]

    def of_all(self, word: str) -> int:
        return sum(row[word] for row in self.counts.values())

    def margins(self) -> Network:
        """The words of the whole; how many there are together is taken for known."""
        whole, most = sum(map(self.of_all, self.words)), sum(self.most.values())
        arcs = [Arc(word, "in", "out", self.of_all(word), word not in self.pooled, most, True) for word in self.words]
        return Network([Arc(ALL, "out", "in", whole, known=True), *arcs])

    def inside(self) -> Network:
        """Words by rows. What is hidden of the whole is one column; how many there are in a row is taken for known."""
        columns = {word: (word,) for word in self.single} | {"": tuple(sorted(self.pooled))}
        arcs = []
        for column, words in columns.items():
            of_row = {row: sum(mine[word] for word in words) for row, mine in self.counts.items()}
            arcs.append(Arc(column, "in", ("word", column), sum(of_row.values()), known=True))
            for row, value in of_row.items():
                shown = column != "" and (row, column) not in self.hidden
                closed = row in self.closed and column != ""
                arcs.append(Arc((row, column), ("word", column), ("row", row), value, shown, self.most[row], closed))
        for row, mine in self.counts.items():
            arcs.append(Arc(("sum", row), ("row", row), "in", sum(mine.values()), known=True))
        return Network(arcs)


def table(
    counts: Counts,
    most: Mapping[str, int],
    words: tuple[str, ...],
    k: int,
    *,
    by_row: bool,
    closed: Iterable[str] = (),
    pooled: Iterable[str] = (),
) -> Shown:
    """One table: the words of the whole, and of each row. counts: every row and word; most: incidents of each row.

    by_row: false when a table is made of the whole only. closed: rows of which nothing may be shown, nor worked out that a word is there.
    pooled: words that are not shown, however many they are.
    """
    every = (*words, *(() if UNKNOWN in words else (UNKNOWN,)))
    whole = {word: sum(row.get(word, 0) for row in counts.values()) for word in every}
    full = {row: {word: mine.get(word, 0) for word in every} for row, mine in counts.items()}
    few = {word for word in every if whole[word] < k}
    work = _Table(full, most, every, k, few | {UNKNOWN, *pooled}, frozenset(closed))
    while True:
        _cover_words(work)
        if not by_row or not work.single or _cover_inside(work):
            break
    shown: Shown = {ALL: {word: whole[word] if word in work.single else None for word in words}}
    if by_row:
        for row, mine in full.items():
            open_ = {word for word in work.single if (row, word) not in work.hidden}
            shown[row] = {word: mine[word] if word in open_ else None for word in words}
    return shown


def _cover_words(work: _Table) -> None:
    network = work.margins()
    while (open_ := next(network.exposed(work.k), None)) is not None:
        covering = next((word for word in _around(work.words, open_.name) if network[word].known), None)
        if covering is None:
            return
        work.pooled.add(covering)
        network[covering].known = False


def _cover_inside(work: _Table) -> bool:
    """True: nothing inside can be worked out any more. False: one more word had to be hidden of the whole, begin again."""
    k, rows = work.k, list(work.counts)
    work.hidden = {
        (row, word) for word in work.single for row in rows if work.counts[row][word] < k or row in work.closed
    }
    network = work.inside()
    while (open_ := next(network.exposed(k), None)) is not None:
        at: tuple[str, str] = open_.name  # type: ignore[assignment]
        row, word = at
        beside = [(row, other) for other in _around(work.single, word)]
        above = [(other, word) for other in _around(rows, row)] if word else []
        news = [_first_shown(network, beside), _first_shown(network, above)]
        if not any(news):
            news = [_first_shown(network, [(other, column) for other in rows for column in work.single])]
        if not any(news):
            work.pooled.add(word or work.single[0])
            return False
        for cell in filter(None, news):
            network[cell].known = False
            work.hidden.add(cell)
    return True


def late(counts: Mapping[str, int], newest_first: Sequence[str], whole: int, k: int) -> dict[str, int]:
    """Which earlier months are named, and how many came in late of each. The period's own month never is.

    From the newest on: named from k up, while at least k are left for the own month and all that is not named; the first that is not
    ends it. So whoever sees where it ends knows neither that this month is small nor that the rest is: all that is left may be of that
    month, or none of it (tests/overviews/test_late.py looks at every history there could be). newest_first: months that were issued
    before, also those without any, since which there are may not depend on what is hidden.
    """
    named: dict[str, int] = {}
    left = whole
    for month in newest_first:
        count = counts.get(month, 0)
        if count < k or left - count < k:
            break
        named[month] = count
        left -= count
    return named


def _first_shown(network: Network, cells: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    return next((cell for cell in cells if network[cell].known), None)
