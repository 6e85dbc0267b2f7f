"""`schakel heads key` and `schakel heads cosign`: a partner signs with a key of its own what it was shown of the ledger."""

from pathlib import Path
from typing import Annotated

import typer

from schakel.cli import heads
from schakel.cli.output import FOUND, Undoable, say
from schakel.cli.who import As, ProfilePath, choose
from schakel.client import witness_key
from schakel.client.heads import beside, load
from schakel.evidence.note import Head
from schakel.evidence.vkey import PREFIX
from schakel.timesource import SystemTime


@heads.app.command()
def key(
    as_: As = None,
    profile: ProfilePath = None,
    label: Annotated[
        str | None,
        typer.Option("--label", metavar="LABEL", help="names a key that comes after the first", show_default=False),
    ] = None,
) -> None:
    """Show the public key with which this partner cosigns heads; the first time it is made.

    The private key stands beside the profile, in a file <partner>.witness that only its owner reads; keep a backup of it. Give the line to
    the operator of the backbone, and to your auditor yourself: a key that he has from the operator proves little. A key is never replaced
    under the same name. Is it lost, or was it seen? Move the file away and make the next one with a label.

    Examples:

      schakel heads key --as coc-amsterdam

      schakel heads key --as coc-amsterdam --label 2027
    """
    chosen = choose(as_, profile)
    place = witness_key.beside(chosen.profile)
    name = PREFIX + chosen.partner + (f"/{label}" if label else "")
    if place.exists():
        own = witness_key.read(place)
        if label and own.name != name:
            raise Undoable(
                f"{place} holds the key of {own.name}; a key is never overwritten: move the file away first, then make the key of {name}"
            )
    else:
        own = witness_key.make(place, name)
        say(f"made {place}")
    say(f"key {own.public.kid}")
    say(own.public.line())


@heads.app.command()
def cosign(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="where to write the cosigned heads", show_default=False)],
    as_: As = None,
    profile: ProfilePath = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="a file of heads", show_default=False)
    ] = None,
) -> None:
    """Cosign the newest head that was kept of each log, and write them to a file for the operator.

    It says that this partner was shown these heads, signed by the log, and knows of nothing that contradicts them. Of a log of which a head
    did not fit nothing is cosigned; then this ends with exit code 1, and says why. No broker is needed.

    Example:

      schakel heads cosign 2026-03-02.notes --as coc-amsterdam
    """
    chosen = choose(as_, profile)
    own = witness_key.read(witness_key.beside(chosen.profile))
    place = file or beside(chosen.profile)
    kept = load(place)
    newest = kept.newest()
    if not newest:
        raise Undoable(
            f"{place} holds no head yet, so there is nothing to cosign; heads come with receipts, of 'schakel publish' or of the partner's "
            "own program"
        )
    doubted = {head.origin: doubt for head in newest if (doubt := kept.contradicts(head.origin))}
    at_s = int(SystemTime().now().timestamp())
    cosigned = [own.cosign(head, at_s) for head in newest if head.origin not in doubted]
    if cosigned:
        _write(out, cosigned)
    for head in cosigned:
        say(f"{head.origin}: cosigned over {head.size} records")
    for doubt in doubted.values():
        say(f"not cosigned: {doubt.sentence()}")
    if cosigned:
        say(f"{out}: give it to the operator; key {own.public.kid} of {own.name}")
    if doubted:
        raise typer.Exit(FOUND)


def _write(out: Path, cosigned: list[Head]) -> None:
    """Raises Undoable for a file that is there: it may be the heads that were kept."""
    try:
        with out.open("x", encoding="utf-8", newline="\n") as made:
            made.write("".join(head.note() for head in cosigned))
    except FileExistsError:
        raise Undoable(f"{out} is there already, and is not overwritten; give the name of a new file") from None
