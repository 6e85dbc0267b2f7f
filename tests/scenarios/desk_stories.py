"""A case in the sample chain of the desks, and what is open on it: for the scenarios of what desks do after the first contact."""

from pathlib import Path
from typing import Any

from backbone.desk.items import Open, open_items
from tests.scenarios.stories import given
from tests.support.casebook import Story
from tests.support.desks import (
    desk_files,
)
from tests.support.telling import (
    CITY,
    Tell,
    report,
)

HOME = {"place_type": "home", "tenure": "rented"}


def begun(folder: Path, *told: Tell, by: str = CITY, parts: dict[str, Any] | None = None, **facts: Any) -> Story:
    """A report in the sample chain."""
    chains, protocols = desk_files(folder, **(parts or {}))
    return given(report(by=by, **facts), *told, chains=chains, protocols=protocols)


def items(story: Story) -> list[Open]:
    case = story.case
    chain = story.world.chains.get(case.chain or "")
    assert chain is not None
    return open_items(case, chain, story.world.protocols)


def kinds(story: Story) -> dict[str, tuple[str, ...]]:
    return {item.kind: item.what for item in items(story)}
