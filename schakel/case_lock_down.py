"""Where honour or the household plays a part, contact is locked down: what that asks of whoever reaches her. Pure.

No letter, no voicemail, nobody at the door, nobody of the household or the neighbourhood, no enquiry, no talk with the other side:
any of these may tell the very people whom she is in danger from (domain-detail A08, A09). It comes from what is known, not from a word
of hers, and ends when nobody says yes any more.
"""

from schakel.case_checks import answers
from schakel.case_state import State
from schakel.events.vocab import Answer, Check, ContactWish, Person

LOCKING = (Check.HONOUR_RELATED, Check.DOMESTIC)
KEPT_OUT = (Person.HOUSEHOLD, Person.NEIGHBOUR)
"""Who is not spoken with meanwhile."""


def locked_down(case: State) -> bool:
    """Whether anybody says yes to honour or the household."""
    return any(Answer.YES in answers(case, check) for check in LOCKING)


def honour_not_ruled_out(case: State) -> bool:
    """Whether anybody who was asked says yes or unknown to honour-related violence."""
    return not {Answer.YES, Answer.UNKNOWN}.isdisjoint(answers(case, Check.HONOUR_RELATED))


def wishes(case: State) -> list[str]:
    """`ContactWish`es that hold whatever she said. While honour is being looked into, no letter; once it is known, more."""
    if locked_down(case):
        return [ContactWish.NO_VISIT.value, ContactWish.NO_VOICEMAIL.value, ContactWish.NO_POST.value]
    return [ContactWish.NO_POST.value] if honour_not_ruled_out(case) else []
