"""`backbone partner`: bring one partner on, suspend it, or let it go, while everything runs."""

from typing import Annotated

import typer

from backbone.chains import Chains, Partner
from backbone.cli.broker import find_broker
from backbone.cli.output import Undoable, read_settings, say
from backbone.cli.standing import say_standing
from backbone.cli.voiding import check_reason
from backbone.definition_files import load_definitions
from backbone.gateway.tokens import Tokens
from backbone.kafka.access import add_partner, remove_partner, renew_partner
from backbone.kafka.credentials import SecretStore
from backbone.settings import Settings
from backbone.supervisor.prepare import new_token, profile_path, publish, write_profiles
from schakel.events.chain import PartnerRestored, PartnerSuspended

app = typer.Typer(
    no_args_is_help=True, help="Bring a partner on, suspend it, or let it go: its topics, user, rights and profile."
)
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
def suspend(
    name: Name,
    reason: Annotated[
        str, typer.Option("--reason", help="A short code: small letters and underscores.", show_default=False)
    ],
) -> None:
    """Suspend a partner: it is proposed nothing, gets nothing delivered and reads nothing from now on. What it tells is still heard.

    Referrals that it has not taken up go to the next candidate of their role, or to whoever looks after the case. It keeps its
    topics, user and token; take these away with 'backbone partner remove'.

    Example:

      backbone partner suspend coc-amsterdam --reason agreement_ended
    """
    settings = read_settings()
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    _member(chains, name)
    check_reason(reason)
    say_standing(settings, PartnerSuspended(partner=name, reason=reason))
    say(f"{name} is suspended: it is proposed nothing and reads nothing from now on")
    say("'backbone partner restore' ends it")


@app.command()
def restore(name: Name) -> None:
    """End a suspension: the partner may be proposed to and read again. What went to somebody else meanwhile stays there.

    Example:

      backbone partner restore coc-amsterdam
    """
    settings = read_settings()
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    _member(chains, name)
    say_standing(settings, PartnerRestored(partner=name))
    say(f"{name} may be proposed to and read again")


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
