"""Reading a definition file (protocol, chain, register) so that every fault is answered with file and line.

Here: YAML with positions, faults as data, and turning pydantic's findings into sentences for the author of the file.
Not here: what a protocol or chain must be (`model`, `rules`, the chains package).
"""

import difflib
import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from backbone.protocols.conditions import Mistake
from backbone.protocols.dutch import meant
from backbone.protocols.fault import Fault as Fault
from backbone.protocols.fault import Level as Level
from backbone.protocols.fault import Location as Location
from backbone.protocols.plain_yaml import read_plain
from backbone.protocols.yaml_faults import explained
from schakel.errors import SchakelError
from schakel.wrong_values import words_of

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault with its place in a file. `str()` gives the lines that the checker prints."""

    path: Path
    line: int
    fault: Fault

    @property
    def is_error(self) -> bool:
        return self.fault.level is Level.ERROR

    def __str__(self) -> str:
        fault = self.fault
        return (
            f"{self.path}:{self.line}: {fault.level}: {fault.what}\n"
            f"    expected: {fault.expected}\n"
            f"    do: {fault.remedy}"
        )


class DefinitionError(SchakelError):
    """A protocol, chain or register cannot be used. `problems` holds every one of them, `str()` prints the errors."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems if problem.is_error))


@dataclass(frozen=True)
class Document:
    """A file's data, and where in the file each part of it stands. text: what stands in the file."""

    path: Path
    data: dict[str, object]
    text: str

    @cached_property
    def _node(self) -> object:
        """The same with its positions: only who has to name a line reads a file so slowly."""
        try:
            return YAML(typ="rt").load(self.text)
        except YAMLError:
            return None

    def line(self, at: Location) -> int:
        """The 1-based line of the deepest part of `at` that the file holds."""
        node, line = self._node, 1
        for part in at:
            if isinstance(node, CommentedMap) and part in node:
                line = node.lc.key(part)[0] + 1
            elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
                line = node.lc.item(part)[0] + 1
            else:
                break
            node = node[part]
        return line

    def problem(self, fault: Fault) -> Problem:
        return Problem(self.path, self.line(fault.at), fault)


def read(path: Path) -> Document | Problem:
    """Read one YAML file, or say why it cannot be read. Only the first fault of a file that is not YAML is known."""
    shape = "a YAML file with fields, such as the files in protocols/ and chains/"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Problem(path, 1, Fault((), "the file does not exist", shape, "create it, or correct the path"))
    except (OSError, UnicodeDecodeError) as error:
        return Problem(path, 1, Fault((), f"the file cannot be read ({error})", shape, "make it a readable UTF-8 file"))
    if (data := read_plain(text)) is not None:
        return Document(path, data, text)
    try:
        node = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        fault = explained(str(error.problem or ""), str(error.context or ""))
        return Problem(path, mark.line + 1 if mark else 1, fault)
    except YAMLError as error:
        return Problem(path, 1, Fault((), f"not readable as YAML: {error}", shape, "check the file's layout"))
    if not isinstance(node, CommentedMap):
        found = "empty" if node is None else f"one {type(node).__name__}"
        return Problem(path, 1, Fault((), f"the file is {found}", shape, "begin with the field names at the margin"))
    plain = _plain(node)
    assert isinstance(plain, dict)
    return Document(path, plain, text)


def _plain(node: object) -> object:
    """The data without ruamel's own types, so that nothing later depends on how it was written."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, str):
        return str(node)
    if isinstance(node, Sequence):
        return [_plain(value) for value in node]
    if node is None or isinstance(node, bool | datetime | date):
        return node
    if isinstance(node, int):
        return int(node)
    if isinstance(node, float):
        return float(node)
    return str(node)


def parse(model: type[Model], document: Document) -> Model | list[Problem]:
    """The document as a model, or everything that is wrong with its form."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = [dict(each) for each in error.errors()]
        return [document.problem(fault) for each in found if not _echo(each, found) for fault in _faults(model, each)]


def _echo(one: dict[str, typing.Any], found: list[dict[str, typing.Any]]) -> bool:
    """A list is "too short" only because its items were wrong: those are named already."""
    at = one["loc"]
    return one["type"] == "too_short" and any(len(o["loc"]) > len(at) and o["loc"][: len(at)] == at for o in found)


def _faults(model: type[BaseModel], found: dict[str, typing.Any]) -> list[Fault]:
    at: Location = tuple(part for part in found["loc"] if part != "[key]")  # how pydantic marks a wrong key
    name = _name(at)
    context = found.get("ctx", {})
    match found["type"]:
        case "condition":
            mistakes: list[Mistake] = context["mistakes"]
            return [
                Fault((*at, *wrong.at), f"{name}: {wrong.what}", wrong.expected, wrong.remedy) for wrong in mistakes
            ]
        case "missing":
            return [Fault(at, f"`{name}` is missing", _described(model, at), f"add the line `{at[-1]}: ...`")]
        case "extra_forbidden":
            fields = _fields(model, at[:-1])
            remedy = _right_name(str(at[-1]), fields, found["input"])
            return [Fault(at, f"`{name}` is not a field", f"one of {', '.join(fields)}", remedy)]
        case "enum" | "literal_error":
            words = words_of(context["expected"])
            said = f"`{name}` cannot be {found['input']!r}"
            return [Fault(at, said, f"one of {', '.join(words)}", meant(found["input"], words))]
        case "string_type" if isinstance(found["input"], int | float):
            remedy = f'put it between quotes: "{found["input"]}"'
            return [Fault(at, f"`{name}` is the number {found['input']!r}", "text", remedy)]
        case "tuple_type":
            remedy = f"write `[{found['input']}]`" if isinstance(found["input"], str) else "begin each with a hyphen"
            return [Fault(at, f"`{name}` is {found['input']!r}", "a list", remedy)]
        case "model_type" | "dict_type" | "model_attributes_type":
            expected = f"fields: {', '.join(_fields(model, at))}" if _fields(model, at) else "names with values"
            return [Fault(at, f"`{name}` is {found['input']!r}", expected, "write `name: value` lines below it")]
        case "too_short":
            expected = f"at least {context['min_length']}: {_described(model, at)}"
            return [Fault(at, f"`{name}` has {context['actual_length']}", expected, "add what is missing")]
        case "string_pattern_mismatch":
            remedy = _form(str(found["input"]), context["pattern"])
            return [Fault(at, f"`{name}` cannot be {found['input']!r}", _described(model, at), remedy)]
        case date if date.startswith("date"):
            return [Fault(at, f"`{name}` is {found['input']!r}", "a date such as 2026-01-31", "write year-month-day")]
        case "value_error":
            return [Fault(at, f"`{name}`: {context['error']}", _described(model, at), "correct the value")]
        case _:
            return [Fault(at, f"`{name}` is {found['input']!r}", found["msg"], "correct the value")]


def _right_name(found: str, fields: Sequence[str], content: object) -> str:
    """Who wrote something behind a name that is no field meant one: it is not to be lost."""
    if close := difflib.get_close_matches(found, fields, 1):
        return f"did you mean `{close[0]}`?"
    if content in (None, "", [], {}):
        return "drop the line"
    near = difflib.get_close_matches(found, fields, 1, 0.4)
    return f"correct the name{f' (`{near[0]}` is nearest)' if near else ''}, or drop the line"


def _form(found: str, pattern: str) -> str:
    """How to write what has a form of its own."""
    if "@" in pattern and "@" not in found:
        return f"add the version, as its file says it: {found}@2026.1"
    if re.fullmatch(pattern, plain := re.sub(r"[^a-z0-9]+", "-", found.lower()).strip("-")):
        return f"write it in that form: {plain}"
    return f"write it in that form (the pattern is {pattern})"


def _name(at: Location) -> str:
    """`("steps", 0, "refer")` as `steps[0].refer`; positions count from 0, as in the data."""
    text = ""
    for part in at:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the file"


def _fields(model: type[BaseModel] | None, at: Location) -> list[str]:
    inner = _model_at(model, at)
    return [field.alias or name for name, field in inner.model_fields.items()] if inner else []


def _described(model: type[BaseModel] | None, at: Location) -> str:
    """What the model says about the field, for the author of the file."""
    while at and isinstance(at[-1], int):
        at = at[:-1]
    inner = _model_at(model, at[:-1])
    for name, field in inner.model_fields.items() if inner and at else ():
        if at[-1] in (name, field.alias) and field.description:
            return field.description
    return "a value of the kind that the other files have here"


def _model_at(model: type[BaseModel] | None, at: Location) -> type[BaseModel] | None:
    for part in at:
        if isinstance(part, int) or model is None:
            continue
        field = next((field for name, field in model.model_fields.items() if part in (name, field.alias)), None)
        model = _inner_model(field.annotation) if field else None
    return model


def _inner_model(annotation: object) -> type[BaseModel] | None:
    """The model inside `X`, `X | None`, `tuple[X, ...]`."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((inner for part in typing.get_args(annotation) if (inner := _inner_model(part))), None)


def digest(content: object) -> str:
    """SHA-256, in hex, of JSON-like data in canonical form: the same meaning, the same digest, whatever the layout."""
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
