"""Longer periods: which sums of months or quarters may be shown beside what was shown of each of them. Pure.

A sum is shown when everything in it was, since anybody can add; or when, with all that was shown of the year so far, still no number
below k can be worked out. Else a reader gets what anybody could add up: "at least". Nothing that was issued is ever taken back for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backbone.overviews.network import NO_MOST, Arc, Network
from backbone.overviews.shown import ALL

YEAR = "year"


@dataclass(frozen=True)
class Leaf:
    """One of the periods that a table is made by: a month or a quarter of the year.

    part_of: its quarter, or `year`. counts: by name (a district, or a word), and shown: those that were. whole: how many there were in
    all. most: what no count of it can exceed. zeros: whether a count of 0 is taken for known.
    """

    name: str
    part_of: str
    counts: Mapping[str, int]
    shown: Mapping[str, int | None]
    whole: int
    whole_known: bool
    most: int = NO_MOST
    zeros: bool = False

    def known(self, name: str) -> bool:
        return self.shown.get(name) is not None or (self.zeros and not self.counts.get(name, 0))


def year(leaves: Sequence[Leaf], names: Sequence[str], sums: Mapping[str, Mapping[str, int | None]]) -> Network:
    """The year so far. sums: what was shown of its quarters before; `all` in them is the whole, as everywhere.

    Arcs: `(leaf, name)`, and `(quarter or "year", name)`.
    """
    arcs: list[Arc] = []
    levels = sorted({leaf.part_of for leaf in leaves} - {YEAR})
    for leaf in leaves:
        arcs.append(Arc((leaf.name, ALL), (ALL, leaf.part_of), leaf.name, leaf.whole, leaf.whole_known))
        for name in names:
            value = leaf.counts.get(name, 0)
            arcs.append(
                Arc(
                    (leaf.name, name), leaf.name, (name, leaf.part_of), value, leaf.known(name), leaf.most, guarded=True
                )
            )
    for level in (*levels, YEAR):
        mine = [leaf for leaf in leaves if level in (leaf.part_of, YEAR)]
        for name in (ALL, *names):
            value = sum(leaf.whole if name == ALL else leaf.counts.get(name, 0) for leaf in mine)
            known = sums.get(level, {}).get(name) is not None
            below, above = (name, level), "round" if level == YEAR else (name, YEAR)
            tail, head = (above, below) if name == ALL else (below, above)
            arcs.append(Arc((level, name), tail, head, value, known))
    return Network(arcs)


def shown(
    network: Network, leaves: Sequence[Leaf], period: str, names: Sequence[str], k: int
) -> tuple[dict[str, int | None], dict[str, int]]:
    """What may be shown of a quarter or of the `year`, and of what is not: at least how many. The whole comes first, then in order."""
    mine = [leaf for leaf in leaves if period in (leaf.part_of, YEAR)]
    found: dict[str, int | None] = {}
    least: dict[str, int] = {}
    for name in (ALL, *names):
        arc = network[period, name]
        cells = [network[leaf.name, name] for leaf in mine]
        if all(cell.known for cell in cells):
            arc.known = True
        elif arc.value >= k:
            arc.known = True
            if next(network.exposed(k), None) is not None:
                arc.known = False
        found[name] = arc.value if arc.known else None
        if not arc.known and (sure := sum(cell.value for cell in cells if cell.known)):
            least[name] = sure
    return found, least
