"""`schakel why` and `schakel case report`: what needs the backbone's rules and definitions beside the ledger.

They stand in the extra `backbone`, which a partner does not install: loaded by name, and missed with a sentence.
"""

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from schakel.cli.case import CASE_ID, AsJson, CaseId, tell_unread
from schakel.cli.output import Undoable, brief, say, show, show_json, table, wrapped
from schakel.cli.who import ProfilePath, reader
from schakel.definitions import TOPIC, Definitions
from schakel.entry import Entry
from schakel.history import History, read_with_surroundings
from schakel.reading import read_to_end

_DOOR = "services.hindsight.door"


def why(
    case: CaseId,
    event: Annotated[
        str,
        typer.Argument(metavar="EVENT", help="its id, its first or last letters, or its offset", show_default=False),
    ],
    profile: ProfilePath = None,
    as_json: AsJson = False,
) -> None:
    """Why an event is there: what it rests on, the rule that concluded it, the line of the protocol, the history it was decided on.

    The decision is made once more on that history, here, and held against the ledger. An event that was overtaken says by what.
    Runs where the backbone is installed, with its protocols and chains.

    Examples:

      schakel why 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e 41

      schakel why 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e 9b2f01aa --json
    """
    door = _door("why")
    history, around = find(case, profile)
    told = door.why(history, around, _meant(history, event), definitions(profile))
    if as_json:
        show_json(told.as_json())
        return
    made = table("", "")
    for name, text in told.lines():
        made.add_row(name, text)
    made.show_header = False
    show(made)


def report(
    case: CaseId,
    to: Annotated[
        Path, typer.Option("--to", metavar="FILE", help="a file that is not there yet", show_default="CASE.html")
    ] = Path(""),
    profile: ProfilePath = None,
) -> None:
    """Write the case as one page to read and to print: who did what when, consent and clocks over time, and the reason of each conclusion.

    In Dutch. It loads nothing, runs no script, and holds no personal data: what is sealed stays sealed. Runs where the backbone is
    installed, with its protocols and chains.

    Examples:

      schakel case report 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e

      schakel case report 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --to verslag.html
    """
    door = _door("case report")
    history, around = find(case, profile)
    path = to if to.name else Path(f"{case}.html")
    page = "".join(
        door.report(history, around, definitions(profile))
    )  # whole before there is a file: half a page would stand in the way of the next attempt
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(page)
    except FileExistsError:
        raise Undoable(f"{path} is there already; name another file with --to, or remove it") from None
    say(wrapped(f"{path} is there: {len(history.steps)} events; open it with any browser", 0))
    tell_unread(history.unread)


def find(case: str, profile: Path | None) -> tuple[History, list[Entry]]:
    """The case, and what of its partition bears on it. Raises Undoable."""
    if not CASE_ID.fullmatch(case):
        raise Undoable(f"{case[:40]!r} is no case id; expected a UUID in small letters, as a receipt gives it")
    access = reader(profile)
    with access.clear_errors():
        history, around = read_with_surroundings(access.kafka(), case)
    if not history.steps:
        raise Undoable(f"the ledger has no case {case} that can be read here; is it the ledger of another backbone?")
    return history, around


def definitions(profile: Path | None) -> Definitions:
    """What stands there of the versions of chains that were in use."""
    found, access = Definitions(), reader(profile)
    with access.clear_errors():
        found.learn(read_to_end(access.kafka(), TOPIC))
    return found


def _meant(history: History, event: str) -> str:
    """The whole id of the event that was named."""
    wanted = event.removeprefix("…").lower()
    found = [one.id for one in history.entries if one.id == event or (wanted.isdigit() and one.offset == int(wanted))]
    if not found and wanted:
        found = [one.id for one in history.entries if one.id.startswith(wanted) or one.id.endswith(wanted)]
    several = list(dict.fromkeys(found))
    if not several:
        raise Undoable(
            f"the case has no event {event[:80]!r}; 'schakel case history {history.state.id}' shows their offsets and ids"
        )
    if len(several) > 1:
        raise Undoable(f"{event[:80]!r} may be any of {', '.join(map(brief, several[:5]))}; give more of its id")
    return several[0]


def _door(command: str) -> Any:
    try:
        return importlib.import_module(_DOOR)
    except ModuleNotFoundError as missing:
        raise Undoable(
            f"'schakel {command}' needs the rules and definitions of the backbone, which are not installed here ({missing.name} is not "
            f"there); run it where the backbone is, or install the extra: pip install 'schakel[backbone]'"
        ) from None


__all__ = ["report", "why"]
