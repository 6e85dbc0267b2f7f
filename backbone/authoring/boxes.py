"""What a picture of a route is made of: lanes of cards, what stands beside a card, and the arrows between cards. Data only."""

from collections.abc import Iterator
from dataclasses import dataclass


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
    """A box: a small line above, a title, lines, and a mark with its words below.

    key: what arrows name it by. since: a small heading above it and those that follow, such as when they happen. beside: stacks that
    stand beside it, each a line of cards of which every next one follows from the one above (a clock, what happens when it is late).
    """

    title: str
    lines: tuple[str, ...] = ()
    above: str = ""
    mark: Mark = PLAIN
    says: str = ""
    key: str = ""
    since: str = ""
    beside: tuple[tuple["Card", ...], ...] = ()

    @property
    def named(self) -> str:
        """What it is called where it is not seen."""
        return self.title or (self.lines[0] if self.lines else self.says)


@dataclass(frozen=True, slots=True)
class Lane:
    """One part of the route."""

    heading: str
    cards: tuple[Card, ...]

    def all(self) -> Iterator[Card]:
        """Its cards, each followed by what stands beside it."""
        for card in self.cards:
            yield card
            for stack in card.beside:
                yield from stack


@dataclass(frozen=True, slots=True)
class Route:
    """title: what the picture shows; about: a line below it; description: for those who do not see it.

    arrows: from the key of a card to the key of one that stands below it; only where something says that the one leads to the other.
    """

    title: str
    about: str
    description: str
    lanes: tuple[Lane, ...]
    language: str = "nl"
    legend: tuple[tuple[Mark, str], ...] = ()
    arrows: tuple[tuple[str, str], ...] = ()
    arrows_mean: str = ""
