"""A scenario file: what is told when and by whom, and what must or must never follow. Read so that a policy officer can write one.

Here: the form of `protocols/<name>/scenarios/*.yaml`. What the words stand for in a chain is `services.rehearsal.telling`.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from backbone.chains.occasions import Occasion
from backbone.protocols.reading import DefinitionError, Document, Problem, parse, read
from backbone.protocols.versions import by_age
from schakel.events import TOLD
from schakel.events.base import Slug, Version

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


class ChainLine(Line):
    """Besides what a line of a case says: the case that it is told in, or what is looked at instead, and for whom.

    `agenda` and `list` show what stands on a consultation's agenda or an overview then. Of these `expect` says which cases stand on it,
    with words that their lines have to say, and `lacks` what stands nowhere on it.
    """

    case: Slug | None = Field(None, description="a short name of your own for the case that it is told in")
    agenda: str | None = Field(None, description="the id of a consultation")
    list_: str | None = Field(None, alias="list", description="the id of an overview")
    for_: str | None = Field(None, alias="for", description="a partner or role, as whom it is looked at")
    lacks: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_thing(self) -> "ChainLine":
        done = [name for name, given in (("tell", self.tell), ("agenda", self.agenda), ("list", self.list_)) if given]
        if len(done) > 1:
            raise ValueError(f"a line does one thing, found {' and '.join(done)}")
        if (self.for_ or self.lacks) and not (self.agenda or self.list_):
            raise ValueError("`for` and `lacks` belong to a line with `agenda` or `list`")
        if (self.case or self.by or self.with_) and not self.tell:
            raise ValueError("`case`, `by` and `with` belong to a line with `tell`")
        return self


class Scenario(Part):
    scenario: str = Field(description="what it is about, in a sentence")
    chain: str = EXAMPLE
    until: WallClock | None = None
    since: Version | None = None
    """The first version that does what is expected here; an older one is not held to it."""
    lines: tuple[Line, ...] = Field(min_length=1, description="what is told, with at, by, tell and with")
    never: tuple[str, ...] = ()


class ChainScenario(Scenario):
    """A stretch of time of a chain that keeps a scheme: meetings, agendas and rhythms, and a few cases where an agenda needs some."""

    begins: date = Field(description="the first day on which the chain keeps the scheme, such as 2026-01-01")
    occasions: tuple[Occasion, ...] = ()
    """Events of the chain's calendar, as a chain's file says them; besides those of its own."""
    lines: tuple[ChainLine, ...] = Field(min_length=1, description="what is told or looked at, each with at")


_OF_A_CHAIN = frozenset({"case", "agenda", "list", "for", "lacks"})


def _of_a_chain(data: dict[str, object]) -> bool:
    """By anything that only such a scenario says: one that lacks its beginning is told so."""
    found = data.get("lines")
    lines = [line for line in found if isinstance(line, dict)] if isinstance(found, list) else []
    told = [TOLD.get(str(line.get("tell"))) for line in lines]
    return (
        not {"begins", "occasions"}.isdisjoint(data)
        or any(not _OF_A_CHAIN.isdisjoint(line) for line in lines)
        or any(model is not None and not model.IN_CASE for model in told)
    )


def load(path: Path) -> tuple[Scenario, Document]:
    """One file, of a case or of a chain. Raises DefinitionError with every fault, each with its line."""
    document = read(path)
    if isinstance(document, Problem):
        raise DefinitionError([document])
    model: type[Scenario] = ChainScenario if _of_a_chain(document.data) else Scenario
    scenario = parse(model, document)
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
