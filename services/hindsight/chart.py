"""The pictures of a case's page: one axis of time for all rows, and on each row marks or bars, as SVG that fits any width.

Places are percentages of the width and sizes are pixels, so that a row is as readable on a telephone as on paper. No text stands in a
picture but counts and days: what a row says stands beside it. Where nothing happens for long the axis is pressed together. Pure.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

EDGE = 2.5
"""Percent of the width at either end, so that a mark at the end is whole."""
TOGETHER = 5.0
"""Marks that lie closer than this, in percent, are shown as one with their number."""
TICKS_APART = 40.0
"""Percent: a day takes a good quarter of a small telephone's width."""
INK, LINE, YES, NO, GROUND, LATE, RUNS = "#16202c", "#aab4be", "#1b6e3c", "#9b1c1c", "#1f4e79", "#9b1c1c", "#5a4a00"


class Axis:
    """Moments to percent. Each span between two moments is as wide as the logarithm of its length."""

    def __init__(self, moments: Iterable[datetime]) -> None:
        self._moments = sorted(set(moments))
        widths = [
            math.log1p((later - earlier).total_seconds() / 60)
            for earlier, later in zip(self._moments, self._moments[1:], strict=False)
        ]
        whole = sum(widths) or 1.0
        self._places = [EDGE]
        for width in widths:
            self._places.append(self._places[-1] + width / whole * (100 - 2 * EDGE))

    def at(self, moment: datetime) -> float:
        """Percent from the left."""
        place = bisect_right(self._moments, moment) - 1
        if place < 0:
            return EDGE
        if place >= len(self._moments) - 1:
            return self._places[-1]
        span = (self._moments[place + 1] - self._moments[place]).total_seconds()
        part = (moment - self._moments[place]).total_seconds() / span
        return self._places[place] + part * (self._places[place + 1] - self._places[place])

    def ticks(self) -> Iterator[tuple[float, datetime]]:
        """The first moment, the last, and those between that leave room for their day."""
        if not self._moments:
            return
        yield self._places[0], self._moments[0]
        last = self._places[0]
        for place, moment in zip(self._places[1:-1], self._moments[1:-1], strict=False):
            if place - last >= TICKS_APART and self._places[-1] - place >= TICKS_APART:
                yield place, moment
                last = place
        if len(self._moments) > 1:
            yield self._places[-1], self._moments[-1]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at one moment. shape: told, drawn (a conclusion), reached (it came here), void (overtaken)."""

    at: float
    shape: str
    says: str


SHAPES = {
    "told": f'<circle r="7" fill="{GROUND}"/>',
    "drawn": '<rect x="-6.5" y="-6.5" width="13" height="13" fill="#3d4a5a"/>',
    "reached": f'<path d="M-7,-20 L7,-20 L0,-9 Z" fill="#fff" stroke="{GROUND}" stroke-width="2.5"/>',
    "void": f'<circle r="6.5" fill="#fff" stroke="{NO}" stroke-width="2"/>'
    f'<path d="M-4,-4 L4,4 M4,-4 L-4,4" stroke="{NO}" stroke-width="2"/>',
}


def shape(name: str) -> str:
    """One mark by itself, for the legend."""
    drawn, down = SHAPES[name], 24 if name == "reached" else 9
    return f'<svg class="icon" width="18" height="18" aria-hidden="true"><svg x="9" y="{down}" overflow="visible">{drawn}</svg></svg>'


def lane(marks: Sequence[Mark]) -> str:
    """One partner's row: a line, what was told or concluded on it, and above it what came in."""
    middle = 26 if any(mark.shape == "reached" for mark in marks) else 13
    parts = [_line(middle)]
    for group in _groups(marks):
        first = group[0]
        drawn = SHAPES[first.shape]
        if len(group) > 1 and first.shape != "reached":
            drawn = _counted(first.shape, len(group))
        title = escape("; ".join(dict.fromkeys(mark.says for mark in group)))
        parts.append(f'<svg x="{first.at:.2f}%" y="{middle}" overflow="visible"><title>{title}</title>{drawn}</svg>')
    return _svg("".join(parts), middle + 13)


def _groups(marks: Sequence[Mark]) -> Iterator[list[Mark]]:
    """Marks of one shape that would lie over each other. What was overtaken is never hidden in a number."""
    open_: dict[str, list[Mark]] = {}
    for mark in sorted(marks, key=lambda one: one.at):
        group = open_.get(mark.shape)
        if group and mark.at - group[0].at < TOGETHER:
            group.append(mark)
            continue
        if group:
            yield group
        open_[mark.shape] = [mark]
    yield from open_.values()


def _counted(name: str, count: int) -> str:
    fill = "#3d4a5a" if name == "drawn" else NO if name == "void" else GROUND
    back = (
        f'<rect x="-9" y="-9" width="18" height="18" fill="{fill}"/>'
        if name == "drawn"
        else f'<circle r="9.5" fill="{fill}"/>'
    )
    return f'{back}<text y="4" text-anchor="middle" fill="#fff" font-size="11" font-weight="700">{count}</text>'


def bar(
    start: float, end: float, kind: str, *, ended: bool = False, due: float | None = None, late: float | None = None
) -> str:
    """One row with a bar. kind: yes, no, other_ground, done, late, runs. due: the moment promised; late: where it was passed."""
    middle, width = 11.0, max(end - start, 0.6)
    fill = {
        "yes": YES,
        "done": YES,
        "no": "url(#no)",
        "other_ground": "url(#ground)",
        "late": LATE,
        "runs": "url(#runs)",
    }[kind]
    edge = {"yes": YES, "done": YES, "no": NO, "other_ground": GROUND, "late": LATE, "runs": RUNS}[kind]
    parts = [
        _line(middle),
        f'<rect x="{start:.2f}%" y="{middle - 6}" width="{width:.2f}%" height="12" fill="{fill}" stroke="{edge}" stroke-width="1.5"/>',
    ]
    if ended:
        parts.append(f'<rect x="{start + width:.2f}%" y="{middle - 9}" width="3" height="18" fill="{INK}"/>')
    if due is not None:
        parts.append(
            f'<svg x="{due:.2f}%" y="{middle}" overflow="visible"><path d="M0,-10 L6,0 L0,10 L-6,0 Z" fill="#fff" stroke="{INK}" '
            f'stroke-width="2"/></svg>'
        )
    if late is not None:
        parts.append(f'<svg x="{late:.2f}%" y="{middle}" overflow="visible">{_cross()}</svg>')
    return _svg("".join(parts), 22)


def _cross() -> str:
    path = '<path d="M-6,-6 L6,6 M6,-6 L-6,6" stroke="{colour}" stroke-width="{width}"/>'
    return path.format(colour="#fff", width=6) + path.format(colour=LATE, width=3)


def legend_bar(kind: str) -> str:
    """A piece of bar for the legend."""
    fill = {"yes": YES, "no": "url(#no)", "other_ground": "url(#ground)", "late": LATE, "runs": "url(#runs)"}[kind]
    edge = {"yes": YES, "no": NO, "other_ground": GROUND, "late": LATE, "runs": RUNS}[kind]
    inner = f'<rect x="1" y="3" width="26" height="12" fill="{fill}" stroke="{edge}" stroke-width="1.5"/>'
    return f'<svg class="icon" width="28" height="18" aria-hidden="true">{inner}</svg>'


def legend_sign(name: str) -> str:
    """The sign of a promised moment, or of a breach."""
    inner = (
        f'<path d="M0,-8 L5,0 L0,8 L-5,0 Z" fill="#fff" stroke="{INK}" stroke-width="2"/>'
        if name == "due"
        else _cross()
    )
    return f'<svg class="icon" width="18" height="18" aria-hidden="true"><svg x="9" y="9" overflow="visible">{inner}</svg></svg>'


def axis(ticks: Sequence[tuple[float, str]]) -> str:
    """The days below the rows."""
    parts = [_line(4)]
    for number, (place, label) in enumerate(ticks):
        anchor = "start" if number == 0 else "end" if number == len(ticks) - 1 else "middle"
        at = 0.5 if anchor == "start" else 99.5 if anchor == "end" else place
        parts.append(f'<rect x="{place:.2f}%" y="0" width="1.5" height="8" fill="{INK}"/>')
        parts.append(
            f'<text x="{at:.2f}%" y="22" text-anchor="{anchor}" font-size="13" fill="{INK}">{escape(label)}</text>'
        )
    return _svg("".join(parts), 28)


def patterns() -> str:
    """What the bars are filled with, once a page: a no, another ground and a clock that runs are told apart without colour too."""
    return (
        '<svg width="0" height="0" aria-hidden="true" class="patterns"><defs>'
        f'<pattern id="no" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" '
        f'fill="#fff"/><rect width="3" height="7" fill="{NO}"/></pattern>'
        f'<pattern id="ground" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#fff"/>'
        f'<rect width="6" height="3" fill="{GROUND}"/></pattern>'
        f'<pattern id="runs" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="#fff"/>'
        f'<rect width="5" height="8" fill="{RUNS}"/></pattern></defs></svg>\n'
    )


def _line(y: float) -> str:
    return f'<line x1="0" x2="100%" y1="{y}" y2="{y}" stroke="{LINE}" stroke-width="1.5"/>'


def _svg(inner: str, height: int) -> str:
    return f'<svg width="100%" height="{height}" aria-hidden="true" focusable="false">{inner}</svg>'
