"""What a partner would leave behind if it were let go now: by the ledger, read and folded once. Nothing is changed here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schakel.case_state import ReferralState, State
from schakel.history import read_cases

UNDER_WAY = (ReferralState.RELEASED, ReferralState.DELIVERED)
"""It has them and has not answered: a suspension sends them on to somebody else."""
TAKEN_UP = (ReferralState.ACCEPTED,)
"""It said that it would do it: nobody else is asked."""


@dataclass(frozen=True, slots=True)
class Left:
    """Ids of open cases, in the order in which they began."""

    unanswered: tuple[str, ...]
    """A referral that it has not answered."""
    taken_up: tuple[str, ...]
    """A referral that it has accepted and not completed, or the case itself, which it looks after."""

    def __bool__(self) -> bool:
        return bool(self.unanswered or self.taken_up)


def left_by(partner: str, connection: Mapping[str, Any]) -> Left:
    """connection: keyword arguments for kafka-python, as somebody who may read the ledger. Raises what `read_cases` does."""
    return left_in((history.state for history in read_cases(connection).values()), partner)


def left_in(cases: Iterable[State], partner: str) -> Left:
    """The same, of cases at hand."""
    unanswered, taken_up = [], []
    for case in cases:
        if case.closed_at is not None:
            continue
        states = {referral.state for referral in case.referrals.values() if referral.to == partner}
        if states & set(TAKEN_UP) or case.coordinator == partner:
            taken_up.append(case.id)
        elif states & set(UNDER_WAY):
            unanswered.append(case.id)
    return Left(tuple(unanswered), tuple(taken_up))
