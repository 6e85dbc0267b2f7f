"""`backbone protocol move`: a running case goes on under another version, by the operator's word in the ledger."""

import re
from typing import Annotated

import typer

from backbone.cli.hand import OperatorsHand
from backbone.cli.output import Undoable, read_settings, say
from backbone.cli.protocol import app
from backbone.protocols import Protocols, load_protocols
from backbone.protocols.versions import not_there
from backbone.records import LEDGER
from backbone.store.rows import Outgoing
from schakel import codec
from schakel.case_moves import version_of
from schakel.case_state import State
from schakel.definitions import PROTOCOL, TOPIC, Definitions
from schakel.envelope import PATTERNS, Envelope
from schakel.events.report import ProtocolMoveRequested
from schakel.history import read_case
from schakel.ids import OPERATOR, new_event_id
from schakel.reading import read_to_end

_CASE = re.compile(PATTERNS["ce_subject"])
_REASON = re.compile(r"[a-z]{2,16}(_[a-z]{1,12}){0,4}")


@app.command()
def move(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case id, as a receipt gave it.", show_default=False)],
    to: Annotated[
        str, typer.Option("--to", metavar="NAME@VERSION", help="The version it goes on under.", show_default=False)
    ],
    reason: Annotated[str, typer.Option(help="Why, as a short code such as corrected_term; it stands in the ledger.")],
) -> None:
    """Let a running case go on under another version of a protocol.

    A case keeps the version it began under; only this moves it. Clocks that run keep their due moment, nobody is informed or asked
    again, and the reason stands in the ledger. Try it first: backbone protocol try NAME@VERSION --case CASE. The services have to know the
    version: they read the files when they start.

    Examples:

      backbone protocol move 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e \\
        --to mijn-protocol@1.1 --reason corrected_term
    """
    settings = read_settings()
    if not _CASE.fullmatch(case):
        raise Undoable(f"{case[:40]!r} is no case id; expected a UUID in small letters, as a receipt gives it")
    if not _REASON.fullmatch(reason):
        raise Undoable(
            f"--reason {reason[:40]!r}: expected a short code of small letters and underscores, such as corrected_term"
        )
    protocols = load_protocols(settings.protocols_dir)
    hand = OperatorsHand.find(settings)
    running = Definitions()
    with hand.connected() as how:
        found = read_case(how, case)
        running.learn(read_to_end(how, TOPIC))
    if found.state.report is None:
        raise Undoable(f"the ledger has no case {case} with a report; is it the ledger of another backbone?")
    partition = found.entries[0].partition
    wanted = checked(found.state, to, protocols)
    if f"{PROTOCOL}{to}" not in running.entries:
        raise Undoable(
            f"the services that run do not know {to}: they read the files when they start, and the case would stay where it is; adopt the "
            "version, start the backbone again ('backbone down', 'backbone up'), and move the case then"
        )
    place = hand.append(move_requested(found.state, partition, wanted, reason))
    say(f"asked for at {place}: the case goes on under {to} as soon as routing has read it")


def checked(state: State, to: str, protocols: Protocols) -> tuple[str, str]:
    """(name, version) to move to. Raises Undoable for a version that is not there, or that the case cannot move to."""
    name, _, version = to.partition("@")
    if to not in protocols.by_ref:
        _, expected, remedy = not_there("protocol", to, protocols.by_ref)
        raise Undoable(f"--to {to[:60]!r}: there is no such version; expected {expected}; {remedy[:200]}")
    running = version_of(state, name)
    if running is None:
        raise Undoable(
            f"the case does not run under {name}; it runs under {', '.join(state.protocols) or 'no protocol yet'}"
        )
    if running == version:
        raise Undoable(f"the case runs under {to} already")
    if state.closed:
        raise Undoable("the case is closed: there is nothing left to move; reopen it first")
    return name, version


def move_requested(state: State, partition: int, to: tuple[str, str], reason: str) -> Outgoing:
    """The record that asks for it. Its time is the case's, as for everything that an operator says."""
    assert state.time is not None
    event = ProtocolMoveRequested(protocol=to[0], version=to[1], reason=reason)
    envelope = Envelope(new_event_id(), OPERATOR, event.TYPE, state.time, state.id, drill=state.drill)
    return Outgoing(LEDGER, partition, state.id.encode(), codec.encode(event), envelope.headers())
