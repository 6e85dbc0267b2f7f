"""What was done otherwise than agreed or described: accepted as it was told, and marked, so that it shows.

A mark blocks nothing and accuses nobody: where there is danger, the order of a scheme is not what counts (scenarios.md, HGL-3, WON-1).
"""

from schakel.case_desk_state import Mark
from schakel.case_needs import desk_of, noted, wants_no_call
from schakel.case_state import State
from schakel.entry import Entry, notes
from schakel.events.contact import ActionDone, ContactMade
from schakel.events.data import StatementRetracted
from schakel.events.vocab import Channel

BY_ANOTHER, NEVER_AGREED, CALLED_AFTER_NO = "by_another_than_agreed", "done_without_agreement", "called_after_no"


def mark(case: State, entry: Entry, kind: str, expected: str | None = None) -> None:
    """Mark what `entry` says. expected: the partner or event that should have been there."""
    desk_of(case).marks.append(Mark(entry.id, kind, entry.author, entry.envelope.logged_at, expected))


@notes(ActionDone)
def _done(case: State, entry: Entry) -> None:
    event: ActionDone = entry.event  # type: ignore[assignment]
    action = case.actions.get(event.agreed)
    if action is None:
        mark(case, entry, NEVER_AGREED)
    elif action.owner != entry.author:
        mark(case, entry, BY_ANOTHER, expected=action.owner)


@notes(ContactMade)
def _called(case: State, entry: Entry) -> None:
    """After "do not call me" somebody did; the talk in which she said so is not meant."""
    event: ContactMade = entry.event  # type: ignore[assignment]
    said = wants_no_call(case, event.whom.value, besides=entry.id)
    if event.channel is Channel.TELEPHONE and said and event.at > said.at:
        mark(case, entry, CALLED_AFTER_NO)


@notes(StatementRetracted)
def _taken_back(case: State, entry: Entry) -> None:
    """With what was told goes what was marked in it, and the talk that a contact was."""
    event: StatementRetracted = entry.event  # type: ignore[assignment]
    if case.desk is not None:
        case.desk.talks.pop(event.event, None)
        case.desk.marks = [made for made in case.desk.marks if made.id != event.event]


_TOLD = ("needs", "inquiries", "asked_advice", "advice", "settlements", "grievances")


def take_back(case: State, event_id: str, author: str) -> bool:
    """Its author takes back what stands in these notes. False: nothing there of this author."""
    for name in _TOLD:
        told = getattr(noted(case), name)
        if event_id in told and told[event_id].by == author:
            del told[event_id]
            case.lapsed.append(event_id)
            return True
    complaint = noted(case).complaint
    if complaint and (complaint.taken, complaint.taken_by) == (event_id, author):
        complaint.taken, complaint.taken_on, complaint.items = None, None, []
        return True
    if complaint and (complaint.settled, complaint.settled_by) == (event_id, author):
        complaint.settled, complaint.outcome, complaint.reason = None, None, None
        complaint.settlements = 0
        return True
    return False


def authors(case: State) -> dict[str, str]:
    """Who told what stands in these notes, by id."""
    return {event_id: told.by for name in _TOLD for event_id, told in getattr(noted(case), name).items()}
