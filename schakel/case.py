"""The fold: a case is its records in partition order, first occurrence of each id.

Pure and total: no I/O, no clock, no randomness, and no exception for any event; what cannot be used has no effect and says so.
A derived event takes effect only where the entity it speaks of allows it and nothing it rests on has lapsed before its own
position; otherwise it is overtaken. The handlers stand in `schakel.case_told`, `schakel.case_told_consent`, `schakel.case_links`,
`schakel.case_derived`, `schakel.case_clocks`, `schakel.case_actions`, `schakel.case_listed`, `schakel.case_reads`,
`schakel.case_erasing`, `schakel.case_loop`, `schakel.case_preferences` and `schakel.case_scheme`; the desks' own work in
`schakel.case_needs`, `schakel.case_colleagues`, `schakel.case_complaint`, `schakel.case_hearing`, `schakel.case_otherwise` and
`schakel.case_outcomes`.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from schakel import (  # noqa: F401  (they register the handlers)
    case_clocks,
    case_colleagues,
    case_complaint,
    case_derived,
    case_erasing,
    case_hearing,
    case_listed,
    case_loop,
    case_needs,
    case_otherwise,
    case_outcomes,
    case_preferences,
    case_reads,
    case_scheme,
    case_told,
    case_told_consent,
    codec,
)
from schakel.case_reads import REMEMBERED
from schakel.case_state import FOLD_VERSION as FOLD_VERSION
from schakel.case_state import Effect, State
from schakel.entry import HANDLERS, NOTES, Entry
from schakel.envelope import Envelope
from schakel.events import Derived, Told
from schakel.events.report import ReportFacts
from schakel.events.vocab import Check
from schakel.ids import derived_id, service_source


def apply(case: State, entry: Entry) -> Effect:
    """Fold one record into `case` (changed in place) and say what it did."""
    key = _seen_as(entry)
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
    else:
        handler = HANDLERS.get(type(event))
        effect = handler(case, entry) if handler else Effect.RECORDED
        if effect in (Effect.EFFECTIVE, Effect.RECORDED):
            for note in NOTES.get(type(event), ()):
                note(case, entry)
            case_scheme.note(case, entry)
        if isinstance(event, Told):
            case_clocks.note(case, entry, effect)
            for part in event.sealed:
                if part.subject not in case.subjects:
                    case.subjects.append(part.subject)
    _forget_old_reads(case)
    return effect


def _forget_old_reads(case: State) -> None:
    """A read is done with in seconds: its ids need not be known for ever, however often somebody reads."""
    while len(case.answered) > REMEMBERED:
        request, answer = case.answered.pop(0)
        case.seen -= {_packed(request), _packed(answer) + _CONCLUDED}


def _conclude(case: State, entry: Entry, event: Derived) -> Effect:
    if entry.envelope.source != service_source(event.OWNER):
        return Effect.NOT_UNDERSTOOD  # only its owner concludes
    for premise in event.premises:
        told, concluded = _packed(premise.partition("#")[0]), _packed(premise) + _CONCLUDED
        if premise in case.lapsed or not (told in case.seen or concluded in case.seen):
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


SAYS_THE_LABEL = frozenset({"sexual_orientation", "gender_identity"})
"""Grounds that say in other words what the label says."""


def grounds_to_tell(case: State) -> list[dict[str, str]]:
    """The presumed motives that may reach anybody: once she has refused the label, none that says the same (scenarios.md, AMS-3)."""
    motives: list[dict[str, str]] = case.facts["grounds"]
    return [motive for motive in motives if not (case.label_refused and motive["ground"] in SAYS_THE_LABEL)]


KEPT_BACK = frozenset({Check.CONFUSED_OFFENDER})
"""Questions whose answer goes to nobody with the facts: of another's health, which those who may say it speak of themselves
(domain-detail A88: «the check's outcome itself stays sealed»)."""


def facts_to_tell(case: State) -> ReportFacts:
    """The facts as they may leave the backbone now. Raises KeyError before there is a report."""
    told = facts(case)
    if any(one.check in KEPT_BACK for one in told.checks):
        told = told.model_copy(update={"checks": tuple(one for one in told.checks if one.check not in KEPT_BACK)})
    if not case.label_refused:
        return told
    return told.model_copy(update={"grounds": tuple(one for one in told.grounds if one.ground not in SAYS_THE_LABEL)})


def holds(case: State, event_id: str) -> bool:
    """Whether something was told in `case` under this id, or, for `<id>#<n>`, as a part of it."""
    return _packed(event_id.partition("#")[0]) in case.seen


def digest(event: Derived, value: bytes | None = None) -> str:
    """Names a conclusion by what it says and rests on. value: the event encoded, when that was done already."""
    return hashlib.blake2b(type(event).TYPE.encode() + (value or codec.encode(event)), digest_size=9).hexdigest()


def conclude(case: State, event: Derived, now: datetime | None = None, value: bytes | None = None) -> Entry:
    """`event` as its owner would append it: the same history and watermark give the same id, time and bytes.

    `now` is the watermark that a decision about time rests on; the event's time is the later of that and the case's own.
    value: the event encoded, when that was done already.
    """
    if case.time is None:
        raise ValueError(f"case {case.id} is empty: nothing can be concluded from it")
    return Entry(
        Envelope(
            id=_next_id(case, event, value),
            source=service_source(event.OWNER),
            type=event.TYPE,
            time=max(case.time, now) if now else case.time,
            case=case.id,
            causation=event.premises[-1].partition("#")[0]
            if event.premises
            else None,  # the event that holds the grant
            drill=case.drill,
        ),
        event,
    )


def _next_id(case: State, event: Derived, value: bytes | None) -> str:
    """The first id of this conclusion that no record bears yet: it may be true again after it was lifted, as a hold may."""
    content = digest(event, value)
    attempt = case.overtaken.get(content, 0)
    while _packed(event_id := derived_id(event.OWNER, case.id, event.TYPE, content, attempt)) + _CONCLUDED in case.seen:
        attempt += 1
    return event_id


_CONCLUDED = b"\x01"


def _seen_as(entry: Entry) -> bytes:
    """Told and concluded ids do not meet: whoever computes the id of a conclusion ahead and tells something under it blocks nothing."""
    key, event = _packed(entry.envelope.id), entry.event
    if not isinstance(event, Derived):
        return key
    owned = entry.envelope.source == service_source(event.OWNER)
    return key + (_CONCLUDED if owned else entry.envelope.source.encode())


@lru_cache(maxsize=50_000)
def _packed(event_id: str) -> bytes:
    try:
        return bytes.fromhex(event_id.replace("-", ""))
    except ValueError:
        return event_id.encode()
