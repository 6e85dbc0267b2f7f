"""Parts of a protocol without sentences of their own: each field under its Dutch name, nothing left out. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from backbone.authoring import labels
from backbone.authoring import sentences as s
from backbone.authoring import words as w
from backbone.person.plain import day, lists
from backbone.protocols.conditions import Condition
from backbone.protocols.overviews import By
from schakel.calendar import Limit
from schakel.events.vocab import Purpose, Role

_NOTHING: tuple[Any, ...] = (None, "", (), [], {}, False)
_SAID_TOO = ("if_all_agree",)
"""Flags of which a no is worth a line."""
_ONLY_NO = ("sharing",)
"""Flags that are usually yes: only a no is worth a line."""


def fields_of(part: Any) -> dict[str, Any]:
    """The fields of a model or mapping by their names in the file, its own extra ones too."""
    if isinstance(part, BaseModel):
        declared = {info.alias or name: getattr(part, name) for name, info in type(part).model_fields.items()}
        return declared | dict(part.model_extra or {})
    return dict(part) if isinstance(part, Mapping) else {"text": part}


def name_of(field: object) -> str:
    """What a field is called; one that nobody named shows as it stands."""
    return labels.FIELDS.get(str(field), s.capital(str(field).replace("_", " ")))


def lines(name: str, value: Any) -> Iterable[str]:
    """A field as sentences: one, or one for each of its parts."""
    called = name_of(name)
    if not _says(name, value):
        return []
    if name == "by" and any(isinstance(one, By) for one in value):
        called = "Geteld naar"
    if isinstance(value, list | tuple) and any(isinstance(one, BaseModel | Mapping | Condition) for one in value):
        one_of = labels.ONE_OF.get(name, called)
        return [_ended(f"{one_of}: {inside(one)}") for one in value]
    return [_ended(f"{called}: {inside(value)}" if called else inside(value))]


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def _says(name: object, value: Any) -> bool:
    if isinstance(value, Condition):
        return bool(value.must or value.none_of)
    if name in _ONLY_NO:
        return value is False
    return name in _SAID_TOO or not any(value is one or (value == one and type(value) is type(one)) for one in _NOTHING)


def inside(value: Any) -> str:
    """A value inside a line, with the Dutch of the word where it is one of a list."""
    match value:
        case Condition():
            return "; en ".join([*s.condition(value), *(f"niet als {one}" for one in s.exceptions(value))]) or "altijd"
        case BaseModel() | Mapping():
            return "; ".join(_parts(value))
        case list() | tuple():
            each = [inside(one) for one in value]
            sentences = all(one.endswith((".", "?", "!")) for one in each)
            return " ".join(each) if sentences else s.listed(each)
        case frozenset() | set():
            return s.listed(sorted(inside(one) for one in value))
        case bool():
            return "ja" if value else "nee"
        case StrEnum():
            return word(value)
        case Limit():
            return s.limit(value)
        case date():
            return day(value, "nl")
        case time():
            return f"{value:%H.%M} uur"
        case str():
            return _known(value)
    return str(value)


def _parts(value: BaseModel | Mapping[str, Any]) -> Iterator[str]:
    plain = fields_of(value)
    if "id" in plain and (named := next((name for name in ("title", "text") if plain.get(name)), None)):
        yield f"{plain.pop(named)} ({plain.pop('id')})"
    for name, one in plain.items():
        if _says(name, one):
            called = name_of(name)
            yield f"{called[:1].lower()}{called[1:]}: {inside(one)}" if called else inside(one)


def word(value: StrEnum) -> str:
    """A word of a closed list, of events or of protocol files."""
    if isinstance(value, Role):
        return s.role(value)
    if isinstance(value, Purpose):
        return w.PURPOSES[value.value]
    own = labels.WORDS.get(type(value), {})
    return own.get(value.value) or s.in_list(type(value).__name__, value.value)


_ROLE_WORDS = {role.value: role for role in Role}
_OTHER_WORDS = ("Channel", "Identity", "Person", "ClockKind", "Scope", "Purpose", "Nature", "ActionType")


def _known(text: str) -> str:
    """Text of a note: the Dutch of a word that is one of a list, else the text itself."""
    if text in _ROLE_WORDS:
        return s.role(_ROLE_WORDS[text])
    return next((found for name in _OTHER_WORDS if (found := lists().get(name, {}).get(text))), text)


def roles_in(value: Any) -> Iterator[Role]:
    """The roles that are named anywhere inside."""
    if isinstance(value, Condition):
        yield from s.doors(value)
    elif isinstance(value, BaseModel | Mapping):
        for one in fields_of(value).values():
            yield from roles_in(one)
    elif isinstance(value, list | tuple | frozenset | set):
        for one in value:
            yield from roles_in(one)
    elif isinstance(value, str) and str(value) in _ROLE_WORDS:
        yield _ROLE_WORDS[str(value)]
