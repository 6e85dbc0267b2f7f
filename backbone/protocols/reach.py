"""Which roles a file's own steps can bring a case to, and what waits for another one. Pure: a protocol in, faults out."""

from collections.abc import Iterator

from backbone.protocols.answer_rules import parts
from backbone.protocols.conditions import Condition
from backbone.protocols.model import Protocol, Step
from backbone.protocols.reading import Fault, Level
from schakel.events.vocab import Role

TAKEN_UP = "accepted"


def faults(protocol: Protocol) -> Iterator[Fault]:
    """A condition that no step of the file can make true, such as that of the only step to a role, which waits for that role."""
    reached = _reached(protocol)
    for at, when, _ in parts(protocol):
        for name, allowed in when.must:
            if name == TAKEN_UP and not _may_hold(allowed, reached):
                roles = " or ".join(sorted(map(str, allowed)))
                late = any(step.refer.to in allowed for step in protocol.steps)
                why = f"no step that refers to {roles} can come before this" if late else f"no step refers to {roles}"
                yield Fault(
                    (*at, "when", TAKEN_UP),
                    f"{why}; this holds only after a referral by hand",
                    "a role that a step of this file refers to, whatever this part itself does",
                    "add a step to it, or correct the role; leave it so where another file of the chain, or somebody by hand, refers to it",
                    Level.WARNING,
                )


def _reached(protocol: Protocol) -> frozenset[Role]:
    """The roles to which steps refer that do not wait, in the end, for themselves."""
    steps: set[str] = set()
    roles: set[Role] = set()
    ids = {step.id for step in protocol.steps}
    while more := [one for one in protocol.steps if one.id not in steps and _comes(one, frozenset(roles), ids - steps)]:
        steps |= {one.id for one in more}
        roles |= {one.refer.to for one in more}
    return frozenset(roles)


def _comes(step: Step, reached: frozenset[Role], waiting: set[str]) -> bool:
    return step.after not in waiting and _can_begin(step.when, reached)


def _can_begin(when: Condition, reached: frozenset[Role]) -> bool:
    return all(_may_hold(allowed, reached) for name, allowed in when.must if name == TAKEN_UP)


def _may_hold(allowed: frozenset[str | bool | None], reached: frozenset[Role]) -> bool:
    return None in allowed or not allowed.isdisjoint(reached)
