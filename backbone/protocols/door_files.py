"""Reading door files: one, or a folder of `<name>.yaml`. Not here: what they may say (`doors`), what must hold (`door_rules`)."""

import re
from collections.abc import Iterator
from pathlib import Path

from backbone.protocols.door_rules import faults
from backbone.protocols.doors import Door
from backbone.protocols.reading import Document, Fault, Problem, parse, read

_MARK = re.compile(r"\[([0-9A-Za-z]+)\]")


def check_door(path: Path) -> tuple[Door | None, list[Problem]]:
    """The door, or None when the file cannot be understood, and all that is wrong. One with errors stays shut, and is given anyhow."""
    document = read(path)
    if isinstance(document, Problem):
        return None, [document]
    door = parse(Door, document)
    if isinstance(door, list):
        return None, door
    found = (*_named(document, door), *_sourced(door), *faults(door))
    return door, [document.problem(fault) for fault in found]


def check_doors(folder: Path) -> tuple[dict[str, Door], list[Problem]]:
    """Every door of a folder by ref, usable or not, and every problem found. A folder that is not there holds no door."""
    doors: dict[str, Door] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.y*ml")):
        door, found = check_door(path)
        problems += found
        if door:
            doors[door.ref] = door
    return doors, problems


def _named(document: Document, door: Door) -> Iterator[Fault]:
    if document.path.stem != door.door:
        yield Fault(
            ("door",),
            f"the file says door `{door.door}` and is called {document.path.name}",
            f"{door.door}.yaml",
            "rename the file, or correct the name",
        )


def _sourced(door: Door) -> Iterator[Fault]:
    for mark in _MARK.findall(door.source):
        if mark not in door.sources:
            yield Fault(("source",), f"the source names [{mark}]", "a mark of `sources`", f"add {mark} under `sources`")
