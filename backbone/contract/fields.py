"""What each field of an event or message says: docs/fields.md, and the `doc` of every field in asyncapi.yaml.

The words stand beside the field in the model, or in `backbone.contract.field_words` where the name says nearly all.
"""

import ast
import inspect
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from backbone.contract import lists
from backbone.contract.field_words import EVERYWHERE, OF
from backbone.contract.tables import chains, table, tellable
from backbone.contract.words import first_line, without_pointers
from schakel.events import TOLD, base
from schakel.messages import MESSAGES

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "fields.md"
_SHAPES: Mapping[Any, str] = {
    base.EventId: "event id",
    base.CaseId: "case id",
    base.PartnerId: "partner id",
    base.Slug: "name",
    base.Reason: "code",
    base.Code: "code",
    base.Version: "version",
    str: "text",
    int: "number",
    bool: "true or false",
    bytes: "bytes",
    date: "day",
    datetime: "moment",
}
HEAD = """# Every field

What stands in every event that a partner tells and in every message that it gets, field by field, as the newest version of each has it.
Made from the models (`python -m backbone.contract write`); how they travel is in [For partners](partners.md), the Avro schemas are in
[asyncapi.yaml](asyncapi.yaml), an example of each in [vectors/](vectors/).

A field "or null" may be null, one with a default may be given as that. An event id is the `ce_id` of the event that it names, a case id
that of a receipt, a partner id your user name or another's; names are short, in small letters, digits and hyphens, codes in small letters
and underscores. Lists are added to now and then: a word that you do not know counts as the last resort of its list (`unknown`, `other` or
`none`). Every event that you tell has `sealed` besides: any number of [Sealed](#sealed), one for each person whose data it carries."""


def words_of(model: type[BaseModel]) -> dict[str, str]:
    """Of each field in the model's order. Raises KeyError for a field without words."""
    beside = {name: text for one in reversed(model.__mro__) for name, text in _beside(one).items()}
    own = OF.get(model.__name__, {})
    return {name: own.get(name) or beside.get(name) or EVERYWHERE[name] for name in model.model_fields}


@cache
def _beside(model: type) -> Mapping[str, str]:
    """The sentences that stand under fields in the class itself."""
    if not issubclass(model, BaseModel) or model is BaseModel:
        return {}
    (found,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(found, ast.ClassDef)
    said: dict[str, str] = {}
    for field, text in zip(found.body, found.body[1:], strict=False):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                said[name] = without_pointers(" ".join(words.split()))
    return said


def inside(model: type[BaseModel]) -> Iterator[type[BaseModel] | type[StrEnum]]:
    """The models and lists that its fields are made of."""
    for field in model.model_fields.values():
        for one in _types(field.annotation):
            if isinstance(one, type) and issubclass(one, BaseModel | StrEnum):
                yield one


def _types(annotation: Any) -> Iterator[Any]:
    arguments = typing.get_args(annotation)
    if not arguments:
        yield annotation
    for one in arguments:
        yield from _types(one)


def spoken() -> list[type[BaseModel]]:
    """What partners tell and get, in the order of the catalogue."""
    return [
        *(TOLD[name] for name in tellable(chains())),
        *(model for name, model in MESSAGES.items() if name != "refused"),
    ]


def parts(models: Iterable[type[BaseModel]]) -> tuple[list[type[BaseModel]], list[type[StrEnum]]]:
    """The models within these, and all lists: each once, by name."""
    found: dict[str, type[BaseModel]] = {}
    words: dict[str, type[StrEnum]] = {}
    left = list(models)
    while left:
        for one in inside(left.pop()):
            if issubclass(one, StrEnum):
                words[one.__name__] = one
            elif one.__name__ not in found:
                found[one.__name__] = one
                left.append(one)
    return [found[name] for name in sorted(found)], [words[name] for name in sorted(words)]


def page() -> str:
    """docs/fields.md as it should be."""
    within, closed = parts(spoken())
    lines = [HEAD, "## What you tell", *(_section(name, TOLD[name]) for name in tellable(chains()))]
    lines += ["## What you get", *(_section(name, model) for name, model in MESSAGES.items() if name != "refused")]
    lines += ["## Parts", *(_section(model.__name__, model) for model in within)]
    lines += ["## Lists", "Each word with its Dutch.", *(_list(one) for one in closed)]
    return "\n\n".join(lines) + "\n"


def _section(name: str, model: type[BaseModel]) -> str:
    words, hints = words_of(model), typing.get_type_hints(model, include_extras=True)
    rows = [
        (f"`{field}`", _shape(hints[field]), _default(info.default), words[field].replace("|", r"\|"))
        for field, info in model.model_fields.items()
        if field != "sealed"
    ]
    if not rows:
        return f"### {name}\n\n{first_line(model)}"
    return f"### {name}\n\n{first_line(model)}\n\n" + table(
        ("field", "what stands there", "default", "what it says"), rows
    )


def _shape(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in _SHAPES:
        return _SHAPES[annotation]
    if origin is typing.Annotated:
        return _shape(arguments[0])
    if origin in (types.UnionType, typing.Union):
        return f"{_shape(next(one for one in arguments if one is not types.NoneType))}, or null"
    if origin is tuple:
        return f"any number of: {_shape(arguments[0])}"
    return f"[{annotation.__name__}](#{annotation.__name__.lower()})"


def _default(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case StrEnum():
            return f"`{value.value}`"
        case tuple():
            return "none" if not value else " ".join(map(str, value))
        case str() | int():
            return f"`{value}`"
        case BaseModel():
            return "that of each of its fields"
    return ""


def _list(words: type[StrEnum]) -> str:
    dutch = lists.words().get(words.__name__, {})
    said = [f"`{word.value}` {dutch[word.value]}" if word.value in dutch else f"`{word.value}`" for word in words]
    return f"### {words.__name__}\n\n" + " · ".join(said)


def described(schema: Any, model: type[BaseModel]) -> Any:
    """The Avro schema of the model with what each field says as its `doc`."""
    words = words_of(model)
    within = {one.__name__: one for one in inside(model) if issubclass(one, BaseModel)}
    fields = [{**one, "type": _described(one["type"], within), "doc": words[one["name"]]} for one in schema["fields"]]
    return {**schema, "fields": fields}


def _described(schema: Any, within: Mapping[str, type[BaseModel]]) -> Any:
    if isinstance(schema, list):
        return [_described(one, within) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema["type"] == "array":
        return {**schema, "items": _described(schema["items"], within)}
    return described(schema, within[schema["name"]]) if schema["type"] == "record" else schema


def write(file: Path = FILE) -> Path:
    """Make the page again. Returns where."""
    file.write_text(page(), encoding="utf-8")
    return file
