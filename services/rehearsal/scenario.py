"""A scenario file: what is told when and by whom, and what must or must never follow. Read so that a policy officer can write one.

Here: the form of `protocols/<name>/scenarios/*.yaml`. What the words stand for in a chain is `services.rehearsal.telling`.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from backbone.protocols.reading import DefinitionError, Document, Problem, parse, read
from backbone.protocols.versions import by_age
from schakel.events.base import Version

EXAMPLE = "voorbeeld"
"""The chain in which every role is held by an invented partner of its own."""


def _wall_clock(value: object) -> object:
    """`2026-03-02 12:00`; YAML itself reads a moment only with seconds."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"{value!r} is no moment; expected such as 2026-03-02 12:00")


WallClock = Annotated[datetime, BeforeValidator(_wall_clock)]
"""As the clock on the wall of the chain shows it, unless it names a zone."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Line(Part):
    """Somebody tells something; without `tell` time passes. `expect`: what the backbone has to conclude, at least."""

    at: WallClock = Field(description="a moment, such as 2026-03-02 12:00")
    by: str | None = None
    tell: str | None = None
    with_: dict[str, Any] = Field(default={}, alias="with", description="the event's own fields")
    expect: tuple[str, ...] | None = None
    refused: str | None = None
    """The code with which intake must refuse it."""


class Scenario(Part):
    scenario: str = Field(description="what it is about, in a sentence")
    chain: str = EXAMPLE
    until: WallClock | None = None
    since: Version | None = None
    """The first version that does what is expected here; an older one is not held to it."""
    lines: tuple[Line, ...] = Field(min_length=1, description="what is told, with at, by, tell and with")
    never: tuple[str, ...] = ()


def load(path: Path) -> tuple[Scenario, Document]:
    """One file. Raises DefinitionError with every fault, each with its line."""
    document = read(path)
    if isinstance(document, Problem):
        raise DefinitionError([document])
    scenario = parse(Scenario, document)
    if isinstance(scenario, list):
        raise DefinitionError(scenario)
    return scenario, document


def beside(protocols: Path, name: str, version: str | None = None) -> list[Path]:
    """The scenarios that belong to a protocol; of a version, those that it is held to. A faulty one is for whoever plays it."""
    found = sorted((protocols / name / "scenarios").glob("*.y*ml"))
    return found if version is None else [path for path in found if _holds_for(version, path)]


def _holds_for(version: str, path: Path) -> bool:
    try:
        since = load(path)[0].since
    except DefinitionError:
        return True
    return since is None or by_age(version) >= by_age(since)
