"""The papers name commands that exist."""

from pathlib import Path
from typing import Any

import pytest
import typer

from backbone.cli.main import app as backbone
from schakel.cli.main import app as schakel
from tests.house.papers import NAMES, PAPERS, commands


def known(name: str, app: typer.Typer) -> set[tuple[str, str]]:
    """What may follow the program's name: its commands and groups."""
    group: Any = typer.main.get_command(app)
    return {(name, word) for word in group.list_commands(typer.Context(group))}


COMMANDS = known("backbone", backbone) | known("schakel", schakel)


@pytest.mark.parametrize("paper", PAPERS, ids=NAMES)
def test_commands_exist(paper: Path) -> None:
    assert commands(paper.read_text(encoding="utf-8")) - COMMANDS == set()


def test_a_command_that_does_not_exist_is_noticed() -> None:
    text = "`backbone up`, `var/venv/bin/backbone bake --now`, `schakel.client` and\n```\nschakel sing\n```\n"
    assert commands(text) - COMMANDS == {("backbone", "bake"), ("schakel", "sing")}
