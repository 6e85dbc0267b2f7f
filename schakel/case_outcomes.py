"""What became of it: whether the situation stopped, and whether she recovered. Closed is neither (domain-detail A53).

Asked of whoever ends a follow-up; an answer `unknown` is no answer, and does not take an earlier one away.
"""

from schakel.case_state import State
from schakel.entry import Entry, notes
from schakel.events.case import CloseRequested, ThreadClosed
from schakel.events.vocab import Outcome


@notes(CloseRequested, ThreadClosed)
def _became(case: State, entry: Entry) -> None:
    event: CloseRequested | ThreadClosed = entry.event  # type: ignore[assignment]
    for name, said in (("situation_stopped", event.situation_stopped), ("recovered", event.recovered)):
        if said is not Outcome.UNKNOWN:
            case.outcomes[name] = said.value
