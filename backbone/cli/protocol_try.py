"""`backbone protocol try`: a scenario, or a real case's history, played against a protocol. The playing is `services.rehearsal`'s."""

import importlib
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from backbone.cli.hand import OperatorsHand
from backbone.cli.output import FOUND, Undoable, read_settings
from backbone.cli.protocol import Which, app, find_protocol
from backbone.definition_files import load_definitions
from backbone.protocols.checking import lines_of
from backbone.protocols.reading import DefinitionError
from backbone.settings import Settings
from schakel.envelope import PATTERNS
from schakel.her_copy import LANGUAGES, Language
from schakel.history import read_case

_DOOR = "services.rehearsal.door"
"""Loaded by its name, as `backbone serve` does a service: the backbone imports no service."""


@app.command("try")
def try_(
    protocol: Which,
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[SCENARIO]...", help="Scenario files.", show_default="all of the protocol's own"),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A case, as 'schakel case history --json' wrote it.", show_default=False),
    ] = None,
    case: Annotated[
        str | None, typer.Option(metavar="CASE", help="A case of the backbone that runs here.", show_default=False)
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="PROTOCOL", help="Show what differs from this version.", show_default=False)
    ] = None,
    others: Annotated[bool, typer.Option("--others", help="The chain's other protocols run too.")] = False,
    why: Annotated[bool, typer.Option("--why", help="And what did not happen up to the end, and why.")] = False,
    language: Annotated[str, typer.Option(help="nl or en.")] = "nl",
) -> None:
    """Play a scenario or a real case against a protocol: what is proposed, asked, held, released, clocked, and who is informed.

    Of a scheme of working together: what comes due and who hears it, what was not kept, and what stands on an agenda or a list.

    Nothing is sent and nothing is written. Exit code 0 when all followed as the scenarios expect, 1 when not, 2 when one of them
    cannot be played.

    Examples:

      backbone protocol try groningen-protocolkaart

      backbone protocol try mijn-protocol scenario.yaml --why

      backbone protocol try mijn-protocol@1.1 --against mijn-protocol@1.0

      backbone protocol try mijn-protocol --history case.jsonl --language en
    """
    if sum(map(bool, (scenarios, history, case))) > 1:
        raise Undoable("give scenario files, or --history, or --case: one of them")
    if why and against:
        raise Undoable("--why says it of one version; leave out --against")
    spoken = next((one for one in LANGUAGES if one == language), None)
    if spoken is None:
        raise Undoable(f"--language {language[:20]!r}: expected one of {', '.join(LANGUAGES)}")
    settings, door = read_settings(), importlib.import_module(_DOOR)
    tried = find_protocol(protocol)
    other = find_protocol(against) if against else None
    files = door.Files(*load_definitions(settings.protocols_dir, settings.chains_dir), others, settings.chains_dir)
    if history or case:
        entries = door.read_history(history) if history else _entries(settings, case or "")
        title = f"{history or case}"
        _show([door.try_history(title, entries, tried, files, spoken, other, why=why)])
        return
    paths = list(scenarios or door.scenarios(settings.protocols_dir, tried))
    if not paths:
        where = settings.protocols_dir / tried.protocol / "scenarios"
        nothing = f"{tried.protocol} has no scenarios in {where}; name a scenario file, or write one there"
        raise Undoable(door.instead(tried) or nothing)
    _show([_one(door, path, tried, files, spoken, other, why) for path in paths])


def _one(door: Any, path: Path, tried: Any, files: Any, language: Language, other: Any, why: bool) -> Any:
    try:
        return door.try_scenario(path, tried, files, language, other, why=why)
    except DefinitionError as error:
        typer.echo("\n".join(line for problem in error.problems for line in lines_of(problem)), err=True)
        raise typer.Exit(2) from None


def _show(shown: list[Any]) -> None:
    typer.echo("\n".join(one.text for one in shown), nl=False)
    if not all(one.good for one in shown):
        raise typer.Exit(FOUND)


def _entries(settings: Settings, case: str) -> Any:
    """The case's records, read from the ledger as the operator."""
    if not re.fullmatch(PATTERNS["ce_subject"], case):
        raise Undoable(f"{case[:40]!r} is no case id; expected a UUID in small letters, as a receipt gives it")
    with OperatorsHand.find(settings).connected() as how:
        found = read_case(how, case)
    if found.state.report is None:
        raise Undoable(f"the ledger has no case {case} with a report; is it the ledger of another backbone?")
    return [step.entry for step in found.steps]
