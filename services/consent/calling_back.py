"""Whom to tell that a question about a talk between two sides has to be asked no more (docs/adr/0043). Pure.

The desk holds the question, and may ask him tomorrow: it has to hear that a threat came between, or that she took her yes back, before
it does. Why is not said: the desk may be the mediator.
"""

from collections.abc import Collection, Iterator

from schakel.case_consent import answered, both_must_agree
from schakel.case_state import Referral, Side, State
from schakel.events.referral import ReferralHeld
from schakel.events.vocab import HoldReason
from schakel.messages import Attention, Message
from services.consent.rules import who_asks

REASON = "question_called_back"
NOBODY_IS_ASKED = frozenset({HoldReason.NOT_ALLOWED, HoldReason.ERASURE_REQUESTED, HoldReason.ERASED})
"""Of neither side, as long as it stands."""
HER_NO = frozenset({HoldReason.REFUSED, HoldReason.WITHDRAWN})
"""The other side is not asked without her yes."""


def called_back(case: State, held: ReferralHeld, away: Collection[str]) -> Iterator[tuple[str, Message]]:
    """Once the talk was held for such a reason: each question that is with a desk and unanswered, to whoever may hold it."""
    referral = case.referrals[held.referral]
    if not both_must_agree(referral):
        return
    for side, asked, reasons in (
        (Side.HERS, case.needed, NOBODY_IS_ASKED),
        (Side.OTHER, case.needed_of_other, NOBODY_IS_ASKED | HER_NO),
    ):
        question = asked.get(referral.id)
        if question is not None and held.reason in reasons and not answered(case, referral.to, referral.purpose, side):
            for desk in _desks(case, referral, away):
                yield desk, Attention(case=case.id, concerning=question, reason=REASON)


def _desks(case: State, referral: Referral, away: Collection[str]) -> list[str]:
    """Who would be asked today; and who would, were nobody suspended: it may have been asked before that."""
    return sorted({who_asks(case, referral, away), who_asks(case, referral, ())})
