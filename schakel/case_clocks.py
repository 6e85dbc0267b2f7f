"""The moments at which a case's clocks want attention. Services keep an index of them: each of its own, and intake of all.

Here: running clocks, which are follow-up's. Terms that end in erasure, which are consent's: `schakel.case_erasure.erasure_moments`.
"""

from datetime import datetime

from schakel.case_state import ClockState, State


def next_moments(case: State) -> list[tuple[str, datetime]]:
    """(`<clock id>/<n>`, moment) of every reminder still to come and every due moment of running clocks, in order.

    None for imported history or a closed case: nobody is reminded of those, and they do not breach.
    """
    if case.history or case.closed:
        return []
    moments: list[tuple[str, datetime]] = []
    for clock in case.clocks.values():
        if clock.state is ClockState.RUNNING and clock.due_at is not None:
            waiting = clock.remind_at[clock.reminded :] if clock.responsible else []
            moments.extend((f"{clock.id}/{n}", moment) for n, moment in enumerate([*waiting, clock.due_at]))
    return sorted(moments, key=lambda named: named[1])
