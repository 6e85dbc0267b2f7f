"""How the commands speak: tables that fit 80 columns without colour, one sentence when something is wrong, never a traceback.

Exit codes: 0 done · 1 the backbone refused something, or it is not there · 2 it could not be done as asked · 70 a fault of ours ·
130 stopped by Ctrl-C. Nothing here prints what is sealed: of a sealed part only whose and which fields. What was opened is
`schakel.cli.read`'s.
"""

import logging
import os
import re
import shutil
import sys
import textwrap
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn

import orjson
import typer
from kafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from schakel.errors import SchakelError
from schakel.events import Event, Told

FOUND, UNDOABLE, OUR_FAULT, STOPPED = 1, 2, 70, 130
WIDTH = 80
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # shortened in tables; --json has it whole


class Undoable(SchakelError):
    """It cannot be done as asked: what was found, what was expected, what to do."""


def say(sentence: str = "") -> None:
    """One line, at once."""
    typer.echo(sentence)
    sys.stdout.flush()


def show_json(value: Any) -> None:
    """For programs: one JSON document on one line."""
    typer.echo(orjson.dumps(value, default=str).decode())
    sys.stdout.flush()


def table(*columns: str) -> Table:
    """A plain table; a column whose name ends in `#` holds numbers."""
    made = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column.rstrip("#"), justify="right" if column.endswith("#") else "left", overflow="fold")
    return made


def show(made: Table) -> None:
    """Print a table within the terminal's width; 80 columns where there is none. Text is printed as it is, without markup."""
    width = None if sys.stdout.isatty() else WIDTH
    Console(highlight=False, markup=False, width=width).print(made)


def wrapped(text: str, indent: int, *, below: int | None = None) -> str:
    """A text over as many lines as the width asks for, indented by so many spaces; below: the lines after the first."""
    width = shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH
    first, others = " " * indent, " " * (indent if below is None else below)
    return textwrap.fill(text, max(width, 40), initial_indent=first, subsequent_indent=others, break_on_hyphens=False)


def moment(at: datetime | None) -> str:
    """To the minute, in UTC, as everything in the ledger."""
    return at.strftime("%Y-%m-%d %H:%M") if at else "-"


def brief(text: str) -> str:
    """An id as people compare it: its first eight characters, or its last where the first are only the time (UUIDv7)."""
    if not _UUID.fullmatch(text):
        return text
    return f"…{text[-8:]}" if text[14] == "7" else text[:8]


def says(event: Event) -> str:
    """What an event says, readable fields only, those at their default left out; of a sealed part whose it is and which fields."""
    said = event.model_dump(mode="json", exclude={"sealed", "premises"}, exclude_defaults=True)
    words = [f"{name}: {_short(value)}" for name, value in _flat(said)]
    if isinstance(event, Told):
        words += [sealed_words(part.subject, part.fields) for part in event.sealed]
    return ", ".join(words)


def sealed_words(subject: str, fields: tuple[str, ...]) -> str:
    return f"«sealed: {', '.join(fields)}» of {subject}"


def _flat(said: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _short(value: Any) -> str:
    if isinstance(value, list):
        return " + ".join(_short(item) for item in value)
    if isinstance(value, dict):
        return " ".join(_short(item) for item in value.values())
    return brief(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def quiet_libraries() -> None:
    """Kafka's client talks much, and about what it will mend itself; what matters comes from ours."""
    logging.getLogger("kafka").addHandler(logging.NullHandler())
    logging.getLogger("kafka").propagate = False
    logging.basicConfig(level=logging.WARNING, format="schakel: %(message)s", stream=sys.stderr)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Around a command: whatever goes wrong ends as one sentence and an exit code."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        raise typer.Exit(STOPPED) from None
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except SchakelError as problem:
        fail(str(problem), UNDOABLE)
    except KafkaError as error:
        fail(f"Kafka says {type(error).__name__}: {str(error) or 'nothing more'}; is the broker well?", UNDOABLE)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        fail(f"the system says: {error.strerror or error}{where}", UNDOABLE)
    except Exception as error:
        if type(error).__module__.startswith(("typer", "click", "rich")):
            raise  # their own way of ending a command
        if os.environ.get("SCHAKEL_DEBUG"):
            traceback.print_exc()
        fail(
            f"this should not happen ({type(error).__name__}); run it again with SCHAKEL_DEBUG=1 and report what it shows",
            OUR_FAULT,
        )


def fail(sentence: str, code: int) -> NoReturn:
    """Say what is wrong on standard error, and end."""
    typer.echo(f"schakel: {sentence}", err=True)
    raise typer.Exit(code)
