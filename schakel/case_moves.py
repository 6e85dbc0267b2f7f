"""A running case that goes on under another version of a protocol: the operator asks, with a reason; routing concludes.

What ran under the old version goes on under the new: a clock keeps its due moment, and who was informed is not informed again.
"""

from schakel.case_state import Effect, State
from schakel.entry import Entry, folds
from schakel.events.report import ProtocolMoveRequested
from schakel.ids import service_source


@folds(ProtocolMoveRequested)
def _move_requested(case: State, entry: Entry) -> Effect:
    event: ProtocolMoveRequested = entry.event  # type: ignore[assignment]
    if entry.envelope.source != service_source(event.OWNER) or version_of(case, event.protocol) is None:
        return Effect.NOT_UNDERSTOOD
    if version_of(case, event.protocol) == event.version:
        return Effect.RECORDED  # it is there already
    case.moves[event.protocol] = (entry.id, event.version, event.reason)
    return Effect.EFFECTIVE


def version_of(case: State, protocol: str) -> str | None:
    """The version of a protocol that the case runs under; None when it does not run under it."""
    return next((ref.partition("@")[2] for ref in case.protocols if ref.partition("@")[0] == protocol), None)


def moved_on(case: State, before: str, after: str) -> None:
    """`before` and `after` are `name@version`. What is known by the old version is known by the new one."""
    case.protocols[case.protocols.index(before)] = after
    case.moves.pop(after.partition("@")[0], None)
    for clock in case.clocks.values():
        if clock.protocol == before:
            clock.protocol = after
    case.informed = [_renamed(key, before, after) for key in case.informed]
    case.informed_at = {_renamed(key, before, after): at for key, at in case.informed_at.items()}


def _renamed(key: str, before: str, after: str) -> str:
    return f"{after}/{key.removeprefix(before + '/')}" if key.startswith(before + "/") else key
