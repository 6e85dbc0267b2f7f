"""What routing owes a case: opening it under its protocols, proposing the referrals they ask for, informing who must know.

Every rule answers *what does this history lack?* and is quiet when nothing does. Whether a referral may go out is not asked
here: that is the gate's.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from backbone.case_facts import chain_of, facts_of
from backbone.chains import Chain, Chains, candidates
from backbone.protocols import Protocol, Protocols, Step
from backbone.protocols.facts import Facts
from schakel.case import FOLD_VERSION
from schakel.case_derived import informed_key
from schakel.case_mediation import is_mediation, mediation_objection
from schakel.case_state import State
from schakel.events import Derived
from schakel.events.referral import PartyInformed, ReferralExhausted, ReferralProposed
from schakel.events.report import CaseOpened, ProtocolAttached, ProtocolRef
from schakel.events.vocab import Basis, Purpose, Role, Scope
from services.routing import doors, loop, schemes
from services.routing.moves import moves


def decide(
    case: State, chains: Chains, protocols: Protocols, now: datetime | None = None, away: Collection[str] = ()
) -> Iterator[Derived]:
    """What routing still owes `case` at the watermark `now`. away: who is suspended."""
    if not case.report:
        return
    if not case.opened:
        yield from _open(case, chains, away)
        return
    if case.history or case.chain is None:
        return  # imported history is counted; nobody is referred or informed about it
    if case.closed:
        if kept := chains.get(case.chain):  # one that was let go has nothing more to say of a case that is over
            yield from loop.words_back(case, kept, away, now)  # a digest of what was answered before
        return
    yield from moves(case, protocols)
    chain = chain_of(case, chains)
    facts = facts_of(case, chain.roles_of(case.door or ""), chain.file.time_zone)
    yield from _attach(case, chain, facts)
    followed = list(loop.not_taken_up(case, chain, protocols, away))
    yield from followed
    contacted = {(referral.to, referral.purpose) for referral in case.referrals.values()}
    contacted |= {(event.to, event.purpose.value) for event in followed if isinstance(event, ReferralProposed)}
    for ref in case.protocols:
        name, _, version = ref.partition("@")
        protocol = protocols.get(name, version)
        for proposal in _propose(case, chain, protocol, facts, away):
            if (proposal.to, proposal.purpose) not in contacted:
                contacted.add((proposal.to, proposal.purpose))
                yield proposal
        yield from _inform(case, chain, protocol, facts, away)
        yield from schemes.owed(case, chain, protocol, facts)
    yield from schemes.outside(case, chain, facts)
    yield from doors.proposals(case, chain, facts, contacted, away)
    yield from _propose_requested(case, chain, away)
    given_up = {event.referral for event in followed if isinstance(event, ReferralExhausted)}
    yield from loop.words_back(case, chain, away, now, given_up)


def _open(case: State, chains: Chains, away: Collection[str]) -> Iterator[CaseOpened]:
    """Under the chain that the door and the place point to; intake refused the report if that was not one."""
    assert case.report is not None
    chain = chains.resolve(case.door or "", case.facts["place"]["municipality"], case.reported_at)
    if not isinstance(chain, Chain):
        return
    day = loop.reported_on(case, chain)
    facts = facts_of(case, chain.roles_of(case.door or ""), chain.file.time_zone)
    coordinators = candidates(chain, Role.COORDINATOR, case.facts["place"]["district"], day, away)
    yield CaseOpened(
        chain=chain.name,
        chain_version=chain.version,
        protocols=tuple(ProtocolRef(name=ref.name, version=ref.version) for ref in chain.protocols_for(facts, day)),
        fold_version=FOLD_VERSION,
        door=case.door or "",
        coordinator=coordinators[0] if coordinators else None,
        provisional=chain.consent.provisional,
        premises=(case.report,),
    )


def _attach(case: State, chain: Chain, facts: Facts) -> Iterator[ProtocolAttached]:
    """What became known later may call for another protocol beside the first: a label, a correction."""
    assert case.opened is not None
    names = {ref.partition("@")[0] for ref in case.protocols}
    for found in chain.protocols_for(facts, loop.reported_on(case, chain)):
        if found.name not in names:  # another version of the same is a move, and a move needs a reason
            ref = ProtocolRef(name=found.name, version=found.version)
            yield ProtocolAttached(protocol=ref, premises=(case.opened,))


def _propose(
    case: State, chain: Chain, protocol: Protocol, facts: Facts, away: Collection[str]
) -> Iterator[ReferralProposed]:
    """What the protocol's steps ask for. The person is contacted once: one referral to a partner for one purpose, whoever asked for it.

    A partner that declined is not asked again by the next step; that is for a person to do, by hand.
    """
    assert case.report is not None
    assert case.opened is not None
    ref = ProtocolRef(name=protocol.protocol, version=protocol.version)
    for step in protocol.steps_for(facts):
        found = schemes.trained_first(
            case, chain, step, loop.receivers(case, chain, step.refer.where, step.refer.to, away)
        )
        asked = [to for to in (found if _sits_with_others(protocol, step) else found[:1]) if to != case.door]
        if not asked or not loop.its_turn(case, chain, step, protocol.ref):
            continue
        if is_mediation(step.refer.to, step.refer.purpose) and mediation_objection(case):
            continue
        for to in asked:
            yield ReferralProposed(
                to=to,
                role=step.refer.to,
                purpose=step.refer.purpose,
                needs=step.refer.needs,
                wants=step.refer.wants,
                strip_if_refused=step.refer.if_refused == "strip",
                basis=step.refer.basis,
                protocol=ref,
                step=step.id,
                hands_over=step.refer.hand_over,
                premises=(case.report, case.opened),
            )


def _sits_with_others(protocol: Protocol, step: Step) -> bool:
    """Whether the step brings the case to a consultation of this file, in which all sit who have the role: each hears of the case there, so
    she is asked about each."""
    return any(
        one.cases is not None and one.cases.consent is step.refer.purpose and step.refer.to in one.members
        for one in protocol.cooperation.consultations
    )


def _propose_requested(case: State, chain: Chain, away: Collection[str]) -> Iterator[ReferralProposed]:
    """A referral by hand goes the same way: through the gate."""
    done = {referral.requested for referral in case.referrals.values()}
    for request_id, request in case.requests.items():
        mediation = is_mediation(request["role"], request["purpose"])
        if request_id in done or request["to"] in away or not _reachable(chain, request["to"], Role(request["role"])):
            continue  # nobody of the chain: no topic to deliver to; or suspended: it waits
        if not (mediation and mediation_objection(case)):
            yield ReferralProposed(
                to=request["to"],
                role=Role(request["role"]),
                purpose=Purpose(request["purpose"]),
                needs=tuple(Scope(scope) for scope in request["needs"]),
                wants=tuple(Scope(scope) for scope in request["wants"]),
                basis=Basis.CONSENT,
                premises=(request_id,),
            )


def _reachable(chain: Chain, partner: str, role: Role) -> bool:
    """A member, or a partner of a chain that this one names, in a role that it names."""
    return bool(chain.roles_of(partner)) or role in chain.referable(partner)


def _inform(
    case: State, chain: Chain, protocol: Protocol, facts: Facts, away: Collection[str]
) -> Iterator[PartyInformed]:
    """Mayor and alderman, once each, without personal data; never a contact with the person (domain-detail B14)."""
    assert case.opened is not None
    ref, on = ProtocolRef(name=protocol.protocol, version=protocol.version), loop.today(case, chain)
    for inform in protocol.informs_for(facts):
        for role in inform.inform:
            for partner in candidates(chain, role, case.facts["place"]["district"], on, away)[:1]:
                event = PartyInformed(to=partner, role=role, inform=inform.id, protocol=ref, premises=(case.opened,))
                if informed_key(event) not in case.informed:
                    yield event
