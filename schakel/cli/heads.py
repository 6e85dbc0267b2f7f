"""`schakel heads`: the signed heads of the ledger that a partner's client kept, and whether all of them fit together."""

import json
from pathlib import Path
from typing import Annotated

import typer

from schakel.cli.output import FOUND, Undoable, say, show, show_json, table
from schakel.cli.who import As, ProfilePath, choose
from schakel.client.heads import beside, load, save
from schakel.evidence.note import Head
from schakel.evidence.witness import UNPROVEN, Witnessed

app = typer.Typer(invoke_without_command=True)


@app.callback()
def heads(
    ctx: typer.Context,
    as_: As = None,
    profile: ProfilePath = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="a file of heads", show_default=False)
    ] = None,
    prove: Annotated[
        Path | None,
        typer.Option("--prove", metavar="FILE", help="the operator's proof about a doubtful head", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the whole file, to give to an auditor")] = False,
) -> None:
    """Show the newest head that was kept of each log, and what did not fit; or cosign them.

    They come with receipts. An auditor checks the ledger against them: a ledger that was set back or changed cannot explain them. Ends with
    exit code 1 when a head does not fit. With a proof of consistency the doubt about a smaller head goes; stop the partner's own program
    meanwhile, since it writes the same file.

    Examples:

      schakel heads --as coc-amsterdam

      schakel heads --as coc-amsterdam --json

      schakel heads --as coc-amsterdam --prove proof.json
    """
    if ctx.invoked_subcommand:
        _refuse_misplaced(ctx)
        return
    place = file or beside(choose(as_, profile).profile)
    kept = load(place)
    if prove and _prove(kept, prove):
        try:
            save(place, kept)
        except OSError as error:
            raise Undoable(f"{place} cannot be written ({error.strerror}); the doubt stays until it can") from None
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


def _refuse_misplaced(ctx: typer.Context) -> None:
    """What stands before the subcommand would have no effect."""
    given = [name for name in ctx.params if (where := ctx.get_parameter_source(name)) and where.name == "COMMANDLINE"]
    if given:
        option = "--" + given[0].rstrip("_").removeprefix("as_").replace("_", "-")
        raise Undoable(f"{option} stands before {ctx.invoked_subcommand!r}; give options behind it")


def _prove(kept: Witnessed, file: Path) -> bool:
    """Take in the JSON that audit gives at `/proofs/N/consistency`. Whether a doubt went; raises Undoable where none is meant by it."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        partition, size = int(said["partition"]), int(said["from"])
        path = [bytes.fromhex(step) for step in said["path"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Undoable(
            f"{file} is no proof of consistency ({type(error).__name__}); expected what audit answers to "
            "/proofs/PARTITION/consistency?from=SMALLER&to=LARGER"
        ) from None
    heads = [Head.parse(doubt.note) for doubt in kept.all_doubts() if doubt.code == UNPROVEN]
    meant = [one for one in heads if one.size == size and one.origin.endswith(f"/{partition}")]
    if not meant:
        raise Undoable(
            f"{file} is about a head over {size} records of partition {partition}; there is no doubt about such a one"
        )
    proven = [kept.prove(one.note(), path) for one in meant]
    say("proven: the ledger went on from that head" if all(proven) else "the proof does not hold for that head")
    return any(proven)
