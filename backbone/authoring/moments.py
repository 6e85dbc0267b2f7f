"""When the steps of a protocol happen, and which question, door or step of the file leads to which part. Pure.

An arrow is drawn only where the file itself names the one in the other: a condition names a door, a fact that a question of the file
answers, or a role that took the case up; a step names the step that comes first; an explanation the step that it comes before.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backbone.authoring import sentences as s
from backbone.protocols.clock_rules import ClockStart
from backbone.protocols.conditions import Condition
from backbone.protocols.model import Protocol, Step
from schakel.case_hearing import Stage
from schakel.case_mediation import SUSPICION
from schakel.events.report import FIRST_QUESTION
from schakel.events.vocab import Check, Role

ANSWERED_BY: Mapping[str, Sequence[Check]] = {
    "suspicion": SUSPICION,
    "suspected": SUSPICION,
    "danger": FIRST_QUESTION,
    "unsafe": FIRST_QUESTION,
    "minor": (Check.MINOR,),
    "domestic": (Check.DOMESTIC,),
    "honour": (Check.HONOUR_RELATED,),
    "refugee": (Check.REFUGEE,),
    "earlier_reports": (Check.EARLIER_REPORTS,),
    "confused_offender": (Check.CONFUSED_OFFENDER,),
    "punishable": (Check.PUNISHABLE,),
    "vulnerability": (Check.VULNERABILITY,),
    "hearing": (Check.SUSPICION_REMOVED, Check.REPORTER_CONTENT),
}
"""Facts that rest on the answers to questions, and on which (`backbone.case_facts`)."""

AT_ONCE = "Meteen na de melding"
_IN_DANGER = "Eerst, als er gevaar is"
_LATER: Sequence[tuple[frozenset[str], str]] = (
    (frozenset({"listed"}), "Na de zoekvraag van de politie"),
    (frozenset({"needs", "wishes"}), "Als de persoon daarom vraagt"),
    (frozenset({"accepted"}), "Als een partner de zaak heeft opgepakt"),
    (frozenset({"escalated_to"}), "Als de zaak is opgeschaald"),
    (frozenset({"actions"}), "Als er een actie is afgesproken"),
    (frozenset({"category", "vulnerability"}), "Als iemand dat heeft vastgesteld"),
    (frozenset({"hearing"}), "Na hoor en wederhoor"),
    (frozenset({"talk_ruled_out"}), "In plaats van een gesprek met de andere kant"),
    (frozenset({"complaint"}), "Bij een aangifte"),
)
"""When a step happens, by the facts that its condition asks for: the later in the life of a case, the lower."""
_DANGER = frozenset({"danger", "unsafe", "acute"})


def as_they_come(protocol: Protocol) -> Mapping[str, Sequence[Any]]:
    """The parts of each section by when they come; a section that is not here stands as the file has it."""
    starts = list(ClockStart)
    return {
        "checks": sorted(protocol.checks, key=lambda check: check.check not in FIRST_QUESTION),
        "explain": sorted(protocol.explain, key=lambda explain: explain.after is not None),
        "steps": [step for _, step in in_order(protocol)],
        "informs": sorted(protocol.informs, key=lambda inform: _rank(inform.when)),
        "clocks": sorted(protocol.clocks, key=lambda clock: starts.index(clock.starts)),
    }


def in_order(protocol: Protocol) -> list[tuple[str, Step]]:
    """The steps as they come, each with when: what danger asks first, then at once, then what waits for something. A step that
    comes after another stands below it, whatever it asks for besides."""
    rank: dict[str, int] = {}
    for step in protocol.steps:  # the one it comes after stands above it in the file (`order_faults`)
        rank[step.id] = max(_rank(step.when), rank.get(step.after or "", 0))
    return [(_called(rank[step.id]), step) for step in sorted(protocol.steps, key=lambda step: rank[step.id])]


def _rank(when: Condition) -> int:
    asked = {name for name, _ in when.must}
    later = [place for place, (facts, _) in enumerate(_LATER, 2) if facts & asked]
    return max(later) if later else 0 if asked & _DANGER else 1


def _called(rank: int) -> str:
    return (_IN_DANGER, AT_ONCE, *(said for _, said in _LATER))[rank]


def door_groups(protocol: Protocol) -> list[tuple[Role, ...]]:
    """The doors that the file names, those together for which it says the same. Empty when no part asks for a door."""
    named: dict[Role, list[int]] = {}
    whens = [*(step.when for step in protocol.steps), *(inform.when for inform in protocol.informs)]
    for place, when in enumerate(whens):
        for role in s.doors(when):
            named.setdefault(role, []).append(place)
    groups: dict[tuple[int, ...], list[Role]] = {}
    for role in Role:
        if role in named:
            groups.setdefault(tuple(named[role]), []).append(role)
    return [tuple(group) for group in groups.values()]


def arrows(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """From the key of a part to the key of what it leads to, as far as the file says so."""
    steps = {step.id for step in protocol.steps}
    yield from ((f"explain:{one.id}", f"step:{one.before}") for one in protocol.explain if one.before in steps)
    yield from ((f"step:{one.after}", f"explain:{one.id}") for one in protocol.explain if one.after in steps)
    parts = [
        *((f"step:{one.id}", one.when) for one in protocol.steps),
        *((f"inform:{one.id}", one.when) for one in protocol.informs),
    ]
    for key, when in parts:
        yield from ((begin, key) for begin in _leads(protocol, when))
    for step in protocol.steps:
        if step.after:
            yield f"step:{step.after}", f"step:{step.id}"
    if protocol.aftercare and (protocol.closing.by or protocol.closing.reasons):
        yield "closing", f"aftercare:{protocol.aftercare.id}"


def _leads(protocol: Protocol, when: Condition) -> Iterator[str]:
    doors = set(s.doors(when))
    yield from (f"door:{number}" for number, group in enumerate(door_groups(protocol)) if doors & set(group))
    for name, words in when.must:
        answered = ANSWERED_BY.get(name, ())
        if _waits_for_an_answer(name, words):
            yield from (f"check:{check.id}" for check in protocol.checks if check.check in answered)
        if name == "answered":
            own = {str(word).rpartition("-")[0] for word in words if word is not None}
            yield from (
                f"check:{check.id}" for check in protocol.checks if check.id in own and check.check is Check.OTHER
            )
        if name == "accepted":
            yield from (f"step:{step.id}" for step in protocol.steps if step.refer.to.value in words)


def _waits_for_an_answer(name: str, words: frozenset[str | bool | None]) -> bool:
    """Whether the fact asks for an answer that somebody gave. That both sides are to be heard was agreed before any answer."""
    return words != {None} and not (name == "hearing" and words <= {Stage.AGREED, None})
