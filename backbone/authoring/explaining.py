"""A protocol as text for a policy officer: every part of the file in full Dutch sentences, whole or one role's part of it.

Here: which items there are and whose they are. Parts without sentences of their own show their fields by name (`plain_parts`), so that
nothing a file says is ever left out. Laying the items out is `backbone.authoring.layout`. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backbone.authoring import labels
from backbone.authoring import sentences as s
from backbone.authoring import together as t
from backbone.authoring import words as w
from backbone.authoring.moments import as_they_come
from backbone.authoring.names import spoken, titled
from backbone.authoring.plain_parts import fields_of
from backbone.authoring.plain_parts import lines as plain_lines
from backbone.authoring.plain_parts import roles_in as roles_named
from backbone.authoring.together import named_in
from backbone.protocols.clock_rules import LadderStep, StopOn
from backbone.protocols.conditions import ALWAYS, Condition
from backbone.protocols.cooperation import EMPTY, Cooperation
from backbone.protocols.model import (
    Aftercare,
    CheckRule,
    ClockRule,
    Closing,
    Explain,
    Inform,
    Opens,
    Protocol,
    Step,
    Variant,
)
from backbone.protocols.rhythms import Rhythm
from backbone.protocols.schemes import Category, Stage
from schakel.events.vocab import Check, ClockKind, Role

HEADER = ("protocol", "version", "title", "status", "adopted_by", "adopted_on", "valid_until", "sources")
"""The fields that stand above the sections."""

UNTITLED = ("readings", "closing")
"""Sections whose notes are named in English, for developers: their text stands by itself."""


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a protocol. `lines` are sentences; `when` it applies; `roles` whose part it is, none: everybody's.

    only, never: what stands above the conditions, where the usual words would say the same twice.
    """

    section: str
    id: str
    title: str
    lines: tuple[str, ...]
    when: Condition = ALWAYS
    source: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    only: str = "Dit geldt alleen als:"
    never: str = "Dit geldt niet als:"

    def is_for(self, role: Role | None) -> bool:
        return role is None or not self.roles or role in self.roles


def items(protocol: Protocol, role: Role | None = None) -> list[Item]:
    """Everything that the file says, in the order of the explanation; with a role only what is common and what is its own."""
    return [item for item in _all(protocol) if item.is_for(role)]


def roles_in(protocol: Protocol) -> list[Role]:
    """Every role that has a part of its own in the file, in the order of the list of roles."""
    named = {role for item in _all(protocol) for role in item.roles}
    return [role for role in Role if role in named]


GROUPS = ("desk", "scheme", "cooperation")
"""Sections that are made of lists; each list has a heading of its own, `scheme.levels`."""


def sections(protocol: Protocol) -> list[str]:
    """The sections, in order: those with a heading first, then whatever else the model has."""
    known = [name for name in w.SECTIONS if name in type(protocol).model_fields]
    rest = [name for name in type(protocol).model_fields if name not in w.SECTIONS and name not in HEADER]
    return [inner for name in (*known, *rest) for inner in _within(protocol, name)]


def _within(protocol: Protocol, section: str) -> list[str]:
    if section not in GROUPS:
        return [section]
    return [f"{section}.{name}" for name in type(getattr(protocol, section)).model_fields]


def heading(section: str) -> str:
    return w.SECTIONS.get(section) or labels.SECTIONS.get(section) or s.capital(section.replace("_", " "))


def part_of(protocol: Protocol, section: str) -> Any:
    """What a section holds: `scheme.levels` are the levels of the scheme."""
    group, _, name = section.rpartition(".")
    return getattr(getattr(protocol, group) if group else protocol, name)


def _all(protocol: Protocol) -> Iterator[Item]:
    for section in sections(protocol):
        value = part_of(protocol, section)
        if section == "opens":
            yield _opens(value, protocol)
        elif section == "closing":
            yield from _closing(value)
        elif value:
            parts = value if isinstance(value, tuple) else (value,)
            for part in as_they_come(protocol).get(section, parts):
                yield _item(section, part, protocol)


def _item(section: str, part: Any, protocol: Protocol) -> Item:
    match part:
        case CheckRule():
            return _check(part)
        case Explain():
            return _explain(part, protocol)
        case Step():
            return _step(part)
        case Inform():
            return _inform(part, protocol)
        case ClockRule():
            return _clock(part)
        case Aftercare():
            return _aftercare(part)
        case LadderStep():
            return _rung(part, protocol)
        case Variant():
            return _variant(section, part)
        case Rhythm():
            return _rhythm(section, part, protocol.cooperation)
        case _:
            return _anything(section, part)


def _opens(opens: Opens | None, protocol: Protocol) -> Item:
    if opens is None:
        begins = "Elke melding in deze keten begint een zaak onder dit protocol."
        none = "Dit protocol begint geen zaak."
        together = "Het zegt wat partners samen doen, over alle zaken heen."
        lines = (begins,) if protocol.is_about_cases else (none, together) if protocol.cooperation != EMPTY else (none,)
        return Item("opens", "opens", "", lines)
    begins = "Een melding valt onder dit protocol als dit klopt:"
    never = "Maar niet als:" if s.condition(opens.when) else "Elke melding valt onder dit protocol, maar niet als:"
    return Item(
        "opens", "opens", "", (), opens.when, opens.source, frozenset(s.doors(opens.when)), begins, never
    )  # fmt: skip


def _check(check: CheckRule) -> Item:
    by = s.roles(check.asked_by, "of")
    said = {"yes": "ja", "no": "nee", "unknown": "onbekend"}
    other = check.check is Check.OTHER
    lines = [f"{s.capital(by)} vraagt dit." if other else f"{s.capital(by)} vraagt: {check.question}"]
    lines += [f"Is het antwoord {said[answer.value]}: {text}" for answer, text in check.consequences.items()]
    doors = frozenset((*check.asked_by, *s.doors(check.when)))
    title = s.capital(s.in_list("Check", check.check.value)) if not other else check.question
    return Item("checks", check.id, title, tuple(lines), check.when, check.source, doors)


def _explain(explain: Explain, protocol: Protocol) -> Item:
    topic = s.in_list("InformationTopic", explain.topic.value)
    step = protocol.step(explain.after or explain.before or "")
    roles = frozenset((step.refer.to, *s.doors(step.when))) if step else frozenset[Role]()
    lines = [f"De persoon hoort dit {s.turn_of(explain)}."]
    if explain.by:
        lines.append(f"{s.capital(s.role(explain.by))} legt dit uit.")
        roles |= {explain.by}
    if explain.says:
        lines.append(f"Wat er wordt gezegd: {explain.says}")
    if roles:
        roles |= set(s.doors(explain.when))
    return Item("explain", explain.id, s.capital(topic), tuple(lines), explain.when, explain.source, roles)


def _step(step: Step) -> Item:
    refer, doors = step.refer, s.doors(step.when)
    to = s.receiver(refer)
    lines = [f"{s.capital(to)} krijgt deze melding, {w.PURPOSES.get(refer.purpose.value, refer.purpose.value)}."]
    lines += s.consent(refer)
    lines.append(f"Nodig is: {s.scopes(refer.needs)}.")
    if refer.wants:
        lines.append(f"Als het mag gaat ook mee: {s.scopes(refer.wants)}.")
    if refer.form:
        lines.append(f"Dit gaat met het formulier: {refer.form}.")
    if refer.duty:
        lines.append(f"Wat {to} dan doet: {refer.duty}.")
    if refer.hand_over:
        lines.append("Wie de doorverwijzing aanneemt, heeft daarna de leiding over de zaak.")
    if refer.qualified:
        lines.append("Wie hiervoor is opgeleid, komt als eerste in aanmerking.")
    if refer.advice:
        lines.append(f"Advies: {refer.advice}")
    if step.after:
        lines.append(f"Dit komt pas als iemand de stap '{step.after}' heeft opgepakt.")
    title = f"Naar {to}"
    return Item("steps", step.id, title, tuple(lines), step.when, step.source, frozenset((refer.to, *doors)))


def _inform(inform: Inform, protocol: Protocol) -> Item:
    told = s.roles(inform.inform)
    lines = [f"{s.capital(told)} {s.hears(inform.inform)} dat er iets is gebeurd, zonder persoonsgegevens."]
    if not speaks_with_her(protocol) & {*inform.inform}:
        lines.append("Dat is geen reden om de persoon te bellen.")
    roles = frozenset((*inform.inform, *s.doors(inform.when)))
    alone = sum(one.inform == inform.inform for one in protocol.informs) == 1
    title = s.capital(told) + ("" if alone else f": {spoken(inform.id)}")
    return Item(
        "informs", inform.id, title, tuple(lines), inform.when, inform.source, roles
    )  # fmt: skip


def speaks_with_her(protocol: Protocol) -> set[Role]:
    """The roles of which the file itself asks to speak with the person: of them nobody says that they are not to call."""
    clocks = [clock for clock in protocol.timed if clock.stops.on in (StopOn.MADE, StopOn.ATTEMPTED)]
    by_clock = {role for clock in clocks for role in (*clock.stops.by, *([clock.role] if clock.role else []))}
    return by_clock | {role for talk in protocol.desk.talks for role in talk.by}


def _clock(clock: ClockRule) -> Item:
    roles = frozenset((*filter(None, [clock.role]), *clock.on_breach, *clock.stops.by, *s.doors(clock.when)))
    title = s.clock_title(clock)
    return Item(
        "clocks", clock.id, title, tuple(s.clock(clock)), clock.when, clock.source, roles
    )  # fmt: skip


def _aftercare(care: Aftercare) -> Item:
    until = f" en uiterlijk {s.limit(care.until)}" if care.until else ""
    promised = care.promise is ClockKind.PROMISED
    lines = [
        f"{s.capital(s.role(care.responsible))} belt de persoon nog eens: {s.limit(care.after)}{until} na het sluiten.",
        "De persoon mag zeggen dat dit niet hoeft.",
        "Dit is beloofd." if promised else "Dit is onze eigen keuze: geen tekst belooft het.",
        *(f"De vraag is dan: {question}" for question in care.asks),
    ]
    return Item(
        "aftercare", care.id, titled(care.id), tuple(lines), care.when, care.source,
        frozenset({care.responsible}),
    )  # fmt: skip


def _closing(closing: Closing) -> Iterator[Item]:
    by = frozenset({closing.by}) if closing.by else frozenset[Role]()
    if closing.by:
        line = f"{s.capital(s.role(closing.by))} sluit de zaak. Elke partner sluit eerst het eigen deel."
        yield Item("closing", "closing", "", (line,), ALWAYS, "", by)
    for reason in closing.reasons:
        title = s.capital(s.in_list("CloseReason", reason.reason.value))
        yield Item("closing", reason.reason.value, title, (reason.text,), ALWAYS, reason.source, by)
    if care := closing.aftercare:
        of = s.listed(s.in_list("AftercareFor", one.value) for one in care.of)
        lines = (
            f"Voor het sluiten is er een antwoord over nazorg voor: {of}.",
            "Dat nazorg niet gewenst is, is ook een antwoord.",
        )
        yield Item("closing", "nazorg", "Eerst nazorg", lines, care.when, care.source, by)
    for note in closing.notes:
        yield _anything("closing", note)


def _rung(rung: LadderStep, protocol: Protocol) -> Item:
    """One rung above a breach."""
    clocks = s.listed(map(spoken, rung.of), "of")
    goes_up = "De zaak gaat dan naar die partner." if rung.escalates else "De zaak blijft waar die is."
    line = f"{s.capital(s.limit(rung.after))} na de grens van: {clocks}. Dan hoort {s.role(rung.to)} dat het nog niet is gebeurd."
    above = (protocol.clock(clock) for clock in rung.of)
    roles = frozenset((rung.to, *(clock.role for clock in above if clock and clock.role)))
    return Item("ladder", rung.id, titled(rung.id), (line, goes_up), ALWAYS, rung.source, roles)


# --- what has no sentences of its own ---------------------------------------------------------------------------------


def _anything(section: str, part: Any) -> Item:
    """The fields as they stand: the text first, then each field under its own name."""
    plain = fields_of(part)
    own = str(plain.pop("id", ""))
    named = own or section.rpartition(".")[2]
    source = str(plain.pop("source", ""))
    when = plain.pop("when", None)
    if when is not None and not isinstance(when, Condition):
        plain["when"] = when
        when = None
    title = str(plain.pop("title", "") or "")
    if isinstance(part, Category | Stage):
        title = str(plain.pop("text"))
    elif not title and own and section not in UNTITLED:
        title = titled(own)
    lines = [str(plain.pop("text"))] if plain.get("text") else []
    for name, value in plain.items():
        lines += plain_lines(name, value)
    return Item(section, named, title, tuple(lines), when or ALWAYS, source, frozenset(roles_named(part)))


def _rhythm(section: str, rhythm: Rhythm, cooperation: Cooperation) -> Item:
    """How often something has to happen, and who hears that it did not."""
    about = named_in(cooperation, rhythm.of)
    lines = [t.how_often(rhythm, about)]
    lines += t.rhythm_bounds(rhythm, cooperation)
    title = titled(rhythm.id)
    roles = frozenset((*rhythm.tell, *roles_named(t.found(cooperation, rhythm.of))))
    return Item(section, rhythm.id, title, tuple(lines), ALWAYS, rhythm.source, roles)


def _variant(section: str, variant: Variant) -> Item:
    """What some districts have besides; the parts themselves stand in their own sections, with their districts."""
    lines = [f"Dit geldt in: {s.listed(variant.districts)}."]
    for name in ("explain", "steps", "informs", "clocks"):
        if added := getattr(variant, name):
            lines.append(f"Daar komt bij, onder '{heading(name)}': {s.listed(part.id for part in added)}.")
    for rule in variant.tighter:
        promised = "beloofd" if rule.promise is ClockKind.PROMISED else "onze eigen keuze"
        lines.append(f"Strenger is de klok {rule.clock}: {s.limit(rule.limit)} ({promised}). {rule.source}")
    roles = frozenset(roles_named([variant.explain, variant.steps, variant.informs, variant.clocks]))
    return Item(section, variant.variant, titled(variant.variant), tuple(lines), ALWAYS,
                variant.source, roles)  # fmt: skip
