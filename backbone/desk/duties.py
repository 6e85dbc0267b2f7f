"""What a person should have been told before being asked, and was not: the `explain` parts of the case's protocols. Pure.

It shows as "not explained", on the case and nowhere else: no clock, no breach, and nothing is taken back for it (docs/adr/0027).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backbone.protocols import Protocol
from backbone.protocols.model import Explain
from schakel.case_needs import noted, times_explained
from schakel.case_state import State


@dataclass(frozen=True, slots=True)
class NotExplained:
    """A topic that came after what it should have come before."""

    topic: str
    before: str
    protocol: str


def not_explained(case: State, protocols: Iterator[Protocol]) -> list[NotExplained]:
    """Each topic once, by the first protocol that asks for it."""
    found: dict[str, NotExplained] = {}
    for protocol in protocols:
        for duty in protocol.explain:
            if _has_come(case, protocol, duty) and not times_explained(case, duty.topic.value):
                found.setdefault(duty.topic.value, NotExplained(duty.topic.value, duty.before, protocol.ref))
    return list(found.values())


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
