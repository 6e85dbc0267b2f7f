"""Told cases as an evaluation judges them, for tests: whole, or as if some of what was said had never been."""

from datetime import datetime

from backbone.evaluation.conformance import judge
from backbone.evaluation.trail import trails
from backbone.evaluation.verdicts import Judged
from schakel.entry import Entry
from tests.support.casebook import Story
from tests.support.telling import moment


def judged(story: Story, until: str | datetime | None = None) -> list[Judged]:
    """Every part, as the records say at their end or at a later moment."""
    return _judged(story, story.world.ledger, until)


def lacking(story: Story, *types: str) -> list[Judged]:
    """Every part, had nobody ever told or concluded these types of event."""
    return _judged(story, [entry for entry in story.world.ledger if entry.envelope.type not in types], None)


def _judged(story: Story, ledger: list[Entry], until: str | datetime | None) -> list[Judged]:
    read = trails(ledger)
    (trail,) = read.cases.values()
    chain = story.world.chains.get(trail.state.chain or "")
    assert chain is not None
    assert read.until is not None
    return list(judge(trail, chain, story.world.protocols, moment(until) if until else read.until))
