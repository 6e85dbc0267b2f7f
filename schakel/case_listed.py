"""What the police's query did to a case: found by it, and screened by a person. A match alone is a candidate and nothing more."""

from schakel.case_state import Effect, State
from schakel.entry import Entry, folds
from schakel.events.report import ListMatched, ListScreened
from schakel.events.vocab import Answer


@folds(ListMatched)
def _matched(case: State, entry: Entry) -> Effect:
    event: ListMatched = entry.event  # type: ignore[assignment]
    found = f"{event.query}@{event.query_version}"
    if found not in case.matched:
        case.matched.append(found)
    return Effect.EFFECTIVE


@folds(ListScreened)
def _screened(case: State, entry: Entry) -> Effect:
    """Each partner's own finding; its later one replaces its earlier one."""
    event: ListScreened = entry.event  # type: ignore[assignment]
    case.screened[entry.author] = event.relevant.value
    return Effect.EFFECTIVE


def screened_in(case: State) -> bool:
    """Not found by a query at all, or found relevant by somebody; unknown is never taken for yes."""
    return not case.matched or Answer.YES in case.screened.values()
