"""Every readable attribute of every event and message, with the kind of value it may hold.

`python -m tests.support.attributes` prints the list as tests/language/readable.txt keeps it.
"""

import sys
import types
import typing
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from schakel.avro import models
from tests.support.strategies import TEXT_KINDS, pattern_of

_PLAIN = {bool: "yes or no", int: "number", date: "day", datetime: "moment", bytes: "sealed bytes"}


def leaves(model: type[BaseModel], at: str = "") -> Iterator[tuple[str, str]]:
    """(path, kind) of everything in `model` that holds a value; `kind` is `FREE TEXT` where nothing limits it."""
    for name, field in model.model_fields.items():
        yield from _leaves(field.annotation, tuple(field.metadata), f"{at}.{name}" if at else name)


def _leaves(kind: Any, limits: tuple[Any, ...], at: str) -> Iterator[tuple[str, str]]:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        yield from _leaves(args[0], args[1:], at)
    elif origin in (types.UnionType, typing.Union):
        for arg in args:
            if arg is not types.NoneType:
                yield from _leaves(arg, (), at)
    elif origin is tuple:
        yield from _leaves(args[0], (), f"{at}[]")
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from leaves(kind, at)
    elif isinstance(kind, type) and issubclass(kind, StrEnum):
        yield at, f"word of {kind.__name__}"
    elif kind is str:
        yield at, TEXT_KINDS.get(pattern_of(limits) or "", "FREE TEXT")
    else:
        yield at, _PLAIN.get(kind, f"FREE TEXT ({kind})")


def listing() -> list[str]:
    """One line for each attribute: event, path, kind."""
    lines = []
    for name, model in models().items():
        lines.extend(f"{name} {path}: {kind}" for path, kind in leaves(model))
    return lines


if __name__ == "__main__":
    sys.stdout.write("\n".join(listing()) + "\n")
