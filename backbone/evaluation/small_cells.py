"""What leaves the chain has no small cell: no count from one to four, and none that could be worked out from the others. Pure.

A hidden number can often be reckoned back from a total. So nothing is hidden inside a table here: what is too small is *put together*
with its smallest neighbours until it is not, and every number that is shown is whole. Totals then say nothing more than their parts.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

SMALLEST = 5
REST = "together"
"""Under this name stands what was put together."""


class Reader(StrEnum):
    """For whom figures are made. `outside` is whoever is no partner of the chain: council, public, researchers."""

    INSIDE = "inside"
    OUTSIDE = "outside"


def small(count: int, smallest: int = SMALLEST) -> bool:
    """Whether a count would point to somebody. None at all is no small cell."""
    return 0 < count < smallest


def pooled_rows(rows: Mapping[str, Sequence[int]], smallest: int = SMALLEST) -> dict[str, tuple[int, ...]]:
    """Rows of counts with every cell 0 or at least `smallest`; the rows that are not so are put together, with the next smallest of the
    others as long as the sum is not so either. Empty: all of it together would still be too small."""
    kept = {name: tuple(cells) for name, cells in rows.items()}
    rest = {name for name, cells in kept.items() if any(small(cell, smallest) for cell in cells)}
    if not rest:
        return kept
    others = sorted((sum(cells), name) for name, cells in kept.items() if name not in rest)
    total = _sum(kept[name] for name in rest)
    while any(small(cell, smallest) for cell in total) and others:
        _, name = others.pop(0)
        rest.add(name)
        total = _sum((total, kept[name]))
    shown = {name: cells for name, cells in kept.items() if name not in rest}
    if any(small(cell, smallest) for cell in total):
        return {}
    return {**shown, REST: total}


def pooled(tally: Mapping[str, int], smallest: int = SMALLEST) -> dict[str, int]:
    """The same for single counts."""
    found = pooled_rows({name: (count,) for name, count in tally.items() if count}, smallest)
    return {name: cells[0] for name, cells in found.items()}


def about(count: int, smallest: int = SMALLEST) -> int | str:
    """A count for a sentence: below the smallest only that."""
    return f"fewer than {smallest}" if small(count, smallest) else count


def _sum(rows: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))
