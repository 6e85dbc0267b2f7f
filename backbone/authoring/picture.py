"""A route as an SVG: lanes from top to bottom along one line, each with its cards, and arrows. Own layout (`placing`), since no light
library draws this.

Readable on a telephone of 360 pixels and in print: one column, two where there is room, no fonts from elsewhere, a shape beside every
colour, contrast of at least 7 to 1. Pure. What is drawn is `route`'s and `hers`'.
"""

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from backbone.authoring.boxes import ALWAYS_ON, CLOCK, PLAIN, TOLD, YES, Card, Lane, Mark, Route
from backbone.authoring.pieces import pieces
from backbone.authoring.placing import INK, SOFT, SPINE_PX, TWO_COLUMNS_PX, Box, Placed, Wire, place

__all__ = [
    "ALWAYS_ON",
    "CLOCK",
    "INK",
    "PLAIN",
    "SOFT",
    "TOLD",
    "TWO_COLUMNS_PX",
    "YES",
    "Card",
    "Lane",
    "Mark",
    "Route",
]

FONTS = "'DejaVu Sans', Verdana, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
NARROWEST_PX, USUAL_PX, WIDE_PX = 300, 360, 760
PAPER, LINE = "#ffffff", "#1f4e79"
TRACKS = (("#1f4e79", ""), ("#8a3b00", "6 3"), ("#3b2f80", "2 3"), ("#14532d", "9 3 2 3"))
"""Colour and dashes of the tracks in the margin, in turn: two that lie beside each other never look the same."""


def draw(route: Route, width_px: int = USUAL_PX, name: str = "route") -> str:
    """The SVG. width_px: how wide it is drawn, at least 300; it grows and shrinks with the page. Raises ValueError below that.

    name: begins its ids, for pages that hold several.
    """
    if width_px < NARROWEST_PX:
        raise ValueError(f"a route needs at least {NARROWEST_PX} pixels, found {width_px}")
    placed = place(route, width_px)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="{route.language}" viewBox="0 0 {width_px} {placed.height}" '
            f'width="{width_px}" height="{placed.height}" font-family="{FONTS}" aria-labelledby="{name}-title {name}-description" '
            f'style="max-width:100%;height:auto">',
            f'<title id="{name}-title">{escape(route.title)}</title>',
            f'<desc id="{name}-description">{escape(route.description)}</desc>',
            f'<rect width="{width_px}" height="{placed.height}" fill="{PAPER}"/>',
            *_spine(placed),
            *(part for box in placed.boxes for part in _box(box)),
            *(part for wire in placed.wires for part in _wire(wire)),
            *(_shape(sign.mark, sign.x, sign.y) for sign in placed.signs),
            *_texts(placed),
            "</svg>\n",
        ]
    )


def draw_in_pieces(route: Route, width_px: int = USUAL_PX, name: str = "route") -> Iterator[str]:
    """The same picture as SVGs that follow each other without a gap; a page lets none of them break. The first says what all show."""
    if width_px < NARROWEST_PX:
        raise ValueError(f"a route needs at least {NARROWEST_PX} pixels, found {width_px}")
    for number, (top, bottom, placed) in enumerate(pieces(place(route, width_px))):
        says = 'aria-hidden="true"' if number else f'role="img" aria-labelledby="{name}-title {name}-description"'
        named = (
            f'<title id="{name}-title">{escape(route.title)}</title>',
            f'<desc id="{name}-description">{escape(route.description)}</desc>',
        )
        yield "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {says} lang="{route.language}" '
                f'viewBox="0 {top:.1f} {width_px} {bottom - top:.1f}" width="{width_px}" height="{bottom - top:.1f}" '
                f'font-family="{FONTS}" style="display:block;max-width:100%;height:auto">',
                *(() if number else named),
                f'<rect y="{top:.1f}" width="{width_px}" height="{bottom - top:.1f}" fill="{PAPER}"/>',
                *_spine(placed, top, bottom),
                *(part for box in placed.boxes for part in _box(box)),
                *(part for wire in placed.wires for part in _wire(wire)),
                *(_shape(sign.mark, sign.x, sign.y) for sign in placed.signs),
                *_texts(placed),
                "</svg>",
            ]
        )


def _spine(placed: Placed, top: float = 0.0, bottom: float = float("inf")) -> Iterator[str]:
    """The line along which the lanes stand, with their numbers: what of it lies between top and bottom."""
    if len(placed.stops) > 1:
        begin, end = max(placed.stops[0], top), min(placed.stops[-1], bottom)
        if begin < end:
            yield f'<path d="M{SPINE_PX} {begin:.0f}V{end:.0f}" stroke="{LINE}" stroke-width="2"/>'
    for number, centre in enumerate(placed.stops, 1):
        if not top <= centre < bottom:
            continue
        yield f'<circle cx="{SPINE_PX}" cy="{centre:.0f}" r="13" fill="{LINE}"/>'
        where = f'x="{SPINE_PX}" y="{centre + 5:.0f}" font-size="14" font-weight="bold"'
        yield f'<text {where} text-anchor="middle" fill="{PAPER}">{number}</text>'


def _box(box: Box) -> Iterator[str]:
    height, key = box.bottom - box.top, f' data-part="{escape(box.key)}"' if box.key else ""
    size = f'x="{box.left:.0f}" y="{box.top:.1f}" width="{box.right - box.left:.0f}" height="{height:.1f}"'
    yield f'<rect class="card"{key} {size} rx="6" fill="{box.mark.fill}" stroke="{box.mark.edge}" stroke-width="1"/>'
    yield f'<rect x="{box.left:.0f}" y="{box.top + 6:.1f}" width="4" height="{height - 12:.1f}" fill="{box.mark.edge}"/>'


def _wire(wire: Wire) -> Iterator[str]:
    """What goes down has the dashes of its track; what goes right is short, and whole. A head at the end."""
    colour, dashes = TRACKS[wire.track % len(TRACKS)] if wire.track >= 0 else (CLOCK.edge, "")
    (x, y), (_, last_y) = wire.points[-1], wire.points[-2]
    right = y == last_y
    ends = (*wire.points[:-1], (x - 5, y) if right else (x, y - 5))
    down = "".join(f"M{x:.1f} {y:.1f}V{to:.1f}" for (x, y), (at, to) in pairwise(ends) if x == at)
    across = "".join(f"M{x:.1f} {y:.1f}H{at:.1f}" for (x, y), (at, to) in pairwise(ends) if y == to)
    yield f'<g class="arrow" data-from="{escape(wire.begin)}" data-to="{escape(wire.end)}" stroke="{colour}" stroke-width="1.6">'
    if down:
        yield f'<path d="{down}"' + (f' stroke-dasharray="{dashes}"' if dashes else "") + "/>"
    if across:
        yield f'<path d="{across}"/>'
    head = f"M{x:.1f} {y:.1f}l-7 -4v8z" if right else f"M{x:.1f} {y:.1f}l-4 -7h8z"
    yield f'<path d="{head}" fill="{colour}" stroke="none"/></g>'


def _texts(placed: Placed) -> Iterator[str]:
    for line in placed.lines:
        weight = ' font-weight="bold"' if line.bold else ""
        where = f'x="{line.x:.0f}" y="{line.base:.1f}" font-size="{line.size:g}"'
        yield f'<text {where}{weight} fill="{line.colour}">{escape(line.said)}</text>'


def _shape(mark: Mark, x: float, y: float) -> str:
    """Of 16 by 16 pixels: a tick, an arrow, a speech balloon, a clock, a dot."""
    stroke = f'fill="none" stroke="{mark.edge}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    at = f'x="{x:.0f}" y="{y:.1f}" width="16" height="16" viewBox="0 0 16 16"'
    match mark.name:
        case "yes":
            inner = f'<circle cx="8" cy="8" r="7" {stroke}/><path d="M4.5 8.5l2.5 2.5l4.5-5.5" {stroke}/>'
        case "always":
            inner = f'<path d="M1 8h13M9 3l5 5l-5 5" {stroke}/>'
        case "told":
            inner = f'<path d="M1 2h14v9h-8l-3 3v-3h-3z" {stroke}/>'
        case "clock":
            inner = f'<circle cx="8" cy="8" r="7" {stroke}/><path d="M8 4v4l3 2" {stroke}/>'
        case _:
            inner = f'<circle cx="8" cy="8" r="4" fill="{mark.edge}"/>'
    return f"<svg {at}>{inner}</svg>"
