"""What the person needs, hopes for and wants, as partners heard it; and what a talk with her brought.

Her answers themselves are sealed. Who was not spoken of is no wish: nothing follows from silence (scenarios.md, ZWB-4).
"""

from schakel.case_desk_state import NOTHING, DeskNotes, Needs, Talk
from schakel.case_state import Effect, State
from schakel.entry import Entry, folds, notes
from schakel.events.consent import ConsentAsked
from schakel.events.contact import ContactMade, NeedsRecorded
from schakel.events.report import LabelGiven, LabelRefused
from schakel.events.vocab import Answer, InformationTopic


def noted(case: State) -> DeskNotes:
    """What the desks told, to be read only."""
    return case.desk or NOTHING


def desk_of(case: State) -> DeskNotes:
    """The same, to be written in."""
    if case.desk is None:
        case.desk = DeskNotes()
    return case.desk


def times_explained(case: State, *topics: str) -> int:
    """How often one of these was explained, by itself or in the course of something else."""
    return sum(topic in topics for topic in (*case.explained, *noted(case).explained))


@folds(NeedsRecorded)
def _recorded(case: State, entry: Entry) -> Effect:
    event: NeedsRecorded = entry.event  # type: ignore[assignment]
    desk_of(case).needs[entry.id] = Needs(
        entry.id,
        entry.author,
        entry.envelope.logged_at,
        needs=[need.value for need in event.needs],
        cannot_be_met=[need.value for need in event.cannot_be_met],
        wishes=[role.value for role in event.wishes],
        no_wish=[role.value for role in event.no_wish],
        explained_before=times_explained(case, InformationTopic.CANNOT_DO),
    )
    return Effect.EFFECTIVE


@notes(ContactMade)
def _talked(case: State, entry: Entry) -> None:
    event: ContactMade = entry.event  # type: ignore[assignment]
    if not event.answered and event.wants_call is Answer.UNKNOWN:
        return
    desk_of(case).talks[entry.id] = Talk(
        entry.id,
        entry.author,
        event.whom.value,
        event.at,
        answered=[question.value for question in event.answered],
        wants_call=event.wants_call.value,
        n=case.events,
    )


@notes(ConsentAsked)
def _explained_with_a_question(case: State, entry: Entry) -> None:
    event: ConsentAsked = entry.event  # type: ignore[assignment]
    if event.explained:
        desk_of(case).explained.extend(topic.value for topic in event.explained)


@notes(LabelGiven, LabelRefused)
def _explained_with_a_label(case: State, entry: Entry) -> None:
    """Its advantage and risk, before she said yes or no to it (domain-detail A31)."""
    event: LabelGiven | LabelRefused = entry.event  # type: ignore[assignment]
    if event.explained:
        desk_of(case).explained.append(InformationTopic.LABEL_BENEFIT_AND_RISK.value)


def newest_needs(case: State) -> list[Needs]:
    """The newest record of each partner, in the order in which they were told."""
    newest = {record.by: record for record in noted(case).needs.values()}
    return sorted(newest.values(), key=lambda record: record.at)


def wishes(case: State) -> tuple[frozenset[str], frozenset[str]]:
    """Roles she wants to be brought in touch with, and roles she does not want: her newest word on each."""
    wanted: dict[str, bool] = {}
    for record in noted(case).needs.values():
        wanted.update(dict.fromkeys(record.wishes, True))
        wanted.update(dict.fromkeys(record.no_wish, False))  # both in one breath: rather not
    return frozenset(role for role, yes in wanted.items() if yes), frozenset(
        role for role, yes in wanted.items() if not yes
    )


def hopes_not_explained(case: State) -> list[Needs]:
    """Records that hold something which cannot be met, and after which nobody explained that."""
    explained = times_explained(case, InformationTopic.CANNOT_DO)
    return [record for record in newest_needs(case) if record.cannot_be_met and explained <= record.explained_before]


def wants_no_call(case: State, whom: str, besides: str | None = None) -> Talk | None:
    """The talk in which this person said not to be called again, while that is the newest word. besides: a contact not to look at."""
    told = [talk for talk in noted(case).talks.values() if talk.whom == whom and talk.contact != besides]
    said = [talk for talk in told if talk.wants_call != Answer.UNKNOWN]
    return said[-1] if said and said[-1].wants_call == Answer.NO else None
