"""What a case knows of other cases: links, told in both of them, and never more than that. No fold reads another case.

Intake tells a link in the other case too, and so it does when its author takes it back (`elsewhere`): each case's own records say the
same, in both directions. Several partners may say so; the cases stay linked while one of these words stands.
"""

from collections.abc import Callable

from schakel.case_state import Effect, Link, State
from schakel.entry import Entry, folds
from schakel.events import Told
from schakel.events.data import StatementRetracted
from schakel.events.report import ReportLinked
from schakel.events.vocab import LinkKind
from schakel.ids import derived_id

INTAKE = "intake"


@folds(ReportLinked)
def _linked(case: State, entry: Entry) -> Effect:
    event: ReportLinked = entry.event  # type: ignore[assignment]
    if not case.report or event.other_case == case.id:
        return Effect.NOT_UNDERSTOOD
    first = entry.envelope.causation
    if first is None and said_before(case, event, entry.author):
        return Effect.RECORDED  # the same word of the same partner, told here a second time
    # One that was told there stands here too, also beside this partner's own of here: told on both sides at once, they are two words in
    # both cases, and what is taken back of the one leaves the other in both.
    case.links[entry.id] = Link(
        entry.id,
        event.other_case,
        event.kind.value,
        entry.author,
        entry.envelope.logged_at,
        twin=first or _id_there(entry.id, event.other_case, event),
        told_here=first is None,
    )
    return Effect.EFFECTIVE


def said_before(case: State, event: ReportLinked, author: str) -> bool:
    """Whether this partner's word that the two cases are linked so stands already."""
    return any(
        (link.other_case, link.kind, link.by) == (event.other_case, event.kind.value, author)
        for link in case.links.values()
    )


def take_back(case: State, link_id: str, author: str) -> bool:
    """The author of a link takes it back. False when there is no such link of this author."""
    link = case.links.get(link_id)
    if link is None or link.by != author:
        return False
    del case.links[link_id]
    return True


def elsewhere(case: State, event: Told, event_id: str) -> tuple[str, Told, str] | None:
    """What has to be told in another case as well: which case, what, and under which id; None for what concerns this case alone.

    case: as it stands before the event. The same event gives the same id, however often it is asked.
    """
    if isinstance(event, ReportLinked):
        there = ReportLinked(other_case=case.id, kind=event.kind)
        return event.other_case, there, _id_there(event_id, event.other_case, event)
    if isinstance(event, StatementRetracted) and (link := case.links.get(event.event)):
        back = StatementRetracted(event=link.twin, reason=event.reason)
        return link.other_case, back, _id_there(event_id, link.other_case, event)
    return None


def same_person(case: State) -> list[Link]:
    """The links that say: it is the same person who was harmed. One a case, the oldest first."""
    found: dict[str, Link] = {}
    for link in case.links.values():
        if link.kind == LinkKind.SAME_PERSON:
            found.setdefault(link.other_case, link)
    return list(found.values())


def whole_person(case_id: str, find: Callable[[str], State | None]) -> list[State]:
    """The case and all those that are said to be about the same person, each once, the nearest first.

    find: the case of this id, or None; asked once for each. Links lead on: who is the same person in b as in a, and in c as in b,
    is so in a and c.
    """
    found: list[State] = []
    known, ahead = {case_id}, [case_id]
    while ahead:
        case = find(ahead.pop(0))
        if case is None:
            continue
        found.append(case)
        new = [link.other_case for link in same_person(case) if link.other_case not in known]
        known.update(new)
        ahead.extend(new)
    return found


def _id_there(event_id: str, other_case: str, event: Told) -> str:
    return derived_id(INTAKE, other_case, event.TYPE, event_id, 0)
