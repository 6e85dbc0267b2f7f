"""`backbone door check`: may this door open? Each door against the rules above all files and the questions of the routekaart, in Dutch."""

from pathlib import Path
from typing import Annotated

import typer

from backbone.cli.output import FOUND, Undoable, read_settings
from backbone.protocols.door_files import check_door
from backbone.protocols.door_rules import QUESTIONS, unanswered
from backbone.protocols.doors import Door
from backbone.protocols.reading import Problem
from schakel.events.vocab import Identity

app = typer.Typer(no_args_is_help=True, help="Doors for reports: may they open?")

_FORMS = {
    Identity.ONE_WAY: "eenzijdig (geen weg terug)",
    Identity.ANONYMOUS_HEARD: "anoniem, wel gehoord",
    Identity.KNOWN_TO_DOOR: "alleen bekend bij het meldpunt",
    Identity.BY_NAME: "op naam",
    Identity.UNKNOWN: "onbekend",
}


@app.callback()
def _group() -> None:
    """One command so far; the callback keeps it a group."""


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="A door file.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="Every door of the chains folder.")] = False,
) -> None:
    """Print each door against the rules above all files: danger first, nothing hidden, both routes, what happens next.

    Exit code 0 when every door named can open, 1 when not.

    Examples:

      backbone door check chains/doors/groningen-dmg.yaml

      backbone door check --all
    """
    if (file is None) is not every:
        raise Undoable("name one door file, or give --all")
    folder = read_settings().chains_dir / "doors"
    if every and not folder.is_dir():
        raise Undoable(f"{folder} is no folder; expected one with a file for each door")
    shut = 0
    for path in sorted(folder.glob("*.y*ml")) if file is None else [file]:
        door, problems = check_door(path)
        typer.echo(report(path, door, problems))
        shut += any(problem.is_error for problem in problems)
    if shut:
        raise typer.Exit(FOUND)


def report(path: Path, door: Door | None, problems: list[Problem]) -> str:
    """What a municipality reads of its door. `problems` in the order of the file's rules."""
    if door is None:
        return "\n".join(str(problem) for problem in problems) + "\n"
    open_questions = unanswered(door.answers)
    wrong = [problem for problem in problems if problem.fault.at[:1] != ("answers",) or len(problem.fault.at) > 2]
    lines = [
        f"{door.title} ({door.ref})",
        f"  doel: {door.goal}",
        f"  kanalen: {', '.join(door.channels)}",
        f"  vormen: {', '.join(_FORMS[form] for form in door.identity)}",
        f"  eerst: {door.emergency.question}",
        f"    ja: {', '.join(door.emergency.shows)}",
        f"    zegt: {door.emergency.states}",
        f"  vanaf de deur verwijderd: {', '.join(door.drops) or 'niets'}",
        f"  beantwoord: {len(QUESTIONS) - len(open_questions)} van {len(QUESTIONS)} vragen van de routekaart",
    ]
    lines += [f"    open: {question} {passage}" for _, question, passage in open_questions]
    lines += [f"    mis: {problem.fault.what}. {problem.fault.remedy} (regel {problem.line})" for problem in wrong]
    errors = [problem for problem in problems if problem.is_error]
    verdict = "kan open" if not errors else f"blijft dicht: {len(errors)} te doen"
    return "\n".join([*lines, f"  {verdict}", ""])
