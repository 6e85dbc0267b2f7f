"""What a person should have been told, before being asked or after it happened, and was not: the `explain` parts. Pure.

It shows as "not explained", on the case and nowhere else: no clock, no breach, and nothing is taken back for it (docs/adr/0027).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backbone.protocols import Protocol
from backbone.protocols.facts import Facts
from backbone.protocols.model import COMPLAINT_SETTLED, Explain
from schakel.case_needs import noted, times_explained
from schakel.case_state import State
from schakel.events.vocab import InformationTopic


@dataclass(frozen=True, slots=True)
class NotExplained:
    """A topic that nobody explained, while what it had to come before or after has happened."""

    topic: str
    protocol: str


def not_explained(case: State, facts: Facts, protocols: Iterator[Protocol]) -> list[NotExplained]:
    """Each topic once, by the first protocol that asks for it."""
    found: dict[str, NotExplained] = {}
    for protocol in protocols:
        for duty in protocol.explain:
            if _is_due(case, facts, protocol, duty) and not times_explained(case, duty.topic.value):
                found.setdefault(duty.topic.value, NotExplained(duty.topic.value, protocol.ref))
    return list(found.values())


def _is_due(case: State, facts: Facts, protocol: Protocol, duty: Explain) -> bool:
    """What comes afterwards is due only where its condition holds. Why a complaint ended is counted for each end, and elsewhere."""
    if duty.after is None:
        return _has_come(case, protocol, duty)
    if duty.topic is InformationTopic.DISMISSAL or not duty.when.matches(facts):
        return False
    if duty.after == COMPLAINT_SETTLED:
        complaint = noted(case).complaint
        return complaint is not None and complaint.settled is not None
    return any(
        referral.step == duty.after and referral.protocol == protocol.ref and referral.released
        for referral in case.referrals.values()
    )


def _has_come(case: State, protocol: Protocol, duty: Explain) -> bool:
    """Whether that which it should come before has happened."""
    desk = noted(case)
    match duty.before:
        case "consent":
            return bool(case.asked or case.grants or case.noes)
        case "label":
            return bool(case.labels) or case.label_refused
        case "complaint":
            complaint = desk.complaint
            return complaint is not None and bool(complaint.appointed or complaint.taken)
        case "hearing_both_sides":
            return desk.hearing is not None
        case step:
            return any(
                referral.step == step and referral.protocol == protocol.ref for referral in case.referrals.values()
            )
