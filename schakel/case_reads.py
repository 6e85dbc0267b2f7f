"""What reading does to a case: a request waits until the gate has answered it, once. Every read is an event; the state counts them.

A permit takes effect only where, at its own position, the same words of hers allow all that it names; behind a withdrawal it is
overtaken. A denial takes nothing from anybody and always counts.
"""

from schakel.case_opening import may_read, rests_on
from schakel.case_state import Effect, OpenRead, Reads, State
from schakel.entry import Entry, folds
from schakel.events.data import AccessGiven, DisclosureDenied, DisclosurePermitted, DisclosureRequested
from schakel.ids import service_source

OPEN_AT_MOST = 32
"""Requests that wait in a case; whoever asked longest ago has given up by then (a permit is for seconds)."""
REMEMBERED = 64
"""Answered requests whose ids are still known, so that a record that comes twice counts once."""


@folds(DisclosureRequested)
def _requested(case: State, entry: Entry) -> Effect:
    event: DisclosureRequested = entry.event  # type: ignore[assignment]
    if entry.envelope.source != service_source(event.OWNER) or not case.report:
        return Effect.NOT_UNDERSTOOD  # only the gateway sees who asks
    case.reading[entry.id] = OpenRead(entry.id, event.referral, event.by, [scope.value for scope in event.scopes])
    while len(case.reading) > OPEN_AT_MOST:
        oldest = next(iter(case.reading))
        del case.reading[oldest]
        case.answered.append([oldest, oldest])
    return Effect.EFFECTIVE


@folds(DisclosurePermitted)
def _permitted(case: State, entry: Entry) -> Effect:
    """The gate once more, at this event's own position."""
    event: DisclosurePermitted = entry.event  # type: ignore[assignment]
    request = case.reading.get(event.request)
    if not request or rests_on(case, request.referral) not in event.premises or not event.scopes:
        return Effect.OVERTAKEN
    if not set(event.scopes) <= may_read(case, request.referral, request.by):
        return Effect.OVERTAKEN
    _answered(case, entry, request).permitted += 1
    return Effect.EFFECTIVE


@folds(DisclosureDenied)
def _denied(case: State, entry: Entry) -> Effect:
    event: DisclosureDenied = entry.event  # type: ignore[assignment]
    request = case.reading.get(event.request)
    if not request:
        return Effect.OVERTAKEN
    _answered(case, entry, request).denied += 1
    return Effect.EFFECTIVE


@folds(AccessGiven)
def _copied(case: State, entry: Entry) -> Effect:
    """Her own copy: it opens nothing and stops nothing, so the state keeps nothing of it. It stands in the history."""
    event: AccessGiven = entry.event  # type: ignore[assignment]
    ours = entry.envelope.source == service_source(event.OWNER) and case.report
    return Effect.RECORDED if ours else Effect.NOT_UNDERSTOOD


def _answered(case: State, entry: Entry, request: OpenRead) -> Reads:
    del case.reading[request.id]
    case.answered.append([request.id, entry.id])
    reads = case.reads.setdefault(request.by, Reads())
    reads.last_at = entry.envelope.logged_at
    return reads
