"""What routing owes a referral that nobody took up, and whoever referred. Reads like the policy; asks the fold what was said.

Nothing falls between two stools: declined, left without an answer past its clock, or with a receiver that is suspended, a referral of a
protocol goes to the next candidate of its role, as a proposal of its own that the gate asks her about anew. When nobody is left it is
given up to whoever looks after the case. One that was asked for by hand comes back at once: it was for that partner.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from backbone.case_feedback import due_answers
from backbone.chains import Chain, candidates, candidates_at_home
from backbone.protocols import Protocols
from backbone.protocols.model import Step, Where
from schakel.case_consent import noes_for, stopped
from schakel.case_loop import can_be_followed, hears_back, is_silent, owner_of, referrer_of
from schakel.case_state import Referral, ReferralState, State
from schakel.events.referral import ReferralExhausted, ReferralProposed, ReferralReported
from schakel.events.report import ProtocolRef
from schakel.events.vocab import Answered, Basis, DeclineReason, Purpose, Role, Scope

_SETTLED = (DeclineReason.PERSON_DOES_NOT_WANT, DeclineReason.ALREADY_KNOWN)
"""She does not want it, or has it already: nobody else is asked."""
_TAKEN = (ReferralState.ACCEPTED, ReferralState.COMPLETED)
_NOT_TAKEN_UP = (ReferralState.PROPOSED, ReferralState.HELD, ReferralState.RELEASED, ReferralState.DELIVERED)


def receivers(case: State, chain: Chain, where: Where, role: Role, away: Collection[str]) -> list[str]:
    """Candidates for a role, in order: of the place, or for a step about the home town those that serve that town.

    A home abroad, one that nobody named, and one that no partner serves: somebody has to look, and none is guessed (scenarios.md, AMS-2).
    """
    on, home = today(case, chain), case.facts["residence"]
    if where is Where.INCIDENT:
        return candidates(chain, role, case.facts["place"]["district"], on, away)
    return [] if home["abroad"] else candidates_at_home(chain, role, home["municipality"], on, away)


def today(case: State, chain: Chain) -> date | None:
    """The day of the newest record, in the chain's own time: who may act is asked of that day."""
    return chain.day_of(case.time) if case.time else None


def reported_on(case: State, chain: Chain) -> date | None:
    """The day of the report: under which scheme it falls is asked of that day, and not of today's membership."""
    return chain.day_of(case.reported_at) if case.reported_at else None


def its_turn(case: State, chain: Chain, step: Step, protocol_ref: str) -> bool:
    """Whether the step that this one comes after was taken up by somebody, and nobody who may act was asked for this one yet."""
    before = [one for one in case.referrals.values() if one.protocol == protocol_ref]
    if step.after and not any(one.step == step.after and one.state in _TAKEN for one in before):
        return False
    asked = [one.to for one in before if one.step == step.id]
    return not any(to in _may_act(case, chain, step) or _gone(case, chain, to) for to in asked)


def _may_act(case: State, chain: Chain, step: Step) -> set[str]:
    """Everybody who may act for the step at the place, suspended or not, in the role or instead of it."""
    roles = (step.refer.to, *chain.instead_of(step.refer.to))
    return {to for role in roles for to in receivers(case, chain, step.refer.where, role, ())}


def _gone(case: State, chain: Chain, partner: str) -> bool:
    """A member once, and not on the day of the newest record."""
    return bool(chain.roles_of(partner)) and not chain.roles_of(partner, today(case, chain))


def not_taken_up(
    case: State, chain: Chain, protocols: Protocols, away: Collection[str]
) -> Iterator[ReferralProposed | ReferralExhausted]:
    """The next candidate for each referral that nobody took up, or a word to whoever looks after the case."""
    asked = {(referral.to, referral.purpose) for referral in case.referrals.values()}
    for referral in list(case.referrals.values()):
        if not can_be_followed(case, referral.id) or not _left(case, chain, referral, away):
            continue
        following = _next(case, chain, protocols, referral, away, asked)
        if following is not None:
            asked.add((following.to, following.purpose.value))
            yield following
        else:
            yield _exhausted(case, chain, referral, away)


def _left(case: State, chain: Chain, referral: Referral, away: Collection[str]) -> bool:
    """Declined; no answer past its clock; or with a partner that was suspended, or left, before it took it up."""
    if referral.state in _NOT_TAKEN_UP and (referral.to in away or _gone(case, chain, referral.to)):
        return True
    return referral.state is ReferralState.DECLINED or is_silent(case, referral)


def _next(
    case: State,
    chain: Chain,
    protocols: Protocols,
    referral: Referral,
    away: Collection[str],
    asked: Collection[tuple[str, str]],
) -> ReferralProposed | None:
    if referral.protocol is None or referral.decline_reason in _SETTLED or stopped(case):
        return None
    name, _, version = referral.protocol.partition("@")
    protocol = protocols.by_ref.get(referral.protocol)  # a door's file proposes too, and is no protocol
    step = protocol.step(referral.step or "") if protocol else None
    where = step.refer.where if step else Where.INCIDENT
    for to in receivers(case, chain, where, Role(referral.role), away):
        refused = any(no.whole for no in noes_for(case, to, referral.purpose))
        if to != case.door and (to, referral.purpose) not in asked and not refused:
            return ReferralProposed(
                to=to,
                role=Role(referral.role),
                purpose=Purpose(referral.purpose),
                needs=tuple(Scope(scope) for scope in referral.needs),
                wants=tuple(Scope(scope) for scope in referral.wants),
                strip_if_refused=referral.strip,
                basis=Basis(referral.basis),
                protocol=ProtocolRef(name=name, version=version),
                step=referral.step,
                hands_over=referral.hands_over,
                premises=_why(case, referral),
            )
    return None


def _exhausted(case: State, chain: Chain, referral: Referral, away: Collection[str]) -> ReferralExhausted:
    return ReferralExhausted(
        referral=referral.id,
        reason=DeclineReason(referral.decline_reason or DeclineReason.OTHER),
        tell=who_looks(case, chain, away),
        premises=_why(case, referral),
    )


def _why(case: State, referral: Referral) -> tuple[str, ...]:
    """The referral, and the breach that shows the silence."""
    breach = case.silent.get(referral.id) if referral.state is not ReferralState.DECLINED else None
    return (referral.id, breach) if breach else (referral.id,)


def who_looks(case: State, chain: Chain, away: Collection[str]) -> str | None:
    """Who looks after the case, suspended partners aside: its owner, else another coordinator of the place, else the door.

    Never nobody: when all of them are suspended it is the owner all the same, and its message waits on its topic.
    """
    others = candidates(chain, Role.COORDINATOR, case.facts["place"]["district"], today(case, chain), away)
    known = [owner_of(case), *others, case.door]
    return next((partner for partner in known if partner and partner not in away), owner_of(case))


def words_back(
    case: State, chain: Chain, away: Collection[str], now: datetime | None, given_up: Collection[str] = ()
) -> Iterator[ReferralReported]:
    """What whoever referred has not heard yet, by its own subscription: one word a partner for all that is due. given_up: referrals that
    come back just now, of which it hears so."""
    if stopped(case):
        return
    referrers = dict.fromkeys(referrer_of(case, referral) for referral in case.referrals.values())
    for to in referrers:
        if to is None or to in away:
            continue
        told = [
            said
            for said, due in due_answers(case, chain, to)
            if case.time
            and due <= max(case.time, now or case.time)
            and not (said.answer is Answered.DECLINED and said.referral in given_up)
        ]
        if told:
            personal = any(said.answer is not Answered.DECLINED for said in told)
            grants = [grant.id for grant in hears_back(case, to)] if personal else []
            yield ReferralReported(to=to, answers=tuple(told), premises=(*[said.referral for said in told], *grants))
