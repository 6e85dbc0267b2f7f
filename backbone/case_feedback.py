"""What is owed to whoever referred, and when: by the partner's subscription in the chain's file and by her own word. Pure.

Routing says it; intake logs a watermark for the moments at which a digest is due.
"""

from datetime import datetime

from backbone.chains import Chain, Chains
from backbone.chains.terms import How
from schakel.case_loop import answers, may_be_told, referrer_of, reported_as
from schakel.case_state import ReferralState, State
from schakel.events.referral import ReferralAnswer
from schakel.events.vocab import Answered, DeclineReason, Outcome


def due_answers(case: State, chain: Chain, to: str) -> list[tuple[ReferralAnswer, datetime]]:
    """What `to` has not heard of the referrals it made and may hear now, and when each is due. Nothing without a subscription."""
    rule = chain.feedback_of(to)
    if rule.how is How.NONE or case.history:
        return []
    found: list[tuple[ReferralAnswer, datetime]] = []
    for referral in case.referrals.values():
        if referrer_of(case, referral) != to or referral.to == to:
            continue
        for answer, at in answers(referral):
            if reported_as(referral.id, answer) in case.reported or not may_be_told(case, to, answer):
                continue
            if rule.since is not None and chain.day_of(at) < rule.since:
                continue
            if case.closed_at is not None and at > case.closed_at:
                continue  # what was answered before may be due after the end; what comes then is nobody's case any more
            if answer is Answered.DECLINED and referral.state is ReferralState.EXHAUSTED:
                continue  # that it came back is said at once, with the reason (`attention`)
            said = ReferralAnswer(
                referral=referral.id,
                to=referral.to,
                answer=answer,
                reason=DeclineReason(referral.decline_reason or "other") if answer is Answered.DECLINED else None,
                helped=Outcome(referral.helped or "unknown") if answer is Answered.COMPLETED else None,
            )
            found.append((said, rule.due(at, chain.file.time_zone)))
    return found


def feedback_moments(case: State, chains: Chains) -> list[tuple[str, datetime]]:
    """When digests about this case are due, by a name for each: what waits for a watermark."""
    chain = chains.get(case.chain or "")
    if chain is None or not any(rule.how is How.DIGEST for rule in chain.file.feedback):
        return []
    referrers = dict.fromkeys(referrer_of(case, referral) for referral in case.referrals.values())
    return [
        (f"feedback/{to}/{said.referral}/{said.answer}", due)
        for to in referrers
        if to is not None and chain.feedback_of(to).how is How.DIGEST
        for said, due in due_answers(case, chain, to)
    ]
