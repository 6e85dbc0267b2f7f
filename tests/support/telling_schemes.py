"""What partners tell of a scheme's own parts, for tests: as `telling`, one builder an event."""

from datetime import date
from typing import Any

from schakel.case_scheme import scheme_of
from schakel.case_state import State
from schakel.events import Told
from schakel.events.case import EscalationRequested, PlaceWatched
from schakel.events.contact import ActionAgreed, ActionDone, ComplaintSettled, ComplaintTaken, NeedsRecorded
from schakel.events.report import ListMatched, ListScreened, ReportLinked
from schakel.events.scheme import CategorySet, ChecklistAnswered, DeliberationRecorded, StatementPublished
from tests.support.telling import Tell


def category_set(by: str, protocol: str, category: str, lead: str | None = None) -> Tell:
    return Tell(by, CategorySet(protocol=protocol, category=category, lead=lead))


def answered(by: str, protocol: str, checklist: str, line: str, answer: str = "yes") -> Tell:
    return Tell(by, ChecklistAnswered(protocol=protocol, checklist=checklist, line=line, answer=answer))


def deliberated(by: str, step: str, **more: Any) -> Tell:
    return Tell(by, DeliberationRecorded(step=step, **more))


def stated(by: str, speaker: str, *, takes_over: bool = False, **more: Any) -> Tell:
    """A statement to the public; `takes_over` names the newest one."""

    def statement(case: State) -> Told:
        last = scheme_of(case).statements[-1].id if takes_over else None
        return StatementPublished(speaker=speaker, takes_over=last, **more)

    return Tell(by, statement)


def agreed(by: str, action: str, owner: str | None = None, due_on: str = "2026-04-01", id: str | None = None) -> Tell:
    return Tell(by, ActionAgreed(action=action, owner=owner or by, due_on=date.fromisoformat(due_on)), id=id)


def done(by: str, helped: str) -> Tell:
    """The newest action."""
    return Tell(by, lambda case: ActionDone(agreed=scheme_of(case).actions[-1].id, helped=helped))


def wants(by: str, *needs: str) -> Tell:
    return Tell(by, NeedsRecorded(needs=needs))


def escalation(by: str, to: str = "top_team", reason: str = "cannot_be_solved") -> Tell:
    return Tell(by, EscalationRequested(to=to, reason=reason))


def complaint_taken(by: str) -> Tell:
    return Tell(by, ComplaintTaken(taken_on=date(2026, 3, 3)))


def complaint_settled(by: str, outcome: str, applied: bool | None = None, reason: str | None = "motive_proven") -> Tell:
    event = ComplaintSettled(outcome=outcome, reason=reason, aggravating_circumstance_applied=applied)
    return Tell(by, event)


def matched(by: str) -> Tell:
    return Tell(by, ListMatched(query="lhbti-zoektermen", query_version="2026.1"))


def screened(by: str, relevant: str = "yes") -> Tell:
    return Tell(by, ListScreened(relevant=relevant, reason="words_shouted"))


def linked(by: str, number: int, kind: str = "series") -> Tell:
    """To another case: the number-th."""
    return Tell(by, ReportLinked(other_case=f"0b9d4a17-3c65-4e2f-8d21-{number:012d}", kind=kind))


def watched(by: str) -> Tell:
    return Tell(by, PlaceWatched())
