"""What may be read under a reference: what a referral carries, or what an auditor opens without one (docs/adr/0042).

An opening is a legal duty that an auditor invoked for the purpose `audit`: for itself, with a motive, until a moment, for just the fields
that it names. It stands beside her no, as that duty does everywhere. It yields to her wish to be forgotten, and to a label that she
refused. The gate asks this when it answers, the fold where the answer lands, the gateway before anything leaves. Pure.
"""

from schakel.case_consent import covered, readable, stopped
from schakel.case_state import Grant, State
from schakel.events.consent import BasisInvoked
from schakel.events.vocab import Basis, HoldReason, Purpose, Scope

FIELDS = frozenset({Scope.CONTACT_DETAILS, Scope.CONTACT_PREFERENCE, Scope.STORY, Scope.LABEL})
"""What can be opened. The case facts need no opening: whoever may audit reads them in the ledger."""


def may_open(event: BasisInvoked, author: str) -> bool:
    """Whether what was invoked for an audit can open anything: a duty by law, for whoever says so, with fields that are named."""
    fits = event.basis is Basis.LEGAL_DUTY and event.recipient == author
    return fits and bool(event.scopes) and FIELDS.issuperset(event.scopes)


def is_opening(purpose: str | None, basis: str) -> bool:
    """Whether a ground for this purpose opens by itself. What she agreed to for an audit goes by a referral, as all her consent does."""
    return purpose == Purpose.AUDIT and basis == Basis.LEGAL_DUTY


def opening_of(case: State, reference: str) -> Grant | None:
    """The opening to which a reference leads, in force or not."""
    grant = case.grants.get(reference)
    return grant if grant and is_opening(grant.purpose, grant.basis) else None


def reader_of(case: State, reference: str) -> str | None:
    """Whose reference it is; None: there is nothing under it in this case."""
    if referral := case.referrals.get(reference):
        return referral.to
    opening = opening_of(case, reference)
    return opening.recipient if opening else None


def may_read(case: State, reference: str, by: str) -> set[str]:
    """What `by` may read now under this reference, beyond the case facts."""
    if referral := case.referrals.get(reference):
        return readable(case, referral, by)
    opening = opening_of(case, reference)
    if opening is None or opening.recipient != by or why_not(case, opening):
        return set()
    return covered(case, [opening]) - {Scope.CASE_FACTS.value}


def why_not(case: State, opening: Grant) -> HoldReason | None:
    """Why nothing can be read under an opening, or None when something can."""
    assert case.time is not None
    return stopped(case) or (None if opening.in_force(case.time) else HoldReason.ENDED)


def rests_on(case: State, reference: str) -> str | None:
    """The event without which nothing can be read under this reference: the referral's release, or the opening itself."""
    if referral := case.referrals.get(reference):
        return referral.released
    opening = opening_of(case, reference)
    return opening.id if opening else None
