"""Who may see the cases of a consultation, and who may sit in it: members, parties to its agreement that day, guests when all agreed.

Pure. An agreement is the chain file's, or one that the operator recorded in the ledger; on its last day it holds, the day after no more.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from backbone.chains import Chain
from backbone.chains.schemes import holders
from backbone.protocols.consultations import Consultation, Sees
from backbone.protocols.overviews import Overview
from schakel.chain_state import ChainState


class Why(StrEnum):
    """Why not. Each is one that a partner can act on; none says anything of a case."""

    NOT_A_MEMBER = "not_a_member"
    NOT_PARTY = "not_party_to_the_agreement"
    ENDED = "agreement_ended"
    NOT_YET = "agreement_not_in_force_yet"
    NO_AGREEMENT = "agreement_not_signed"
    NOT_AGREED = "not_all_agreed"


@dataclass(frozen=True)
class Seat:
    """What a partner may see: the cases, numbers, or nothing of either; `why` says why it is less than the cases."""

    cases: bool
    numbers: bool
    why: Why | None = None


def seat(
    chain: Chain, one: Consultation, meetings: ChainState, partner: str, day: date, agreed: frozenset[str] = frozenset()
) -> Seat:
    """What `partner` sees of a consultation on a day. agreed: the members that agreed to a guest (scenarios.md, RDO-2 and RDO-3)."""
    roles = chain.roles_of(partner)
    if roles & set(one.members):
        why = _covenant(chain, one.parties_to, meetings, partner, day)
        return Seat(why is None, True, why)
    guest = next((guest for guest in one.guests if guest.role in roles), None)
    if guest is None:
        return Seat(False, False, Why.NOT_PARTY if one.parties_to else Why.NOT_A_MEMBER)
    if guest.if_all_agree and not members(chain, one) <= agreed:
        return Seat(False, False, Why.NOT_AGREED)
    return Seat(False, guest.sees is Sees.NUMBERS, Why.NOT_PARTY if one.parties_to else Why.NOT_A_MEMBER)


def members(chain: Chain, one: Consultation) -> frozenset[str]:
    """The partners that sit in it."""
    return frozenset(partner for role in one.members for partner in holders(chain, role))


def may_read(chain: Chain, overview: Overview, partner: str) -> bool:
    """Whether an overview is for this partner."""
    return not chain.roles_of(partner).isdisjoint(overview.readers)


def uninvited(chain: Chain, one: Consultation, present: tuple[str, ...], agreed: frozenset[str]) -> list[str]:
    """Those that were there and may not be: neither a member, nor a guest to whom every member agreed."""
    found = []
    for partner in present:
        roles = chain.roles_of(partner)
        guest = next((guest for guest in one.guests if guest.role in roles), None)
        invited = guest is not None and (not guest.if_all_agree or members(chain, one) <= agreed)
        if not roles & set(one.members) and not invited:
            found.append(partner)
    return found


def _covenant(chain: Chain, name: str | None, meetings: ChainState, partner: str, day: date) -> Why | None:
    """Why the agreement does not let this partner see cases on this day; None when it does, or none is asked for."""
    if name is None:
        return None
    if (signed := meetings.agreements.get(name)) is not None:
        if partner not in signed.parties:
            return Why.NOT_PARTY
        if day < signed.valid_from:
            return Why.NOT_YET
        return None if signed.party(partner, day) else Why.ENDED
    agreement = chain.agreement(name)
    if agreement is None:
        return Why.NO_AGREEMENT
    if partner not in agreement.parties:
        return Why.NOT_PARTY
    if day < agreement.valid_from:
        return Why.NOT_YET
    return None if agreement.valid_until is None or day <= agreement.valid_until else Why.ENDED
