"""What the person's words allow at a case's own time. The gate asks this when it decides, the fold at the place where a decision lands.

One meaning for both: a release that the gate would give now takes effect now, and one that she has overtaken does not.
"""

from datetime import datetime

from schakel.case_lock_down import honour_not_ruled_out
from schakel.case_mediation import is_mediation, mediation_objection
from schakel.case_state import Grant, No, Referral, ReferralState, Side, State
from schakel.events.vocab import (
    Basis,
    HoldReason,
    Identity,
    Mode,
    Person,
    Provisional,
    Purpose,
    Role,
    Scope,
)

RUNNING = (ReferralState.RELEASED, ReferralState.DELIVERED, ReferralState.ACCEPTED)

OWN_WORD = frozenset({Person.VICTIM, Person.REPRESENTATIVE, Person.PROFESSIONAL})
"""Whose yes counts as hers: her own, her representative's, or a professional's who passes on what she said.

A bystander's consent is not the victim's (scenarios.md, MLD-4); anybody's no is heard, except that of the other side.
"""

OTHER_BASES = frozenset({Basis.VITAL_INTEREST, Basis.LEGAL_DUTY, Basis.AGREEMENT})
"""What may be invoked instead of consent. Consent itself is granted, and the scheme's own rule stands in its protocol."""

YIELDING = frozenset({Basis.CONSENT.value, Basis.AGREEMENT.value})
"""What her no ends. What partners agreed among themselves does not stand against her; a duty by law and danger to life do."""

HERS_ALONE = frozenset(
    {
        Purpose.MEDIATION.value,
        Purpose.BOARD_CONTACT.value,
        Purpose.PUBLICATION.value,
        Purpose.LATER_RESEARCH.value,
        Purpose.VICTIM_NETWORK.value,
    }
)
"""What nothing but her own yes opens: no other basis, and no scheme that always forwards, also without a name (domain-detail A50, A87)."""

HER = "victim"
"""The handle of the person whom referrals are about: what they carry, and what is read by reference, is hers."""

_MEDIATORS = frozenset({Role.MEDIATION.value, Role.RESTORATIVE_MEDIATION.value})
_CONSENT, _VICTIM, _LABEL, _FACTS = Basis.CONSENT.value, Person.VICTIM.value, Scope.LABEL.value, Scope.CASE_FACTS.value
_BY_BENEFICIARY = Provisional.RECORDED_BY_BENEFICIARY.value


def side_of(person: Person) -> Side:
    """Whose side somebody speaks for. The accused speaks for himself alone: his no does not stop her help."""
    return Side.OTHER if person is Person.OFFENDER else Side.HERS


def both_must_agree(referral: Referral) -> bool:
    """Contact between her and the accused: only when each of them has said yes (domain-detail A51)."""
    return referral.purpose == Purpose.MEDIATION or referral.role in _MEDIATORS


def hers_alone(referral: Referral) -> bool:
    """Whether nothing but her own yes opens it. Also not what an auditor opens: that is read without a referral."""
    return referral.purpose in HERS_ALONE or referral.purpose == Purpose.AUDIT or both_must_agree(referral)


def forbidden(case: State, referral: Referral) -> bool:
    """Whether a rule above all protocols stands against this step now, whoever agreed to it (docs/adr/0043)."""
    return is_mediation(referral.role, referral.purpose) and mediation_objection(case) is not None


def stopped(case: State) -> HoldReason | None:
    """Why nothing about her is sent or read, whatever she agreed to: she asked to be forgotten, or has been. None: nothing stops it."""
    if HER in case.erased:
        return HoldReason.ERASED
    return HoldReason.ERASURE_REQUESTED if HER in case.erasures else None


def grants_for(case: State, recipient: str, purpose: str, side: Side = Side.HERS) -> list[Grant]:
    """Grants, and other bases, for just this recipient and purpose that are in force and need no confirmation."""
    return [grant for grant in _standing(case, recipient, purpose, side) if not provisional(case, grant)]


def unconfirmed(case: State, recipient: str, purpose: str) -> list[Grant]:
    """A yes of hers that is in force but provisional: it opens nothing until somebody else confirms it."""
    return [grant for grant in _standing(case, recipient, purpose, Side.HERS) if provisional(case, grant)]


def _standing(case: State, recipient: str, purpose: str, side: Side) -> list[Grant]:
    now = case.time
    assert now is not None
    return [
        grant
        for grant in case.grants.values()
        if grant.standing  # first what most old grants fail
        and grant.recipient == recipient
        and grant.purpose == purpose
        and grant.side is side
        and grant.in_force(now)
    ]


def provisional(case: State, grant: Grant) -> bool:
    """Said by somebody whose word alone is not enough.

    By the chain's own choice: the very partner that gains by it, or a professional. In every chain: a representative while honour-related
    violence is not ruled out, since that may be a relative (domain-detail A08).
    """
    if grant.basis != _CONSENT:
        return False
    if grant.recorded_by == grant.recipient and _BY_BENEFICIARY in case.provisional:
        return True
    if grant.given_by == _VICTIM:
        return False
    if grant.given_by == Person.PROFESSIONAL:
        return Provisional.ON_A_PROFESSIONALS_WORD in case.provisional
    return grant.given_by == Person.REPRESENTATIVE and honour_not_ruled_out(case)


def carrying(case: State, referral: Referral) -> list[Grant]:
    """What on her side counts for this referral: her consent, and other bases unless nothing but her own yes opens it."""
    grants = grants_for(case, referral.to, referral.purpose)
    return [grant for grant in grants if grant.basis == _CONSENT] if hers_alone(referral) else grants


def enough(case: State, referral: Referral) -> list[Grant]:
    """What a release would rest on: her consent where that covers the step's needs, else the other bases with it. Empty: too little."""
    grants, needs = carrying(case, referral), set(referral.needs)
    consents = [grant for grant in grants if grant.basis == _CONSENT]
    if consents and needs <= covered(case, consents):
        return consents
    if len(consents) < len(grants) and needs <= covered(case, grants):
        return grants
    return []


def noes_for(case: State, recipient: str, purpose: str, side: Side = Side.HERS) -> list[No]:
    """Refusals and withdrawals that concern this step and that no later grant has named, oldest first."""
    noes = [no for no in case.noes if no.side is side and no.concerns(recipient, purpose)]
    if not noes or not case.reopened:
        return noes
    past = {again.no for again in case.reopened if (again.recipient, again.purpose) == (recipient, purpose)}
    return [no for no in noes if no.id not in past]


def stands_against(noes: list[No], scopes: list[str]) -> bool:
    """Whether one of these noes is to the step itself, or to part of this."""
    return any(no.whole or set(no.scopes) & set(scopes) for no in noes)


def covered(case: State, grants: list[Grant]) -> set[str]:
    """The data that these grants allow: nothing without one; with one also the case facts; never a label that she refused."""
    if not grants:
        return set()
    scopes = {_FACTS}
    for grant in grants:
        scopes.update(grant.scopes)
    if case.label_refused:
        scopes.discard(_LABEL)
    return scopes


def may_go_stripped(case: State, referral: Referral) -> bool:
    """A scheme that says "always forward" forwards without the name when it is refused or not known (domain-detail B16).

    A withdrawal, or a refusal of everything, is her no to the step itself: then nothing goes (docs/adr/0006).
    """
    if not referral.strip or hers_alone(referral):
        return False
    noes = noes_for(case, referral.to, referral.purpose)
    asked_or_unknown = bool(noes) or case.facts["identity"] != Identity.BY_NAME
    return asked_or_unknown and not any(no.whole for no in noes)


def lapsed(case: State, referral: Referral) -> bool:
    """Whether it could go on a basis besides her consent, a covenant say, of which the time is over."""
    now = case.time
    assert now is not None
    return any(
        grant.basis in OTHER_BASES
        and (grant.recipient, grant.purpose) == (referral.to, referral.purpose)
        and grant.until is not None
        and grant.until <= now
        for grant in case.grants.values()
    )


def resting_on(case: State, referral: Referral) -> list[Grant]:
    """What a released referral may rest on now: what went on her consent does not stay on another basis."""
    grants = carrying(case, referral)
    return grants if referral.released_basis in OTHER_BASES else [grant for grant in grants if grant.basis == _CONSENT]


def still_allowed(case: State, referral: Referral) -> bool:
    """Whether all that a released referral carries may be with its receiver now.

    What went on her consent, or by the scheme's own rule, does not stay on another basis: that is a release of its own, which names it.
    What went without the name stays, also when the name becomes known, until she says no to the step itself.
    """
    if forbidden(case, referral):
        return False
    if both_must_agree(referral) and not grants_for(case, referral.to, referral.purpose, Side.OTHER):
        return False
    grants = resting_on(case, referral)
    if grants and set(referral.scopes) <= covered(case, grants):
        return True
    nameless = referral.strip and referral.mode == Mode.STRIPPED and not hers_alone(referral)
    return nameless and not any(no.whole for no in noes_for(case, referral.to, referral.purpose))


def to_be_told(reason: HoldReason) -> HoldReason:
    """What the receiver hears of why it stops.

    Where two must agree, nobody learns which of them stopped (domain-detail A51), nor that neither did: that would say that somebody
    spoke of violence, discrimination or honour.
    """
    return HoldReason.WITHDRAWN if reason in (HoldReason.OTHER_SIDE, HoldReason.NOT_ALLOWED) else reason


def readable(case: State, referral: Referral, by: str) -> set[str]:
    """What `by` may read now under the reference of this referral, beyond the case facts that came with it.

    Its receiver alone, while the referral runs, all that it carries is still allowed and nobody asked to forget her; what went without
    the name gives nothing.
    """
    if by != referral.to or referral.state not in RUNNING or stopped(case) or not still_allowed(case, referral):
        return set()
    return (set(referral.scopes) & covered(case, resting_on(case, referral))) - {Scope.CASE_FACTS.value}


def never_asked(case: State, referral: Referral, side: Side = Side.HERS) -> bool:
    """Nobody on this side has said anything about this step yet: no yes in force, no no, not even the question."""
    to, purpose = referral.to, referral.purpose
    grants = carrying(case, referral) if side is Side.HERS else grants_for(case, to, purpose, side)
    return not (
        grants
        or noes_for(case, to, purpose, side)
        or any((asked.recipient, asked.purpose, asked.side) == (to, purpose, side) for asked in case.asked)
    )


def answered(case: State, recipient: str, purpose: str, side: Side = Side.HERS) -> bool:
    """Whether this side ever said yes or no about such a step, whatever became of the answer since."""
    yes = any(
        (grant.recipient, grant.purpose, grant.side) == (recipient, purpose, side) for grant in case.grants.values()
    )
    return yes or any(no.concerns(recipient, purpose) for no in case.noes if no.side is side)


def consent_moments(case: State) -> list[tuple[str, datetime]]:
    """(`grant/<id>`, moment) of every yes, and every other basis, that ends by itself. None for imported history: nothing goes out."""
    if case.history:
        return []
    return [(f"grant/{grant.id}", grant.until) for grant in case.grants.values() if grant.standing and grant.until]
