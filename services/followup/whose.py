"""Which file's clock times a referral, where a case runs under several: one of each kind (docs/adr/0064). Pure.

The file whose step proposed it comes first. Where that has no clock of the kind for it, and for a referral by hand, the first file of the
case that times every referral does. A clock that stands still because it does not apply any more waits for nobody, and keeps none away.
"""

from collections.abc import Iterator

from backbone.protocols import Facts, Protocol
from backbone.protocols.clock_rules import ANY_STEP, OF_REFERRAL, ClockRule, same_kind
from schakel.case_state import Clock, ClockState, Referral
from services.followup.clocks import Ground
from services.followup.subjects import proposed_by


def times(ground: Ground, rule: ClockRule, about: str | None, facts: Facts) -> bool:
    """Whether this rule of this file may start a clock about it."""
    if rule.starts not in OF_REFERRAL or about is None:
        return True
    referral = ground.case.referrals[about]
    if rule.of_step != ANY_STEP and not proposed_by(referral, ground.protocol.protocol):
        return False
    elsewhere = _elsewhere(ground, rule, about)
    if any(not _lapsed(clock) or its.when.matches(facts) for clock, its, _ in elsewhere):
        return False
    if rule.of_step != ANY_STEP:
        return True
    in_order = _in_order(ground, referral)
    whose = next((one for one in in_order if _has_one(one, rule, referral, facts)), None)
    return whose is None or whose.protocol == ground.protocol.protocol


def goes_on(ground: Ground, rule: ClockRule, clock: Clock, facts: Facts) -> bool:
    """Whether this clock, when it applies, has anything to wait for: not where it stood still and another file waits meanwhile."""
    if rule.starts not in OF_REFERRAL or clock.about is None or not _lapsed(clock):
        return True
    in_order = _in_order(ground, ground.case.referrals[clock.about])
    before = in_order[: in_order.index(ground.protocol)]
    return not any(
        not _lapsed(other) or (file in before and its.when.matches(facts))
        for other, its, file in _elsewhere(ground, rule, clock.about)
    )


def _in_order(ground: Ground, referral: Referral) -> list[Protocol]:
    """The files of the case, the one whose step proposed it first."""
    return sorted(ground.running, key=lambda one: not proposed_by(referral, one.protocol))


def _has_one(protocol: Protocol, rule: ClockRule, referral: Referral, facts: Facts) -> bool:
    its_step = referral.step if proposed_by(referral, protocol.protocol) else None
    return any(
        same_kind(one, rule) and one.of_step in (ANY_STEP, its_step) and one.when.matches(facts)
        for one in protocol.clocks
        if one.of_step is not None
    )


def _elsewhere(ground: Ground, rule: ClockRule, about: str) -> Iterator[tuple[Clock, ClockRule, Protocol]]:
    """What began under another file, of this kind: it goes on there, whatever became known since."""
    files = {one.ref: one for one in ground.running if one.protocol != ground.protocol.protocol}
    for clock in ground.case.clocks.values():
        other = files.get(clock.protocol) if clock.about == about else None
        its = other.clock(clock.name) if other else None
        if other and its and same_kind(its, rule):
            yield clock, its, other


def _lapsed(clock: Clock) -> bool:
    return clock.state is ClockState.SUSPENDED and clock.still == "no_longer_applies"
