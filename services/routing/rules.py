"""What routing owes a case: opening it under its protocols, proposing the referrals they ask for, informing who must know.

Every rule answers *what does this history lack?* and is quiet when nothing does. Whether a referral may go out is not asked
here: that is the gate's.
"""

from collections.abc import Iterator

from backbone.case_facts import chain_of, facts_of, mediation_objection
from backbone.chains import Chain, Chains
from backbone.protocols import Protocol, Protocols, is_mediation
from backbone.protocols.facts import Facts
from backbone.protocols.model import Step, Where
from schakel.case import FOLD_VERSION
from schakel.case_derived import informed_key
from schakel.case_state import Referral, ReferralState, State
from schakel.events import Derived
from schakel.events.referral import PartyInformed, ReferralExhausted, ReferralProposed
from schakel.events.report import CaseOpened, ProtocolAttached, ProtocolRef
from schakel.events.vocab import Basis, DeclineReason, Purpose, Role, Scope


def decide(case: State, chains: Chains, protocols: Protocols) -> Iterator[Derived]:
    """What routing still owes `case`."""
    if not case.report:
        return
    if not case.opened:
        yield from _open(case, chains)
        return
    if case.history or case.closed or case.chain is None:
        return  # imported history is counted; nobody is referred or informed about it
    chain = chain_of(case, chains)
    facts = facts_of(case, chain.roles_of(case.door or ""))
    yield from _attach(case, chain, facts)
    contacted = {(referral.to, referral.purpose) for referral in case.referrals.values()}
    for ref in case.protocols:
        name, _, version = ref.partition("@")
        protocol = protocols.get(name, version)
        for proposal in _propose(case, chain, protocol, facts):
            if (proposal.to, proposal.purpose) not in contacted:
                contacted.add((proposal.to, proposal.purpose))
                yield proposal
        yield from _inform(case, chain, protocol, facts)
    yield from _propose_requested(case, chain)
    yield from _exhaust(case)


def _open(case: State, chains: Chains) -> Iterator[CaseOpened]:
    """Under the chain that the door and the place point to; intake refused the report if that was not one."""
    assert case.report is not None
    chain = chains.resolve(case.door or "", case.facts["place"]["municipality"])
    if not isinstance(chain, Chain):
        return
    facts = facts_of(case, chain.roles_of(case.door or ""))
    coordinators = chain.partners_for(Role.COORDINATOR, case.facts["place"]["district"])
    yield CaseOpened(
        chain=chain.name,
        chain_version=chain.version,
        protocols=tuple(ProtocolRef(name=ref.name, version=ref.version) for ref in chain.protocols_for(facts)),
        fold_version=FOLD_VERSION,
        door=case.door or "",
        coordinator=coordinators[0].id if coordinators else None,
        provisional=chain.consent.provisional,
        premises=(case.report,),
    )


def _attach(case: State, chain: Chain, facts: Facts) -> Iterator[ProtocolAttached]:
    """What became known later may call for another protocol beside the first: a label, a correction."""
    assert case.opened is not None
    names = {ref.partition("@")[0] for ref in case.protocols}
    for found in chain.protocols_for(facts):
        if found.name not in names:  # another version of the same is a move, and a move needs a reason
            ref = ProtocolRef(name=found.name, version=found.version)
            yield ProtocolAttached(protocol=ref, premises=(case.opened,))


def _propose(case: State, chain: Chain, protocol: Protocol, facts: Facts) -> Iterator[ReferralProposed]:
    """What the protocol's steps ask for. The person is contacted once: one referral to a partner for one purpose, whoever asked for it.

    A partner that declined is not asked again by the next step; that is for a person to do, by hand.
    """
    assert case.report is not None
    assert case.opened is not None
    ref = ProtocolRef(name=protocol.protocol, version=protocol.version)
    for step in protocol.steps_for(facts):
        to = _receiver(case, chain, step)
        if to is None or to == case.door:
            continue
        if is_mediation(step.refer.to, step.refer.purpose) and mediation_objection(case, chain):
            continue
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
            premises=(case.report, case.opened),
        )


def _receiver(case: State, chain: Chain, step: Step) -> str | None:
    """The partner of the role for the place; for a step about the home town, the one that serves that town.

    A home abroad, one that nobody named, and one that no partner serves: somebody has to look, and none is guessed (scenarios.md, AMS-2).
    """
    home = case.facts["residence"]
    if step.refer.where is Where.INCIDENT:
        partners = chain.partners_for(step.refer.to, case.facts["place"]["district"])
    elif home["abroad"]:
        return None
    else:
        partners = chain.partners_at_home(step.refer.to, home["municipality"])
    return partners[0].id if partners else None


def _propose_requested(case: State, chain: Chain) -> Iterator[ReferralProposed]:
    """A referral by hand goes the same way: through the gate."""
    done = {referral.requested for referral in case.referrals.values()}
    for request_id, request in case.requests.items():
        mediation = is_mediation(Role(request["role"]), Purpose(request["purpose"]))
        if request_id in done or not chain.roles_of(request["to"]):
            continue  # nobody of the chain: no topic to deliver to
        if not (mediation and mediation_objection(case, chain)):
            yield ReferralProposed(
                to=request["to"],
                role=Role(request["role"]),
                purpose=Purpose(request["purpose"]),
                needs=tuple(Scope(scope) for scope in request["needs"]),
                wants=tuple(Scope(scope) for scope in request["wants"]),
                basis=Basis.CONSENT,
                premises=(request_id,),
            )


def _inform(case: State, chain: Chain, protocol: Protocol, facts: Facts) -> Iterator[PartyInformed]:
    """Mayor and alderman, once each, without personal data; never a contact with the person (domain-detail B14)."""
    assert case.opened is not None
    ref = ProtocolRef(name=protocol.protocol, version=protocol.version)
    for inform in protocol.informs_for(facts):
        for role in inform.inform:
            for partner in chain.partners_for(role, case.facts["place"]["district"])[:1]:
                event = PartyInformed(to=partner.id, role=role, inform=inform.id, protocol=ref, premises=(case.opened,))
                if informed_key(event) not in case.informed:
                    yield event


def _exhaust(case: State) -> Iterator[ReferralExhausted]:
    """Declined: nobody else holds the role, so that the coordinator has to look. Nothing falls between two stools."""
    for referral in case.referrals.values():
        if referral.state is ReferralState.DECLINED:
            yield _exhausted(case, referral)


def _exhausted(case: State, referral: Referral) -> ReferralExhausted:
    return ReferralExhausted(
        referral=referral.id,
        reason=DeclineReason(referral.decline_reason or DeclineReason.OTHER),
        tell=case.coordinator or case.door,
        premises=(referral.id,),
    )
