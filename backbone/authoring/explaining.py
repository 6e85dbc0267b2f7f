"""A protocol as text for a policy officer: every part of the file in full Dutch sentences, whole or one role's part of it.

Here: which items there are and whose they are. Sections without sentences of their own show their fields as they are, so that nothing
a file says is ever left out. Laying the items out is `backbone.authoring.layout`. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from backbone.authoring import sentences as s
from backbone.authoring import words as w
from backbone.person.plain import lists
from backbone.protocols.conditions import ALWAYS, Condition
from backbone.protocols.model import Aftercare, CheckRule, ClockRule, Closing, Explain, Inform, Opens, Protocol, Step
from schakel.events.vocab import ClockKind, Role

HEADER = ("protocol", "version", "title", "status", "adopted_by", "adopted_on", "valid_until", "sources")
"""The fields that stand above the sections."""

UNTITLED = ("readings", "closing")
"""Sections whose notes are named in English, for developers: their text stands by itself."""


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a protocol. `lines` are sentences; `when` it applies; `roles` whose part it is, none: everybody's."""

    section: str
    id: str
    title: str
    lines: tuple[str, ...]
    when: Condition = ALWAYS
    source: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)

    def is_for(self, role: Role | None) -> bool:
        return role is None or not self.roles or role in self.roles


def items(protocol: Protocol, role: Role | None = None) -> list[Item]:
    """Everything that the file says, in the order of the explanation; with a role only what is common and what is its own."""
    return [item for item in _all(protocol) if item.is_for(role)]


def roles_in(protocol: Protocol) -> list[Role]:
    """Every role that has a part of its own in the file, in the order of the list of roles."""
    named = {role for item in _all(protocol) for role in item.roles}
    return [role for role in Role if role in named]


def sections(protocol: Protocol) -> list[str]:
    """The sections, in order: those with a heading first, then whatever else the model has."""
    known = [name for name in w.SECTIONS if name in type(protocol).model_fields]
    rest = [name for name in type(protocol).model_fields if name not in w.SECTIONS and name not in HEADER]
    return [*known, *rest]


def heading(section: str) -> str:
    return w.SECTIONS.get(section, s.capital(section.replace("_", " ")))


def _all(protocol: Protocol) -> Iterator[Item]:
    for section in sections(protocol):
        value = getattr(protocol, section)
        if section == "opens":
            yield _opens(value)
        elif section == "closing":
            yield from _closing(value)
        elif value:
            for part in value if isinstance(value, tuple) else (value,):
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
            return _inform(part)
        case ClockRule():
            return _clock(part)
        case Aftercare():
            return _aftercare(part)
        case _:
            return _anything(section, part)


def _opens(opens: Opens | None) -> Item:
    if opens is None:
        return Item("opens", "opens", "", ("Elke melding in deze keten begint een zaak onder dit protocol.",))
    return Item(
        "opens", "opens", "", ("Een melding valt onder dit protocol als dit klopt:",),
        opens.when, opens.source, frozenset(s.doors(opens.when)),
    )  # fmt: skip


def _check(check: CheckRule) -> Item:
    by = s.roles(check.asked_by, "of")
    said = {"yes": "ja", "no": "nee", "unknown": "onbekend"}
    lines = [f"{s.capital(by)} vraagt: {check.question}"]
    lines += [f"Is het antwoord {said[answer.value]}: {text}" for answer, text in check.consequences.items()]
    doors = frozenset((*check.asked_by, *s.doors(check.when)))
    title = s.capital(s.in_list("Check", check.check.value)) if check.check.value != "other" else "Een andere vraag"
    return Item("checks", check.id, title, tuple(lines), check.when, check.source, doors)


def _explain(explain: Explain, protocol: Protocol) -> Item:
    topic = s.in_list("InformationTopic", explain.topic.value)
    step = protocol.step(explain.before)
    before = w.BEFORE.get(explain.before, f"voor de stap '{explain.before}'")
    roles = frozenset((step.refer.to, *s.doors(step.when))) if step else frozenset[Role]()
    line = f"De persoon hoort dit {before}: {topic}."
    return Item("explain", explain.id, s.capital(topic), (line,), ALWAYS, explain.source, roles)


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
    title = f"Naar {to}"
    return Item("steps", step.id, title, tuple(lines), step.when, step.source, frozenset((refer.to, *doors)))


def _inform(inform: Inform) -> Item:
    told = s.roles(inform.inform)
    verb = "horen" if len(inform.inform) > 1 else "hoort"
    lines = (
        f"{s.capital(told)} {verb} dat er iets is gebeurd, zonder persoonsgegevens.",
        "Dat is geen reden om de persoon te bellen.",
    )
    roles = frozenset((*inform.inform, *s.doors(inform.when)))
    return Item(
        "informs", inform.id, s.capital(told), lines, inform.when, inform.source, roles
    )  # fmt: skip


def _clock(clock: ClockRule) -> Item:
    roles = frozenset((*filter(None, [clock.role]), *clock.on_breach, *clock.stops.by, *s.doors(clock.when)))
    title = s.capital(clock.id.replace("-", " "))
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
        "aftercare", care.id, s.capital(care.id.replace("-", " ")), tuple(lines), ALWAYS, care.source,
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
    for note in closing.notes:
        yield _anything("closing", note)


# --- what has no sentences of its own ---------------------------------------------------------------------------------


def _anything(section: str, part: Any) -> Item:
    """The fields as they stand: the text first, then each field under its own name."""
    plain = fields_of(part)
    named = str(plain.pop("id", "")) or section
    source = str(plain.pop("source", ""))
    when = plain.pop("when", None)
    title = str(plain.pop("title", "")) or ("" if section in UNTITLED else s.capital(named.replace("-", " ")))
    lines = [str(plain.pop("text"))] if plain.get("text") else []
    for name, value in plain.items():
        if value not in (None, "", (), [], {}):
            lines += _field(w.FIELDS.get(name) or s.capital(name.replace("_", " ")), value)
    if when is not None and not isinstance(when, Condition):
        lines += _field(w.FIELDS["when"], when)
    return Item(
        section,
        named,
        title,
        tuple(lines),
        when if isinstance(when, Condition) else ALWAYS,
        source,
        frozenset(_roles(part)),
    )


def fields_of(part: Any) -> dict[str, Any]:
    """The fields of a model or mapping by their names in the file, its own extra ones too."""
    if isinstance(part, BaseModel):
        declared = {info.alias or name: getattr(part, name) for name, info in type(part).model_fields.items()}
        return declared | dict(part.model_extra or {})
    return dict(part) if isinstance(part, Mapping) else {"text": part}


def _field(name: str, value: Any) -> Iterable[str]:
    if isinstance(value, bool):
        return [f"{name}: {'ja' if value else 'nee'}."]
    if isinstance(value, list | tuple) and any(isinstance(one, BaseModel | Mapping) for one in value):
        return [f"{name}: {'; '.join(_inside(one) for one in value)}."]
    return [f"{name}: {_inside(value)}".rstrip(".") + "."]


def _inside(value: Any) -> str:
    """A value inside a line, with the Dutch of the word where it is one of a list."""
    if isinstance(value, Condition):
        return "; ".join([*s.condition(value), *(f"niet als {one}" for one in s.exceptions(value))]) or "altijd"
    if isinstance(value, BaseModel | Mapping):
        inner = fields_of(value)
        return ", ".join(f"{w.FIELDS.get(name) or name.replace('_', ' ')} {_inside(one)}".strip()
                         for name, one in inner.items() if one not in (None, "", (), [], {}))  # fmt: skip
    if isinstance(value, list | tuple | frozenset | set):
        return s.listed(_inside(one) for one in value)
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, str):
        return _known(value)
    return str(value)


_ROLE_WORDS = {role.value: role for role in Role}
_OTHER_WORDS = ("Channel", "Identity", "Person", "ClockKind", "Scope", "Purpose", "Nature", "ActionType")


def _known(word: str) -> str:
    if word in _ROLE_WORDS:
        return s.role(_ROLE_WORDS[word])
    return next((found for name in _OTHER_WORDS if (found := lists().get(name, {}).get(word))), str(word))


def _roles(value: Any) -> Iterator[Role]:
    """The roles that are named anywhere inside."""
    if isinstance(value, Condition):
        yield from s.doors(value)
    elif isinstance(value, BaseModel | Mapping):
        for one in fields_of(value).values():
            yield from _roles(one)
    elif isinstance(value, list | tuple | frozenset | set):
        for one in value:
            yield from _roles(one)
    elif isinstance(value, str) and str(value) in _ROLE_WORDS:
        yield _ROLE_WORDS[str(value)]
