"""What told events do to actions: agreed with an owner and a day, done once."""

from schakel.case_clocks import run_again
from schakel.case_marks import Action
from schakel.case_state import Effect, State
from schakel.entry import Entry, folds
from schakel.events.contact import ActionAgreed, ActionDone


@folds(ActionAgreed)
def _agreed(case: State, entry: Entry) -> Effect:
    event: ActionAgreed = entry.event  # type: ignore[assignment]
    case.actions[entry.id] = Action(
        entry.id, event.action.value, event.owner, entry.author, entry.envelope.logged_at, event.due_on
    )
    return Effect.EFFECTIVE


@folds(ActionDone)
def _done(case: State, entry: Entry) -> Effect:
    event: ActionDone = entry.event  # type: ignore[assignment]
    action = case.actions.get(event.agreed)
    if action is None:
        return (
            Effect.RECORDED
        )  # nothing of that name was agreed here: what was done was done, and is marked (`case_otherwise`)
    if action.done:
        return Effect.RECORDED  # said again, perhaps by another: the first word counts
    action.done, action.done_at, action.done_by = entry.id, entry.envelope.logged_at, entry.author
    return Effect.EFFECTIVE


def take_back(case: State, event_id: str, author: str) -> bool:
    """Its author takes back that something was agreed, or done. False: it is neither, or not this author's."""
    action = case.actions.get(event_id)
    if action is not None and action.by == author:
        del case.actions[event_id]
        case.lapsed.append(event_id)
        return True
    for action in case.actions.values():
        if action.done == event_id and action.done_by == author:
            action.done = action.done_at = action.done_by = None
            case.lapsed.append(event_id)
            run_again(case, event_id)
            return True
    return False
