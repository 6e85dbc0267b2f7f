"""`schakel listen`: what reaches a partner, as it comes."""

import time
from typing import Annotated, Any

import typer

from schakel.cli.output import brief, moment, say, show_json, wrapped
from schakel.cli.who import As, ProfilePath, choose
from schakel.client import Incoming
from schakel.messages import Receipt


def listen(
    as_: As = None,
    profile: ProfilePath = None,
    ack: Annotated[bool, typer.Option("--ack", help="count what was shown as handled; else it comes again")] = False,
    receipts: Annotated[bool, typer.Option("--receipts", help="show receipts too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one message a line, as JSON")] = False,
    most: Annotated[
        int | None, typer.Option("--max", metavar="N", min=1, help="end after so many", show_default=False)
    ] = None,
    for_s: Annotated[
        float | None, typer.Option("--for", metavar="SECONDS", min=0, help="end after so long", show_default=False)
    ] = None,
) -> None:
    """Show the messages to a partner, from the first that was not acknowledged; goes on until Ctrl-C.

    Only looks, unless --ack is given: your own system still gets every message.

    Examples:

      schakel listen --as slachtofferhulp

      schakel listen --as slachtofferhulp --json --for 10
    """
    ends_at = time.monotonic() + for_s if for_s is not None else None
    with choose(as_, profile).connect() as partner:
        shown = 0
        while True:
            wait_s = None if ends_at is None else max(ends_at - time.monotonic(), 0.0)
            for message in partner.inbox(wait_s=wait_s, receipts=receipts, acknowledge=ack):
                if as_json:
                    show_json(plain(message))
                else:
                    say(line(message))
                shown += 1
                if ack:
                    partner.ack(message)
                if shown == most:
                    return
                if ends_at is not None:
                    break  # so that the rest of the time is counted anew
            else:
                return


def line(message: Incoming) -> str:
    """A message for people: when, case and type; below it what it says."""
    drill = "  (drill)" if message.drill else ""
    return f"{moment(message.time)}  case {message.case or '-'}  {message.type}{drill}\n{wrapped(_says(message), 8)}"


def _says(message: Incoming) -> str:
    body = message.body
    if body is None:
        return f"not understood ({message.problem.code if message.problem else 'unknown'}); is this client older than the backbone?"
    if isinstance(body, Receipt):
        reason = f", {body.refusal.code}: {body.refusal.remedy}" if body.refusal else ""
        return f"{body.status.value}{reason} (event {brief(body.about or '-')})"
    said = body.model_dump(mode="json", exclude={"case", "facts"}, exclude_none=True)
    return ", ".join(f"{name}: {_short(value)}" for name, value in said.items() if value not in ([], {}, False))


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "/".join(_short(item) for item in value.values() if item is not None)
    if isinstance(value, list):
        return " + ".join(_short(item) for item in value)
    return str(value)  # ids whole: an answer names them


def plain(message: Incoming) -> dict[str, Any]:
    """A message for programs."""
    return {
        "id": message.id,
        "case": message.case,
        "type": message.type,
        "time": message.time.isoformat() if message.time else None,
        "drill": message.drill,
        "offset": message.offset,
        "body": message.body.model_dump(mode="json") if message.body else None,
        "problem": message.problem.code if message.problem else None,
    }
