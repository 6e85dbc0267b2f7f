"""What a partner cannot do, by its own line in the chain's file, and who can (domain-detail A37). Pure.

«dat iemand via ons denkt een nieuwe woning te kunnen krijgen»: found out in the fourth talk. So it is said at the first contact, and a need
that the partner cannot meet is answered at once with who can; nobody refers her by it.
"""

from collections.abc import Iterator, Mapping

from backbone.chains import Chain
from schakel.case_desk_state import Needs
from schakel.case_needs import newest_needs, times_explained
from schakel.case_state import State
from schakel.events.vocab import InformationTopic, Need, Role


def cannot(chain: Chain, partner: str | None) -> Mapping[Need, tuple[Role, ...]]:
    """By need that this partner cannot meet: the roles that can, in the file's order; none: nobody here can."""
    return {
        need: roles for member in chain.members if member.partner == partner for need, roles in member.cannot.items()
    }


def not_passed_on(case: State, chain: Chain) -> Iterator[tuple[Needs, Need, tuple[Role, ...]]]:
    """Needs that whoever heard them cannot meet, while nobody who can has them and nobody explained it since."""
    explained = times_explained(case, InformationTopic.CANNOT_DO)
    asked = {referral.role for referral in case.referrals.values()} | {
        request["role"] for request in case.requests.values()
    }
    for record in newest_needs(case):
        for need, roles in cannot(chain, record.by).items():
            if need in record.needs and asked.isdisjoint(roles) and explained <= record.explained_before:
                yield record, need, roles


def not_said(case: State, chain: Chain) -> Iterator[str]:
    """Partners that spoke with her, cannot do everything, and have not said so; each once."""
    if not times_explained(case, InformationTopic.CANNOT_DO):
        yield from dict.fromkeys(
            one.by for one in case.contacts if one.made and one.whom == "victim" and cannot(chain, one.by)
        )
