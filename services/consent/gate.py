"""The gate: may this referral go out, to this recipient, for this purpose, with which data, now?

Recipient x purpose x scope x time. A grant covers what it names, nothing wider. Pure: the answer is a function of the case's
history and its time.
"""

from dataclasses import dataclass

from schakel.case_consent import covered, grants_for, may_go_stripped, noes_for
from schakel.case_state import Referral, State
from schakel.events.vocab import Basis, HoldReason, Mode, Scope


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
    grants = grants_for(case, referral.to, referral.purpose)
    allowed, needs = covered(case, grants), set(referral.needs)
    if grants and needs <= allowed:
        wanted = (allowed & {*needs, *referral.wants}) - {Scope.CASE_FACTS}
        scopes = (Scope.CASE_FACTS, *sorted(Scope(scope) for scope in wanted))
        mode = Mode.BY_NAME if wanted else Mode.STRIPPED  # a yes to the case facts alone is a yes without the name
        return Permit(mode, scopes, Basis(grants[0].basis), tuple(grant.id for grant in grants))
    if may_go_stripped(case, referral):
        return Permit(Mode.STRIPPED, (Scope.CASE_FACTS,), Basis.SCHEME)
    if noes := noes_for(case, referral.to, referral.purpose):
        return Hold(HoldReason.WITHDRAWN if noes[-1].withdrawn else HoldReason.REFUSED, cause=noes[-1].id)
    if grants:
        return Hold(HoldReason.TOO_NARROW, tuple(sorted(Scope(scope) for scope in needs - allowed)))
    asked = [asked for asked in case.asked if (asked.recipient, asked.purpose) == (referral.to, referral.purpose)]
    if asked:
        return Hold(HoldReason.NO_ANSWER, cause=asked[-1].id)
    return Hold(HoldReason.NOT_ASKED)
