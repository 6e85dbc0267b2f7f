"""What the models' own docstrings say, for people who do not read the code: without pointers to our working papers."""

import inspect
import re

from pydantic import BaseModel

_POINTER = re.compile(r" ?[(\[](domain-detail|design|0|1|2|3|4)[ )\]][^)\]]*[)\]]?")


def first_line(model: type[BaseModel]) -> str:
    """The sentence that says what it is."""
    return _lines(model)[0]


def further(model: type[BaseModel]) -> str:
    """What follows after it; empty for most."""
    return "\n".join(_lines(model)[1:]).strip()


def without_pointers(text: str) -> str:
    """The text without what points to our working papers."""
    return _POINTER.sub("", text)


def _lines(model: type[BaseModel]) -> list[str]:
    return without_pointers(inspect.cleandoc(model.__doc__ or "")).split("\n")
