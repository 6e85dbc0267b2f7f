"""`backbone rebuild --beside`: what each service but audit knows, from the ledger once more, beside the live one.

What the command says and checks; the work is `services.hindsight.beside`'s.
"""

import importlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from backbone.cli.broker import find_user
from backbone.cli.output import FOUND, Undoable, read_settings, say, show_json
from backbone.cli.state import has_database
from backbone.definition_files import load_definitions
from backbone.evidence.signing import SIGNER
from backbone.kafka.connection import connected
from backbone.store.store import Store
from backbone.supervisor.up import SERVICES
from schakel.history import LEDGER
from schakel.reading import read_between
from schakel.record import Raw

PROJECTING = tuple(name for name in SERVICES if name != SIGNER)
"""All but audit: what that holds are the trees over the ledger, which its own signed heads are held against."""
_BESIDE = "services.hindsight.beside"
"""Loaded by its name, as `backbone serve` does a service: the backbone imports no service."""


def rebuild(
    beside: Annotated[
        bool, typer.Option("--beside", help="Build beside the live one and compare; changes nothing.")
    ] = False,
    service: Annotated[
        list[str] | None,
        typer.Option("--service", help=f"Only this one: {', '.join(PROJECTING)}. May be given several times."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Build what a service knows from the ledger once more, beside its live database, and say whether the two are equal.

    Of intake, routing, consent, followup, cases and gateway: each case, the notes of a chain, and the tables made of them. Not
    compared is what is on its way (outbox, parked records, timers), the counters of the overviews, and audit: its trees are held
    against the heads that it signed.

    The services go on working. Each is compared at one moment, at the very positions that it had reached. Nothing is sent and
    nothing is changed; what is built is removed again. Exit code 0 when all are equal, 1 when one is not.

    To replace what a service knows, stop it, remove its database and start it: it rebuilds itself.

    Examples:

      backbone rebuild --beside

      backbone rebuild --beside --service cases --json
    """
    if not beside:
        raise Undoable(
            "say --beside: what a service knows is built anew beside its live database and compared. To replace it, stop the service, "
            "remove its database and start it"
        )
    settings = read_settings()
    names = list(dict.fromkeys(service or PROJECTING))
    for name in names:
        if name not in PROJECTING:
            raise Undoable(f"--service {name[:40]}: expected one of {', '.join(PROJECTING)}")
        if not has_database(settings, name):
            raise Undoable(f"{name} has no database on {settings.var_dir} yet; 'backbone up' makes it")
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    work: Any = importlib.import_module(_BESIDE)
    makes = work.processors(chains, protocols)
    good = True
    with connected(*find_user(settings, "auditor"), ca_file=settings.ca_file) as how, _aside(settings.var_dir) as place:

        def read(partition: int, start: int, end: int) -> Iterator[Raw]:
            return read_between(how, LEDGER, partition, start, end)

        for name in names:
            live = Store(settings.service_database_url(name), name)
            try:
                found = work.rebuild(name, makes[name], live, read, place)
            finally:
                live.close()
            good = good and found.equal
            _tell(found, as_json)
    if not good:
        raise typer.Exit(FOUND)


@contextmanager
def _aside(var_dir: Path) -> Iterator[Path]:
    """A directory for what is built, removed again."""
    var_dir.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="beside-", dir=var_dir))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _tell(found: Any, as_json: bool) -> None:
    if as_json:
        differences = [{"part": one.part, "key": one.key, "what": list(one.what)} for one in found.differences]
        show_json(
            {
                "service": found.service,
                "equal": found.equal,
                "digest": found.digest,
                "positions": {str(partition): position for partition, position in found.positions.items()},
                "rows": dict(found.rows),
                "differences": differences,
            }
        )
        return
    counted = ", ".join(f"{count} {part}" for part, count in found.rows.items())
    at = " ".join(f"{partition}:{position}" for partition, position in sorted(found.positions.items()))
    say(f"{found.service}: {'equal' if found.equal else 'NOT equal'}; {counted}; at {at}; digest {found.digest[:16]}")
    for one in found.differences:
        say(f"  {one}")
