"""A bar chart as SVG, made here: lying bars with their words and numbers, readable at 320 pixels, without colour and on paper. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from backbone.authoring.picture import FONTS, INK

WIDTH_PX, BAR_PX, STEP_PX, TEXT_PX = 320, 14, 44, 14
FILL, EDGE = "#dfeefa", "#0f4c75"


@dataclass(frozen=True)
class Bar:
    """value: how long; says: what stands at its end."""

    word: str
    value: int
    says: str
    open_end: bool = False
    """At least so long: drawn with a broken edge."""


def bars(title: str, description: str, made: Sequence[Bar], about: str) -> str:
    """An SVG with title and description. about: an id that no other picture of the page has."""
    most = max((bar.value for bar in made), default=1) or 1
    height = len(made) * STEP_PX + 8
    parts = [
        f'<svg role="img" aria-labelledby="{about}-t {about}-d" viewBox="0 0 {WIDTH_PX} {height}" xmlns="http://www.w3.org/2000/svg">',
        f'<title id="{about}-t">{escape(title)}</title><desc id="{about}-d">{escape(description)}</desc>',
        f'<g font-family="{escape(FONTS)}" font-size="{TEXT_PX}" fill="{INK}">',
    ]
    for number, bar in enumerate(made):
        top = number * STEP_PX + 4
        length = max(round(bar.value / most * (WIDTH_PX - 4)), 2)
        dash = ' stroke-dasharray="4 3"' if bar.open_end else ""
        parts.append(f'<text x="1" y="{top + 13}">{escape(bar.word)}</text>')
        parts.append(
            f'<text x="{WIDTH_PX - 2}" y="{top + 13}" text-anchor="end" font-weight="600">{escape(bar.says)}</text>'
        )
        parts.append(
            f'<rect x="1" y="{top + 19}" width="{length}" height="{BAR_PX}" fill="{FILL}" stroke="{EDGE}" stroke-width="1.5"{dash}/>'
        )
    return "".join([*parts, "</g></svg>"])
