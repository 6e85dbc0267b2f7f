"""The gate: may this referral go out, to this recipient, for this purpose, with which data, now?

Recipient x purpose x scope x time. A grant covers what it names, nothing wider. Pure: the answer is a function of the case's
history and its time.
"""

from dataclasses import dataclass

from schakel.case_consent import (
    HER,
    both_must_agree,
    carrying,
    covered,
    enough,
    forbidden,
    grants_for,
    may_go_stripped,
    noes_for,
    stopped,
    unconfirmed,
)
from schakel.case_state import Grant, Referral, Side, State
from schakel.events.vocab import Basis, HoldReason, Mode, Scope

_CONSENT, _FACTS = Basis.CONSENT.value, frozenset({Scope.CASE_FACTS.value})
_SCOPES = {scope.value: scope for scope in Scope}


@dataclass(frozen=True, slots=True)
class Permit:
    """It may go, in this mode, with these scopes; `rests_on` are the ids of the grants it needs, of both sides where both must agree."""

    mode: Mode
    scopes: tuple[Scope, ...]
    basis: Basis
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits. `cause` is the id of the event that says no, or that is not enough, when there is one."""

    reason: HoldReason
    missing: tuple[Scope, ...] = ()
    cause: str | None = None


def permits(case: State, referral: Referral) -> Permit | Hold:
    """What the history of `case` says about `referral`, at the case's own time."""
    if reason := stopped(case):
        return Hold(reason, cause=case.erased[HER] if HER in case.erased else case.erasures[HER].asked[0].id)
    return by_rule_and_words(case, referral)


def by_rule_and_words(case: State, referral: Referral) -> Permit | Hold:
    """The same without asking whether she wants to be forgotten: what goes on, goes on by this."""
    if forbidden(case, referral):
        return Hold(HoldReason.NOT_ALLOWED)
    if grants := enough(case, referral):
        return _permit(case, referral, grants)
    if may_go_stripped(case, referral):
        return Permit(Mode.STRIPPED, (Scope.CASE_FACTS,), Basis.SCHEME)
    return _why_not(case, referral)


def _permit(case: State, referral: Referral, grants: list[Grant]) -> Permit | Hold:
    """With what was agreed of what the step needs and would like. Of the other side only whether it agrees: never why it does not."""
    both: list[Grant] = []
    if both_must_agree(referral):
        both = grants_for(case, referral.to, referral.purpose, Side.OTHER)
        if not both:
            return Hold(HoldReason.OTHER_SIDE)
    wanted = (covered(case, grants) & {*referral.needs, *referral.wants}) - _FACTS
    scopes = (Scope.CASE_FACTS, *[_SCOPES[scope] for scope in sorted(wanted)])
    mode = Mode.BY_NAME if wanted else Mode.STRIPPED  # a yes to the case facts alone is a yes without the name
    named = next((grant.basis for grant in grants if grant.basis != _CONSENT), _CONSENT)
    return Permit(mode, scopes, Basis(named), tuple([grant.id for grant in (*grants, *both)]))


def _why_not(case: State, referral: Referral) -> Hold:
    """Refused, withdrawn, too little, to be confirmed, no answer, not asked: each is another thing to do for somebody."""
    to, purpose = referral.to, referral.purpose
    if noes := noes_for(case, to, purpose):
        return Hold(HoldReason.WITHDRAWN if noes[-1].withdrawn else HoldReason.REFUSED, cause=noes[-1].id)
    if grants := carrying(case, referral):
        missing = set(referral.needs) - covered(case, grants)
        return Hold(HoldReason.TOO_NARROW, tuple(sorted(Scope(scope) for scope in missing)))
    if said := unconfirmed(case, to, purpose):
        return Hold(HoldReason.PROVISIONAL, cause=said[-1].id)
    for asked in reversed(case.asked):
        if asked.recipient == to and asked.purpose == purpose and asked.side is Side.HERS:
            return Hold(HoldReason.NO_ANSWER, cause=asked.id)
    return Hold(HoldReason.NOT_ASKED)
