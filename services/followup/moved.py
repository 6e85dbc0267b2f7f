"""Clocks that a moved case has left from its earlier version, and that the version it runs under now does not know. Pure."""

from collections.abc import Iterator

from backbone.protocols import Protocol
from schakel.case_state import ClockState, State
from schakel.events.clock import ClockSuspended


def left_behind(case: State, protocol: Protocol) -> Iterator[ClockSuspended]:
    """They stand still: nobody is late for what nobody has to do any more. How long they ran stays in the history."""
    if case.closed:
        return
    ref = protocol.ref
    ours = [clock for clock in case.clocks.values() if clock.protocol == ref and clock.state is ClockState.RUNNING]
    known = {rule.id for rule in protocol.timed} if ours else ()
    for clock in ours:
        if clock.name not in known:
            yield ClockSuspended(clock=clock.id, reason="protocol_moved", premises=(clock.id,))
