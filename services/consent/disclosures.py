"""The gate's answer to somebody who asks to read: these data, or a no with its reason. Reads like the policy.

Asked anew for each single read: what was permitted yesterday, or to somebody else, says nothing about now. Pure.
"""

from collections.abc import Collection, Iterator

from schakel.case_consent import RUNNING, covered, readable, resting_on
from schakel.case_state import OpenRead, Referral, State
from schakel.events.data import DisclosureDenied, DisclosurePermitted
from schakel.events.vocab import HoldReason, Scope
from services.consent.gate import Hold, permits


def answers(case: State, away: Collection[str] = ()) -> Iterator[DisclosurePermitted | DisclosureDenied]:
    """One for every request that waits for it, in the order in which they were made. away: who is suspended."""
    for request in case.reading.values():
        referral = case.referrals.get(request.referral)
        if referral is None or referral.to != request.by or request.by in away:
            yield _no(
                request, HoldReason.UNKNOWN
            )  # not this partner's, whose business it is not whether it exists; or suspended
        elif scopes := _asked_for(request) & readable(case, referral, request.by):
            yield _yes(case, request, referral, scopes)
        else:
            yield _no(request, _why(case, referral))


def _asked_for(request: OpenRead) -> set[str]:
    return set(request.scopes) or {scope.value for scope in Scope}


def _yes(case: State, request: OpenRead, referral: Referral, scopes: set[str]) -> DisclosurePermitted:
    """Names the release and the grants that it rests on: when one of them lapses first, the permit is overtaken."""
    assert referral.released is not None
    grants = [grant.id for grant in resting_on(case, referral) if scopes & covered(case, [grant])]
    return DisclosurePermitted(
        request=request.id,
        scopes=tuple(sorted(Scope(scope) for scope in scopes)),
        premises=(referral.id, referral.released, *grants, request.id),
    )


def _no(request: OpenRead, reason: HoldReason) -> DisclosureDenied:
    return DisclosureDenied(request=request.id, reason=reason, premises=(request.id,))


def _why(case: State, referral: Referral) -> HoldReason:
    """The gate's own words about the step; when it would let it go, the referral carries less than was asked, or has ended."""
    answer = permits(case, referral)
    if isinstance(answer, Hold):
        return answer.reason
    return HoldReason.TOO_NARROW if referral.state in RUNNING else HoldReason.UNKNOWN
