"""`backbone partner`: bring one partner on, or let it go, while everything runs."""

from typing import Annotated

import typer

from backbone.chains import Chains, Partner
from backbone.cli.broker import find_broker
from backbone.cli.output import Undoable, read_settings, say
from backbone.definition_files import load_definitions
from backbone.gateway.tokens import Tokens
from backbone.kafka.access import add_partner, remove_partner, renew_partner
from backbone.kafka.credentials import SecretStore
from backbone.settings import Settings
from backbone.supervisor.prepare import new_token, profile_path, publish, write_profiles

app = typer.Typer(no_args_is_help=True, help="Bring a partner on, or let it go: its topics, user, rights and profile.")
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The partner's id in chains/partners.yaml.", show_default=False)
]


def _secrets(settings: Settings) -> SecretStore:
    return SecretStore(settings.var_dir / "kafka" / "secrets")


def _member(chains: Chains, name: str) -> Partner:
    """The partner, when it is in the register and in a chain. Raises Undoable that says what to write where."""
    partner = chains.partner(name)
    if partner is None:
        known = ", ".join(sorted(chains.partners))
        raise Undoable(
            f"{name!r} is not in chains/partners.yaml; add it there first (id, name, oin, kind). Known are: {known}"
        )
    if not chains.chains_of(name):
        raise Undoable(
            f"{name} is a member of no chain; add it under 'members' of chains/<chain>.yaml with its roles first"
        )
    return partner


@app.command()
def add(name: Name) -> None:
    """Bring a partner on: topics, user, rights, and a profile for its system. Doing it again changes nothing.

    The partner must be in chains/partners.yaml and a member of a chain. Services that run learn of a new partner at their next
    start: 'backbone down', then 'backbone up'; nothing is lost meanwhile.

    Example:

      backbone partner add coc-amsterdam
    """
    settings = read_settings()
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    partner = _member(chains, name)
    broker = find_broker(settings)
    with broker.client() as admin:
        add_partner(admin, _secrets(settings), name, replicas=broker.replicas(admin))
    publish(broker, settings, chains, protocols)
    write_profiles(settings, broker, {name: partner})
    path = profile_path(settings.var_dir, name)
    say(f"{name} may write schakel.in.{name} and read schakel.out.{name}")
    say(f"its profile is {path} (the password is in a file that it names); hand both over by a safe way")


@app.command()
def token(name: Name) -> None:
    """Give a partner a new token for reading by reference; the one before opens nothing from now on.

    The token stands in its profile; the gateway keeps only a digest of it.

    Example:

      backbone partner token coc-amsterdam
    """
    settings = read_settings()
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    _member(chains, name)
    path = new_token(settings, name)
    say(f"{name} has a new token, in {path}; hand it over by a safe way")


@app.command()
def rotate(name: Name) -> None:
    """Give a partner a new password and a new token, in its profile; the ones before sign nobody on from now on.

    A connection that is open with the old password goes on until it is closed. The partner's system needs the new profile and
    password file before its next one.

    Example:

      backbone partner rotate coc-amsterdam
    """
    settings = read_settings()
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    partner = _member(chains, name)
    broker = find_broker(settings)
    write_profiles(settings, broker, {name: partner})
    with broker.client() as admin:
        renew_partner(admin, _secrets(settings), name)
    path = new_token(settings, name)
    say(f"{name} has a new password and a new token: its profile is {path} (the password is in a file that it names)")
    say("hand both over by a safe way; what it had before is refused")


@app.command()
def remove(
    name: Name,
    delete_topics: Annotated[
        bool, typer.Option("--delete-topics", help="Also what it sent and was sent, at once. Cannot be undone.")
    ] = False,
) -> None:
    """Let a partner go: broker and gateway refuse it from now on, the broker also on connections that are open.

    Its topics stay until they empty themselves (30 days), so that what it sent is still answered for. The ledger keeps what it
    told. Take it out of chains/ too, or the next start brings it back.

    Examples:

      backbone partner remove coc-amsterdam

      backbone partner remove coc-amsterdam --delete-topics
    """
    settings = read_settings()
    broker = find_broker(settings)
    with broker.client() as admin:
        remove_partner(admin, _secrets(settings), name, delete_topics=delete_topics)
    profile_path(settings.var_dir, name).unlink(missing_ok=True)
    Tokens(settings.gateway_tokens()).revoke(name)
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    say(f"{name} may no longer read or write" + ("; its topics are gone" if delete_topics else ""))
    if name in chains.partners:
        say("it still stands in chains/: take it out, or the next start brings it back")
