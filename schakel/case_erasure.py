"""Who is to be forgotten, from when on, and what stands in the way. Asked where something is decided and where a decision lands.

Pure questions to a case's state. What events do to it: `schakel.case_erasing`.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from schakel.case_lock_down import honour_not_ruled_out
from schakel.case_state import Asking, LegalHold, State
from schakel.events.base import kind_of
from schakel.events.vocab import Person

_SPEAKS_FOR_ITSELF = {
    "reporter": frozenset(Person),  # a reporter may be anybody
    "accused": frozenset({Person.OFFENDER, Person.PROFESSIONAL}),
    "third_party": frozenset({Person.OTHER, Person.PROFESSIONAL}),
}
_PASSED_ON = frozenset({Person.REPRESENTATIVE, Person.PROFESSIONAL})
_REPRESENTATIVE = Person.REPRESENTATIVE.value
_EVERYWHERE = timedelta(hours=12)
"""By when a day that has ended in Greenwich has ended everywhere. The fold knows no time zone: rather too late than too early."""
NEVER = datetime.max.replace(tzinfo=UTC)


def may_ask(subject: str, person: Person) -> bool:
    """Whether somebody may ask to forget this person: for oneself, or passing on what that person said. Never the accused for her."""
    kind = kind_of(subject)
    if speaks := _SPEAKS_FOR_ITSELF.get(kind):
        return person in speaks
    return person in _PASSED_ON or person.value == kind


def proof(case: State, asked: Sequence[Asking]) -> Asking | None:
    """The second message, that makes the first one count: another partner's, or one that names how it was made sure who asks.

    What only a representative asked is no proof while honour-related violence is not ruled out: that may be a relative who wants
    traces gone (domain-detail A08).
    """
    if not asked:
        return None
    first = asked[0]
    for word in asked[1:]:
        only_a_representative = first.asked_by == word.asked_by == _REPRESENTATIVE
        if only_a_representative and honour_not_ruled_out(case):
            continue
        if word.proof or word.by != first.by:
            return word
    return None


def ends_at(hold: LegalHold) -> datetime:
    """From when on a hold no longer stands: its last day is over, wherever one is."""
    return end_of(hold.until)


def end_of(day: date) -> datetime:
    """When this day is over everywhere."""
    try:
        return datetime.combine(day + timedelta(days=1), time.min, UTC) + _EVERYWHERE
    except OverflowError:
        return NEVER


def hold_in_force(case: State, at: datetime) -> LegalHold | None:
    """The hold that stands longest at this moment, if one does."""
    standing = [hold for hold in case.holds.values() if at < ends_at(hold)]
    return max(standing, key=lambda hold: (hold.until, hold.id), default=None)


def erasure_moments(case: State) -> list[tuple[str, datetime]]:
    """(name, moment) at which an erasure of this case wants attention: the end of a term, and of a hold that may be in its way."""
    plans = [*case.erasures.items(), *case.terms.items()]
    moments = [(f"{subject}/{plan.term.id}", plan.term.due_at) for subject, plan in plans if plan.term]
    if moments:
        moments += [(f"hold/{hold.id}", at) for hold in case.holds.values() if (at := ends_at(hold)) < NEVER]
    return moments
