"""Plays a scenario, or the told events of a real case, against a protocol, and keeps what followed from each line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from backbone.protocols.fault import Fault
from backbone.protocols.reading import Document, Problem
from schakel.case_state import State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Event, Told
from schakel.events.report import ReportReceived
from schakel.messages import Refusal
from services.intake.rules import Submission, refusal
from services.rehearsal.ladder import Climbed, climbed
from services.rehearsal.scenario import Line, Scenario
from services.rehearsal.setting import Setting
from services.rehearsal.stage import Stage
from services.rehearsal.telling import CannotTell, Teller, envelope, numbers

CASE = "c0ffee00-0000-4000-8000-000000000001"

Failure = tuple[str, str]
"""What was not as the scenario says: which kind (a word of `words.FIXED`), and what."""


@dataclass
class Scene:
    """One line: what came due before it, what was told, what followed. `failed`: expectations that were not met."""

    at: datetime
    teller: str | None = None
    told: Event | None = None
    refused: Refusal | None = None
    due: list[Entry] = field(default_factory=list)
    followed: list[Entry] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    note: str | None = None

    @property
    def concluded(self) -> list[Entry]:
        return [*self.due, *self.followed]


@dataclass
class Rehearsal:
    """A whole play. `case`: how it stands at the end."""

    title: str
    setting: Setting
    scenes: list[Scene]
    case: State
    failed: list[Failure] = field(default_factory=list)

    @property
    def concluded(self) -> list[Entry]:
        return [entry for scene in self.scenes for entry in scene.concluded]

    @cached_property
    def climbed(self) -> dict[str, Climbed]:
        """By the id of a conclusion: the rung of the ladder that it is."""
        return climbed(self.concluded, self.case, self.setting)

    @property
    def failures(self) -> list[Failure]:
        return [*(why for scene in self.scenes for why in scene.failed), *self.failed]


def play(scenario: Scenario, document: Document, setting: Setting) -> Rehearsal | Problem:
    """The scenario under these files; the fault of the first line that cannot be played."""
    stage, teller, number = Stage(setting.chains, setting.protocols, CASE), Teller(setting.chain), numbers()
    scenes: list[Scene] = []
    for place, line in enumerate(scenario.lines):
        at = teller.moment(line.at)
        if scenes and at < scenes[-1].at:
            return document.problem(too_early(place))
        scene = Scene(at, due=list(stage.pass_time(at)))
        scenes.append(scene)
        if line.tell is not None:
            try:
                partner = teller.partner(line.by, stage.case)
                event = teller.event(line, stage.case)
            except CannotTell as wrong:
                return document.problem(replace(wrong.fault, at=("lines", place, *wrong.fault.at)))
            scene.teller, scene.told = partner.id, event
            made = envelope(partner, event, at, CASE, next(number))
            scene.refused = refusal_of(made, event, stage.case, setting, at)
            if scene.refused is None:
                _, scene.followed = stage.tell(Entry(made, event))
        above = climbed((entry for one in scenes for entry in one.concluded), stage.case, setting)
        scene.failed = _unmet(line, scene, stage.case, above)
    if scenario.until:
        end = teller.moment(scenario.until)
        scenes.append(Scene(end, due=list(stage.pass_time(end))))
    made_up = Rehearsal(scenario.scenario, setting, scenes, stage.case)
    every, above = made_up.concluded, made_up.climbed
    made_up.failed = [("never:", unwanted) for unwanted in scenario.never if _find(unwanted, every, stage.case, above)]
    return made_up


def replay(
    title: str, told: Sequence[Entry], recorded: Sequence[Entry], setting: Setting, until: datetime | None
) -> Rehearsal:
    """A real case again, as if it had run under these files. recorded: its whole history, by which answers find their referral."""
    before = {
        entry.id: (getattr(entry.event, "to", ""), str(getattr(entry.event, "purpose", ""))) for entry in recorded
    }
    stage, scenes = Stage(setting.chains, setting.protocols, told[0].envelope.case or CASE), list[Scene]()
    for entry in told:
        at = entry.envelope.logged_at
        scene = Scene(at, entry.author or None, due=list(stage.pass_time(at)))
        event, found = _pointed_anew(entry.event, before, stage.case)
        scene.told = event
        scene.note = None if found else "nothing_to_answer"
        _, scene.followed = stage.tell(Entry(entry.envelope, event))
        scenes.append(scene)
    if until:
        scenes.append(Scene(until, due=list(stage.pass_time(until))))
    return Rehearsal(title, setting, scenes, stage.case)


def too_early(place: int) -> Fault:
    """A line that lies before the one above it."""
    what, remedy = "this line lies before the one above it", "move the line, or correct its moment"
    return Fault(("lines", place, "at"), what, "lines in the order of time", remedy)


def _pointed_anew(event: Event, before: dict[str, tuple[str, str]], case: State) -> tuple[Event, bool]:
    """An answer to a referral, pointing to the one that this version proposed to the same partner for the same purpose."""
    named = getattr(event, "referral", None)
    if not isinstance(named, str) or named in case.referrals:
        return event, True
    to, purpose = before.get(named, ("", ""))
    fits = [one.id for one in case.referrals.values() if (one.to, one.purpose) == (to, purpose)]
    return (event.model_copy(update={"referral": fits[-1]}), True) if fits else (event, False)


def refusal_of(
    made: Envelope, event: Told, case: State, setting: Setting, at: datetime, other: State | None = None
) -> Refusal | None:
    """What intake would say to it. other: the second case that it names."""
    opening = isinstance(event, ReportReceived)
    named = (
        made
        if not opening
        else Envelope(made.id, made.source, made.type, made.time, None, logtime=at, partner=made.partner)
    )
    partner = setting.chain.partners[made.partner or ""]
    known = None if opening or case.report is None else case
    return refusal(Submission(named, event, partner, known, other), setting.chains, at)


# --- expectations -----------------------------------------------------------------------------------------------------


def _unmet(line: Line, scene: Scene, case: State, above: Mapping[str, Climbed]) -> list[Failure]:
    failed: list[Failure] = []
    if scene.refused and (line.refused is None or line.refused != scene.refused.code):
        failed.append(("refused:", scene.refused.code))
    if line.refused and not scene.refused:
        failed.append(("accepted:", line.refused))
    if line.expect == () and scene.concluded:
        failed.append(("nothing_was", ""))
    wanted = line.expect or ()
    return failed + [("wanted:", one) for one in wanted if not _find(one, scene.concluded, case, above)]


def _find(wanted: str, entries: Sequence[Entry], case: State, above: Mapping[str, Climbed]) -> Entry | None:
    """The first conclusion of that type that answers to all further words."""
    event_type, *words = wanted.split()
    for entry in entries:
        if entry.envelope.type == event_type and set(words) <= set(answers_to(entry, case, above)):
            return entry
    return None


def answers_to(entry: Entry, case: State, above: Mapping[str, Climbed]) -> Iterator[str]:
    """The words by which a scenario may name a conclusion: partner, role, step, clock, rung, reason, mode and so on."""
    if rung := above.get(entry.id):
        yield rung.rung.id
    for name, value in entry.event.model_dump(mode="json", exclude={"premises", "sealed"}).items():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))
        if name == "referral" and (referral := case.referrals.get(str(value))):
            yield from filter(None, (referral.to, referral.role, referral.purpose, referral.step))
        if name == "clock" and (clock := case.clocks.get(str(value))):
            yield from filter(None, (clock.name, clock.responsible))
