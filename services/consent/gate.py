"""The gate: may this referral go out, to this recipient, for this purpose, with which data, now?

Recipient x purpose x scope x time. A grant covers what it names, nothing wider. Pure: the answer is a function of the case's
history and its time.
"""

from dataclasses import dataclass

from schakel.case_state import Grant, No, Referral, State
from schakel.events.vocab import Basis, HoldReason, Identity, Mode, Scope


@dataclass(frozen=True, slots=True)
class Permit:
    """It may go, in this mode, with these scopes; `rests_on` are the ids of the grants it needs."""

    mode: Mode
    scopes: tuple[Scope, ...]
    basis: Basis
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits. `cause` is the id of the event that says no, when there is one."""

    reason: HoldReason
    missing: tuple[Scope, ...] = ()
    cause: str | None = None


def permits(case: State, referral: Referral) -> Permit | Hold:
    """What the history of `case` says about `referral`, at the case's own time."""
    grants = _in_force(case, referral)
    covered = {scope for grant in grants for scope in grant.scopes}
    needs = set(referral.needs) - {Scope.CASE_FACTS}
    if grants and needs <= covered:
        wanted = covered & (needs | set(referral.wants))
        scopes = (Scope.CASE_FACTS, *sorted(Scope(scope) for scope in wanted - {Scope.CASE_FACTS}))
        return Permit(Mode.BY_NAME, scopes, Basis(grants[0].basis), tuple(grant.id for grant in grants))
    no = _latest_no(case, referral)
    if referral.strip and _forward_without_name(case, no):
        return Permit(Mode.STRIPPED, (Scope.CASE_FACTS,), Basis.SCHEME)
    if no:
        return Hold(HoldReason.WITHDRAWN if no.withdrawn else HoldReason.REFUSED, cause=no.id)
    if grants:
        return Hold(HoldReason.TOO_NARROW, tuple(sorted(Scope(scope) for scope in needs - covered)))
    asked = [asked for asked in case.asked if (asked.recipient, asked.purpose) == (referral.to, referral.purpose)]
    if asked:
        return Hold(HoldReason.NO_ANSWER, cause=asked[-1].id)
    return Hold(HoldReason.NOT_ASKED)


def _in_force(case: State, referral: Referral) -> list[Grant]:
    """Grants (and other bases) for just this recipient and purpose that stand at the case's time."""
    assert case.time is not None
    return [
        grant
        for grant in case.grants.values()
        if (grant.recipient, grant.purpose) == (referral.to, referral.purpose) and grant.in_force(case.time)
    ]


def _latest_no(case: State, referral: Referral) -> No | None:
    """The newest refusal or withdrawal that concerns this step and that no later grant has named."""
    past = {again.no for again in case.reopened if (again.recipient, again.purpose) == (referral.to, referral.purpose)}
    noes = [no for no in case.noes if no.concerns(referral.to, referral.purpose) and no.id not in past]
    return noes[-1] if noes else None


def _forward_without_name(case: State, no: No | None) -> bool:
    """A scheme that says "always forward" forwards without the name when it is refused or not known (domain-detail B16).

    A withdrawal, or a refusal of everything, is her no to the step itself: then nothing goes (docs/adr/0006).
    """
    if no:
        return not no.withdrawn and bool(no.scopes) and Scope.CASE_FACTS not in no.scopes
    return case.facts["identity"] != Identity.BY_NAME
