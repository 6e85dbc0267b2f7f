"""`backbone witness`: the keys of partners that cosign heads of the ledger, and what they cosigned."""

from pathlib import Path
from typing import Annotated

import typer

from backbone.cli.broker import find_broker, find_user
from backbone.cli.output import FOUND, Undoable, read_settings, say, show, table
from backbone.evidence import cosigning
from backbone.kafka.connection import connected
from schakel.evidence.published import log_keys, witness_keys
from schakel.evidence.vkey import WitnessKey
from schakel.evidence.witness import notes_in

app = typer.Typer(
    no_args_is_help=True, help="Partners that cosign heads of the ledger: their keys, and what they cosigned."
)


@app.command()
def add(
    line: Annotated[
        str,
        typer.Argument(metavar="LINE", help="What 'schakel heads key' prints at the partner's.", show_default=False),
    ],
) -> None:
    """Register the public key of a witness: from now on its cosignatures can be taken in.

    Compare the key's number with the partner by telephone. A key is never taken away, and never replaced under the same name: what it
    signed is still checked with it.

    Example:

      backbone witness add schakel-witness/coc-amsterdam+1f2e3d4c+BAFS4i…
    """
    key = WitnessKey.parse(line)
    settings = read_settings()
    with find_broker(settings).connected() as how:
        new = cosigning.register(how, key)
    say(f"{key.name}: key {key.kid} {'is registered' if new else 'was registered already'}")


@app.command("list")
def list_() -> None:
    """Show the witnesses whose keys are registered.

    Example:

      backbone witness list
    """
    settings = read_settings()
    with connected(*find_user(settings, "auditor"), ca_file=settings.ca_file) as how:
        known = witness_keys(cosigning.known_to(how))
    if not known:
        say(
            "no witness is registered yet; 'backbone witness add' takes the line that a partner's 'schakel heads key' prints"
        )
        return
    rows = table("witness", "key")
    for name, public in sorted(known.items()):
        rows.add_row(name, WitnessKey(name, public).kid)
    show(rows)


@app.command()
def take(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What 'schakel heads cosign' wrote.", show_default=False)
    ],
) -> None:
    """Take in heads that a witness cosigned, and publish them with its cosignature.

    Each cosignature has to be by a registered key, and each head one that the log itself signed and published. What is not good is said,
    note by note, and is not published; then this ends with exit code 1. Taken in again it changes nothing.

    Example:

      backbone witness take 2026-03-02.notes
    """
    notes = _notes(file)
    settings = read_settings()
    done = cosigning.TakenIn()
    with connected(*find_user(settings, "audit"), ca_file=settings.ca_file) as how:
        definitions = cosigning.known_to(how)
        heads, keys = cosigning.parsed(notes, done), log_keys(definitions)
        on_topic = cosigning.published(how, [(head.origin, head.size) for head in heads], keys)
        cosigning.judge(heads, on_topic, keys, witness_keys(definitions), done)
        cosigning.publish(how, done.heads.values())
    for sentence in done.accepted:
        say(sentence)
    for sentence in done.refused:
        say(f"refused: {sentence}")
    say(f"{len(done.heads)} heads published with what is new, {len(done.refused)} refused")
    if done.refused:
        raise typer.Exit(FOUND)


def _notes(file: Path) -> list[str]:
    try:
        return notes_in(file.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise Undoable(
            f"{file}: {'it is no text in UTF-8' if isinstance(problem, UnicodeDecodeError) else problem}; expected the file that the "
            "partner's 'schakel heads cosign' wrote"
        ) from None
