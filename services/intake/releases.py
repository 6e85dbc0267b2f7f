"""Intake's rules of releasing an overview: by who decides for that very chain, in a function it has there, of a period that is over. Pure.

Which issues there are is not known here: a decision on another mark than that of the issue is recorded, and opens nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from backbone.chains import Chain, Partner, Relation
from backbone.overviews.periods import Period
from schakel.events.overview import OverviewReleased, OverviewReleaseWithdrawn
from schakel.events.vocab import Audience, OverviewForm, Role
from schakel.messages import Refusal


def objections(
    event: OverviewReleased | OverviewReleaseWithdrawn, sender: Partner, chains: Sequence[Chain], now: datetime
) -> Iterator[Refusal]:
    """Why this decision, or taking it back, cannot be recorded. chains: those of the sender."""
    chain = next((one for one in chains if one.name == event.chain), None)
    if chain is None:
        yield Refusal(
            code="chain.not_yours",
            field="chain",
            found=event.chain,
            expected=f"a chain that you are a member of: {', '.join(one.name for one in chains)}",
            remedy="name the chain whose overview it is; who decides for another chain tells it there",
        )
        return
    may = [role for role in sorted(chain.roles_of(sender.id, chain.day_of(now))) if _may(chain, event, role)]
    if not may:
        yield Refusal(
            code="right.missing",
            field="ce_type",
            found=event.TYPE,
            expected=f"a role that may tell this in {chain.name}",
            remedy="see 'Who may tell what' in docs/partners.md; the chain's owner sets the rights",
        )
    if chain.day_of(now) <= Period.parse(event.period).last_day:
        yield Refusal(
            code="period.not_over",
            field="period",
            found=event.period,
            expected="a period that is over: before that it has no overview",
            remedy="have the overview made when the period is over, look at it, and name its mark",
        )
    if isinstance(event, OverviewReleased):
        yield from _release(event, chain, may)


def _may(chain: Chain, event: OverviewReleased | OverviewReleaseWithdrawn, role: Role) -> bool:
    return chain.may_tell(event.TYPE, frozenset({role}), {Relation.NONE})


def _release(event: OverviewReleased, chain: Chain, may: Sequence[Role]) -> Iterator[Refusal]:
    if event.decided_by not in may:
        yield Refusal(
            code="role.not_held",
            field="decided_by",
            found=event.decided_by,
            expected=f"a function of yours that may decide it: {', '.join(may)}",
            remedy="name the function that took the decision, in which the chain's file lets you tell it",
        )
    if event.form is OverviewForm.UNKNOWN or event.audience is Audience.UNKNOWN:
        yield Refusal(
            code="release.not_said",
            field="form" if event.form is OverviewForm.UNKNOWN else "audience",
            expected="as what it leaves, and for whom",
            remedy="a decision that does not say it releases nothing; name one of the list",
        )
    if event.district is not None and event.district not in chain.districts:
        yield Refusal(
            code="place.unknown_district",
            field="district",
            found=event.district,
            expected=f"one of {', '.join(chain.districts)}",
            remedy="use the chain's own names of districts, or leave the district out for the whole overview",
        )
