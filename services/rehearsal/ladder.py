"""Which rung of a protocol's ladder a reminder or an escalation is: the events themselves name the clock only. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from backbone.protocols.clock_rules import LadderStep
from schakel.case_marks import Clock
from schakel.case_state import State
from schakel.entry import Entry
from schakel.events import Event
from schakel.events.case import CaseEscalated
from schakel.events.clock import ClockBreached, ClockReminded
from services.followup.clocks import rungs
from services.rehearsal.setting import Setting


@dataclass(frozen=True, slots=True)
class Climbed:
    """A rung that was reached, above which clock."""

    rung: LadderStep
    clock: Clock


def climbed(concluded: Iterable[Entry], case: State, setting: Setting) -> dict[str, Climbed]:
    """By the id of the reminder or escalation. concluded: all of the play so far, in its order."""
    found: dict[str, Climbed] = {}
    above: dict[str, list[LadderStep]] = {}
    for entry in concluded:
        clock = case.clocks.get(_clock_of(entry.event))
        if clock is None:
            continue
        if isinstance(entry.event, ClockBreached):
            protocol = setting.protocols.get(*clock.protocol.split("@", 1))
            above[clock.id] = [step for _, step in rungs(setting.chain.calendar(), protocol, clock)]
        elif above.get(clock.id):
            found[entry.id] = Climbed(above[clock.id].pop(0), clock)
    return found


def _clock_of(event: Event) -> str:
    if isinstance(event, ClockBreached | ClockReminded):
        return event.clock
    return next(iter(event.premises), "") if isinstance(event, CaseEscalated) else ""
