"""Whom somebody who is in danger now, or was raped, is brought in touch with, whatever the protocols say (scenarios.md, MLD-2).

Pure. Routing proposes each of them; a role that nobody in the chain holds where it happened is on the list of the door, which is in touch
with her: nobody is guessed, and nothing is left out in silence.
"""

from collections.abc import Mapping

from backbone.chains import Chain, candidates
from backbone.chains.chain import ASKED_IN_DANGER
from backbone.protocols import FactValue
from schakel.case_state import State
from schakel.events.vocab import Answer, Identity, Role

REACHABLE = frozenset({Identity.KNOWN_TO_DOOR.value, Identity.BY_NAME.value})


def asked_in_danger(case: State, chain: Chain, facts: Mapping[str, FactValue]) -> list[Role]:
    """The roles to propose; none that the door has itself, and none where there is no way back to her: she was shown whom to call."""
    if facts["danger"] != Answer.YES or case.facts["identity"] not in REACHABLE:
        return []
    return [role for role in ASKED_IN_DANGER if role not in chain.roles_of(case.door or "")]


def danger_without_receiver(case: State, chain: Chain, facts: Mapping[str, FactValue]) -> list[str]:
    """Those of them that nobody holds where it happened, nor acts for, on the day by which routing proposes. That somebody is suspended is
    not looked at: that stands on the operator's list."""
    if case.closed or case.reported_at is None:
        return []
    district, on = case.facts["place"]["district"], chain.day_of(case.time) if case.time else None
    asked = asked_in_danger(case, chain, facts)
    return [role.value for role in asked if not candidates(chain, role, district, on)]
