"""How every command speaks: tables that fit 80 columns without colour, one sentence when something is wrong, never a traceback.

Exit codes: 0 done · 1 a finding (a check failed, something is not ready) · 2 it could not be done as asked · 70 a fault of ours ·
130 stopped by Ctrl-C.
"""

import errno
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import orjson
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from backbone.settings import Settings
from backbone.store.errors import StoreError
from schakel.errors import SchakelError

FOUND, UNDOABLE, OUR_FAULT, STOPPED = 1, 2, 70, 130


class Undoable(RuntimeError):
    """It cannot be done as asked: one sentence that says what was found, what was expected, what to do."""


def console() -> Console:
    """Standard output. No markup: what is shown may hold brackets."""
    return Console(highlight=False, markup=False, soft_wrap=not sys.stdout.isatty())


def say(sentence: str) -> None:
    """One line, at once."""
    typer.echo(sentence)
    sys.stdout.flush()


def show_json(value: Any) -> None:
    """For programs: one JSON document."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())


def table(*columns: str, title: str | None = None) -> Table:
    """A plain table; columns whose name ends in `#` hold numbers."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        made.add_column(column.rstrip("#"), justify="right" if column.endswith("#") else "left", overflow="fold")
    return made


def show(made: Table) -> None:
    """Print a table within the terminal's width; 80 columns where there is none."""
    Console(highlight=False, width=None if sys.stdout.isatty() else 80).print(made)


def no_chain(name: str, known: Iterable[str], folder: Path) -> Undoable:
    """The files that were read may be another region's: whoever forgot SCHAKEL_CHAINS_DIR reads here which they are."""
    return Undoable(
        f"there is no chain {name[:60]!r} in {folder}; expected one of {', '.join(sorted(known))}, or the folder that has it "
        "in SCHAKEL_CHAINS_DIR"
    )


def read_settings() -> Settings:
    """From the environment. Raises Undoable naming the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "SCHAKEL_" + ".".join(str(part) for part in first["loc"]).upper() if first["loc"] else "settings"
        raise Undoable(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None


@contextmanager
def one_sentence() -> Iterator[None]:
    """Around a command: whatever goes wrong ends as one sentence and an exit code."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        fail("stopped", STOPPED)
    except BrokenPipeError:
        raise  # whoever read it has seen enough (`| head`): the command ends without a word
    except OSError as error:
        fail(_system(error), UNDOABLE)
    except StoreError as error:
        fail(str(error), UNDOABLE)
    except (SchakelError, RuntimeError, ValueError) as error:
        if type(error) in (RuntimeError, ValueError) or not str(error):
            _our_fault(error)
        fail(str(error), UNDOABLE)
    except Exception as error:
        if type(error).__module__.startswith(("typer", "click", "rich")):
            raise  # their own way of ending a command
        _our_fault(error)


def fail(sentence: str, code: int) -> NoReturn:
    """Say what is wrong on standard error and end."""
    typer.echo(f"backbone: {sentence}", err=True)
    raise typer.Exit(code)


def _system(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"the disk is full{where}; make room and do it again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"not allowed to write or read{where}: {error.strerror}; check the owner of that file or directory"
    return f"the system says: {error.strerror or error}{where}"


def _our_fault(error: Exception) -> NoReturn:
    """Not foreseen: the traceback goes to a file, the person gets a sentence."""
    try:
        log = Settings().var_dir / "log" / "cli.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"--- {datetime.now(UTC).isoformat(timespec='seconds')} {' '.join(sys.argv[1:2])}\n")
            file.writelines(traceback.format_exception(error))
        where: Path | str = log
    except Exception:
        where = "nowhere: it could not be written"
    fail(f"this should not happen ({type(error).__name__}); the details are in {where}, please report it", OUR_FAULT)
