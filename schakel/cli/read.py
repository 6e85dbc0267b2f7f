"""What the gateway gives a partner: `schakel open`, the one command that prints personal data, and `schakel case status`."""

from dataclasses import asdict
from typing import Annotated

import typer

from schakel.cli.case import AsJson, CaseId
from schakel.cli.output import FOUND, fail, moment, say, show_json
from schakel.cli.who import As, ProfilePath, choose
from schakel.client.errors import NothingToRead, ReadRefused
from schakel.events.vocab import Scope


def open_referral(
    dataref: Annotated[
        str, typer.Argument(metavar="DATAREF", help="as the referral's message names it", show_default=False)
    ],
    as_: As = None,
    profile: ProfilePath = None,
    scope: Annotated[
        list[Scope] | None, typer.Option("--scope", help="only this; default: all that the referral carries")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
) -> None:
    """Read what a delivered referral points to, as long as it may be read. Every read stands in the ledger, with who asked and when.

    What is shown is personal: do not leave it in a terminal's history or a log.

    Example:

      schakel open referrals/5b7d1c0e-42a9-5f63-9f0b-8b1de2a7c954 --as slachtofferhulp
    """
    try:
        found = choose(as_, profile).gateway().open(dataref, *(scope or ()))
    except (ReadRefused, NothingToRead) as no:
        fail(str(no), FOUND)
    said = {name: value for name, value in asdict(found).items() if value not in (None, ())}
    said["position"] = found.position.model_dump()
    if as_json:
        show_json(said)
        return
    say(f"case {found.case}, permitted: {', '.join(found.scopes)} (read {found.request})")
    for name in ("contact_details", "contact_preference", "story", "exact_place", "exact_time", "labels"):
        if name in said:
            say(f"{name.replace('_', ' ')}: {_plain(said[name])}")


def case_status(case: CaseId, as_: As = None, profile: ProfilePath = None, as_json: AsJson = False) -> None:
    """How far a case is that you are party to, and your part in it: referrals that reached you, your clocks, your actions.

    Asked of the gateway. Nothing of what happened stands in it, and nothing of what other partners do.

    Example:

      schakel case status 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --as slachtofferhulp
    """
    try:
        seen = choose(as_, profile).gateway().case(case)
    except (ReadRefused, NothingToRead) as no:
        fail(str(no), FOUND)
    if as_json:
        show_json(seen.model_dump(mode="json"))
        return
    yours = ", and you look after it" if seen.looks_after_it else ""
    say(f"case {seen.case}: {'closed' if seen.closed else 'open'}{yours}; as of {moment(seen.as_of)} UTC")
    for referral in seen.referrals:
        say(
            f"referral {referral.referral}: {referral.purpose}, {referral.state}; it reached you {moment(referral.delivered_at)}"
        )
    for clock in seen.clocks:
        due = f", due {moment(clock.due_at)}" if clock.due_at else ""
        say(f"clock {clock.name}: {clock.state}{due}{', late' if clock.breached else ''}")
    for action in seen.actions:
        say(f"action {action.action}: by {action.due_on}, {'done' if action.done else 'not done'}")


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(inner) for inner in value)
    return str(value)
