"""A rehearsal of a chain as lines to read: who told what when, what came due, who heard it, and what stood on an agenda. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from backbone.authoring.together import found
from backbone.chains import Chain
from backbone.meetings import Line
from backbone.overviews.lines import rows
from backbone.protocols import Protocol
from backbone.protocols.cooperation import Cooperation
from schakel.chain import OF_OCCASIONS
from schakel.entry import Entry
from schakel.events.chain import RhythmDue, RhythmMissed
from schakel.her_words import Language, in_language
from services.rehearsal import chain_words as w
from services.rehearsal import words
from services.rehearsal.chain_play import ChainRehearsal, ChainScene
from services.rehearsal.chain_shown import Shown
from services.rehearsal.chain_telling import OPERATOR
from services.rehearsal.chain_why import unsaid
from services.rehearsal.writing import WIDTH, Writer


@dataclass(frozen=True)
class ChainScript(Writer):
    """Writes one rehearsal in one language, at most `width` columns."""

    rehearsal: ChainRehearsal
    protocol: Protocol
    language: Language = "nl"
    width: int = WIDTH
    why: bool = False
    """Whether it ends with what was not said, and why."""

    @property
    def chain(self) -> Chain:
        return self.rehearsal.setting.chain

    @property
    def say(self) -> Mapping[str, str]:
        return in_language({**words.FIXED, **w.FIXED}, self.language)

    @property
    def about(self) -> Mapping[str, str]:
        return in_language({**words.ABOUT, **w.ABOUT}, self.language)

    def text(self) -> str:
        """All of it."""
        title, say = self.rehearsal.title, self.say
        lines = [*self._wrapped(title, 0), "=" * min(len(title), self.width)]
        lines += self._wrapped(say["played"].format(protocol=self.protocol.ref, chain=self.chain.title), 0)
        lines += [say["since"].format(day=self._day(scheme.since)) for scheme in self.chain.file.schemes[:1]]
        for scene in self.rehearsal.scenes:
            lines += ["", *self.scene(scene)]
        lines.append("")
        lines += [line for failure in self.rehearsal.failed for line in self._failed(failure, 0)]
        lines += [] if self.rehearsal.failures else [say["good"]]
        return "\n".join([*lines, *(["", *self._why_not()] if self.why else [])]) + "\n"

    def scene(self, scene: ChainScene) -> Iterator[str]:
        for entry in scene.due:
            yield from self._concluded(entry, dated=True)
        at = self._moment(scene.at)
        if scene.shown is not None:
            yield from self._shown(at, scene.shown)
        elif scene.told is not None:
            yield from self._wrapped(f"{at}  {self._told(scene)}", 0, 4)
            yield from self._after_telling(scene)
        else:
            yield f"{at}  ({self.say['time']})"
        yield from (line for failure in scene.failed for line in self._failed(failure, 4))

    def _after_telling(self, scene: ChainScene) -> Iterator[str]:
        if scene.note:
            yield from self._wrapped(self.say[scene.note], 4)
        if scene.refused:
            refused = self.say["refused"].format(code=scene.refused.code, expected=scene.refused.expected)
            yield from self._wrapped(refused, 4)
        if who := self._who_hears(scene.told_id):
            yield from self._wrapped(self.say["hears"].format(who=who), 4)
        for entry in scene.followed:
            yield from self._concluded(entry, dated=False)

    def _told(self, scene: ChainScene) -> str:
        assert scene.told is not None
        teller = self.say["operator"] if scene.teller == OPERATOR else self._partner(scene.teller or "")
        said = self._does(teller, scene.told)
        return said[:-1] + self.say["in_case"].format(case=scene.case) + "." if scene.case else said

    def _hidden(self, name: str, value: Any) -> bool:
        return name in ("chain", "trend") or (name == "municipality" and value == self.chain.municipalities[0])

    def _value(self, value: Any) -> str:
        if (case := self.rehearsal.names.get(str(value))) is not None:
            return case
        if isinstance(value, str) and (title := _title(self._schemes(), value)):
            return f"'{title}'"
        return super()._value(value)

    # -- what is concluded -----------------------------------------------------------------------------------------------

    def _concluded(self, entry: Entry, *, dated: bool) -> Iterator[str]:
        when = f"{self._moment(entry.envelope.time)}  " if dated else "  "
        yield from self._wrapped(f"{when}> {self._sentence(entry)}", 0 if dated else 2, 6)
        who = self._who_hears(entry.id)
        yield from self._wrapped(self.say["hears"].format(who=who) if who else self.say["nobody_hears"], 6, 8)
        if source := self._source(entry):
            yield from self._wrapped(self.say["source"].format(source=source), 6, 8)

    def _who_hears(self, entry_id: str) -> str:
        told = dict.fromkeys(partner for partner, _ in self.rehearsal.heard.get(entry_id, ()))
        return self._listed([self._partner(partner) for partner in told])

    def _sentence(self, entry: Entry) -> str:
        event, said = entry.event, in_language(w.CONCLUDED, self.language)
        fields = {key: self._value(value) for key, value in event.model_dump(exclude={"scheme"}).items()}
        kind = entry.envelope.type
        if isinstance(event, RhythmDue):
            kind, fields["of"], fields["end"] = self._due(event)
        elif isinstance(event, RhythmMissed):
            here = self._here(event)
            rhythm = here.rhythm(event.rhythm) if here else None
            fields["of"] = _title([here] if here else [], rhythm.of if rhythm else "") or event.rhythm
            fields |= {"rhythm": event.rhythm, "held": str(event.held), "wanted": str(event.wanted)}
            kind += " places" if event.missing else ""
        return said[kind].format_map(fields)

    def _due(self, event: RhythmDue) -> tuple[str, str, str]:
        """Which sentence it is, of what, and of an agreement the last day."""
        kind, here = event.TYPE, self._here(event)
        if event.scheme.version == OF_OCCASIONS:
            times = [one for occasion in self.chain.file.occasions for one in occasion.times()]
            title = next((one.occasion.title for one in times if one.name == event.rhythm), event.rhythm)
            return f"{kind} event", title, ""
        for ending in ("review", "end"):
            agreement = here.agreement(event.rhythm.removesuffix(f"-{ending}")) if here else None
            if agreement and event.rhythm.endswith(f"-{ending}"):
                return f"{kind} {ending}", agreement.title, self._day(agreement.until) if agreement.until else ""
        rhythm = here.rhythm(event.rhythm) if here else None
        later = event.deliver_on != self.chain.calendar().local_day(event.due_at)
        return f"{kind} later" if later else kind, _title(self._schemes(), rhythm.of if rhythm else "") or "", ""

    def _source(self, entry: Entry) -> str | None:
        event = entry.event
        here = self._here(event) if isinstance(event, RhythmDue | RhythmMissed) else None
        if here is None or not isinstance(event, RhythmDue | RhythmMissed):
            return None
        name = event.rhythm
        part = (
            here.rhythm(name)
            or here.agreement(name.removesuffix("-review"))
            or here.agreement(name.removesuffix("-end"))
        )
        return part.source if part else None

    def _here(self, event: RhythmDue | RhythmMissed) -> Cooperation | None:
        scheme = self.chain.schemes.get(f"{event.scheme.name}@{event.scheme.version}")
        return scheme.cooperation if scheme else None

    def _schemes(self) -> list[Cooperation]:
        return [scheme.cooperation for scheme in self.chain.schemes.values()]

    # -- what stands on an agenda or a list --------------------------------------------------------------------------------

    def _shown(self, at: str, shown: Shown) -> Iterator[str]:
        say = self.say
        reader = say["for"].format(reader=self._partner(shown.reader)) if shown.reader else ""
        yield from self._wrapped(f"{at}  {say[shown.kind].format(title=shown.title, for_=reader)}", 0, 4)
        if shown.refused is not None:
            yield from self._wrapped(say["may_not"].format(code=shown.refused), 4)
            return
        yield from (line for one in shown.lines for line in self._wrapped(f"- {self._line(one)}", 4, 6))
        if shown.of and not shown.lines and not shown.reports:
            yield f"    {say[f'no_{shown.of}']}"
        if shown.not_yet:
            cases = self._listed([self._cases(one) for one in shown.not_yet])
            yield from self._wrapped(say["not_yet"].format(cases=cases), 4)
        for title, last in shown.items.items():
            when = say["discussed"].format(day=self._day(last)) if last else say["never_discussed"]
            yield from self._wrapped(say["subject"].format(title=title, last=when), 4, 6)
        for report in shown.reports:
            yield from self._wrapped(say["year"].format(year=report.year), 4)
            titles = {one.id: one.title for here in self._schemes() for of in here.registers for one in of.measures}
            for part, called in in_language(w.PARTS, self.language).items():
                for measure in getattr(report, part):
                    yield from self._wrapped(f"- {titles.get(measure, measure)}: {called}.", 4, 6)

    def _cases(self, line: Line) -> str:
        return self._listed([self.rehearsal.names[case] for case in line.cases])

    def _line(self, line: Line) -> str:
        """Its cases, and what it says of them; nothing is said of what is not known."""
        made = {name: self._named(value) for name, value in msgspec.to_builtins(line, builtin_types=(date,)).items()}
        del made["cases"]
        if self.language == "nl":
            head, cells = rows([made])
            said = [f"{name[:1].lower()}{name[1:]}: {cell}" for name, cell in zip(head, cells, strict=True)]
        else:
            said = [f"{name.replace('_', ' ')}: {text}" for name, value in made.items() if (text := _plain(value))]
        return f"{self._cases(line)}: {'; '.join(said)}."

    def _named(self, value: Any) -> Any:
        """The same with partners by name and days as they are said here."""
        match value:
            case dict():
                return {name: self._named(one) for name, one in value.items()}
            case list() | tuple():
                return [self._named(one) for one in value]
            case date():
                return self._day(value)
        return self._partner(value) if isinstance(value, str) else value

    def _listed(self, names: Sequence[str]) -> str:
        return ", ".join(names[:-1]) + (self.say["and"] if len(names) > 1 else "") + names[-1] if names else ""

    # -- why not -----------------------------------------------------------------------------------------------------------

    def _why_not(self) -> Iterator[str]:
        say = in_language(w.WHY, self.language)
        parts = self.protocol.cooperation.rhythms or self.protocol.cooperation.agreements
        if not parts:
            yield from self._wrapped(say["no_parts"], 0)
            return
        yield f"{say['heading']}:"
        found = list(unsaid(self.rehearsal, self.protocol))
        for one in found:
            yield from self._wrapped(f"{say[one.part].format(id=one.id)}:", 2, 4)
            for why in one.why:
                days = {name: self._value(value) for name, value in why.about.items()}
                yield from self._wrapped(f"- {say[why.reason].format_map(days)}.", 4, 6)
        if not found:
            yield f"  {say['nothing']}"


def _title(schemes: Sequence[Cooperation], name: str) -> str | None:
    """What a consultation, overview, agreement, register or subject of this id is called."""
    parts = (part for here in schemes if (part := found(here, name)) is not None)
    return next((str(part.title) for part in parts if hasattr(part, "title")), None)


def _plain(value: Any) -> str:
    """In English a word is its own code."""
    match value:
        case None | False:
            return ""
        case list() | tuple():
            return ", ".join(filter(None, map(_plain, value)))
        case dict():
            said = ((name.replace("_", " "), _plain(one)) for name, one in value.items())
            return ", ".join(name if text == "True" else f"{name} {text}" for name, text in said if text)
    return str(value).replace("_", " ")
