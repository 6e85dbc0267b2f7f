"""Who is meant: whose advice goes where, who takes up a complaint about a partner, and on what ground one may ask another. Pure."""

from collections.abc import Iterable

from backbone.chains import Chain, Chains
from schakel.case_consent import grants_for, stopped
from schakel.case_desk_state import Advice, Grievance
from schakel.case_needs import noted
from schakel.case_state import State
from schakel.events.vocab import Purpose, Role

POLICE_ROLES = frozenset(
    {Role.POLICE, Role.POLICE_CONTROL_ROOM, Role.ROZE_IN_BLAUW, Role.ECAD_P, Role.DISCRIMINATION_CONTACT}
)
"""Within one organisation that keeps its advice to itself unless somebody decides otherwise (scenarios.md, ECD-2)."""
TAKE_GRIEVANCES = (Role.COORDINATOR, Role.ANTI_DISCRIMINATION, Role.MUNICIPALITY, Role.SAFETY_ADVISER)
"""Who takes up a complaint about a partner, the first that it is not about (domain-detail A48)."""


def chain_for(case: State, chains: Chains) -> Chain | None:
    """The chain that the case is pinned to, or will be opened in; None where the files know none."""
    if case.chain:
        return chains.get(case.chain)
    found = chains.resolve(case.door or "", case.facts["place"]["municipality"]) if case.facts else None
    return found if isinstance(found, Chain) else None


def district(case: State) -> str | None:
    found: str | None = case.facts["place"]["district"]
    return found


def may_ask(case: State, partner: str, purpose: Purpose) -> bool:
    """Whether her consent, or another basis, covers that this partner is approached for this purpose now."""
    return stopped(case) is None and bool(grants_for(case, partner, purpose.value))


def adviser(case: State, chain: Chain, role: Role, asker: str) -> str | None:
    """The partner that is asked for advice in this role."""
    return next((one.id for one in chain.partners_for(role, district(case)) if one.id != asker), None)


def gets_advice(case: State, chain: Chain, author: str, request: str | None) -> str | None:
    """Who asked; unasked: the owning team. Advice from within the police goes to the police team in the case, and to nobody else."""
    asked = noted(case).asked_advice.get(request or "")
    if asked is not None:
        return asked.by
    involved = [partner for partner in dict.fromkeys([case.door or "", *case.parties]) if partner and partner != author]
    if POLICE_ROLES & set(chain.roles_of(author)):
        return next((partner for partner in involved if Role.POLICE in chain.roles_of(partner)), None)
    owners = [case.coordinator, case.door, *involved]
    return next((partner for partner in owners if partner and partner != author), None)


def takes_grievance(case: State, chain: Chain, about: str) -> str | None:
    """The coordinator of the case, or the first of another role: never the partner that it is about."""
    named = [case.coordinator] if case.coordinator else []
    named += [partner.id for role in TAKE_GRIEVANCES for partner in chain.partners_for(role, district(case))]
    return next((partner for partner in named if partner != about), None)


def sees_advice(case: State, chain: Chain, partner: str, advice: Advice) -> bool:
    """Its author, whoever it went to, and colleagues of the same organisation where it came from within the police."""
    if partner in (advice.by, gets_advice(case, chain, advice.by, advice.request)):
        return True
    within = POLICE_ROLES & set(chain.roles_of(advice.by))
    return bool(within and POLICE_ROLES & set(chain.roles_of(partner)))


def sees_request(chain: Chain, partner: str, asker: str, inside: bool) -> bool:
    """Who is in the case sees that advice was asked for; where the police asked, only who is of it."""
    if POLICE_ROLES & set(chain.roles_of(asker)):
        return bool(POLICE_ROLES & set(chain.roles_of(partner)))
    return inside


def sees_grievance(case: State, chain: Chain, partner: str, grievance: Grievance) -> bool:
    """Whoever passed it on and whoever takes it up; the partner that it is about only once it was handed in."""
    if partner == grievance.about:
        return grievance.handed_in
    return partner in (grievance.by, takes_grievance(case, chain, grievance.about))


def holds(chain: Chain, partner: str, roles: Iterable[Role]) -> bool:
    """Whether the partner has one of these roles in the chain."""
    return not set(roles).isdisjoint(chain.roles_of(partner))
