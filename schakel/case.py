"""The fold: a case is its records in partition order, first occurrence of each id.

Pure and total: no I/O, no clock, no randomness, and no exception for any event; what cannot be used has no effect and says so.
A derived event takes effect only where the entity it speaks of allows it and nothing it rests on has lapsed before its own
position; otherwise it is overtaken. The handlers stand in `schakel.case_told` and `schakel.case_derived`.
"""

import hashlib
from collections.abc import Iterable

from schakel import case_derived, case_told, codec  # noqa: F401  (case_derived and case_told register the handlers)
from schakel.case_state import Effect, State
from schakel.entry import HANDLERS, Entry
from schakel.envelope import Envelope
from schakel.events import Derived
from schakel.events.report import ReportFacts
from schakel.ids import derived_id, service_source

FOLD_VERSION = 1


def apply(case: State, entry: Entry) -> Effect:
    """Fold one record into `case` (changed in place) and say what it did."""
    key = _packed(entry.envelope.id)
    if key in case.seen:
        return Effect.DUPLICATE
    case.seen.add(key)
    case.events += 1
    logged_at = entry.envelope.logged_at
    if case.time is None or logged_at > case.time:
        case.time = logged_at
    event = entry.event
    if isinstance(event, Derived):
        effect = _conclude(case, entry, event)
        if effect is Effect.OVERTAKEN:
            content = digest(event)
            case.overtaken[content] = case.overtaken.get(content, 0) + 1
        return effect
    handler = HANDLERS.get(type(event))
    return handler(case, entry) if handler else Effect.RECORDED


def _conclude(case: State, entry: Entry, event: Derived) -> Effect:
    if entry.envelope.source != service_source(event.OWNER):
        return Effect.NOT_UNDERSTOOD  # only its owner concludes
    for premise in event.premises:
        if premise in case.lapsed or _packed(premise.partition("#")[0]) not in case.seen:
            return Effect.OVERTAKEN
    handler = HANDLERS.get(type(event))
    return handler(case, entry) if handler else Effect.RECORDED


def fold(case_id: str, entries: Iterable[Entry]) -> State:
    """The case after all of `entries`."""
    case = State(id=case_id)
    for entry in entries:
        apply(case, entry)
    return case


def facts(case: State) -> ReportFacts:
    """The readable facts of the report, corrections applied. Raises KeyError before there is a report."""
    if not case.facts:
        raise KeyError(f"case {case.id} has no report yet")
    return ReportFacts.model_validate(case.facts)


def digest(event: Derived) -> str:
    """Names a conclusion by what it says and rests on."""
    return hashlib.blake2b(type(event).TYPE.encode() + codec.encode(event), digest_size=9).hexdigest()


def conclude(case: State, event: Derived) -> Entry:
    """`event` as its owner would append it now: the same history gives the same id, time and bytes."""
    attempt = case.overtaken.get(digest(event), 0)
    if case.time is None:
        raise ValueError(f"case {case.id} is empty: nothing can be concluded from it")
    return Entry(
        Envelope(
            id=derived_id(event.OWNER, case.id, event.TYPE, digest(event), attempt),
            source=service_source(event.OWNER),
            type=event.TYPE,
            time=case.time,
            case=case.id,
            causation=event.premises[-1] if event.premises else None,
            drill=case.drill,
        ),
        event,
    )


def _packed(event_id: str) -> bytes:
    try:
        return bytes.fromhex(event_id.replace("-", ""))
    except ValueError:
        return event_id.encode()
