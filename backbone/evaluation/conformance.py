"""Conformance: each case against its protocols, part by part. Pure.

Nothing here is written into the ledger and nothing rests on it (docs/adr/0038): what a part came to depends on the moment at which
somebody looks, and on what was agreed then. A case is judged under the versions that it ran under, wherever the file stands today.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from backbone.case_facts import facts_of
from backbone.chains import Chain
from backbone.evaluation import clocks, referrals, words
from backbone.evaluation.judging import Ground
from backbone.evaluation.period import Period
from backbone.evaluation.trail import Trail, Trails
from backbone.evaluation.verdicts import CONFORMING, Judged
from backbone.protocols import Protocols

_OF_A_PROTOCOL = (
    words.checks,
    words.explained,
    referrals.steps,
    referrals.uptakes,
    referrals.informs,
    clocks.clocks,
    words.lines,
)
_OF_A_CASE = (referrals.by_hand, clocks.actions, words.reached)


@dataclass
class Chosen:
    """The cases of a chain in a period, and why others of it are in no figure: nothing is left out in silence."""

    chain: Chain
    period: Period
    until: datetime
    cases: list[Trail] = field(default_factory=list)
    imported: int = 0
    drills: int = 0
    erased: int = 0
    never_opened: int = 0
    unread: int = 0


def in_view(trail: Trail, chain: Chain, period: Period) -> bool:
    """Whether an evaluation of that chain and period has to look at the case, in a figure or not."""
    state = trail.state
    if state.chain not in (None, chain.name) or not state.reported_at:
        return False
    return period.holds(chain.day_of(state.reported_at))


def choose(found: Trails, chain: Chain, period: Period) -> Chosen | None:
    """Cases that were reported in the period, in the chain's own time. None: nothing was read at all."""
    if found.until is None:
        return None
    chosen = Chosen(chain, period, found.until, unread=found.unread)
    for trail in found.cases.values():
        state = trail.state
        if not in_view(trail, chain, period):
            continue
        if state.chain is None:
            chosen.never_opened += state.door in {member.partner for member in chain.members}
        elif state.drill:
            chosen.drills += 1
        elif state.history:
            chosen.imported += 1
        elif not trail.counts:
            chosen.erased += 1
        else:
            chosen.cases.append(trail)
    return chosen


def judge(trail: Trail, chain: Chain, protocols: Protocols, until: datetime) -> Iterator[Judged]:
    """Every part of every protocol of an opened case. Raises UnknownProtocolError for a version whose file is gone."""
    state = trail.state
    facts = facts_of(state, chain.roles_of(state.door or ""), chain.file.time_zone)
    closings: list[Judged] = []
    for number, ref in enumerate(state.protocols):
        name, _, version = ref.partition("@")
        ground = Ground(trail, chain, protocols.get(name, version), facts, until)
        for part in _OF_A_PROTOCOL:
            yield from part(ground)
        closings += words.closing(ground)
        if number == 0:
            for part in _OF_A_CASE:
                yield from part(ground)
    yield from _one_end(closings)


def _one_end(closings: list[Judged]) -> list[Judged]:
    """A case under several protocols is closed once: as one of them says is enough."""
    agreed = [one for one in closings if one.verdict in CONFORMING]
    return (agreed or closings)[:1]


def judge_all(chosen: Chosen, protocols: Protocols) -> Iterator[Judged]:
    """The same of all that were chosen."""
    for trail in chosen.cases:
        yield from judge(trail, chosen.chain, protocols, chosen.until)
