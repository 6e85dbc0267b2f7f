"""Which rules gave a conclusion: seen while they run, not declared beside them, so that the answer cannot be out of date.

The interpreter tells of each function that returns or yields; those of ours that passed a conclusion on are its way, the innermost
first. Nothing of the rules is changed, and nothing is left behind.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from schakel.events import Derived

_OURS = ("services.", "backbone.")


@dataclass(frozen=True, slots=True)
class Rule:
    """One function on the way. line: where it gave the conclusion."""

    module: str
    name: str
    line: int

    @property
    def place(self) -> str:
        """`services/consent/rules.py:73`."""
        return f"{self.module.replace('.', '/')}.py:{self.line}"

    @property
    def full_name(self) -> str:
        return f"{self.module}.{self.name}"

    @property
    def says(self) -> str:
        """The first sentence of what the rule says about itself; empty for one that says nothing."""
        found: Any = sys.modules.get(self.module)
        for part in self.name.split("."):
            found = getattr(found, part, None)
        text = " ".join((getattr(found, "__doc__", None) or "").split())
        end = text.find(". ")
        return text if end < 0 else text[: end + 1]


def watched(run: Callable[[], Iterable[Derived]]) -> list[tuple[Derived, tuple[Rule, ...]]]:
    """What `run` gives, each with the functions that passed it on, innermost first."""
    seen: dict[int, tuple[Derived, list[Rule]]] = {}  # holds each conclusion, so that no other takes its id

    def note(frame: FrameType, what: str, given: Any) -> None:
        if what != "return" or not isinstance(given, Derived):
            return
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(_OURS) and module != __name__:
            way = seen.setdefault(id(given), (given, []))[1]
            rule = Rule(module, frame.f_code.co_qualname, frame.f_lineno)
            if (rule.module, rule.name) not in [(one.module, one.name) for one in way]:
                way.append(rule)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        found = list(run())
    finally:
        sys.setprofile(before)
    return [(event, tuple(seen[id(event)][1]) if id(event) in seen else ()) for event in found]
