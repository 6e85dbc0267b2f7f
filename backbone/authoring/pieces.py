"""Where a picture may be cut, and a picture as pieces that a printer keeps whole: each heading with its first card, and every card. Pure.

In a page of one's own browser a picture starts anywhere on a sheet, so that it cannot know where the sheet ends; the printer does.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from backbone.authoring.placing import Placed

_ROUND_PX = 13
"""Half of the circle with a lane's number."""


def cuts(placed: Placed) -> list[float]:
    """Between one card and what stands next below it, halfway; none where arrows join what would be cut."""
    if placed.wires:
        return []
    tops = sorted(
        [
            *(box.top for box in placed.boxes),
            *(line.base - line.size for line in placed.lines if line.in_box < 0),
            *(stop - _ROUND_PX for stop in placed.stops),
        ]
    )
    found = set[float]()  # two cards beside each other end at one cut
    for bottom in sorted({box.bottom for box in placed.boxes}):
        below = next((top for top in tops if top >= bottom), None)
        if below is None:
            continue
        cut = float(round((bottom + below) / 2))  # whole pixels: the line between two pieces shows no gap
        if bottom <= cut <= below and not any(box.top < cut < box.bottom for box in placed.boxes):
            found.add(cut)
    return sorted(found)


def pieces(placed: Placed) -> list[tuple[float, float, Placed]]:
    """From where to where, and what stands there. All that is placed is in one of them, once."""
    edges: Sequence[float] = (0.0, *cuts(placed), float(placed.height))
    found = []
    for top, bottom in pairwise(edges):
        part = replace(
            placed,
            boxes=[box for box in placed.boxes if top <= box.top < bottom],
            lines=[line for line in placed.lines if top <= line.base < bottom],
            signs=[sign for sign in placed.signs if top <= sign.y < bottom],
        )
        found.append((top, bottom, part))
    return found
