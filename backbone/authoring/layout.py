"""The explanation of a protocol on a terminal of 80 columns, or as Markdown. Pure; no colour, nothing that needs a terminal."""

import textwrap
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import groupby

from backbone.authoring import sentences as s
from backbone.authoring.explaining import Item, heading, items, sections
from backbone.authoring.own_words import Own, own_words
from backbone.person.plain import day
from backbone.protocols.conditions import Condition
from backbone.protocols.model import Protocol, Status
from schakel.events.vocab import Role

WIDTH = 80


def as_text(protocol: Protocol, role: Role | None = None, width: int = WIDTH) -> str:
    """For a terminal: at most `width` columns, unless one word is longer."""
    lines = [protocol.title, "=" * min(len(protocol.title), width)]
    for sentence in _about(protocol, role):
        lines += _wrapped(sentence, 0, width)
    own = own_words(protocol)
    for number, (section, found) in enumerate(_by_section(protocol, role), 1):
        title = f"{number}. {heading(section)}"
        lines += ["", title, "-" * len(title)]
        found, said = _said_once(found)
        for called, each in said:
            lines += [*_wrapped(called, 0, width), *(line for one in own(each) for line in _bullet(one, 0, width))]
        lines += [""] if said else []
        for number_of_item, item in enumerate(found):
            lines += [""] if number_of_item else []
            lines += _text_item(item, own, width)
    return "\n".join(lines) + "\n"


def as_markdown(protocol: Protocol, role: Role | None = None, *, level: int = 1) -> str:
    """The same as Markdown, headings from `level` on; it begins with the protocol's title."""
    lines = [f"{'#' * level} {protocol.title}", ""]
    lines += [f"{sentence}  " for sentence in _about(protocol, role)]
    own = own_words(protocol)
    for section, found in _by_section(protocol, role):
        lines += ["", f"{'#' * (level + 1)} {heading(section)}"]
        found, said = _said_once(found)
        for called, each in said:
            lines += ["", called, "", *(f"- {one}" for one in own(each))]
        for item in found:
            lines += ["", *_markdown_item(item, own)]
    return "\n".join(line.rstrip() if line.strip() == "" else line for line in lines) + "\n"


def _by_section(protocol: Protocol, role: Role | None) -> Iterator[tuple[str, list[Item]]]:
    order = {name: number for number, name in enumerate(sections(protocol))}
    for section, found in groupby(items(protocol, role), key=lambda item: item.section):
        assert section in order
        yield section, list(found)


_OFTEN = 3
"""From how many parts on that say the same, a section says it once above them."""
_HOLDS = tuple(s.consent_asked())
"""What a step rests on unless it says otherwise."""


def _said_once(found: list[Item]) -> tuple[list[Item], list[tuple[str, list[str]]]]:
    """The parts of a section without what all of them ask, and that as it stands above them. What a step rests on stands there too: a
    step that rests on something else says so itself."""
    above: list[tuple[str, list[str]]] = []
    resting = [item for item in found if item.lines[1:3] == _HOLDS]
    if len(resting) >= _OFTEN:
        above.append(("Staat er bij een stap niets anders over toestemming, dan geldt:", list(_HOLDS)))
        found = [replace(one, lines=(*one.lines[:1], *one.lines[3:])) if one in resting else one for one in found]
    if len(found) >= _OFTEN:
        asked = [dict(item.when.must) for item in found]
        shared = {name: words for name, words in asked[0].items() if all(one.get(name) == words for one in asked)}
        if shared:
            common = Condition(tuple(line for line in found[0].when.must if line[0] in shared))
            above.append(("Alles hieronder geldt alleen als:", s.condition(common)))
            found = [replace(one, when=_without(one.when, shared)) for one in found]
    return found, above


def _without(when: Condition, names: Collection[str]) -> Condition:
    return Condition(tuple(line for line in when.must if line[0] not in names), when.none_of)


def _about(protocol: Protocol, role: Role | None) -> Iterator[str]:
    """What stands above the sections: which version, whose, and whether anybody here has read its text."""
    yield f"Dit is het protocol {protocol.protocol}, versie {protocol.version}."
    if role:
        yield f"Hieronder staat alleen wat voor iedereen geldt, en het deel van: {s.role(role)}."
    if protocol.status is Status.MENTIONED:
        yield "Let op: wij hebben de tekst van dit protocol niet. Een ander document noemt het alleen."
    if protocol.adopted_by:
        on = f" op {day(protocol.adopted_on, 'nl')}" if protocol.adopted_on else ""
        yield f"Aangenomen door: {protocol.adopted_by}{on}."
    elif protocol.adopted_on:
        yield f"Aangenomen op {day(protocol.adopted_on, 'nl')}."
    if protocol.valid_until:
        yield f"Het geldt tot en met {day(protocol.valid_until, 'nl')}. Lopende zaken gaan daarna door."
    for mark, title in protocol.sources.items():
        yield f"Bron [{mark}]: {title}."


def _text_item(item: Item, own: Own, width: int) -> Iterator[str]:
    indent = 2 if item.title else 0
    if item.title:
        yield from _wrapped(f"{item.title} ({item.id})", 0, width)
    for line in own(item.lines):
        yield from _wrapped(line, indent, width)
    for called, lines in _conditions(item, own):
        yield from _wrapped(called, indent, width)
        for line in lines:
            yield from _bullet(line, indent, width)
    if item.source:
        yield from _wrapped(f"Waar dit staat: {item.source}", indent, width)
    if not item.title and item.source:
        yield from _wrapped(f"Naam in het bestand: {item.id}", indent, width)


def _markdown_item(item: Item, own: Own) -> Iterator[str]:
    if item.title:
        yield f"**{item.title}** (`{item.id}`)  "
    for line in own(item.lines):
        yield f"{line}  "
    for called, lines in _conditions(item, own):
        yield called
        yield ""
        yield from (f"- {line}" for line in lines)
        yield ""
    if item.source:
        yield f"*Waar dit staat: {item.source}*" + ("" if item.title else f" (`{item.id}`)")


def _conditions(item: Item, own: Own) -> Iterator[tuple[str, list[str]]]:
    for called, lines in ((item.only, s.condition(item.when)), (item.never, s.exceptions(item.when))):
        if lines:
            yield called, own(lines)


def _bullet(line: str, indent: int, width: int) -> list[str]:
    room = " " * indent
    return textwrap.wrap(
        line, width, initial_indent=f"{room}- ", subsequent_indent=f"{room}  ", break_on_hyphens=False
    )  # fmt: skip


def _wrapped(sentence: str, indent: int, width: int) -> list[str]:
    room = " " * indent
    return textwrap.wrap(sentence, width, initial_indent=room, subsequent_indent=room, break_on_hyphens=False) or [""]
