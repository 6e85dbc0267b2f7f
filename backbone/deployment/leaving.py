"""What a partner would leave behind if it were let go now: by the ledger, read and folded once. Nothing is changed here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schakel.case_loop import successor
from schakel.case_state import Referral, ReferralState, State
from schakel.history import read_cases

UNDER_WAY = (ReferralState.PROPOSED, ReferralState.HELD, ReferralState.RELEASED, ReferralState.DELIVERED)
"""It has not answered, perhaps since they wait for her yes, which nobody could give once it has gone: a suspension sends them on to
somebody else."""
TAKEN_UP = (ReferralState.ACCEPTED,)
"""It said that it would do it: nobody else is asked."""


@dataclass(frozen=True, slots=True)
class Left:
    """Ids of open cases, in the order in which they began."""

    unanswered: tuple[str, ...]
    """A referral that it has not answered, or will have when she says yes, and that nobody else was given in its place."""
    taken_up: tuple[str, ...]
    """A referral that it has accepted and not completed, or the case itself, which it looks after."""
    told: tuple[str, ...] = ()
    """It is told of these, whoever works on them now: it reported them, or was referred to."""

    def __bool__(self) -> bool:
        return bool(self.unanswered or self.taken_up)


def left_by(partner: str, connection: Mapping[str, Any]) -> Left:
    """connection: keyword arguments for kafka-python, as somebody who may read the ledger. Raises what `read_cases` does."""
    return left_in((history.state for history in read_cases(connection).values()), partner)


def left_in(cases: Iterable[State], partner: str) -> Left:
    """The same, of cases at hand."""
    unanswered, taken_up, told = [], [], []
    for case in cases:
        if case.closed_at is not None:
            continue
        own = [referral for referral in case.referrals.values() if referral.to == partner]
        if own or partner in (case.door, case.coordinator):
            told.append(case.id)
        if any(referral.state in TAKEN_UP for referral in own) or case.coordinator == partner:
            taken_up.append(case.id)
        elif any(referral.state in UNDER_WAY and not _with_another(case, referral) for referral in own):
            unanswered.append(case.id)
    return Left(tuple(unanswered), tuple(taken_up), tuple(told))


def _with_another(case: State, referral: Referral) -> bool:
    """Whether somebody was asked in its place, or whoever looks after the case has it back, as after a suspension: its receiver may still
    answer, and nobody waits for that."""
    return referral.given_up is not None or successor(case, referral) is not None
