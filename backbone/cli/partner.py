"""`backbone partner`: bring one partner on, suspend it, or let it go, while everything runs."""

from typing import Annotated

import typer
from pydantic import ValidationError

from backbone.chains import Chains, Partner
from backbone.chains.load import REGISTER
from backbone.chains.model import PartnerKind
from backbone.cli.broker import find_broker, find_user
from backbone.cli.ending import ending_in_order
from backbone.cli.hand import OperatorsHand
from backbone.cli.members import list_members
from backbone.cli.output import Undoable, read_settings, say
from backbone.cli.standing import say_standing
from backbone.cli.voiding import check_reason
from backbone.definition_files import load_definitions
from backbone.deployment import partners as on_kubernetes
from backbone.deployment.leaving import Left, left_by
from backbone.deployment.register import Change
from backbone.gateway.tokens import Tokens
from backbone.kafka.access import add_partner, cut_off, kept_from_writing, remove_partner, renew_partner
from backbone.kafka.credentials import SecretStore
from backbone.kafka.unread import await_handled
from backbone.settings import Settings
from backbone.supervisor.prepare import Broker, new_token, profile_path, publish, write_profiles
from backbone.supervisor.unread import left_unhandled, not_handled
from schakel.events.chain import PartnerRestored, PartnerSuspended
from schakel.wrong_values import expected_of

app = typer.Typer(
    no_args_is_help=True, help="Bring a partner on, suspend it, or let it go: its topics, user, rights and profile."
)
app.command("list")(list_members)
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The partner's id in chains/partners.yaml.", show_default=False)
]


def _secrets(settings: Settings) -> SecretStore:
    return SecretStore(settings.var_dir / "kafka" / "secrets")


def _member(settings: Settings, chains: Chains, name: str) -> Partner:
    """The partner, when it is in the register and in a chain. Raises Undoable that says what to write where."""
    partner = chains.partner(name)
    if partner is None:
        known = ", ".join(sorted(chains.partners))
        raise Undoable(
            f"{name!r} is not in {settings.chains_dir / REGISTER}; add it there first (id, name, oin, kind). Known are: {known}"
        )
    if not chains.chains_of(name):
        raise Undoable(
            f"{name} is a member of no chain; add it under 'members' of {settings.chains_dir}/<chain>.yaml with its roles first"
        )
    return partner


@app.command()
def add(
    name: Name,
    title: Annotated[str, typer.Option("--title", help="New in the register: the organisation's name.")] = "",
    oin: Annotated[str, typer.Option("--oin", help="New in the register: its OIN, 20 digits.")] = "",
    kind: Annotated[PartnerKind, typer.Option("--kind", help="New in the register: what it is.")] = PartnerKind.PARTNER,
    chain: Annotated[str, typer.Option("--chain", help="New in the register: the chain it joins.")] = "",
    roles: Annotated[
        list[str] | None, typer.Option("--role", help="Its role there; may be given several times.")
    ] = None,
    districts: Annotated[
        list[str] | None, typer.Option("--district", help="Its districts there; without one: all.")
    ] = None,
) -> None:
    """Bring a partner on: topics, user, rights, limits, and a profile for its system. Doing it again changes nothing.

    The partner must be in chains/partners.yaml and a member of a chain; with --title, --oin, --chain and --role it is written there
    first. On Kubernetes (SCHAKEL_USERS_BY=kubernetes) the operator's files are written, and applied where SCHAKEL_KUBECTL is set.
    Services that run learn of a new partner at their next start; nothing is lost meanwhile.

    Examples:

      backbone partner add coc-amsterdam

      backbone partner add coc-utrecht --title 'COC Utrecht' \\
        --oin 99999999100000099000 --chain amsterdam --role coc
    """
    settings = read_settings()
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    if title or oin or chain or roles:
        _enter(settings, chains, name, title, oin, kind, chain, roles or [], districts)
        chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    partner = _member(settings, chains, name)
    path, done = profile_path(settings.var_dir, name), True
    known = path.exists()
    if settings.users_by == "kubernetes":
        done = _add_on_kubernetes(settings, partner)
    else:
        broker = find_broker(settings)
        with broker.client() as admin:
            add_partner(admin, _secrets(settings), name, replicas=broker.replicas(admin))
        publish(broker, settings, chains, protocols)
        write_profiles(settings, broker, {name: partner})
    say(f"{_WHEN[done]}{name} may write schakel.in.{name} and read schakel.out.{name}")
    say(f"its profile is {path} (the password is in a file that it names); hand both over by a safe way")
    if not known:
        say("services that run learn of it at their next start; what it sends until then waits, and is answered then")


def _enter(
    settings: Settings,
    chains: Chains,
    name: str,
    title: str,
    oin: str,
    kind: PartnerKind,
    chain: str,
    roles: list[str],
    districts: list[str] | None,
) -> None:
    """Write it into chains/. Raises Undoable, RegisterProblem."""
    register = settings.chains_dir / REGISTER
    if chains.partner(name):
        raise Undoable(f"{name} is in {register} already; leave out --title, --oin, --chain and --role")
    given = {"--title": title, "--oin": oin, "--chain": chain, "--role": roles}
    if missing := [option for option, value in given.items() if not value]:
        raise Undoable(
            f"a partner that is new in the register needs --title, --oin, --chain and --role; {missing[0]} is missing"
        )
    try:
        partner = Partner(id=name, name=title, oin=oin, kind=kind)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        said = f"{first['loc'][0]}: expected {expected_of(first)}; see {register} for how the others are"
        raise Undoable(said) from None
    Change(settings.chains_dir, settings.protocols_dir).enter(partner, chain, roles, districts)
    say(f"{name} stands in {register} and {register.with_name(chain)}.yaml, which has its next version")


_WHEN = {True: "", False: "when the cluster has taken these: "}
"""Before what only holds once commands have run that we were not told to run ourselves."""


def _add_on_kubernetes(settings: Settings, partner: Partner) -> bool:
    """Whether the cluster has been told."""
    address = settings.partner_bootstrap
    if not address:
        raise Undoable(
            "set SCHAKEL_PARTNER_BOOTSTRAP to Kafka's address as partners reach it (the listener 'partners')"
        )
    who = on_kubernetes.password_of(settings, partner.id)
    secrets = [on_kubernetes.write_password(settings, who)]
    write_profiles(settings, Broker(address, who, settings.ca_file), {partner.id: partner})
    secrets.append(on_kubernetes.write_tokens(settings))
    on_kubernetes.renew_files(settings)
    return _run_on_kubernetes(settings, on_kubernetes.to_apply(settings, secrets))


def _run_on_kubernetes(settings: Settings, commands: list[list[str]]) -> bool:
    """Whether they were run; otherwise they are said."""
    if on_kubernetes.run(settings, commands):
        say("the cluster has taken it; the operator makes it so within a minute")
        return True
    for words in commands:
        say(f"to do: kubectl {' '.join(words)}")
    return False


@app.command()
def token(name: Name) -> None:
    """Give a partner a new token for reading by reference; the one before opens nothing from now on.

    The token stands in its profile; the gateway keeps only a digest of it.

    Example:

      backbone partner token coc-amsterdam
    """
    settings = read_settings()
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    _member(settings, chains, name)
    path = new_token(settings, name)
    done = True
    if settings.users_by == "kubernetes":
        done = _run_on_kubernetes(settings, on_kubernetes.to_hand_over([on_kubernetes.write_tokens(settings)]))
    say(f"{_WHEN[done]}{name} has a new token, in {path}; hand it over by a safe way")


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
    partner = _member(settings, chains, name)
    done = True
    if settings.users_by == "kubernetes":
        done = _rotate_on_kubernetes(settings, partner)
    else:
        broker = find_broker(settings)
        write_profiles(settings, broker, {name: partner})
        with broker.client() as admin:
            renew_partner(admin, _secrets(settings), name)
        new_token(settings, name)
    path = profile_path(settings.var_dir, name)
    say(
        f"{_WHEN[done]}{name} has a new password and a new token: its profile is {path} (the password is in a file that it names)"
    )
    say("hand both over by a safe way; what it had before is refused")


def _rotate_on_kubernetes(settings: Settings, partner: Partner) -> bool:
    """The Strimzi operator takes the password from its Secret: said to the broker, it would be put back. Whether the cluster was told."""
    if not profile_path(settings.var_dir, partner.id).exists():
        raise Undoable(
            f"{partner.id} has no profile in {settings.var_dir}; bring it on first: backbone partner add {partner.id}"
        )
    secrets = [on_kubernetes.write_password(settings, _secrets(settings).renew(partner.id))]
    new_token(settings, partner.id)
    secrets.append(on_kubernetes.write_tokens(settings))
    return _run_on_kubernetes(settings, on_kubernetes.to_hand_over(secrets))


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
    _member(settings, chains, name)
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
    _member(settings, chains, name)
    say_standing(settings, PartnerRestored(partner=name))
    say(f"{name} may be proposed to and read again")


@app.command()
def remove(
    name: Name,
    delete_topics: Annotated[
        bool, typer.Option("--delete-topics", help="Also what it sent and was sent, at once. Cannot be undone.")
    ] = False,
    leave_cases: Annotated[
        bool, typer.Option("--leave-cases", help="Although it has taken up referrals that are not completed.")
    ] = False,
    leave_chains: Annotated[
        bool, typer.Option("--from-chains", help="Also take it out of the files under chains/.")
    ] = False,
    leave_unread: Annotated[
        bool, typer.Option("--leave-unread", help="Although it sent messages that intake has not handled.")
    ] = False,
) -> None:
    """Let a partner go: broker and gateway refuse it from now on, the broker also on connections that are open.

    Refused while it has referrals under way: suspend it first, then what it has not answered goes to somebody else; what it has
    taken up it completes, or somebody says --leave-cases and looks after these cases. What it sent is handled first: --from-chains and
    --delete-topics wait some seconds for intake, and are refused while messages are left; --leave-unread leaves them without an answer.

    Its topics stay until they empty themselves (30 days); --delete-topics is refused while open cases name it. The ledger keeps what it
    told. Take it out of chains/ too, or the next start brings it back. Killed on its way it may be done again, and goes on.

    Examples:

      backbone partner remove coc-amsterdam

      backbone partner remove coc-amsterdam --from-chains

      backbone partner remove coc-amsterdam --delete-topics
    """
    settings = read_settings()
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    if delete_topics and name in chains.partners:
        raise Undoable(
            f"{name} still stands in chains/, so every service reads or writes its topics; take it out first "
            "(--from-chains, without this), start the services again, then do this"
        )
    looks = OperatorsHand(*find_user(settings, "auditor"), settings.ca_file)
    with looks.connected() as how:
        left = left_by(name, how)
    if delete_topics:
        _refuse_while_it_is_told(left, name)
    _say_what_is_left(left, name, leave_cases)
    if leave_chains or delete_topics:
        _leave_off(settings, name, known=name in chains.partners, leave_chains=leave_chains, leave_unread=leave_unread)
    done = True
    if settings.users_by == "kubernetes":
        done = _remove_on_kubernetes(settings, name, delete_topics)
    else:
        broker = find_broker(settings)
        with broker.client() as admin:
            remove_partner(admin, _secrets(settings), name, delete_topics=delete_topics)
    profile_path(settings.var_dir, name).unlink(missing_ok=True)
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    Tokens(settings.gateway_tokens()).revoke(name)
    say(f"{_WHEN[done]}{name} may no longer read or write" + ("; its topics are gone" if delete_topics else ""))
    if name in chains.partners:
        say("it still stands in chains/: take it out, or the next start brings it back")


def _leave_off(settings: Settings, name: str, *, known: bool, leave_chains: bool, leave_unread: bool) -> None:
    """Have intake handle what it sent before nobody reads it any more, then take it out of `chains/` where that is asked for.

    On Kubernetes the right to write is taken here too: Strimzi puts it back within minutes, unless its user is gone by then.
    Raises Undoable, RegisterProblem, KafkaProblem; then the partner may write as before.
    """
    broker = find_broker(settings)
    with broker.client() as admin:
        if cut_off(admin, name):
            say(f"a removal of {name} was cut off, and since then it may not write; this one goes on from there")
    with (
        broker.client() as admin,
        broker.connected() as how,
        ending_in_order(),
        kept_from_writing(admin, name, heal=known),
    ):
        if count := await_handled(how, name):
            if not leave_unread:
                raise Undoable(not_handled(name, count, known=known))
            say(left_unhandled(name, count))
        if leave_chains:
            files = Change(settings.chains_dir, settings.protocols_dir).leave(name)
            say(f"{name} is taken out of {', '.join(files) or 'no file'}; the services learn of it at their next start")


def _remove_on_kubernetes(settings: Settings, name: str, delete_topics: bool) -> bool:
    """Whether the cluster has been told."""
    if name in load_definitions(settings.protocols_dir, settings.chains_dir)[0].partners:
        raise Undoable(
            f"{name} still stands in chains/, from which the operator's files are made; say --from-chains too"
        )
    Tokens(settings.gateway_tokens()).revoke(name)
    secrets = [on_kubernetes.write_tokens(settings)]
    on_kubernetes.renew_files(settings)
    commands = [*on_kubernetes.to_delete(name, topics=delete_topics), *on_kubernetes.to_apply(settings, secrets)]
    done = _run_on_kubernetes(settings, commands)
    _secrets(settings).remove(name)
    on_kubernetes.password_file(settings, name).unlink(missing_ok=True)
    return done


def _refuse_while_it_is_told(left: Left, name: str) -> None:
    """Raises Undoable: what is said about an open case to a topic that is not there would stand in the way of all that a service says."""
    if left.told:
        some = f"{', '.join(left.told[:3])}{' ...' if len(left.told) > 3 else ''}"
        raise Undoable(
            f"{name} reported or was referred to in {len(left.told)} open cases ({some}), and what is still said to it about them needs "
            "its topics; leave out --delete-topics: they empty themselves in 30 days, or do this when these cases are closed"
        )


def _say_what_is_left(left: Left, name: str, leave: bool) -> None:
    """Raises Undoable while there is something and nobody said that it may be left."""
    if not left:
        return
    some = ", ".join((*left.unanswered, *left.taken_up)[:3])
    said = (
        f"{name} has not answered a referral in {len(left.unanswered)} open cases (it may wait for a yes) and has taken one "
        f"up, or looks after the case, in {len(left.taken_up)} ({some}{' ...' if len(left.unanswered) + len(left.taken_up) > 3 else ''})"
    )
    if not leave:
        raise Undoable(
            f"{said}; 'backbone partner suspend {name} --reason leaves' gives what is unanswered to somebody else; "
            "--leave-cases lets it go all the same"
        )
    say(f"{said}; whoever looks after these cases has to find somebody else")
