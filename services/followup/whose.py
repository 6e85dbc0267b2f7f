"""Which file's clock times a referral, where a case runs under several: one of each kind (docs/adr/0064). Pure.

The file whose step proposed it comes first. Where that has no clock of the kind for it, and for a referral by hand, the first file of the
case that times every referral does.
"""

from collections.abc import Iterator

from backbone.protocols import Facts, Protocol
from backbone.protocols.clock_rules import ANY_STEP, OF_REFERRAL, ClockRule, same_kind
from schakel.case_state import Referral
from services.followup.clocks import Ground
from services.followup.subjects import proposed_by


def times(ground: Ground, rule: ClockRule, about: str | None, facts: Facts) -> bool:
    """Whether this rule of this file may start a clock about it."""
    if rule.starts not in OF_REFERRAL or about is None:
        return True
    referral = ground.case.referrals[about]
    if rule.of_step != ANY_STEP:
        return proposed_by(referral, ground.protocol.protocol)
    if any(_timed_elsewhere(ground, rule, referral)):
        return False
    first = (one for one in ground.running if proposed_by(referral, one.protocol))
    beside = (one for one in ground.running if not proposed_by(referral, one.protocol))
    whose = next((one for one in (*first, *beside) if _has_one(one, rule, referral, facts)), None)
    return whose is None or whose.protocol == ground.protocol.protocol


def _has_one(protocol: Protocol, rule: ClockRule, referral: Referral, facts: Facts) -> bool:
    its_step = referral.step if proposed_by(referral, protocol.protocol) else None
    return any(
        same_kind(one, rule) and one.of_step in (ANY_STEP, its_step) and one.when.matches(facts)
        for one in protocol.clocks
        if one.of_step is not None
    )


def _timed_elsewhere(ground: Ground, rule: ClockRule, referral: Referral) -> Iterator[bool]:
    """What began under another file goes on there, whatever became known since."""
    files = {one.ref: one for one in ground.running if one.protocol != ground.protocol.protocol}
    for clock in ground.case.clocks.values():
        other = files.get(clock.protocol) if clock.about == referral.id else None
        its = other.clock(clock.name) if other else None
        yield its is not None and same_kind(its, rule)
