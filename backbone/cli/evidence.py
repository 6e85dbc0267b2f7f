"""`backbone evidence`: a bundle that shows elsewhere what the ledger says of a case or a period."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from backbone.cli.broker import find_broker, find_user
from backbone.cli.output import FOUND, Undoable, read_settings, say
from backbone.evidence.bundle import case_bundle, period_bundle
from backbone.kafka.connection import connected, connection
from schakel.evidence.note import Head, NotANote
from schakel.evidence.witness import notes_in


def evidence(
    case: Annotated[str | None, typer.Argument(help="A case's id.", show_default=False)] = None,
    period: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--period", metavar="FROM UNTIL", help="Two days or moments, the second left out.", show_default=False
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Default: evidence-….zip here.")] = None,
    heads: Annotated[
        list[Path] | None,
        typer.Option(
            "--heads", metavar="FILE", help="Heads that somebody else kept: <partner>.heads of its client, or notes."
        ),
    ] = None,
    without_structure: Annotated[
        bool,
        typer.Option("--without-structure", help="Smaller; then nobody can tell whether records were left out."),
    ] = False,
) -> None:
    """Make a bundle of one case, or of a period: records, proofs, heads, schemas, public keys, protocols and chains in force.

    Of a case also the watermarks of its partition, who was suspended, and its receipts: by them its clocks and receipts are judged.
    Of a period also the receipts of what it holds.

    What is sealed stays sealed. The same ledger and choice give the same bytes. See docs/evidence.md.
    Ends with exit code 1 when the ledger is not the one that was signed.

    Examples:

      backbone evidence 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e

      backbone evidence --period 2026-03-01 2026-04-01 --out march.zip
    """
    if (case is None) is (period is None):
        raise Undoable("say either which case, or --period FROM UNTIL")
    settings = read_settings()
    outside = list(_heads(heads or []))
    with connected(*find_user(settings, "auditor"), ca_file=settings.ca_file) as known:
        broker = find_broker(settings)
        topics = connection(broker.bootstrap, broker.admin, ca_file=broker.ca_file)
        if case is not None:
            path = out or Path(f"evidence-{case}.zip")
            made = case_bundle(
                known, settings, case, path, outside=outside, structure=not without_structure, topics=topics
            )
        else:
            assert period is not None
            begin, until = (_moment(text) for text in period)
            path = out or Path(f"evidence-{begin:%Y%m%d}-{until:%Y%m%d}.zip")
            made = period_bundle(known, settings, begin, until, path, outside=outside, topics=topics)
    for finding in made.findings:
        say(finding)
    if made.closed:
        say(
            f"without the receipts of {', '.join(made.closed)}: this user cannot read their topics, an administrator can; "
            "an auditor cannot tell about them"
        )
    say(f"{made.path}: {made.events} records, manifest {made.digest}")
    if made.findings:
        raise typer.Exit(FOUND)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Undoable(
            f"--period: found {text!r}, expected a day or moment such as 2026-03-01 or 2026-03-01T09:00+01:00"
        ) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _heads(paths: Iterable[Path]) -> Iterable[Head]:
    """Of the file that a partner's client keeps, or of a file with notes one behind the other."""
    for path in paths:
        try:
            found = dict.fromkeys(notes_in(path.read_text(encoding="utf-8")))  # a doubt names a head that is kept too
            yield from [Head.parse(note) for note in found]
        except (OSError, ValueError, NotANote) as problem:
            raise Undoable(
                f"--heads {path}: {problem}; expected signed heads, or the file <partner>.heads of a client"
            ) from None
