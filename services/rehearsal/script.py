"""A rehearsal as lines to read: who told what when, and below it what followed, each proposal with the passage it rests on. Pure."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from backbone.chains import Chain
from backbone.protocols import Protocol
from schakel.case_state import ClockState, ReferralState
from schakel.entry import Entry
from schakel.events.clock import ClockStarted
from schakel.events.referral import PartyInformed, ReferralProposed
from schakel.events.report import CaseOpened
from schakel.events.vocab import Person
from schakel.her_words import Language, in_language
from services.rehearsal import words as w
from services.rehearsal.chain_script import ChainScript
from services.rehearsal.play import Rehearsal, Scene
from services.rehearsal.why_not import undone
from services.rehearsal.writing import WIDTH, Writer

WAITING = (ReferralState.PROPOSED, ReferralState.HELD, ReferralState.REVOKED)


@dataclass(frozen=True)
class Script(Writer):
    """Writes one rehearsal in one language, at most `width` columns."""

    rehearsal: Rehearsal
    protocol: Protocol
    language: Language = "nl"
    width: int = WIDTH
    why: bool = False
    """Whether it ends with what did not happen, and why."""

    @property
    def chain(self) -> Chain:
        return self.rehearsal.setting.chain

    def text(self) -> str:
        """All of it."""
        title = self.rehearsal.title
        lines = [title, "=" * min(len(title), self.width)]
        lines += self._wrapped(self.say["played"].format(protocol=self.protocol.ref, chain=self.chain.title), 0)
        for scene in self.rehearsal.scenes:
            lines += ["", *self.scene(scene)]
        why = ["", *self._why_not()] if self.why else []
        return "\n".join([*lines, "", *self._end(), *why]) + "\n"

    def scene(self, scene: Scene) -> Iterator[str]:
        for entry in scene.due:
            yield from self._concluded(entry, dated=True)
        if scene.told is not None:
            yield from self._wrapped(f"{self._moment(scene.at)}  {self._told(scene)}", 0, 4)
        else:
            yield f"{self._moment(scene.at)}  ({self.say['time']})"
        if scene.note:
            yield from self._wrapped(self.say[scene.note], 4)
        if scene.refused:
            refused = self.say["refused"].format(code=scene.refused.code, expected=scene.refused.expected)
            yield from self._wrapped(refused, 4)
        for entry in scene.followed:
            yield from self._concluded(entry, dated=False)
        if scene.told is not None and not scene.followed and not scene.refused:
            yield f"    {self.say['nothing']}"
        yield from (line for failure in scene.failed for line in self._failed(failure, 4))

    def _end(self) -> Iterator[str]:
        case = self.rehearsal.case
        clocks = [clock.name for clock in case.clocks.values() if clock.state is ClockState.RUNNING]
        waiting = [self._partner(one.to) for one in case.referrals.values() if one.state in WAITING]
        topics = {one.topic.value for one in self.protocol.explain if not one.after} - set(case.explained)
        if clocks:
            yield from self._wrapped(self.say["open_clocks"].format(clocks=", ".join(clocks)), 0)
        if waiting:
            yield from self._wrapped(self.say["waiting"].format(referrals=", ".join(waiting)), 0)
        if topics and case.report:
            named = ", ".join(self._word("InformationTopic", topic) for topic in sorted(topics))
            yield from self._wrapped(self.say["not_explained"].format(topics=named), 0)
        yield from (line for failure in self.rehearsal.failed for line in self._failed(failure, 0))
        if not self.rehearsal.failures:
            yield self.say["good"]

    def _why_not(self) -> Iterator[str]:
        say = in_language(w.WHY, self.language)
        yield f"{say['heading']}:"
        none = True
        for one in undone(self.rehearsal, self.protocol, self.language):
            none = False
            yield from self._wrapped(f"{say[one.part].format(id=one.id)}:", 2, 4)
            yield from (line for why in one.why for line in self._wrapped(f"- {why}.", 4, 6))
        if none:
            yield f"  {say['nothing']}"

    # -- what is told ----------------------------------------------------------------------------------------------------

    def _told(self, scene: Scene) -> str:
        assert scene.told is not None
        return self._does(self._partner(scene.teller or ""), scene.told)

    def _hidden(self, name: str, value: Any) -> bool:
        """Whoever answers a referral is the one it went to: no need to say so."""
        return name == "referral" and str(value) in self.rehearsal.case.referrals

    # -- what follows ----------------------------------------------------------------------------------------------------

    def _concluded(self, entry: Entry, *, dated: bool) -> Iterator[str]:
        when = f"{self._moment(entry.envelope.time)}  " if dated else "  "
        yield from self._wrapped(f"{when}> {self._sentence(entry)}", 0 if dated else 2, 6)
        if source := self._source(entry):
            yield from self._wrapped(self.say["source"].format(source=source), 6, 8)

    def _sentence(self, entry: Entry) -> str:
        name = entry.envelope.type
        event = entry.event
        if isinstance(event, ClockStarted) and event.due_at is None:
            name = "clock.measures"
        if isinstance(event, CaseOpened) and not event.protocols:
            name = "case.under_nothing"
        template = in_language(w.CONCLUDED, self.language).get(name)
        fields = {key: self._value(value) for key, value in event.model_dump().items() if key != "premises"}
        fields |= self._about(entry)
        if template is None:
            shown = ", ".join(f"{key} {value}" for key, value in fields.items() if value)
            return f"{name}: {shown}"
        return template.format_map(fields)

    def _about(self, entry: Entry) -> dict[str, str]:
        """What a conclusion speaks of by id: the referral's receiver, the clock's name, the protocols, the person."""
        event, case, found = entry.event, self.rehearsal.case, {"rung": "", "told": ""}
        if (referral := case.referrals.get(getattr(event, "referral", ""))) is not None:
            found["to"] = self._partner(referral.to)
        if (clock := case.clocks.get(str(getattr(event, "clock", "")))) is not None:
            found["clock"] = clock.name
        if (due := getattr(event, "due_at", None)) is not None:
            found |= {"due_at": self._moment(due), "until": self._until(due)}
        if isinstance(event, ClockStarted):
            found["kind"] = self.say[event.kind.value]
            found["responsible"] = self._partner(event.responsible) if event.responsible else self.say["nobody"]
        if (of := getattr(event, "of", None)) is not None:
            found["of"] = self.say["the_person" if of is Person.VICTIM else "other_side"]
        if refs := getattr(event, "protocols", None):
            found["protocols"] = ", ".join(f"{ref.name}@{ref.version}" for ref in refs)
        for name in ("protocol", "after", "before"):
            if (ref := getattr(event, name, None)) is not None:
                found[name] = f"{ref.name}@{ref.version}"
        if (elapsed := getattr(event, "elapsed_s", None)) is not None:
            found["elapsed_s"] = self._period(elapsed)
        if tell := self._value(getattr(event, "tell", None)):
            found["told"] = self.say["told"].format(tell=tell)
        if (climbed := self.rehearsal.climbed.get(entry.id)) is not None:
            found["rung"] = self.say["rung"].format(rung=climbed.rung.id)
        return found

    def _source(self, entry: Entry) -> str | None:
        """The passage of the step, inform or clock; None for what rests on no part of a protocol."""
        event = entry.event
        if not isinstance(event, ReferralProposed | PartyInformed | ClockStarted) or event.protocol is None:
            return None
        protocol = self.rehearsal.setting.protocols.get(event.protocol.name, event.protocol.version)
        if isinstance(event, ReferralProposed):
            step = protocol.step(event.step or "")
            return step.source if step else None
        if isinstance(event, ClockStarted):
            clock = protocol.clock(event.clock)
            return clock.source if clock else None
        return next((inform.source for inform in protocol.informs if inform.id == event.inform), None)

    # -- words -----------------------------------------------------------------------------------------------------------

    def _value(self, value: Any) -> str:
        referral = self.rehearsal.case.referrals.get(value) if isinstance(value, str) else None
        return super()._value(referral.to if referral else value)


def differences(old: Script | ChainScript, new: Script | ChainScript) -> tuple[str, bool]:
    """Both plays beside each other, line by line, and whether anything differs besides the version's name."""
    say, lines, differs = new.say, list[str](), False
    lines.append(say["against"].format(old=old.protocol.ref, new=new.protocol.ref))
    narrow = WIDTH - 2
    was, is_ = _scenes(replace(old, width=narrow)), _scenes(replace(new, width=narrow))
    for before, b in zip(was, is_, strict=False):
        a = [line.replace(old.protocol.ref, new.protocol.ref) for line in before]
        lines.append("")
        for line in difflib.ndiff(a, b):
            if not line.startswith("?"):
                lines.append(line.rstrip())
                differs = differs or line[0] in "+-"
    if not differs:
        lines += ["", say["same"]]
    return "\n".join(lines) + "\n", differs


def _scenes(script: Script | ChainScript) -> list[list[str]]:
    """Scene by scene, whichever kind of play it is."""
    if isinstance(script, ChainScript):
        return [list(script.scene(scene)) for scene in script.rehearsal.scenes]
    return [list(script.scene(scene)) for scene in script.rehearsal.scenes]
