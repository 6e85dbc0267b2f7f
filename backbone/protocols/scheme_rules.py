"""What must hold in the part `scheme` of a protocol file. Pure: a protocol in, faults out, as in `rules`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from backbone.protocols.conditions import Condition
from backbone.protocols.reading import Fault, Location
from backbone.protocols.schemes import NAMED, STAGES, Scheme
from schakel.events.vocab import ActionType, DecisionStep

if TYPE_CHECKING:
    from backbone.protocols.model import Protocol


def sourced(protocol: "Protocol") -> Iterator[tuple[Location, str]]:
    """Every source in the part, with its place."""
    for section in NAMED:
        for position, part in enumerate(getattr(protocol.scheme, section)):
            yield ("scheme", section, position, "source"), part.source
    if protocol.scheme.speaking:
        yield ("scheme", "speaking", "source"), protocol.scheme.speaking.source


def whens(protocol: "Protocol") -> Iterator[tuple[Location, Condition]]:
    """Every condition in the part, with its place."""
    scheme = protocol.scheme
    for section in ("outside", "checklists", "pitfalls"):
        for position, part in enumerate(getattr(scheme, section)):
            yield ("scheme", section, position, "when"), part.when
    for section in ("levels", "categories"):
        for position, category in enumerate(getattr(scheme, section)):
            at: Location = ("scheme", section, position)
            yield from (((*at, "not_when", n), when) for n, when in enumerate(category.not_when))
            if category.suggested_when:
                yield (*at, "suggested_when"), category.suggested_when


def faults(protocol: "Protocol") -> Iterator[Fault]:
    """Everything that is wrong with the part, in the order of its lists."""
    scheme = protocol.scheme
    yield from _ids(scheme)
    yield from _told_names(protocol)
    yield from _outside(protocol)
    yield from _leads(scheme)
    yield from _cards(scheme)
    yield from _checklists(scheme)
    yield from _stages(scheme)
    yield from _deliberation(scheme)


def _ids(scheme: Scheme) -> Iterator[Fault]:
    """Events name these parts by id: each once in its list, and levels and categories share one list of names."""
    for section in NAMED:
        names = [part.id for part in getattr(scheme, section)]
        others = [part.id for part in scheme.levels] if section == "categories" else []
        for position, name in enumerate(names):
            if name in (*others, *names[:position]):
                yield Fault(
                    ("scheme", section, position, "id"),
                    f"the id `{name}` stands twice under {section if name not in others else 'levels and categories'}",
                    "an id of its own for each",
                    "give one of them another id",
                )
    for position, checklist in enumerate(scheme.checklists):
        lines = [line.id for line in checklist.lines]
        for number, name in enumerate(lines):
            if name in lines[:number]:
                yield Fault(
                    ("scheme", "checklists", position, "lines", number, "id"),
                    f"the line `{name}` stands twice in `{checklist.id}`",
                    "an id of its own for each line",
                    "give one of them another id",
                )


def _told_names(protocol: "Protocol") -> Iterator[Fault]:
    """Whoever is told finds the name of the rule: each name once in the file, or the second is taken for the first."""
    informs = {inform.id for inform in protocol.informs}
    for section in ("outside", "checklists", "pitfalls"):
        for position, part in enumerate(getattr(protocol.scheme, section)):
            if part.id in informs:
                yield Fault(
                    ("scheme", section, position, "id"),
                    f"the id `{part.id}` stands under informs too",
                    "a name of its own for everything that somebody is told",
                    "give one of them another id",
                )


def _outside(protocol: "Protocol") -> Iterator[Fault]:
    """What is outside is told by the file that does not open: without `opens` nothing is outside."""
    if protocol.scheme.outside and protocol.opens is None:
        yield Fault(
            ("scheme", "outside"),
            "the file says what is outside it and opens for every report",
            "`opens` with a condition, so that something can be outside",
            "add `opens`, or drop `outside`",
        )


def _leads(scheme: Scheme) -> Iterator[Fault]:
    """Cards are given by whoever leads: a level with cards and without a lead has nobody to give them."""
    for position, level in enumerate(scheme.levels):
        if level.cards and level.lead is None:
            yield Fault(
                ("scheme", "levels", position, "cards"),
                f"level `{level.id}` has cards and nobody who leads",
                "a lead where there are cards",
                "add `lead: <role>`, or write `cards: false`",
            )


def _cards(scheme: Scheme) -> Iterator[Fault]:
    known = [card.action for card in scheme.cards]
    for position, card in enumerate(scheme.cards):
        if card.action in known[:position]:
            yield Fault(
                ("scheme", "cards", position, "action"),
                f"{card.action} stands under cards twice",
                "each card once",
                "drop one of the two",
            )
        if card.after is not None and card.after not in known:
            yield Fault(
                ("scheme", "cards", position, "after"),
                f"`{card.id}` comes after {card.after}, which is no card of this file",
                f"one of {', '.join(known)}",
                "name a card of this file, or drop `after`",
            )
    if scheme.cards and not any(level.cards for level in scheme.levels):
        yield Fault(
            ("scheme", "cards"),
            "the file has cards, and no level in which one may be given",
            "a level with `cards: true`",
            "say at which level cards are given, or drop them",
        )


def _checklists(scheme: Scheme) -> Iterator[Fault]:
    for position, checklist in enumerate(scheme.checklists):
        at: Location = ("scheme", "checklists", position)
        if checklist.id == STAGES:
            yield Fault(
                (*at, "id"),
                f"a checklist is called `{STAGES}`",
                "another id: stages are answered under it",
                "rename it",
            )
        for number, line in enumerate(checklist.lines):
            missing = [name for name in ("target_group", "purpose") if getattr(line, name) is None]
            if checklist.communication and missing:
                yield Fault(
                    (*at, "lines", number),
                    f"line `{line.id}` of `{checklist.id}` is about communication and has no {' and no '.join(missing)}",
                    "a target group and a purpose for every line about communication",
                    f"add {' and '.join(f'`{name}`' for name in missing)}",
                )


def _stages(scheme: Scheme) -> Iterator[Fault]:
    seen: dict[ActionType, str] = {}
    for position, stage in enumerate(scheme.stages):
        for action in stage.actions:
            if action in seen:
                yield Fault(
                    ("scheme", "stages", position, "actions"),
                    f"{action} belongs to stage `{seen[action]}` and to `{stage.id}`",
                    "each action in one stage",
                    "drop it from one of the two",
                )
            seen[action] = stage.id


def _deliberation(scheme: Scheme) -> Iterator[Fault]:
    """All three or none, in their order: no judgement without a picture, no decision without a judgement."""
    found = [step.step for step in scheme.deliberation]
    if found and found != list(DecisionStep):
        yield Fault(
            ("scheme", "deliberation"),
            f"the steps are {', '.join(found)}",
            f"all three, in this order: {', '.join(DecisionStep)}",
            "write the three steps in their order, each once",
        )
