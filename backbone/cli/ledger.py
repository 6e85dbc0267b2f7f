"""`backbone ledger`: the whole ledger carried off and put back, and the key that signs its heads."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import inspect

from backbone import definitions
from backbone.cli.broker import find_broker
from backbone.cli.erasure import erased_again
from backbone.cli.output import FOUND, Undoable, read_settings, say
from backbone.definition_files import load_definitions
from backbone.evidence import replacing
from backbone.evidence.archive import Opened
from backbone.evidence.export import export as carry_off
from backbone.evidence.restore import restore as put_back
from backbone.evidence.signing import SigningKeys, key_file
from backbone.kafka.connection import connection
from backbone.kafka.embedded import EmbeddedKafka, running
from backbone.keys.databases import open_engine
from backbone.keys.tables import are_there
from backbone.settings import Settings
from backbone.store.store import Store
from backbone.supervisor.prepare import Broker, publish
from backbone.supervisor.up import SERVICES

app = typer.Typer(no_args_is_help=True, help="The ledger carried off and put back, and the key that signs its heads.")
_File = Annotated[Path, typer.Argument(help="A zip; see docs/evidence.md.", show_default=False)]


@app.command()
def export(file: _File) -> None:
    """Carry the whole ledger off, with what else stands on the broker, while everything runs.

    What is sealed stays sealed. The keys are not in it: they have a backup of their own.
    Ends with exit code 1 when the ledger is not the one that was signed.

    Example:

      backbone ledger export 2026-03-02.zip
    """
    settings = read_settings()
    broker = find_broker(settings)
    began = time.monotonic()
    with broker.connected() as how:
        done = carry_off(how, settings, file, say)
    for finding in done.findings:
        say(finding)
    say(_pace(done.records, time.monotonic() - began))
    say(f"manifest {done.digest}")
    if done.findings:
        raise typer.Exit(FOUND)


@app.command()
def restore(
    file: _File,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="The keys are gone for good: what is sealed stays sealed.")
    ] = False,
) -> None:
    """Put an export back on an empty broker: same offsets, same timestamps, same bytes.

    First bring back what is not in the export: the database and files of keys (var/keys), users' passwords (var/kafka/secrets) and the
    gateway's tokens. The services' databases must be empty: they are built anew from the ledger. Then 'backbone up'.

    A backup of keys may be older than an erasure: before this ends, whoever the ledger has erased is erased there as well.

    Example:

      backbone ledger restore 2026-03-02.zip
    """
    settings = read_settings()
    _refuse_databases(settings)
    keys = _has_keys(settings, without_keys)
    opened = Opened(file)
    began = time.monotonic()
    try:
        with _some_broker(settings) as broker, broker.client() as admin:
            known = connection(broker.bootstrap, broker.admin, ca_file=broker.ca_file)
            counts = put_back(known, admin, broker.replicas(admin), opened, say, _own_keys(settings))
            if keys:
                say(erased_again(settings, known))
    finally:
        opened.close()
    say(f"{_pace(counts, time.monotonic() - began)}; now run 'backbone up'")


def _pace(records: Mapping[str, int], took_s: float) -> str:
    """Records by topic, and how fast: by this and the size of your ledger you know how long a restore takes."""
    count = sum(records.values())
    return f"{count} records of {len(records)} topics in {took_s:.0f} s, {count / max(took_s, 0.001):.0f} a second"


@app.command("rotate-key")
def rotate_key() -> None:
    """Begin to replace the key that signs heads: from now on heads bear two signatures, by the old and the new key.

    Partners and auditors find the new key on schakel.definitions. Take the old one out with 'backbone ledger retire-key' once each log has
    such a head.

    Example:

      backbone ledger rotate-key
    """
    settings = read_settings()
    with find_broker(settings).connected() as how:
        kid = replacing.add(SigningKeys(key_file(settings)), partial(definitions.put, how))
    say(f"heads are signed with key {kid} too from now on")


@app.command("retire-key")
def retire_key() -> None:
    """Take the old signing key out of its file and overwrite it. What it signed is still checked: its public half stays published.

    Example:

      backbone ledger retire-key
    """
    settings = read_settings()
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    publish(find_broker(settings), settings, chains, protocols)
    gone = replacing.retire(SigningKeys(key_file(settings)))
    say(
        f"key {gone[0]} signs no more"
        if gone
        else "there is one key only; 'backbone ledger rotate-key' makes a new one"
    )


@contextmanager
def _some_broker(settings: Settings) -> Iterator[Broker]:
    """The one that is named or runs here; else the embedded one, for as long as this takes."""
    try:
        yield find_broker(settings)
        return
    except Undoable:
        if running(settings.var_dir) or settings.credentials():
            raise
    with EmbeddedKafka(settings.var_dir, port=settings.kafka_port, tell=say) as embedded:
        assert embedded.admin is not None
        yield Broker(embedded.bootstrap, embedded.admin)


def _own_keys(settings: Settings) -> list[Ed25519PublicKey]:
    """Of the signing key that was brought back from its backup; none where it was not."""
    path = key_file(settings)
    return [private.public_key() for private in SigningKeys(path).all()] if path.exists() else []


def _refuse_databases(settings: Settings) -> None:
    if settings.database_url:
        _refuse_tables(settings)
        return
    if found := sorted((settings.var_dir / "db").glob("*.db")):
        raise Undoable(
            f"{found[0]} belongs to another ledger; the services build their databases anew from what is put back: move "
            f"{settings.var_dir / 'db'} away first"
        )


def _refuse_tables(settings: Settings) -> None:
    """In one database for all of them. Each sees only the tables of its own schema there, and none while it has no schema."""
    for service in SERVICES:
        store = Store(settings.service_database_url(service), service)
        try:
            with store.reading() as connection:
                there = inspect(connection).get_table_names()
        finally:
            store.close()
        if there:
            raise Undoable(
                f"schema {store.schema} of {store.where} belongs to another ledger; the services build their databases anew from what is "
                "put back: drop the schemas of the services first, or name an empty database"
            )


def _has_keys(settings: Settings, without: bool) -> bool:
    """Whether there is a database of keys. Raises Undoable when there is none and nobody said so."""
    engine = open_engine(settings.keys_url, settings.var_dir / "keys")
    try:
        there = are_there(engine)
    finally:
        engine.dispose()
    if not there and not without:
        raise Undoable(
            "there is no database of keys here; without it nothing that is sealed in the ledger can ever be read: bring it back with its "
            "files (var/keys) first, or say --without-keys"
        )
    return there
