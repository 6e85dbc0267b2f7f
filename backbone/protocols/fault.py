"""A fault in a definition file as data: where, what, what was expected, what to do. Finding and showing them is `reading`'s."""

from dataclasses import dataclass
from enum import StrEnum

Location = tuple[str | int, ...]


class Level(StrEnum):
    """An error keeps a definition from being used; a warning is for its author to weigh."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a definition, at a place in its data."""

    at: Location
    what: str
    expected: str
    remedy: str
    level: Level = Level.ERROR
