"""Plays a scenario about a chain that keeps a scheme: what is told, what comes due as time passes, who hears it, and what agendas hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from backbone.chain_desks import concerned
from backbone.chains import Chain
from backbone.protocols.fault import Fault, Location
from backbone.protocols.reading import Document, Problem
from schakel.case_state import Effect, State
from schakel.chain_state import ChainState
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.case import TrendSignalled
from schakel.events.chain import RhythmDue, RhythmMissed
from schakel.events.report import ReportLinked, ReportReceived
from schakel.ids import OPERATOR as OPERATORS_SOURCE
from schakel.messages import Message, Refusal
from services.rehearsal.chain_shown import Shown, holds, look, meets
from services.rehearsal.chain_stage import ChainStage
from services.rehearsal.chain_telling import OPERATOR, OPERATORS, ChainTeller, kind_of
from services.rehearsal.play import Failure, refusal_of, too_early
from services.rehearsal.scenario import ChainLine, ChainScenario
from services.rehearsal.setting import Setting
from services.rehearsal.telling import CannotTell, envelope, numbers


@dataclass
class ChainScene:
    """One line: what came due before it, what was told or looked at, what followed."""

    at: datetime
    teller: str | None = None
    """A partner, or `operator`."""
    case: str | None = None
    """The name of the case that it was told in."""
    told: Told | None = None
    told_id: str = ""
    refused: Refusal | None = None
    due: list[Entry] = field(default_factory=list)
    followed: list[Entry] = field(default_factory=list)
    shown: Shown | None = None
    failed: list[Failure] = field(default_factory=list)
    note: str | None = None

    @property
    def concluded(self) -> list[Entry]:
        return [*self.due, *self.followed]


@dataclass
class ChainRehearsal:
    """A whole play. `state`: what the chain's stream says at the end, which is at `until`."""

    title: str
    setting: Setting
    scenes: list[ChainScene]
    state: ChainState
    names: Mapping[str, str]
    """The name of each case by its id."""
    heard: Mapping[str, Sequence[tuple[str, Message]]]
    """By the id of what was told or concluded: who heard of it."""
    failed: list[Failure] = field(default_factory=list)

    @property
    def concluded(self) -> list[Entry]:
        return [entry for scene in self.scenes for entry in scene.concluded]

    @property
    def until(self) -> datetime:
        return self.scenes[-1].at

    @property
    def failures(self) -> list[Failure]:
        return [*(why for scene in self.scenes for why in scene.failed), *self.failed]


def play_chain(scenario: ChainScenario, document: Document, setting: Setting) -> ChainRehearsal | Problem:
    """The scenario under these files; the fault of the first line that cannot be played."""
    playing = _Playing(setting)
    for place, line in enumerate(scenario.lines):
        try:
            playing.play(line, place)
        except CannotTell as wrong:
            at: Location = wrong.fault.at if wrong.fault.at[:1] == ("lines",) else ("lines", place, *wrong.fault.at)
            return document.problem(replace(wrong.fault, at=at))
    if scenario.until:
        playing.pass_to(playing.teller.moment(scenario.until))
    found = playing.rehearsal(scenario.scenario)
    said = found.concluded
    found.failed = [("never:", unwanted) for unwanted in scenario.never if _find(unwanted, said, setting.chain)]
    return found


class _Playing:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.stage = ChainStage(setting)
        self.teller = ChainTeller(setting.chain)
        self.scenes: list[ChainScene] = []
        self.number = numbers()

    def rehearsal(self, title: str) -> ChainRehearsal:
        return ChainRehearsal(title, self.setting, self.scenes, self.stage.state, self.teller.names, self.stage.heard)

    def pass_to(self, at: datetime) -> ChainScene:
        scene = ChainScene(at, due=list(self.stage.pass_time(at)))
        self.scenes.append(scene)
        return scene

    def play(self, line: ChainLine, place: int) -> None:
        """Raises CannotTell."""
        at = self.teller.moment(line.at)
        if self.scenes and at < self.scenes[-1].at:
            raise CannotTell(too_early(place))
        scene = self.pass_to(at)
        if line.agenda is not None or line.list_ is not None:
            scene.shown = look(line, self.stage, self.teller, at)
            scene.failed = list(_missing(line, scene.shown, self.teller.names))
            return
        if line.tell is not None:
            self._tell(line, scene)
        scene.failed = list(_unmet(line, scene, self.setting.chain))

    def _tell(self, line: ChainLine, scene: ChainScene) -> None:
        model = kind_of(line)
        if model is not None and model.IN_CASE is not (line.case is not None):
            raise CannotTell(_which_case(line))
        if line.by == OPERATOR and model not in OPERATORS:
            raise CannotTell(_not_the_operators(line))
        if line.case is not None:
            self._tell_in_case(line, line.case, scene)
        else:
            self._tell_the_chain(line, scene)

    def _tell_in_case(self, line: ChainLine, name: str, scene: ChainScene) -> None:
        case_id = self.teller.case_id(name, new=kind_of(line) is ReportReceived)
        stage = self.stage.case(case_id)
        partner = self.teller.partner(line.by, stage.case)
        event = self.teller.event(line, stage.case)
        made = envelope(partner, event, scene.at, case_id, next(self.number))
        other = self.stage.case(event.other_case).case if isinstance(event, ReportLinked) else None
        scene.teller, scene.told, scene.case = partner.id, event, name
        scene.refused = refusal_of(made, event, stage.case, self.setting, scene.at, other)
        if scene.refused is None:
            stage.tell(Entry(made, event))

    def _tell_the_chain(self, line: ChainLine, scene: ChainScene) -> None:
        nothing = State(id="")
        partner = None if line.by == OPERATOR else self.teller.partner(line.by, nothing)
        event = self.teller.event(line, nothing)
        number = next(self.number)
        if partner is None:
            made = Envelope(
                f"01890000-0000-7000-8000-{number:012d}", OPERATORS_SOURCE, event.TYPE, scene.at, logtime=scene.at
            )
        else:
            made = envelope(partner, event, scene.at, None, number)
        scene.teller, scene.told, scene.told_id = partner.id if partner else OPERATOR, event, made.id
        scene.refused = refusal_of(made, event, nothing, self.setting, scene.at) if partner else None
        if scene.refused is not None:
            return
        entry = Entry(made, event)
        if not concerned([self.setting.chain], entry):
            scene.note = "not_here"
            return
        effect, scene.followed = self.stage.tell(entry)
        scene.note = None if effect is Effect.EFFECTIVE else "no_effect"
        if isinstance(event, TrendSignalled):
            self.teller.trends.append(made.id)


def _which_case(line: ChainLine) -> Fault:
    if line.case is None:
        return Fault(
            ("tell",),
            f"`{line.tell}` is told in a case, and the line names none",
            "a line with `case`, a short name of your own",
            "add `case: een` to the line, and to each that is told in the same case",
        )
    return Fault(
        ("case",),
        f"`{line.tell}` is told of the chain, and in no case",
        "a line without `case`",
        "leave `case` out; the minutes name cases under `with`",
    )


def _not_the_operators(line: ChainLine) -> Fault:
    told = ", ".join(model.TYPE for model in OPERATORS)
    return Fault(
        ("by",),
        f"`{line.tell}` is nothing that the operator tells here",
        told,
        "name the partner or role that tells it",
    )


# --- expectations -----------------------------------------------------------------------------------------------------


def _unmet(line: ChainLine, scene: ChainScene, chain: Chain) -> Iterator[Failure]:
    if scene.refused and line.refused != scene.refused.code:
        yield "refused:", scene.refused.code
    if line.refused and not scene.refused:
        yield "accepted:", line.refused
    if line.expect == () and scene.concluded:
        yield "nothing_was", ""
    yield from (("wanted:", one) for one in line.expect or () if not _find(one, scene.concluded, chain))


def _missing(line: ChainLine, shown: Shown, names: Mapping[str, str]) -> Iterator[Failure]:
    """What has to stand on an agenda or a list and does not, and what stands on it and may not."""
    if shown.refused and line.refused != shown.refused:
        yield "refused:", shown.refused
    if line.refused and not shown.refused:
        yield "accepted:", line.refused
    if line.expect == () and (shown.lines or shown.reports):
        yield "nothing_on_it", ""
    yield from (("not_on_it", one) for one in line.expect or () if not meets(one, shown, names))
    yield from (("on_it", one) for one in line.lacks if holds(one, shown, names))


def _find(wanted: str, entries: Iterable[Entry], chain: Chain) -> Entry | None:
    """The first conclusion of that type that answers to all further words."""
    event_type, *words = wanted.split()
    for entry in entries:
        if entry.envelope.type == event_type and set(words) <= set(answers_to(entry, chain)):
            return entry
    return None


def answers_to(entry: Entry, chain: Chain) -> Iterator[str]:
    """The words by which a scenario may name it: rhythm, scheme, days, how often, who is told and in which role."""
    event = entry.event
    for value in event.model_dump(mode="json", exclude={"chain", "watermark", "due_at"}).values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from value
        elif isinstance(value, dict):
            yield from value.values()
    if isinstance(event, RhythmDue):
        yield chain.calendar().local_day(event.due_at).isoformat()
    if isinstance(event, RhythmMissed):
        yield f"{event.held}/{event.wanted}"
    for partner in (*getattr(event, "tell", ()), *getattr(event, "silent", ())):
        yield from (role.value for role in chain.roles_of(partner))
