"""What a door asks of routing: danger first, and nobody sent away. Pure.

A yes to "are you in danger, or was it rape?" proposes police and Centrum Seksueel Geweld at once, at any door, each with its own consent;
the reporter was shown 112 before anything was asked. Whoever is outside a door's target group is passed on to the desk for all
discrimination (domain-detail A89), without a name when she gives none.
"""

from collections.abc import Collection, Iterator

from backbone.chains import Chain, candidates
from backbone.desk.danger import asked_in_danger
from backbone.protocols.facts import Facts
from schakel.case_state import State
from schakel.events.referral import ReferralProposed
from schakel.events.report import ProtocolRef
from schakel.events.vocab import Basis, Purpose, Role, Scope
from services.routing.loop import today

OUTSIDE, DANGER = "buiten-doelgroep", "gevaar"


def proposals(
    case: State, chain: Chain, facts: Facts, contacted: set[tuple[str, str]], away: Collection[str] = ()
) -> Iterator[ReferralProposed]:
    """What the door where it came in still asks for. `contacted`: (partner, purpose) that were proposed already; added to.

    away: who is suspended.
    """
    for proposal in (*_danger(case, chain, facts, away), *_outside(case, chain, facts, away)):
        if (proposal.to, proposal.purpose) not in contacted and proposal.to != case.door:
            contacted.add((proposal.to, proposal.purpose))
            yield proposal


def _danger(case: State, chain: Chain, facts: Facts, away: Collection[str]) -> Iterator[ReferralProposed]:
    for role in asked_in_danger(case, chain, facts):
        yield from _to(case, chain, role, DANGER, away, strip=False)


def _outside(case: State, chain: Chain, facts: Facts, away: Collection[str]) -> Iterator[ReferralProposed]:
    door = chain.doors.get(case.door or "")
    if door is not None and door.is_for(facts) is False:
        yield from _to(case, chain, Role.ANTI_DISCRIMINATION, OUTSIDE, away, strip=True)


def _to(
    case: State, chain: Chain, role: Role, step: str, away: Collection[str], *, strip: bool
) -> Iterator[ReferralProposed]:
    """To whoever holds the role for the place; nobody is guessed where nobody does."""
    assert case.report is not None
    assert case.opened is not None
    door = chain.doors.get(case.door or "")
    for partner in candidates(chain, role, case.facts["place"]["district"], today(case, chain), away)[:1]:
        yield ReferralProposed(
            to=partner,
            role=role,
            purpose=Purpose.REFERRAL,
            needs=(Scope.CASE_FACTS,) if strip else (Scope.CONTACT_DETAILS,),
            wants=(Scope.CONTACT_DETAILS, Scope.STORY) if strip else (Scope.STORY,),
            strip_if_refused=strip,
            basis=Basis.CONSENT,
            protocol=ProtocolRef(name=door.door, version=door.version) if door else None,
            step=step if door else None,
            premises=(case.report, case.opened),
        )
