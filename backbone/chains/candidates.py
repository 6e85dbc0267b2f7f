"""Who may be asked for a role, in order: whoever holds it on that day and is not suspended; where nobody does, who acts instead.

Pure. The order is that of the chain's file, those of the district itself first; whoever said to be full is asked last.
"""

from collections.abc import Collection, Iterable
from datetime import date

from backbone.chains.chain import Chain
from backbone.chains.model import Partner
from schakel.events.vocab import Role


def candidates(
    chain: Chain, role: Role, district: str | None, on: date | None = None, away: Collection[str] = ()
) -> list[str]:
    """Partners to ask for `role` in a district on a day, the first one first. away: who is suspended.

    Nobody at all: the role is vacant there, and no role is named that acts instead.
    """
    for held in (role, *chain.instead_of(role)):
        if found := _by_room(chain, chain.partners_for(held, district, on), away):
            return found
    return []


def candidates_at_home(
    chain: Chain, role: Role, municipality: str | None, on: date | None = None, away: Collection[str] = ()
) -> list[str]:
    """The same for residents of a municipality elsewhere: who is said to serve it, then the partner of the chain that covers it."""
    here = _by_room(chain, chain.partners_at_home(role, municipality, on), away)
    return here or [partner for partner in chain.abroad.get((role, municipality), ()) if partner not in away]


def _by_room(chain: Chain, partners: Iterable[Partner], away: Collection[str]) -> list[str]:
    ids = [partner.id for partner in partners if partner.id not in away]
    return sorted(ids, key=lambda partner: partner in chain.full)
