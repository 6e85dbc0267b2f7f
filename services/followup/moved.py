"""Clocks that a moved case has left from its earlier version, and that the version it runs under now does not know. Pure."""

from collections.abc import Iterator

from backbone.protocols import Protocol
from schakel.case_state import ClockState, State
from schakel.events.clock import ClockSuspended


def left_behind(case: State, protocol: Protocol) -> Iterator[ClockSuspended]:
    """They stand still: nobody is late for what nobody has to do any more. How long they ran stays in the history."""
    known = {rule.id for rule in protocol.timed}
    for clock in case.clocks.values():
        ours = clock.protocol == protocol.ref and clock.name not in known
        if ours and clock.state is ClockState.RUNNING and not case.closed:
            yield ClockSuspended(clock=clock.id, reason="protocol_moved", premises=(clock.id,))
