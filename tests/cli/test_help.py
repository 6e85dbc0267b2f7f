"""Every command explains itself with an example, in 80 columns, without colour, without a terminal."""

from collections.abc import Iterator

import click
import pytest
import typer
from typer.testing import CliRunner

from backbone.cli.main import app

COLUMNS = 80


def commands() -> Iterator[tuple[str, ...]]:
    root = typer.main.get_command(app)

    def walk(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if not hasattr(command, "list_commands"):
            yield path
            return
        context = typer.Context(command)
        for name in command.list_commands(context):
            yield from walk(command.get_command(context, name), (*path, name))

    yield from walk(root, ())


ALL = sorted(commands())


def test_the_commands_are_those_that_were_agreed() -> None:
    assert {path[0] for path in ALL} == {
        "up", "down", "status", "serve", "import", "demo", "topics", "park", "keys", "partner", "person", "protocol",
        "erasure", "door", "consultation", "evidence", "ledger", "deploy", "rebuild", "overview", "evaluate",
        "witness", "reconcile",
    }  # fmt: skip
    assert {path for path in ALL if path[0] == "park"} == {("park", "list"), ("park", "retry"), ("park", "drop")}


@pytest.mark.parametrize("path", [(), *ALL], ids=" ".join)
def test_help_has_an_example_and_fits_the_page(path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    result = CliRunner().invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line for line in lines if len(line) > COLUMNS] == []
    assert "\x1b" not in result.output
    examples = [line for line in lines if line.strip().startswith(" ".join(["backbone", *path]))]
    assert examples, result.output


def test_without_a_command_the_help_is_shown() -> None:
    result = CliRunner().invoke(app, [])
    assert "Usage: backbone" in result.output
