"""The gate's answer to somebody who asks to read: these data, or a no with its reason. Reads like the policy.

Asked anew for each single read: what was permitted yesterday, or to somebody else, says nothing about now. Pure.
"""

from collections.abc import Collection, Iterator

from schakel.case_consent import RUNNING, covered, lapsed, resting_on
from schakel.case_opening import may_read, opening_of, reader_of, rests_on, why_not
from schakel.case_state import OpenRead, State
from schakel.events.data import DisclosureDenied, DisclosurePermitted
from schakel.events.vocab import HoldReason, Scope
from services.consent.gate import Hold, permits


def answers(case: State, away: Collection[str] = ()) -> Iterator[DisclosurePermitted | DisclosureDenied]:
    """One for every request that waits for it, in the order in which they were made. away: who is suspended."""
    for request in case.reading.values():
        if request.by in away or request.by != reader_of(case, request.referral):
            # not this partner's, whose business it is not whether it exists; or suspended
            yield _no(request, HoldReason.UNKNOWN)
        elif scopes := _asked_for(request) & may_read(case, request.referral, request.by):
            yield _yes(case, request, scopes)
        else:
            yield _no(request, _why(case, request.referral))


def _asked_for(request: OpenRead) -> set[str]:
    return set(request.scopes) or {scope.value for scope in Scope}


def _yes(case: State, request: OpenRead, scopes: set[str]) -> DisclosurePermitted:
    """Names the release and the grants, or the opening, that it rests on: when one of them lapses first, the permit is overtaken."""
    ground = rests_on(case, request.referral)
    assert ground is not None
    premises = [ground]
    if referral := case.referrals.get(request.referral):
        grants = [grant.id for grant in resting_on(case, referral) if scopes & covered(case, [grant])]
        premises = [referral.id, ground, *grants]
    return DisclosurePermitted(
        request=request.id,
        scopes=tuple(sorted(Scope(scope) for scope in scopes)),
        premises=(*premises, request.id),
    )


def _no(request: OpenRead, reason: HoldReason) -> DisclosureDenied:
    return DisclosureDenied(request=request.id, reason=reason, premises=(request.id,))


def _why(case: State, reference: str) -> HoldReason:
    """Of an opening that it has ended or names less. Of a step the gate's own words, or that the time of a covenant or a law is over;
    when the gate would let it go, the referral carries less than was asked, or has ended.
    """
    if opening := opening_of(case, reference):
        return why_not(case, opening) or HoldReason.TOO_NARROW
    referral = case.referrals[reference]
    answer = permits(case, referral)
    if isinstance(answer, Hold):
        over = answer.reason is HoldReason.NOT_ASKED and lapsed(case, referral)
        return HoldReason.ENDED if over else answer.reason
    return HoldReason.TOO_NARROW if referral.state in RUNNING else HoldReason.UNKNOWN
