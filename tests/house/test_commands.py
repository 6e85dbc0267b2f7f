"""The papers name commands that exist."""

from pathlib import Path

import pytest
import typer

from backbone.cli.main import app as backbone
from schakel.cli.main import app as schakel
from tests.house.papers import NAMES, PAPERS, commands


def known(name: str, app: typer.Typer) -> set[tuple[str, str]]:
    """What may follow the program's name: its commands and groups."""
    given = [entry.name for entry in app.registered_commands if entry.name]
    groups = [entry.name for entry in app.registered_groups if entry.name]
    return {(name, word) for word in (*given, *groups)}


COMMANDS = known("backbone", backbone) | known("schakel", schakel)


@pytest.mark.parametrize("paper", PAPERS, ids=NAMES)
def test_commands_exist(paper: Path) -> None:
    assert commands(paper.read_text(encoding="utf-8")) - COMMANDS == set()


def test_a_command_that_does_not_exist_is_noticed() -> None:
    text = "`backbone up`, `var/venv/bin/backbone bake --now`, `schakel.client` and\n```\nschakel sing\n```\n"
    assert commands(text) - COMMANDS == {("backbone", "bake"), ("schakel", "sing")}
