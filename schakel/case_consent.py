"""What the person's words allow at a case's own time. The gate asks this when it decides, the fold at the place where a decision lands.

One meaning for both: a release that the gate would give now takes effect now, and one that she has overtaken does not.
"""

from schakel.case_state import Grant, No, Referral, ReferralState, State
from schakel.events.vocab import Identity, Mode, Person, Scope

RUNNING = (ReferralState.RELEASED, ReferralState.DELIVERED, ReferralState.ACCEPTED)
OWN_WORD = frozenset({Person.VICTIM, Person.REPRESENTATIVE})
"""Whose yes counts as hers. A bystander's consent is not the victim's (scenarios.md, MLD-4); anybody's no is heard."""


def grants_for(case: State, recipient: str, purpose: str) -> list[Grant]:
    """Grants, and other bases, for just this recipient and purpose that are in force."""
    assert case.time is not None
    return [
        grant
        for grant in case.grants.values()
        if (grant.recipient, grant.purpose) == (recipient, purpose) and grant.in_force(case.time)
    ]


def noes_for(case: State, recipient: str, purpose: str) -> list[No]:
    """Refusals and withdrawals that concern this step and that no later grant has named, oldest first."""
    past = {again.no for again in case.reopened if (again.recipient, again.purpose) == (recipient, purpose)}
    return [no for no in case.noes if no.concerns(recipient, purpose) and no.id not in past]


def covered(case: State, grants: list[Grant]) -> set[str]:
    """The data that these grants allow: nothing without one; with one also the case facts; never a label that she refused."""
    scopes = {scope for grant in grants for scope in grant.scopes}
    if case.label_refused:
        scopes.discard(Scope.LABEL)
    return scopes | {Scope.CASE_FACTS.value} if grants else set()


def may_go_stripped(case: State, referral: Referral) -> bool:
    """A scheme that says "always forward" forwards without the name when it is refused or not known (domain-detail B16).

    A withdrawal, or a refusal of everything, is her no to the step itself: then nothing goes (docs/adr/0006).
    """
    noes = noes_for(case, referral.to, referral.purpose)
    asked_or_unknown = bool(noes) or case.facts["identity"] != Identity.BY_NAME
    return referral.strip and asked_or_unknown and not any(no.whole for no in noes)


def still_allowed(case: State, referral: Referral) -> bool:
    """Whether all that a released referral carries may be with its receiver now, on whatever stands now.

    What went without the name stays, also when the name becomes known, until she says no to the step itself.
    """
    grants = grants_for(case, referral.to, referral.purpose)
    if grants and set(referral.scopes) <= covered(case, grants):
        return True
    nameless = referral.strip and referral.mode == Mode.STRIPPED
    return nameless and not any(no.whole for no in noes_for(case, referral.to, referral.purpose))


def readable(case: State, referral: Referral, by: str) -> set[str]:
    """What `by` may read now under the reference of this referral, beyond the case facts that came with it.

    Its receiver alone, while the referral runs and all that it carries is still allowed; what went without the name gives nothing.
    """
    if by != referral.to or referral.state not in RUNNING or not still_allowed(case, referral):
        return set()
    grants = grants_for(case, referral.to, referral.purpose)
    return (set(referral.scopes) & covered(case, grants)) - {Scope.CASE_FACTS.value}


def never_asked(case: State, recipient: str, purpose: str) -> bool:
    """Nobody has said anything about this step yet: no yes in force, no no, not even the question."""
    return not (
        grants_for(case, recipient, purpose)
        or noes_for(case, recipient, purpose)
        or any((asked.recipient, asked.purpose) == (recipient, purpose) for asked in case.asked)
    )
