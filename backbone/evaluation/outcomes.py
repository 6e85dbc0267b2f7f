"""What came of it: reach of aftercare, why cases closed, whether it stopped, whether it helped, who heard back. Pure.

Closed is not stopped, and stopped is not recovered [1 §2.4]: three figures. *Unknown* is counted as that and never left out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from backbone.evaluation.conformance import Chosen
from backbone.evaluation.small_cells import REST, Cell, Reader, pooled, small
from backbone.evaluation.trail import Trail
from schakel.events.vocab import AftercareFor, CloseReason, Outcome


@dataclass(frozen=True, slots=True)
class Figure:
    """How often each answer, of the cases or referrals that `of` names."""

    name: str
    of: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """`left_out`: how many figures too few cases stand behind to be shown to readers outside."""

    reader: Reader
    figures: tuple[Figure, ...]
    left_out: int = 0


def outcomes(chosen: Chosen, reader: Reader) -> Outcomes:
    """Each figure by itself; for readers outside without small cells."""
    tallies: dict[tuple[str, str], dict[str, Cell]] = {}
    for trail in chosen.cases:
        for figure, of, word in _of(trail):
            tallies.setdefault((figure, of), {}).setdefault(word, Cell())[trail.id] += 1
    if reader is Reader.INSIDE:
        return Outcomes(
            reader,
            tuple(
                Figure(name, of, {word: tally[word].total() for word in sorted(tally)})
                for (name, of), tally in tallies.items()
            ),
        )
    all_ = {trail.id for trail in chosen.cases}
    found = [_outside(name, of, tally, all_) for (name, of), tally in tallies.items()]
    shown = tuple(one for one in found if one.counts)
    return Outcomes(reader, shown, len(found) - len(shown))


def _outside(name: str, of: str, tally: Mapping[str, Cell], all_: Collection[str]) -> Figure:
    """A figure of all cases but a few would tell, by its sum, how many those few are: they are put together with its smallest answers."""
    behind = set().union(*tally.values())
    others = Cell(case for case in all_ if case not in behind)
    once_each = sum(cell.total() for cell in tally.values()) == len(behind)
    if once_each and small(len(others)):
        return Figure(name, "cases", pooled({**tally, REST: others}))
    return Figure(name, of, pooled(tally))


def _of(trail: Trail) -> list[tuple[str, str, str]]:
    state = trail.state
    found = [("state", "cases", "closed" if state.closed else "open")]
    if state.closed:
        found += _ended(trail)
    for referral in state.referrals.values():
        if referral.completed_at:
            found.append(("helped", "completed referrals", referral.helped or Outcome.UNKNOWN.value))
        if referral.declined_at:
            found.append(("not taken up", "declined referrals", referral.decline_reason or "other"))
    if state.reported_at:
        found.append(("reporter heard back", "cases", _heard(trail)))
    content = [line for line in trail.happened if line.type == "assessment.recorded"]
    hearing = state.desk.hearing if state.desk else None
    if content and hearing and hearing.content:
        found.append(("reporter content", "cases with hearing both sides", hearing.content))
    referrers = [line for line in trail.happened if line.type in ("referral.reported", "feedback.given")]
    if state.referrals:
        found.append(("referrer heard back", "cases with a referral", "yes" if referrers else "no"))
    return found


def _ended(trail: Trail) -> list[tuple[str, str, str]]:
    state = trail.state
    found = [("closing reason", "closed cases", state.close_reason or CloseReason.OTHER.value)]
    became = state.outcomes
    found.append(("situation stopped", "closed cases", became.get("situation_stopped", Outcome.UNKNOWN.value)))
    found.append(("recovered", "closed cases", became.get("recovered", Outcome.UNKNOWN.value)))
    found.append(("aftercare", "closed cases", _aftercare(trail)))
    evaluated = any(line.type == "evaluation.recorded" for line in trail.happened)
    found.append(("evaluated", "closed cases", "yes" if evaluated else "no"))
    return found


def _aftercare(trail: Trail) -> str:
    """Her answer; else whether somebody reached her after the closing, tried to, or she wanted no call."""
    state = trail.state
    assert state.closed_at is not None
    after = [one for one in state.contacts if one.at >= state.closed_at and one.whom == "victim"]
    if any(one.made for one in after):
        return "reached"
    answer = state.aftercare.get(AftercareFor.VICTIM.value)
    if answer:
        return f"answered {answer}"
    if state.no_call:
        return "wanted no call"
    return "attempted" if after else "not yet"


def _heard(trail: Trail) -> str:
    """Whether anybody had a word for whoever reported, at any time after the report: a contact, or information.

    Not only after the closing: a reporter wants to know what happens with the report, by whom, and to be able to stop it [4, 1 §3.5]. What
    was explained as it was taken stands in the report itself, and is no word back. A word to her is none to a bystander who reported.
    """
    state = trail.state
    assert state.reported_at is not None
    reporter = state.facts["reporter"]
    spoke = any(one.made and one.whom == reporter and one.at > state.reported_at for one in state.contacts)
    told = any(line.type == "information.given" and line.word == reporter for line in trail.happened)
    return "yes" if spoke or told else "no"
