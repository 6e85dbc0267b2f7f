"""What partners do together, as Dutch sentences: how often, until when, discussed where, and who hears that it was not kept. Pure."""

from collections.abc import Iterator
from typing import Any

from backbone.authoring import labels
from backbone.authoring import sentences as s
from backbone.authoring.names import spoken
from backbone.person.plain import day
from backbone.protocols.cooperation import Cooperation
from backbone.protocols.rhythms import Each, OnFreeDay, Rhythm
from schakel.events.vocab import ClockKind


def found(cooperation: Cooperation, name: str) -> Any:
    """The consultation, overview, agreement, register or agenda item of that id; None when there is none."""
    parts: tuple[Any, ...] = (
        *cooperation.consultations,
        *cooperation.overviews,
        *cooperation.agreements,
        *cooperation.registers,
    )
    return next((part for part in parts if part.id == name), None) or cooperation.item(name)


def named_in(cooperation: Cooperation, name: str) -> str:
    """Its title; its id where it has none."""
    return getattr(found(cooperation, name), "title", "") or spoken(name)


def often(rhythm: Rhythm) -> str:
    """`minstens 4 keer per jaar`, `elke 14 dagen`, `elke maand`, `binnen 24 maanden`."""
    if rhythm.at_least is not None and rhythm.each is not None:
        return f"minstens {rhythm.at_least} keer {labels.WORDS[Each][rhythm.each.value]}"
    if rhythm.every is not None:
        return f"elke {s.each(rhythm.every)}"
    return f"binnen {s.limit(rhythm.length)}" + (", en daarna steeds opnieuw" if rhythm.again else "")


def how_often(rhythm: Rhythm, about: str) -> str:
    return f"{about}: {often(rhythm)}."


def rhythm_bounds(rhythm: Rhythm, cooperation: Cooperation) -> Iterator[str]:
    """Counted from when, discussed where, of what kind it is, and who hears of it."""
    if rhythm.starting:
        at = f", om {rhythm.at:%H.%M} uur" if rhythm.at else ""
        yield f"Geteld vanaf {day(rhythm.starting, 'nl')}{at}."
    if rhythm.every and rhythm.at:
        yield f"Valt het op een vrije dag, dan komt het {labels.WORDS[OnFreeDay][rhythm.on_free_day.value]}."
    if rhythm.first_year or rhythm.last_year:
        first = f"vanaf {rhythm.first_year} " if rhythm.first_year else ""
        last = f"tot en met {rhythm.last_year}" if rhythm.last_year else ""
        yield f"Dit geldt {first}{last}".strip() + "."
    if rhythm.discussed_in:
        yield f"Het wordt besproken in: {s.listed(named_in(cooperation, one) for one in rhythm.discussed_in)}."
    yield KINDS[rhythm.promise]
    if rhythm.tell:
        yield f"Gebeurt het niet op tijd, dan {s.hears(rhythm.tell)} {s.roles(rhythm.tell)} dat."


KINDS = {
    ClockKind.MEASURED: "Dit is niet beloofd. We tellen alleen hoe vaak het gebeurt; niemand is te laat.",
    ClockKind.PROMISED: "Dit is beloofd: de tekst noemt het.",
    ClockKind.OUR_CHOICE: "Dit is onze eigen keuze: geen tekst belooft het.",
}
"""What a rhythm is worth, by what it rests on."""
