"""`backbone deploy`: the files of a deployment past one machine, and what has to be done once before its services start."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from backbone.cli.broker import find_broker
from backbone.cli.output import FOUND, Undoable, read_settings, say
from backbone.definition_files import load_definitions
from backbone.evidence import replacing
from backbone.evidence.signing import SigningKeys
from backbone.keys import open_keys
from backbone.keys.databases import open_engine
from backbone.keys.files import Held, KeyFile, KeyFiles, make
from backbone.keys.grants import GRANTS, statements
from backbone.keys.wrapping import public_of
from backbone.settings import Settings
from backbone.supervisor.prepare import Broker, prepare, publish
from backbone.supervisor.unread import unread_by_nobody
from schakel.timesource import time_source

app = typer.Typer(
    no_args_is_help=True, help="Deployments past one machine: their files, and what is done before services start."
)
Into = Annotated[Path, typer.Option("--into", metavar="DIR", help="A directory; made when it is not there.")]


@app.command()
def write(
    into: Into = Path("deploy"),
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit code 1 when something differs.")] = False,
) -> None:
    """Write compose.yaml, kubernetes/ and what watches them, for these chains. Topics, users and rights are those that 'backbone up' makes.

    Examples:

      backbone deploy write

      backbone deploy write --check
    """
    from backbone.deployment.write import differences, generated
    from backbone.deployment.write import write as write_files

    settings = read_settings()
    wanted = generated(settings.protocols_dir, settings.chains_dir)
    said = differences(wanted, into) if check else write_files(wanted, into)
    for sentence in said:
        say(sentence)
    say(f"{len(wanted)} files, {len(said)} " + ("differ" if check else "changed"))
    if check and said:
        raise typer.Exit(FOUND)


@app.command()
def handout(into: Into) -> None:
    """Make passwords, certificates and the broker's settings, one directory a container. For compose.yaml; as root.

    Done again it changes nothing, but for certificates that end within 30 days.

    Example:

      backbone deploy handout --into /handout
    """
    from backbone.deployment.handout import Names, hand_out

    settings = read_settings()
    names = Names()
    if settings.partner_bootstrap:
        names = replace(names, kafka_outside=settings.partner_bootstrap)
    made = hand_out(into, names, owners=os.geteuid() == 0)
    for sentence in made:
        say(sentence)
    say(f"{into}: {len(made)} things made")


@app.command()
def keys(into: Into) -> None:
    """Make the files of keys for a new deployment, to be put into Secrets: three encrypt keys, one signs heads. Never over others.

    Keep a backup apart from every other; without them nothing that is sealed can be read.

    Example:

      backbone deploy keys --into var/new-keys
    """
    files = KeyFiles.under(into)
    log = SigningKeys(into / "log.json")
    if found := [path for path in (files.door, files.data, files.public, log.path) if path.exists()]:
        raise Undoable(f"{found[0]} is there already; keys are never replaced this way: see 'backbone keys rotate'")
    make(files.door, Held.fresh())
    make(files.data, Held.fresh())
    make(files.public, public_of(KeyFile(files.data).read()))
    replacing.make(log)
    names = f"{files.door.name}, {files.data.name}, {files.public.name} and {log.path.name}"
    say(f"made {names} in {into}; back them up apart")


@app.command()
def apply() -> None:
    """Make everything ready for the services: topics, users, rights, keys, definitions, profiles. Any number of times.

    Where Strimzi makes topics and users (SCHAKEL_USERS_BY=kubernetes), they are only looked at; what is missing is said, with exit code 1.

    Example:

      backbone deploy apply
    """
    settings = read_settings()
    broker = find_broker(settings)
    if settings.users_by == "broker":
        prepared = prepare(broker, settings)
        for sentence in (*prepared.changes, *prepared.warnings):
            say(sentence)
    else:
        _look(broker, settings)
        chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
        for key in publish(broker, settings, chains, protocols):
            say(f"published {key}")
        with broker.connected() as how:
            for warning in unread_by_nobody(how, chains.partners):
                say(warning)
    say(f"{_grant(settings)} users of the database of keys have their rights")
    say("everything is ready for the services")


def _look(broker: Broker, settings: Settings) -> None:
    """Raises typer.Exit when a topic is not as it must be."""
    from backbone.cli.topics import topic_differences

    if wrong := topic_differences(broker, settings):
        for sentence in wrong:
            say(sentence)
        say("Strimzi has not made these yet, or not so; see 'kubectl get kafkatopics'")
        raise typer.Exit(FOUND)


def _grant(settings: Settings) -> int:
    """In PostgreSQL, give each service's user in the database of keys what it needs there. Returns how many there are."""
    from backbone.deployment.model import keys_role

    if not settings.keys_url or make_url(settings.keys_url).get_backend_name() != "postgresql":
        return 0
    open_keys(
        settings.keys_url, settings.var_dir, files=KeyFiles.of(settings), time=time_source(settings.clock)
    ).close()
    engine = open_engine(settings.keys_url, settings.var_dir / "keys")
    try:
        return sum(_grant_one(engine, service, keys_role(service)) for service in GRANTS)
    finally:
        engine.dispose()


def _grant_one(engine: Engine, service: str, role: str) -> int:
    with engine.begin() as connection:
        known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
        if not known:
            raise Undoable(f"the database of keys has no user {role}; make it there first, then do this again")
        for line in statements(service, role):
            connection.execute(text(line.rstrip(";")))
    return 1
