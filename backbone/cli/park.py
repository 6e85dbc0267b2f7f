"""`backbone park`: records that a service put aside, because this version cannot read them or something was broken."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from backbone.cli.output import Undoable, console, read_settings, say, show, show_json, table
from backbone.cli.state import has_database
from backbone.cli.voiding import check_reason, void_event, why_parked
from backbone.settings import Settings
from backbone.store.rows import ParkedRecord
from backbone.store.store import Store
from backbone.supervisor.up import SERVICES

app = typer.Typer(
    no_args_is_help=True, help="Records put aside for a person: list them, try again, or drop one for good."
)
Service = Annotated[str | None, typer.Option("--service", help=f"Only of this one: {', '.join(SERVICES)}.")]
Case = Annotated[str | None, typer.Option("--case", help="Only of this case.")]

_MOST = 1_000


@contextmanager
def _stores(settings: Settings, only: str | None) -> Iterator[dict[str, Store]]:
    """The databases to look in."""
    if only is not None and only not in SERVICES:
        raise Undoable(f"--service {only}: expected one of {', '.join(SERVICES)}")
    names = [name for name in ([only] if only else SERVICES) if has_database(settings, name)]
    if not names:
        raise Undoable(f"no service has a database on {settings.var_dir} yet; 'backbone up' makes them")
    stores = {name: Store(settings.service_database_url(name), name) for name in names}
    try:
        yield stores
    finally:
        for store in stores.values():
            store.close()


@app.command("list")
def list_(
    service: Service = None,
    case: Case = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What waits, and why. Never its content.

    Examples:

      backbone park list

      backbone park list --service routing --json
    """
    settings = read_settings()
    with _stores(settings, service) as stores:
        found = [(name, record) for name, store in stores.items() for record in store.parked(case, _MOST)]
    if as_json:
        show_json([_as_json(name, record) for name, record in found])
        return
    if not found:
        say("nothing is parked")
        return
    rows = table("id", "case", "position", "reason")
    for name, record in found:
        raw = record.raw
        reason = record.reason + (" (to be tried again)" if record.retry else "")
        rows.add_row(f"{name}:{record.id}", record.case_id, f"{raw.partition}/{raw.offset}", reason)
    show(rows)
    console().print(f"{len(found)} parked; 'backbone park retry ID' tries again, 'backbone park drop ID' gives up")


def _as_json(service: str, record: ParkedRecord) -> dict[str, Any]:
    raw = record.raw
    return {
        "id": f"{service}:{record.id}",
        "service": service,
        "case": record.case_id,
        "topic": raw.topic,
        "partition": raw.partition,
        "offset": raw.offset,
        "reason": record.reason,
        "retry": record.retry,
    }


@app.command()
def retry(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="As 'park list' shows them.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that is parked.")] = False,
    service: Service = None,
) -> None:
    """Ask the service to try again; it does so within a second, in the order of the log.

    Examples:

      backbone park retry routing:17

      backbone park retry --all --service routing
    """
    if bool(ids) is all_:
        raise Undoable("expected either the ids of 'backbone park list', or --all")
    settings = read_settings()
    with _stores(settings, service) as stores:
        if all_:
            count = sum(
                store.retry_parked([record.id for record in store.parked(limit=_MOST)]) for store in stores.values()
            )
        else:
            count = sum(_store(stores, one)[0].retry_parked([_store(stores, one)[1]]) for one in ids or [])
    say(f"{count} records are tried again; 'backbone park list' shows what stays")


@app.command()
def drop(
    one: Annotated[str, typer.Argument(metavar="ID", help="As 'park list' shows it.", show_default=False)],
    reason: Annotated[
        str, typer.Option(help="A short code, such as cannot_be_read or test_data; it stands in the ledger.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give up, for good, a record that cannot be read. Every service lets go of it, and goes on with what waits behind it.

    Nothing is deleted: an event.voided in the ledger says that it has no effect, and why. A record of a newer version is better
    kept: 'backbone park retry' takes it after an upgrade, and a version that can read it counts it when it replays the ledger.

    Example:

      backbone park drop routing:17 --reason cannot_be_read
    """
    check_reason(reason)
    settings = read_settings()
    with _stores(settings, None) as stores:
        store, number = _store(stores, one)
        record = next((record for record in store.parked(limit=_MOST) if record.id == number), None)
        if record is None:
            raise Undoable(f"nothing is parked under {one!r} (any more); 'backbone park list' shows what is")
        place, problem = f"{record.raw.partition}/{record.raw.offset}", why_parked(record)
        say(f"{one}: case {record.case_id}, ledger position {place}: {problem.code}")
        if problem.code == "value.unknown_schema":
            say("it may be of a newer version: then upgrade, and 'backbone park retry' takes it")
        if not yes and not typer.confirm("Give it up for good?"):
            say("left as it was")
            return
        where = void_event(settings, store, record, reason)
    say(f"{one} is given up: {where} says so, and each service lets go of it when it reads that")


def _store(stores: dict[str, Store], one: str) -> tuple[Store, int]:
    name, _, number = one.partition(":")
    if name not in stores or not number.isdecimal():
        raise Undoable(f"{one!r} is no id of a parked record; expected one of 'backbone park list', such as routing:17")
    return stores[name], int(number)
