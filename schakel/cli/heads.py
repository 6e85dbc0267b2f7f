"""`schakel heads`: the signed heads of the ledger that a partner's client kept, and whether all of them fit together."""

from pathlib import Path
from typing import Annotated

import typer

from schakel.cli.output import FOUND, say, show, show_json, table
from schakel.cli.who import As, ProfilePath, choose
from schakel.client.heads import beside, load


def heads(
    as_: As = None,
    profile: ProfilePath = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="a file of heads", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the whole file, to give to an auditor")] = False,
) -> None:
    """Show the newest head that was kept of each log, and what did not fit.

    They come with receipts. An auditor checks the ledger against them: a ledger that was set back or changed cannot explain them. Ends with
    exit code 1 when a head does not fit.

    Examples:

      schakel heads --as coc-amsterdam

      schakel heads --as coc-amsterdam --json
    """
    kept = load(file or beside(choose(as_, profile).profile))
    doubts = kept.all_doubts()
    if as_json:
        show_json(kept.as_json())
    else:
        rows = table("log", "records#", "root", "kept#")
        for origin, known in sorted(kept.kept.items()):
            if known:
                rows.add_row(origin, str(known[-1].size), known[-1].root.hex()[:16], str(len(known)))
        show(rows)
        for doubt in doubts:
            say(doubt.sentence())
    if doubts:
        raise typer.Exit(FOUND)
