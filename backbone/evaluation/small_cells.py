"""What leaves the chain has no small cell: none that fewer than five cases stand behind, or that the others give back. Pure.

A case has many lines: what is counted is whatever a table counts (parts, referrals, findings), but whether that is small is asked of the
*different cases* behind it. Twelve lines of one checklist are one person.

A hidden number can often be reckoned back from a total. So nothing is hidden inside a table here: what is too small is *put together*
with its smallest neighbours until it is not, and every number that is shown is whole. Totals then say nothing more than their parts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

SMALLEST = 5
REST = "together"
"""Under this name stands what was put together."""

Cell = Counter[str]
"""What is counted, by the case that it is of."""


class Reader(StrEnum):
    """For whom figures are made. `outside` is whoever is no partner of the chain: council, public, researchers."""

    INSIDE = "inside"
    OUTSIDE = "outside"


def small(count: int, smallest: int = SMALLEST) -> bool:
    """Whether a count of cases would point to somebody. None at all is no small cell."""
    return 0 < count < smallest


def pooled_rows(rows: Mapping[str, Sequence[Cell]], smallest: int = SMALLEST) -> dict[str, tuple[int, ...]]:
    """Rows of counts with behind every cell nobody or at least `smallest` cases; the rows that are not so are put together, with the next
    smallest of the others as long as the sum is not so either. Empty: all of it together would still be too small."""
    sums = {name: tuple(cell.total() for cell in cells) for name, cells in rows.items()}
    rest = [name for name, cells in rows.items() if _points(cells, smallest)]
    if not rest:
        return sums
    together = [Cell() for _ in rows[rest[0]]]
    for name in rest:
        _add(together, rows[name])
    others = sorted((sum(cells), name) for name, cells in sums.items() if name not in rest)
    while _points(together, smallest) and others:
        _, name = others.pop(0)
        _add(together, rows[name])
    if _points(together, smallest):
        return {}
    shown = {name for _, name in others}
    kept = {name: cells for name, cells in sums.items() if name in shown}
    return {**kept, REST: tuple(cell.total() for cell in together)}


def pooled(tally: Mapping[str, Cell], smallest: int = SMALLEST) -> dict[str, int]:
    """The same for single counts."""
    found = pooled_rows({name: (cell,) for name, cell in tally.items() if cell}, smallest)
    return {name: cells[0] for name, cells in found.items()}


def about(count: int, smallest: int = SMALLEST) -> int | str:
    """A count for a sentence: below the smallest only that."""
    return f"fewer than {smallest}" if small(count, smallest) else count


def _points(cells: Sequence[Cell], smallest: int) -> bool:
    return any(small(len(cell), smallest) for cell in cells)


def _add(to: Sequence[Cell], cells: Sequence[Cell]) -> None:
    for sum_, cell in zip(to, cells, strict=True):
        sum_.update(cell)
