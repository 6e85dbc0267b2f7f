"""What the gatekeeper owes a case: holds, questions, releases, deliveries, revocations. Reads like the policy; asks the gate.

Who is to be forgotten, and when: `services.consent.erasure`.

Every rule answers *what does this history lack?* and is quiet when nothing does.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from msgspec.structs import replace

from backbone.chains import Chains
from schakel.case_consent import never_asked, noes_for, still_allowed, stopped
from schakel.case_state import Referral, ReferralState, Side, State
from schakel.events import Derived
from schakel.events.consent import ConsentExpired, ConsentNeeded
from schakel.events.referral import ReferralDelivered, ReferralHeld, ReferralReleased, ReferralRevoked
from schakel.events.vocab import HoldReason, Identity, Person, Purpose, Role, Scope
from services.consent import erasure, preferences
from services.consent.disclosures import answers
from services.consent.gate import Hold, Permit, by_rule_and_words, permits

WAITING = (ReferralState.PROPOSED, ReferralState.HELD, ReferralState.REVOKED)
RUNNING = (ReferralState.RELEASED, ReferralState.DELIVERED, ReferralState.ACCEPTED)


def decide(case: State, chains: Chains, now: datetime | None, away: Collection[str] = ()) -> Iterator[Derived]:
    """What the gate still owes `case` at the watermark `now`; None while none was seen. away: who is suspended.

    What is concluded bears the later of case time and watermark, so a grant that has ended by then has ended now.
    """
    if now is not None and case.time is not None and case.time < now:
        case = replace(case, time=now)
    yield from answers(case, away)
    yield from erasure.owed(case, chains, now)
    yield from preferences.owed(case, chains, away)
    if case.history:
        return  # imported: counted, nobody is asked and nothing goes out
    for referral in case.referrals.values():
        if referral.state in RUNNING:
            yield from _keep_or_revoke(case, referral, away)
        elif referral.state in WAITING and not case.closed and referral.to not in away:
            yield from _release_or_hold(case, referral, permits(case, referral), away)
    yield from _expire(case)


def _release_or_hold(
    case: State, referral: Referral, answer: Permit | Hold, away: Collection[str]
) -> Iterator[Derived]:
    if isinstance(answer, Permit):
        yield ReferralReleased(
            referral=referral.id,
            to=referral.to,
            mode=answer.mode,
            scopes=answer.scopes,
            basis=answer.basis,
            premises=(referral.id, *answer.rests_on),
        )
        return
    if _can_be_asked(case):
        yield from _ask(case, referral, answer, away)
    if (referral.hold_reason, referral.missing) != (answer.reason, list(answer.missing)):
        cause = (answer.cause,) if answer.cause else ()
        yield ReferralHeld(
            referral=referral.id, reason=answer.reason, missing=answer.missing, premises=(referral.id, *cause)
        )


def _can_be_asked(case: State) -> bool:
    """A one-way report has no way back: nobody can be asked."""
    return case.facts["identity"] != Identity.ONE_WAY and case.door is not None


def _ask(case: State, referral: Referral, answer: Hold, away: Collection[str]) -> Iterator[ConsentNeeded]:
    """Her first, also when somebody else's word has to be confirmed; the other side not before she has agreed."""
    unasked = answer.reason in (HoldReason.NOT_ASKED, HoldReason.PROVISIONAL) and referral.id not in case.needed
    if unasked and never_asked(case, referral):
        yield _question(case, referral, Person.VICTIM, away)
    other = answer.reason is HoldReason.OTHER_SIDE and referral.id not in case.needed_of_other
    if other and never_asked(case, referral, Side.OTHER):
        yield _question(case, referral, Person.OFFENDER, away)


def _question(case: State, referral: Referral, of: Person, away: Collection[str]) -> ConsentNeeded:
    """For what the step needs and would like; never again for a refused label. Of the other side: whether he agrees, nothing of hers."""
    wanted = (
        {Scope(scope) for scope in (*referral.needs, *referral.wants)} if of is Person.VICTIM else {Scope.CASE_FACTS}
    )
    return ConsentNeeded(
        referral=referral.id,
        recipient=referral.to,
        role=Role(referral.role),
        purpose=Purpose(referral.purpose),
        scopes=tuple(sorted(scope for scope in wanted if not (case.label_refused and scope is Scope.LABEL))),
        ask=who_asks(case, referral, away),
        of=of,
        premises=(referral.id,),
    )


def who_asks(case: State, referral: Referral, away: Collection[str]) -> str:
    """The partner who is in touch with the person; rather the coordinator than the partner that gains by a yes, or one suspended."""
    assert case.door is not None
    another = case.door == referral.to or case.door in away
    return case.coordinator if another and case.coordinator else case.door


def _keep_or_revoke(case: State, referral: Referral, away: Collection[str]) -> Iterator[Derived]:
    """What went out goes on only while all of it is still covered.

    A rule that comes to forbid the step ends it too. A request to be forgotten ends no help that runs: what was released and not delivered
    waits, and who is helping is told at the end.
    """
    assert referral.released is not None
    why = stopped(case)
    if why is HoldReason.ERASED:
        yield _revoke(referral, why)
    elif not still_allowed(case, referral):
        yield _revoke(referral, _why(case, referral, by_rule_and_words(case, referral)))
    elif referral.state is ReferralState.RELEASED and not why and referral.to not in away:
        yield ReferralDelivered(
            referral=referral.id, to=referral.to, premises=(*preferences.carried(case, referral), referral.released)
        )


def _why(case: State, referral: Referral, answer: Permit | Hold) -> HoldReason:
    """Also when it may go out again at once, with less or on another basis."""
    if isinstance(answer, Hold):
        return answer.reason
    noes = [no for no in noes_for(case, referral.to, referral.purpose) if no.whole]
    if not noes:
        return HoldReason.TOO_NARROW
    return HoldReason.WITHDRAWN if noes[-1].withdrawn else HoldReason.REFUSED


def _revoke(referral: Referral, reason: HoldReason) -> ReferralRevoked:
    assert referral.released is not None
    return ReferralRevoked(
        referral=referral.id, to=referral.to, reason=reason, premises=(referral.id, referral.released)
    )


def _expire(case: State) -> Iterator[Derived]:
    """Announces what is past already: the gate looks at the end of a grant itself."""
    assert case.time is not None
    for grant in case.grants.values():
        if grant.standing and grant.until is not None and grant.until <= case.time:
            yield ConsentExpired(grant=grant.id, premises=(grant.id,))
