"""Where everything of a route stands: boxes, lines of text, and the arrows between boxes. Pure: a route and a width in, places out.

Cards stand below each other; what belongs to one stands beside it, or below it where there is no room. An arrow leaves its card on the
left, goes down along a track of its own in the margin, and enters what it leads to from the left: so none can cross a box or a text,
and all point right or down. Cards without arrows that follow each other stand in two columns where there is room.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from backbone.authoring.boxes import Card, Lane, Mark, Route
from backbone.authoring.measuring import wrap

T = TypeVar("T")
TWO_COLUMNS_PX = 600
INK, SOFT = "#16202c", "#3d4a5a"
EDGE_PX, SPINE_PX, INDENT_PX, PAD_PX, GAP_PX = 12, 24, 44, 8, 8
SHEET = 277 / 190
"""How high a sheet of A4 is to its width, within margins of a centimetre."""
TRACK_PX, BESIDE_PX, DOWN_PX, DEEPER_PX = 7, 30, 18, 22
"""Between two tracks; between a card and what stands beside it; the length of an arrow down; how far what belongs to a card is inset."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, from `x` on, on the line `base`. in_box: the number of the box around it, -1: none."""

    said: str
    x: float
    base: float
    size: float
    bold: bool
    colour: str
    in_box: int


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float
    mark: Mark
    key: str


@dataclass(frozen=True, slots=True)
class Sign:
    """The shape of a mark."""

    mark: Mark
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Wire:
    """An arrow through these points, its head at the last one. track: which track it takes; -1: none, it goes to what stands beside."""

    begin: str
    end: str
    points: tuple[tuple[float, float], ...]
    track: int


@dataclass
class Placed:
    """Everything with its place, in pixels. stops: the centre of each lane's number."""

    width: int
    height: int = 0
    lines: list[Line] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)


def place(route: Route, width: int) -> Placed:
    placer = _Placer(route, width)
    placer.whole()
    placer.wires()
    return placer.done


def tracks(route: Route) -> dict[str, int]:
    """The track of each card from which arrows leave, 0 being nearest to the cards. One that has come to its end is used again."""
    cards = (card for lane in route.lanes for card in lane.cards)
    order = {card.key: number for number, card in enumerate(cards) if card.key}
    last = dict[str, int]()
    for begin, end in route.arrows:
        last[begin] = max(last.get(begin, -1), order[end])
    taken: list[int] = []
    found = {}
    for begin in sorted(last, key=lambda key: order[key]):
        free = next((track for track, until in enumerate(taken) if until < order[begin]), len(taken))
        taken[free : free + 1] = [last[begin]]
        found[begin] = free
    return found


_BEGIN, _BLOCK = 0.2, 0.12
"""Up to which part of a sheet a heading with its first cards, and cards that belong together, stay on one."""


class _Placer:
    def __init__(self, route: Route, width: int) -> None:
        self.route, self.done = route, Placed(width)
        self.tracks = tracks(route)
        used = max(self.tracks.values(), default=-1) + 1
        self.left = INDENT_PX + (used * TRACK_PX + 8 if used else 0)
        self.right = width - EDGE_PX
        self.wide = width >= TWO_COLUMNS_PX
        self.sheet = width * SHEET if self.wide else 0.0
        self.tied = {key for arrow in route.arrows for key in arrow}
        self.y: float = EDGE_PX
        self.box = -1

    def whole(self) -> None:
        room = self.done.width - 2 * EDGE_PX
        self.text(self.route.title, EDGE_PX, room, 18, bold=True)
        self.y += 2
        self.text(self.route.about, EDGE_PX, room, 13, colour=SOFT)
        self.y += 12
        for lane in self.route.lanes:
            self.lane(lane)
        self.legend()
        self.done.height = round(self.y + EDGE_PX)

    def lane(self, lane: Lane) -> None:
        runs, top, counts = self.runs(lane.cards), self.y, self.counts()
        self.keep(lambda: self.begin(lane.heading, runs[0]), _BEGIN)
        first = self.done.boxes[counts[1]].top
        if self.sheet and int((self.done.stops[-1] - 13) / self.sheet) < int(first / self.sheet):
            self.back_to(counts, self.next_sheet(top))
            self.begin(lane.heading, runs[0])
        for run in runs[1:]:
            self.keep(partial(self.run, run), _BLOCK)
        self.y += 4

    def begin(self, heading: str, run: Sequence[Card]) -> None:
        """The heading of a lane, never parted from what comes first in it."""
        top = self.y
        self.done.stops.append(top + 13)
        self.y += 3
        self.text(heading, self.left, self.right - self.left, 15, bold=True)
        self.y = max(self.y, top + 26) + 4
        self.keep(partial(self.run, run), _BLOCK)

    def run(self, run: Sequence[Card]) -> None:
        self.since(run[0])
        if len(run) > 1:
            self.two_columns(run)
        else:
            self.row(run[0])

    def keep(self, put: Callable[[], T], part: float = 1.0) -> T:
        """Place something whole on one sheet, where it goes over the edge and takes no more than this part of the next.

        So no line is cut in print, and no sheet stays half empty.
        """
        top, sheet, counts = self.y, self.sheet, self.counts()
        self.sheet = 0
        made = put()
        self.sheet = sheet
        if not sheet or int(top / sheet) == int(self.y / sheet):
            return made
        fits = self.y - top <= part * sheet - 2 * EDGE_PX
        self.back_to(counts, self.next_sheet(top) if fits else top)
        return put()

    def next_sheet(self, y: float) -> float:
        return (int(y / self.sheet) + 1) * self.sheet + EDGE_PX

    def lists(self) -> tuple[list[Any], ...]:
        return self.done.lines, self.done.boxes, self.done.signs, self.done.wires, self.done.stops

    def counts(self) -> list[int]:
        return [len(one) for one in self.lists()]

    def back_to(self, counts: Sequence[int], y: float) -> None:
        """As it stood then, but from this height on."""
        for one, count in zip(self.lists(), counts, strict=True):
            del one[count:]
        self.y = y

    def runs(self, cards: Sequence[Card]) -> list[list[Card]]:
        """The cards as they come: by itself what an arrow goes to or something stands beside, the others together where there is room."""
        runs: list[list[Card]] = []
        before = False
        for card in cards:
            loose = self.wide and card.key not in self.tied and not card.beside
            if before and loose and not card.since:
                runs[-1].append(card)
            else:
                runs.append([card])
            before = loose
        return runs

    def since(self, card: Card) -> None:
        if card.since:
            self.y += 2
            said = partial(self.text, card.since, self.left, self.right - self.left, 13, bold=True, colour=SOFT)
            self.keep(said)  # of two lines, and before something that does not fit: not one line on each sheet
            self.y += 5

    def two_columns(self, cards: Sequence[Card]) -> None:
        """Each card in the shorter column."""
        half = (self.right - self.left - GAP_PX) / 2
        columns = [self.y, self.y]
        for card in cards:
            shorter = columns.index(min(columns))
            self.y, begin = columns[shorter], self.left + shorter * (half + GAP_PX)
            self.card(card, begin, begin + half)
            columns[shorter] = self.y + GAP_PX
        self.y = max(columns)

    def row(self, card: Card) -> None:
        """A card, and what stands beside it."""
        if not card.beside:
            self.card(card, self.left, self.right)
        elif self.wide:
            middle = round(self.left + (self.right - self.left - BESIDE_PX) * 0.56)
            main = self.card(card, self.left, middle)
            below, self.y = self.y, main.top
            self.stacks(main, card.beside, middle + BESIDE_PX)
            self.y = max(self.y, below)
        else:
            main = self.card(card, self.left, self.right)
            self.y += GAP_PX
            self.stacks(main, card.beside, self.left + DEEPER_PX)
        self.y += GAP_PX

    def stacks(self, main: Box, stacks: Iterable[tuple[Card, ...]], left: float) -> None:
        for number, stack in enumerate(stacks):
            self.y += GAP_PX if number else 0
            first = self.card(stack[0], left, self.right)
            into = first.top + 16
            if self.wide:
                begin, between = main.top + 16, main.right + BESIDE_PX / 2
                points = [(main.right, begin), (between, begin), (between, into), (left, into)]
            else:
                points = [(main.left + DEEPER_PX / 2, main.bottom), (main.left + DEEPER_PX / 2, into), (left, into)]
            self.wire(main.key, first.key, points)
            above = first
            for card in stack[1:]:
                self.y += DOWN_PX
                here = self.card(card, left, self.right)
                self.wire(above.key, here.key, [(left + 24, above.bottom), (left + 24, here.top)])
                above = here

    def card(self, card: Card, left: float, right: float) -> Box:
        return self.keep(lambda: self.box_of(card, left, right))

    def box_of(self, card: Card, left: float, right: float) -> Box:
        """Its box and its text; `y` stands at its lower edge afterwards."""
        inside, room = left + PAD_PX + 6, right - left - 2 * PAD_PX - 6
        top, self.box = self.y, len(self.done.boxes)
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
            self.marked(card.mark, card.says, inside, room, 12.5, bold=True, colour=card.mark.edge)
        self.y += PAD_PX
        made = Box(left, top, right, self.y, card.mark, card.key)
        self.done.boxes.append(made)
        self.box = -1
        return made

    def marked(
        self, mark: Mark, says: str, left: float, room: float, size: float, *, bold: bool = False, colour: str = SOFT
    ) -> None:
        """A shape and its words."""
        self.done.signs.append(Sign(mark, left, self.y))
        self.text(says, left + 22, room - 22, size, bold=bold, colour=colour)

    def legend(self) -> None:
        self.y += 4
        room = self.done.width - 2 * EDGE_PX
        beside = 2 if self.wide else 1
        for first in range(0, len(self.route.legend), beside):
            self.keep(partial(self.legend_row, self.route.legend[first : first + beside], room / beside))
        if self.route.arrows_mean:
            self.keep(lambda: self.text(self.route.arrows_mean, EDGE_PX, room, 12, colour=SOFT))

    def legend_row(self, entries: Sequence[tuple[Mark, str]], room: float) -> None:
        top = low = self.y
        for place, (mark, says) in enumerate(entries):
            self.y = top
            self.marked(mark, says, EDGE_PX + place * room, room - GAP_PX, 12)
            low = max(low, self.y)
        self.y = low + 4

    def text(self, text: str, x: float, room: float, size: float, *, bold: bool = False, colour: str = INK) -> None:
        """Lines below each other from `y` on; `y` stands below them afterwards."""
        for line in wrap(text, room, size, bold=bold):
            self.done.lines.append(Line(line, x, self.y + size, size, bold, colour, self.box))
            self.y += size * 1.32

    def wire(self, begin: str, end: str, points: Sequence[tuple[float, float]]) -> None:
        self.done.wires.append(Wire(begin, end, _straight(points), -1))

    def wires(self) -> None:
        """The arrows of the margin: out at the lower left corner, in at the upper left, each entry of a card on a height of its own."""
        at = {box.key: box for box in self.done.boxes if box.key}
        comes: dict[str, list[str]] = {}
        for begin, end in sorted(self.route.arrows, key=lambda arrow: -self.tracks[arrow[0]]):
            comes.setdefault(end, []).append(begin)
        for end, begins in comes.items():
            box = at[end]
            apart = min(8.0, (box.bottom - box.top - 30) / len(begins))
            for number, begin in enumerate(begins):
                source, track = at[begin], self.tracks[begin]
                out, into, x = source.bottom - 11, box.top + 14 + number * apart, self.left - 10 - track * TRACK_PX
                points = ((source.left, out), (x, out), (x, into), (box.left, into))
                self.done.wires.append(Wire(begin, end, points, track))


def _straight(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Without corners that are none."""
    kept = [points[0]]
    for here, after in zip(points[1:], [*points[2:], None], strict=True):
        before = kept[-1]
        level = after is not None and (before[1] == here[1] == after[1] or before[0] == here[0] == after[0])
        if not level and here != before:
            kept.append(here)
    return tuple(kept)
