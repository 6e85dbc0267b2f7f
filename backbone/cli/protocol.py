"""`backbone protocol`: are the protocol and chain files as they must be?"""

from pathlib import Path
from typing import Annotated

import typer

from backbone.cli.output import FOUND, Undoable, read_settings
from backbone.protocols.__main__ import check as check_files

app = typer.Typer(no_args_is_help=True, help="Protocols as data: check the files.")


@app.callback()
def _group() -> None:
    """One command so far; the callback keeps it a group."""


@app.command()
def check(
    protocols: Annotated[
        Path | None, typer.Argument(help="Folder of protocols.", show_default="SCHAKEL_PROTOCOLS_DIR, protocols")
    ] = None,
    chains: Annotated[
        Path | None, typer.Option(help="Folder of chains.", show_default="SCHAKEL_CHAINS_DIR, chains")
    ] = None,
) -> None:
    """Check every protocol and chain file; each fault with file, line, what was expected and what to do.

    Exit code 0 when they can be used (warnings pass), 1 when not.

    Examples:

      backbone protocol check

      backbone protocol check my-protocols --chains my-chains
    """
    settings = read_settings()
    where = protocols or settings.protocols_dir
    if not where.is_dir():
        raise Undoable(f"{where} is no folder; expected one with <protocol>/<version>.yaml in it")
    beside = chains if chains or protocols else settings.chains_dir
    if beside is not None and not beside.is_dir():
        raise Undoable(f"{beside} is no folder; expected one with partners.yaml and a file for each chain")
    report, usable = check_files(where, beside)
    typer.echo(report, nl=False)
    if not usable:
        raise typer.Exit(FOUND)
