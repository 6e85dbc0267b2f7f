"""Where a duty to explain stands in a case (domain-detail a3): explained, due now, or not yet. Pure."""

from collections.abc import Collection
from enum import StrEnum

from backbone.protocols.facts import Facts
from backbone.protocols.model import Explain


class Explained(StrEnum):
    """`due`: what it waits for holds, and nobody has said it. Nothing waits for it; it shows."""

    DONE = "done"
    DUE = "due"
    NOT_YET = "not_yet"


def status_of(explain: Explain, told: Collection[str], facts: Facts) -> Explained:
    """told: the topics that were explained to the person, in whatever words."""
    if explain.topic.value in told:
        return Explained.DONE
    return Explained.DUE if explain.when.matches(facts) else Explained.NOT_YET
