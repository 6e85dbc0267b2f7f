"""A route as an SVG: lanes from top to bottom along one line, each with its cards. Own layout, since no light library draws this.

Readable on a telephone of 360 pixels and in print: one column, two where there is room, no fonts from elsewhere, a shape beside every
colour, contrast of at least 7 to 1. Text is wrapped by widths that no usual font exceeds. Pure. What is drawn is `route`'s and `hers`'.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

FONTS = "'DejaVu Sans', Verdana, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
NARROWEST_PX, USUAL_PX, TWO_COLUMNS_PX, WIDE_PX = 300, 360, 600, 760
INK, SOFT, PAPER, LINE = "#16202c", "#3d4a5a", "#ffffff", "#1f4e79"
EDGE_PX, SPINE_PX, INDENT_PX, PAD_PX, GAP_PX = 12, 24, 44, 10, 10


@dataclass(frozen=True, slots=True)
class Mark:
    """What a card is told apart by: a colour and a shape, so that it is clear without colour too."""

    name: str
    fill: str
    edge: str


YES = Mark("yes", "#e3f2e6", "#14532d")
ALWAYS_ON = Mark("always", "#fdf0d5", "#6b3a00")
TOLD = Mark("told", "#e8e6f5", "#3b2f80")
CLOCK = Mark("clock", "#dfeefa", "#0f4c75")
PLAIN = Mark("plain", "#f2f4f7", "#44546a")


@dataclass(frozen=True, slots=True)
class Card:
    """A box: a small line above, a title, lines, and a mark with its words below."""

    title: str
    lines: tuple[str, ...] = ()
    above: str = ""
    mark: Mark = PLAIN
    says: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One part of the route."""

    heading: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """title: what the picture shows; about: a line below it; description: for those who do not see it."""

    title: str
    about: str
    description: str
    lanes: tuple[Lane, ...]
    language: str = "nl"
    legend: tuple[tuple[Mark, str], ...] = ()


def draw(route: Route, width_px: int = USUAL_PX, name: str = "route") -> str:
    """The SVG. width_px: how wide it is drawn, at least 300; it grows and shrinks with the page. Raises ValueError below that.

    name: begins its ids, for pages that hold several.
    """
    if width_px < NARROWEST_PX:
        raise ValueError(f"a route needs at least {NARROWEST_PX} pixels, found {width_px}")
    canvas = _Canvas(width_px)
    canvas.header(route)
    for number, lane in enumerate(route.lanes, 1):
        canvas.lane(number, lane, last=number == len(route.lanes))
    canvas.legend(route.legend)
    return canvas.finished(route, name)


# --- measuring --------------------------------------------------------------------------------------------------------

_NARROW = {
    **dict.fromkeys("iljI.,:;'|!", 0.33),
    **dict.fromkeys('ftr()[]/\\-" ', 0.42),
    **dict.fromkeys("mwMW%@—…", 1.0),
}


def width_of(text: str, size_px: float, *, bold: bool = False) -> float:
    """How wide a text is at most, in pixels."""
    em = sum(_NARROW.get(letter, 0.79 if letter.isupper() else 0.645) for letter in text)
    return em * size_px * (1.12 if bold else 1.0)


def wrap(text: str, room_px: float, size_px: float, *, bold: bool = False) -> list[str]:
    """The text in lines that fit; a word that is too long is broken."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size_px, bold=bold) <= room_px:
            lines[-1] = longer
            continue
        lines.extend(_pieces(word, room_px, size_px, bold))
    return lines or [""]


def _pieces(word: str, room_px: float, size_px: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size_px, bold=bold) > room_px:
            pieces.append("")
        pieces[-1] += letter
    return pieces


# --- drawing ----------------------------------------------------------------------------------------------------------


@dataclass
class _Canvas:
    width_px: int
    y: float = 0.0
    parts: list[str] = field(default_factory=list)

    def header(self, route: Route) -> None:
        self.y = EDGE_PX
        room = self.width_px - 2 * EDGE_PX
        self.text(route.title, EDGE_PX, room, 18, bold=True)
        self.y += 2
        self.text(route.about, EDGE_PX, room, 13, colour=SOFT)
        self.y += 12

    def lane(self, number: int, lane: Lane, *, last: bool) -> None:
        top = self.y
        centre = top + 13
        here = len(self.parts)
        self.y += 3
        self.text(lane.heading, INDENT_PX, self.width_px - INDENT_PX - EDGE_PX, 15, bold=True)
        self.y = max(self.y, top + 26) + 6
        self.cards(lane.cards)
        self.y += 8
        spine = (
            [] if last else [f'<path d="M{SPINE_PX} {centre:.0f}V{self.y + 13:.0f}" stroke="{LINE}" stroke-width="2"/>']
        )
        circle = f'<circle cx="{SPINE_PX}" cy="{centre:.0f}" r="13" fill="{LINE}"/>'
        place = f'x="{SPINE_PX}" y="{centre + 5:.0f}" font-size="14" font-weight="bold"'
        digit = f'<text {place} text-anchor="middle" fill="{PAPER}">{number}</text>'
        self.parts[here:here] = [*spine, circle, digit]

    def cards(self, cards: Sequence[Card]) -> None:
        """Below each other; where there is room in two columns, each card in the shorter one."""
        left, right = INDENT_PX, self.width_px - EDGE_PX
        if self.width_px < TWO_COLUMNS_PX or len(cards) < 2:
            for card in cards:
                self.card(card, left, right)
            return
        half = (right - left - GAP_PX) / 2
        columns = [self.y, self.y]
        for card in cards:
            shorter = columns.index(min(columns))
            self.y, begin = columns[shorter], left + shorter * (half + GAP_PX)
            self.card(card, begin, begin + half)
            columns[shorter] = self.y
        self.y = max(columns)

    def card(self, card: Card, left: float, right: float) -> None:
        """Its box is drawn once its height is known, and put below its text."""
        inside, room = left + PAD_PX + 4, right - left - 2 * PAD_PX - 4
        top, here = self.y, len(self.parts)
        self.y += PAD_PX
        if card.above:
            self.text(card.above, inside, room, 12, colour=SOFT)
            self.y += 4
        if card.title:
            self.text(card.title, inside, room, 14, bold=True)
        for line in card.lines:
            self.y += 2
            self.text(line, inside, room, 13)
        if card.says:
            self.y += 6
            self.marked(card.mark, card.says, inside, room)
        self.y += PAD_PX
        height = self.y - top
        mark, wide = card.mark, right - left
        size = f'x="{left:.0f}" y="{top:.0f}" width="{wide:.0f}" height="{height:.0f}"'
        box = [
            f'<rect class="card" {size} rx="6" fill="{mark.fill}" stroke="{mark.edge}" stroke-width="1"/>',
            f'<rect x="{left:.0f}" y="{top + 6:.0f}" width="4" height="{height - 12:.0f}" fill="{mark.edge}"/>',
        ]
        self.parts[here:here] = box
        self.y += GAP_PX

    def marked(self, mark: Mark, says: str, left: float, room: float) -> None:
        """A shape and its words."""
        self.parts.append(_shape(mark, left, self.y))
        self.text(says, left + 22, room - 22, 12.5, bold=True, colour=mark.edge)

    def legend(self, entries: Sequence[tuple[Mark, str]]) -> None:
        self.y += 4
        for mark, says in entries:
            self.parts.append(_shape(mark, EDGE_PX, self.y))
            self.text(says, EDGE_PX + 22, self.width_px - 2 * EDGE_PX - 22, 12, colour=SOFT)
            self.y += 4

    def text(self, text: str, x: float, room: float, size: float, *, bold: bool = False, colour: str = INK) -> None:
        """Lines below each other from `y` on; `y` stands below them afterwards."""
        step = size * 1.35
        weight = ' font-weight="bold"' if bold else ""
        for line in wrap(text, room, size, bold=bold):
            base = self.y + size
            self.parts.append(
                f'<text x="{x:.0f}" y="{base:.1f}" font-size="{size:g}"{weight} fill="{colour}">{escape(line)}</text>'
            )
            self.y += step

    def finished(self, route: Route, name: str) -> str:
        height = round(self.y + EDGE_PX)
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="{route.language}" viewBox="0 0 {self.width_px} {height}" '
                f'width="{self.width_px}" height="{height}" font-family="{FONTS}" aria-labelledby="{name}-title {name}-description" '
                f'style="max-width:100%;height:auto">',
                f'<title id="{name}-title">{escape(route.title)}</title>',
                f'<desc id="{name}-description">{escape(route.description)}</desc>',
                f'<rect width="{self.width_px}" height="{height}" fill="{PAPER}"/>',
                *self.parts,
                "</svg>\n",
            ]
        )


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
