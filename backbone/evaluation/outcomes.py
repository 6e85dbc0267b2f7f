"""What came of it: reach of aftercare, why cases closed, whether it stopped, whether it helped, who heard back. Pure.

Closed is not stopped, and stopped is not recovered [1 §2.4]: three figures. *Unknown* is counted as that and never left out.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from backbone.evaluation.conformance import Chosen
from backbone.evaluation.small_cells import Reader, pooled
from backbone.evaluation.trail import Trail
from schakel.events.vocab import AftercareFor, CloseReason, Outcome


@dataclass(frozen=True, slots=True)
class Figure:
    """How often each answer, of the cases or referrals that `of` names."""

    name: str
    of: str
    counts: Mapping[str, int]


def outcomes(chosen: Chosen, reader: Reader) -> list[Figure]:
    """Each figure by itself; for readers outside without small cells."""
    tallies: dict[tuple[str, str], Counter[str]] = {}
    for trail in chosen.cases:
        for figure, of, word in _of(trail):
            tallies.setdefault((figure, of), Counter())[word] += 1
    found = []
    for (name, of), tally in tallies.items():
        counts = pooled(tally) if reader is Reader.OUTSIDE else dict(sorted(tally.items()))
        if counts:
            found.append(Figure(name, of, counts))
    return found


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
    said = [line for line in trail.happened if line.type in ("close.requested", "thread.closed")]
    found.append(("situation stopped", "closed cases", _last(line.stopped for line in said)))
    found.append(("recovered", "closed cases", _last(line.recovered for line in said)))
    found.append(("aftercare", "closed cases", _aftercare(trail)))
    evaluated = any(line.type == "evaluation.recorded" for line in trail.happened)
    found.append(("evaluated", "closed cases", "yes" if evaluated else "no"))
    return found


def _last(words: object) -> str:
    """The newest answer that is one."""
    answers = [word for word in words if word and word != Outcome.UNKNOWN]  # type: ignore[attr-defined]
    return answers[-1] if answers else Outcome.UNKNOWN.value


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
    """Whether anybody had a word for whoever reported, after the report: a contact, or information."""
    state = trail.state
    assert state.reported_at is not None
    reporter = state.facts["reporter"]
    spoke = any(one.made and one.whom == reporter and one.at > state.reported_at for one in state.contacts)
    told = any(line.type == "information.given" for line in trail.happened)
    return "yes" if spoke or told else "no"
