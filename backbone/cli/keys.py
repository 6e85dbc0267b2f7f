"""`backbone keys`: how the keys are, and replacing them: those of the door daily, the key-encryption keys to make erasures final."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Annotated

import typer

from backbone.chains import Chains
from backbone.cli.broker import find_broker
from backbone.cli.output import FOUND, Undoable, console, read_settings, say, show, show_json, table
from backbone.definition_files import load_definitions
from backbone.keys import KeyFiles, Rotation, SqlKeyService, open_keys
from backbone.keys.databases import open_engine
from backbone.keys.finality import Standing, standing
from backbone.keys.grants import GRANTS, statements
from backbone.keys.lives import read_erased, read_lives
from backbone.keys.rotation import FAMILIES, KekState
from backbone.keys.tables import are_there
from backbone.settings import Settings
from backbone.supervisor.prepare import publish
from schakel.kafka_errors import KafkaProblem
from schakel.sealing import PublicKey
from schakel.timesource import time_source

app = typer.Typer(
    no_args_is_help=True,
    help="Keys: how they are, and replacing them, while everything runs. The ledger is never touched.",
)
Family = Annotated[
    str | None,
    typer.Option("--family", help="Only these: door (what opens door keys) or data (what unlocks data keys)."),
]
KEPT_DAYS = 31
"""How long an older door key is kept at least: what was sealed to it may wait on an `in` topic for 30 days."""


def _families(only: str | None) -> tuple[str, ...]:
    if only is not None and only not in FAMILIES:
        raise Undoable(f"--family {only}: expected one of {', '.join(FAMILIES)}")
    return (only,) if only else FAMILIES


@contextmanager
def _rotation(settings: Settings) -> Iterator[Rotation]:
    engine = open_engine(settings.keys_url, settings.var_dir / "keys")
    try:
        if not are_there(engine):
            raise Undoable("there are no keys here yet; 'backbone up' makes them")
        yield Rotation(engine, KeyFiles.of(settings), time_source(settings.clock))
    finally:
        engine.dispose()


@contextmanager
def _service(settings: Settings) -> Iterator[SqlKeyService]:
    keys = open_keys(settings.keys_url, settings.var_dir, files=KeyFiles.of(settings), time=time_source(settings.clock))
    try:
        yield keys
    finally:
        keys.close()


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Which keys there are, how old, and whether something is left to be done. Never a key itself.

    Ends with exit code 1 when a rotation was begun and not ended, a replaced key is not destroyed yet, or an erasure is past the
    term within which the chains promise that it is final.

    Examples:

      backbone keys status

      backbone keys status --json
    """
    settings = read_settings()
    _made(settings)
    with _rotation(settings) as rotation:
        keks = rotation.status()
    with _service(settings) as keys:
        doors = list(keys.door_keys())
    erasures = _erasures(settings)
    left = [one for one in keks if one.waits]
    if as_json:
        shown = {"key_encryption_keys": [_kek(one) for one in keks], "door_keys": [_door(one) for one in doors]}
        show_json(shown | {"erasures": _as_json(erasures)})
    else:
        _show(keks, doors)
        for one in left:
            unfinished = one.wraps or not one.closed
            what = "run 'backbone keys rotate'" if unfinished else "'backbone keys retire' destroys it"
            console().print(f"{one.id} of {one.family} was replaced and still is there: {what}")
        for sentence in _sentences(erasures):
            console().print(sentence)
    if left or erasures.late:
        raise typer.Exit(FOUND)


def _erasures(settings: Settings) -> Standing:
    """The database of keys does not know of which chain somebody was: the shortest term of all chains counts."""

    @cache  # read only where somebody was erased
    def chains() -> Chains:
        return load_definitions(settings.protocols_dir, settings.chains_dir)[0]

    def term(erased_at: datetime) -> datetime:
        return chains().final_by(erased_at)

    engine = open_engine(settings.keys_url, settings.var_dir / "keys")
    try:
        return standing(read_erased(engine), read_lives(engine), term, time_source(settings.clock).now())
    finally:
        engine.dispose()


def _as_json(erasures: Standing) -> dict[str, object]:
    return {
        "final": erasures.final,
        "waiting": erasures.waiting,
        "late": erasures.late,
        "due_soon": erasures.soon,
        "next_by": _at(erasures.next_by) if erasures.next_by else None,
    }


def _sentences(erasures: Standing) -> Iterator[str]:
    yield f"erasures: {erasures.final} final, {erasures.waiting} waiting to be final, of those {erasures.late} too late"
    if erasures.soon:
        yield f"{erasures.soon} of them must be final within two days"
    if erasures.next_by:
        yield f"the first that waits has to be final by {_at(erasures.next_by)}"
    if erasures.late_for_data:
        yield "too late for want of other key-encryption keys: run 'backbone keys rotate', then 'backbone keys retire'"
    if erasures.late_for_door:
        yield (
            f"too late for want of other door keys: run 'backbone keys rotate-door' now and daily; it destroys a key {KEPT_DAYS} days "
            "after it was replaced"
        )


def _made(settings: Settings) -> None:
    """Looking makes no keys. Raises Undoable when there are none."""
    if not settings.keys_url and not (settings.var_dir / "keys" / "keys.db").exists():
        raise Undoable(f"there are no keys on {settings.var_dir} yet; 'backbone up' makes them")


def _show(keks: list[KekState], doors: list[PublicKey]) -> None:
    rows = table("family", "key", "made", "state", "wraps#")
    for one in keks:
        rows.add_row(one.family, one.id, _moment(one.made_s), _state(one), f"{one.wraps:,}")
    for number, door in enumerate(doors):
        rows.add_row("sealed to", door.kid[:12], _moment(door.made_at_s), "older" if number else "newest", "-")
    show(rows)


def _state(one: KekState) -> str:
    if one.current:
        return "current"
    if one.destroyed:
        return "destroyed"
    return "replaced" if one.closed else "being replaced"


def _kek(one: KekState) -> dict[str, object]:
    return {
        "family": one.family,
        "id": one.id,
        "made": _moment(one.made_s),
        "state": _state(one).replace(" ", "_"),
        "wraps": one.wraps,
    }


def _door(key: PublicKey) -> dict[str, object]:
    return {"kid": key.kid, "made": _moment(key.made_at_s)}


def _moment(seconds: int) -> str:
    return _at(datetime.fromtimestamp(seconds, UTC))


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


@app.command()
def rotate(family: Family = None) -> None:
    """Put a new key-encryption key in place and wrap everything that lives anew. Services go on meanwhile.

    When it is stopped on its way, run it again: it goes on where it was. Services on other machines wait until the changed
    files are brought to them, and say so. Afterwards 'backbone keys retire' destroys the old key.

    Examples:

      backbone keys rotate

      backbone keys rotate --family data
    """
    settings = read_settings()
    _made(settings)
    with _rotation(settings) as rotation:
        for name in _families(family):
            current = rotation.rotate(name)
            say(f"{name}: everything is wrapped under {current}")
    say("'backbone keys retire' destroys the key before it; what was erased before cannot be final without that")


@app.command()
def retire(family: Family = None, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Destroy the key-encryption keys that were replaced. What was erased before can then be opened by nobody, from no backup.

    Backups of the key files are yours to destroy: this cannot reach them. Backups of the database made before the rotation are
    worthless afterwards; make a new one first.

    Examples:

      backbone keys retire

      backbone keys retire --family data --yes
    """
    settings = read_settings()
    _made(settings)
    with _rotation(settings) as rotation:
        waiting = [one for one in rotation.status() if one.waits and one.family in _families(family)]
        if not waiting:
            say("nothing is to be destroyed: no key was replaced")
            return
        if not yes and not typer.confirm(f"Destroy {', '.join(one.id for one in waiting)} for good?"):
            say("left as it was")
            return
        for name in _families(family):
            for gone in rotation.retire(name):
                say(f"{name}: {gone} is destroyed")
    say("destroy its backups too: until then what they hold can still be opened with it")


@app.command()
def grants(
    service: Annotated[
        str, typer.Argument(metavar="SERVICE", help=f"One of {', '.join(sorted(GRANTS))}.", show_default=False)
    ],
    role: Annotated[
        str, typer.Argument(metavar="ROLE", help="Its user in PostgreSQL, which exists.", show_default=False)
    ],
) -> None:
    """SQL that lets a service's own user do its work in the database of keys, and nothing else there. PostgreSQL only.

    Run what it prints as the owner of that database, then give the service that user in its own SCHAKEL_KEYS_URL.

    Example:

      backbone keys grants gateway schakel_gateway | psql keys
    """
    try:
        lines = statements(service, role)
    except ValueError as error:
        raise Undoable(str(error)) from None
    for line in lines:
        say(line)


@app.command("rotate-door")
def rotate_door(
    if_older_than_h: Annotated[
        float, typer.Option("--if-older-than", metavar="HOURS", help="Only when the newest is that old; for a timer.")
    ] = 0.0,
    keep_days: Annotated[
        int,
        typer.Option(
            "--keep", metavar="DAYS", min=0, help="Older keys still open for so long after they were replaced."
        ),
    ] = KEPT_DAYS,
) -> None:
    """A new key for partners to seal to, published at once; those replaced longer ago than --keep are destroyed. Meant for every day.

    Partners' clients take the newest by themselves. What is still sealed to a destroyed key is refused (sealed.unknown_key) and
    has to be sealed again, so keep them for as long as a message may wait to be taken in. When the broker is away nothing is made;
    when it goes away halfway, what is left is said, and running it again makes it good.

    Examples:

      backbone keys rotate-door

      backbone keys rotate-door --if-older-than 23
    """
    settings = read_settings()
    _made(settings)
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    broker = find_broker(settings)
    now = time_source(settings.clock).now()
    with broker.connected():
        pass  # nothing is made or destroyed while nobody could be told of it
    with _service(settings) as keys:
        newest = keys.door_keys()[0]
        if now.timestamp() - newest.made_at_s >= if_older_than_h * 3600:
            newest = keys.rotate_door()
            say(f"partners now seal to {newest.kid}")
        else:
            say(f"the newest key, {newest.kid}, is younger than {if_older_than_h:g} hours: it stays")
        with _saying_what_is_left(f"{newest.kid} is the newest key and partners may not have heard of it"):
            publish(broker, settings, chains, protocols)
        gone = _replaced_before(list(keys.door_keys()), now - timedelta(days=keep_days))
        for key in gone:
            keys.retire_door(key.kid)
            say(f"{key.kid} is destroyed: what is still sealed to it is refused")
    if gone:
        with _saying_what_is_left("what was destroyed may still be among the keys that partners are shown"):
            publish(broker, settings, chains, protocols)


@contextmanager
def _saying_what_is_left(left: str) -> Iterator[None]:
    """A broker that goes away halfway: what stands as it is until the next time, and that this does no harm."""
    try:
        yield
    except KafkaProblem as problem:
        raise Undoable(
            f"{problem}; {left}. Nothing is lost: run 'backbone keys rotate-door --if-older-than 1' once it is back, which makes no "
            "other key and publishes what there is"
        ) from problem


def _replaced_before(keys: list[PublicKey], moment: datetime) -> list[PublicKey]:
    """keys: the newest first; each was replaced when the one before it in the list was made."""
    pairs = pairwise(keys)
    return [older for newer, older in pairs if newer.made_at_s <= moment.timestamp()]
