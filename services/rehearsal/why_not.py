"""Why a part of a protocol did nothing in a play: what kept it, by the facts at the end. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from backbone.authoring import sentences as s
from backbone.authoring.own_words import own_words
from backbone.case_facts import facts_of
from backbone.chains import candidates
from backbone.protocols import Protocol
from backbone.protocols.clock_rules import ANY_STEP, OF_REFERRAL, Aftercare, ClockRule, ClockStart
from backbone.protocols.conditions import Condition
from backbone.protocols.facts import ABSENT, Facts
from backbone.protocols.model import Step, Where
from schakel.case_clocks import to_be_forgotten
from schakel.case_marks import Clock, ClockState
from schakel.case_mediation import is_mediation, mediation_objection
from schakel.events.clock import ClockStarted
from schakel.events.contact import AftercareDue
from schakel.events.referral import PartyInformed, ReferralProposed
from schakel.events.vocab import Role
from schakel.her_words import Language, in_language
from services.followup.subjects import proposed_by, subjects
from services.rehearsal import words as w
from services.rehearsal.play import Rehearsal
from services.routing import loop
from services.routing.schemes import trained_first

Part = Literal["step", "inform", "clock", "ladder", "aftercare", "case"]
CONCLUDED: Mapping[Part, tuple[str, ...]] = {
    "step": ("referral.", "consent."),
    "inform": ("party.",),
    "clock": ("clock.",),
    "ladder": ("clock.reminded", "case.escalated"),
    "aftercare": ("aftercare.",),
}
"""With what each part of a file shows when it does something: how the types of those events begin."""


@dataclass(frozen=True, slots=True)
class Undone:
    """One part of the file, and each reason why it did nothing, in words."""

    part: Part
    id: str
    why: tuple[str, ...]


def undone(played: Rehearsal, protocol: Protocol, language: Language) -> list[Undone]:
    """Every part of the file that did nothing; one that stands for the whole case where none is under it.

    First those that an unmet `expect` names.
    """
    asked = _Asked(played, protocol, language)
    return sorted(asked.all(), key=lambda one: not asked.was_expected(one))


class _Asked:
    def __init__(self, played: Rehearsal, protocol: Protocol, language: Language) -> None:
        self.case, self.chain = played.case, played.setting.chain
        self.protocol, self.language = protocol, language
        self.say = in_language(w.WHY, language)
        self.own = [entry.event for entry in played.concluded if self._is_its_own(entry.event)]
        self.climbed = {one.rung.id for one in played.climbed.values() if one.clock.protocol == protocol.ref}
        self.called = {entry.event.kind for entry in played.concluded if isinstance(entry.event, AftercareDue)}
        self.expected = [what.split() for kind, what in played.failures if kind == "wanted:"]

    def was_expected(self, one: Undone) -> bool:
        """By its id, or by a role or partner that such a part brings it to."""
        roles = self._roles(one)
        for event_type, *words in self.expected:
            named = {*words, *(role for word in words for role in self.chain.roles_of(word))}
            if one.id in named or (event_type.startswith(CONCLUDED.get(one.part, ())) and not named.isdisjoint(roles)):
                return True
        return False

    def _roles(self, one: Undone) -> Collection[Role]:
        file = self.protocol
        if one.part == "step":
            return [step.refer.to for step in file.steps if step.id == one.id]
        if one.part == "inform":
            return [role for inform in file.informs if inform.id == one.id for role in inform.inform]
        return [rung.to for rung in file.ladder if one.part == "ladder" and rung.id == one.id]

    def all(self) -> Iterator[Undone]:
        if self.case.report is None:
            yield Undone("case", "", (self.say["no_report"],))
            return
        facts = facts_of(self.case, self.chain.roles_of(self.case.door or ""), self.chain.file.time_zone)
        if self.case.history:
            yield Undone("case", "", (self.say["imported"],))
        elif self.protocol.ref not in self.case.protocols:
            asked = [one.when for one in self.chain.file.protocols if one.use == self.protocol.ref]
            asked += [self.protocol.opens.when] if self.protocol.opens else []
            why = tuple(line for when in asked for line in self._in_the_way(when, facts))
            yield Undone("case", "", why or (self.say["closed" if self.case.closed else "not_bound"],))
        else:
            yield from self._parts(facts)

    def _parts(self, facts: Facts) -> Iterator[Undone]:
        steps = {event.step for event in self.own if isinstance(event, ReferralProposed)}
        for step in self.protocol.steps:
            if step.id not in steps:
                yield Undone("step", step.id, tuple(self._in_the_way(step.when, facts)) or (self._not_asked(step),))
        told = {(event.inform, event.role) for event in self.own if isinstance(event, PartyInformed)}
        for inform in self.protocol.informs:
            left = [role for role in inform.inform if (inform.id, role) not in told]
            if left:
                yield Undone(
                    "inform", inform.id, tuple(self._in_the_way(inform.when, facts)) or (self._not_told(left),)
                )
        started = {event.clock for event in self.own if isinstance(event, ClockStarted)}
        for clock in self.protocol.clocks:
            if clock.id not in started:
                yield Undone("clock", clock.id, tuple(self._in_the_way(clock.when, facts)) or (self._not_begun(clock),))
        for rung in self.protocol.ladder:
            if rung.id not in self.climbed:
                yield Undone("ladder", rung.id, tuple(map(self._not_climbed, rung.of)))
        after = self.protocol.aftercare
        if after and after.id not in self.called:
            yield Undone(
                "aftercare", after.id, tuple(self._in_the_way(after.when, facts)) or (self._not_called(after),)
            )

    def _is_its_own(self, event: object) -> bool:
        ref = getattr(event, "protocol", None)
        return ref is not None and (ref.name, ref.version) == (self.protocol.protocol, self.protocol.version)

    def _in_the_way(self, when: Condition, facts: Facts) -> Iterator[str]:
        kept = when.in_the_way(facts)
        for line in kept.must:
            (said,), found = self._lines(Condition((line,))), self._value(line[0], facts)
            yield self.say["only"].format(line=said, found=found)
        for line in kept.none_of:
            yield from (self.say["never"].format(line=said) for said in self._lines(Condition((line,))))

    def _lines(self, when: Condition) -> list[str]:
        if self.language == "nl":
            return own_words(self.protocol)(s.condition(when))
        return [
            f"{name}: {' or '.join(map(_plain, words))}"
            for name, words in ((name, sorted(allowed, key=str)) for name, allowed in when.must)
        ]

    def _value(self, name: str, facts: Facts) -> str:
        found = facts.get(name)
        if self.language == "nl":
            return s.value(name, found)
        words = found if isinstance(found, frozenset) else {found}
        return ", ".join(sorted(map(_plain, words))) or ABSENT

    def _not_asked(self, step: Step) -> str:
        """Its condition holds, and nobody was asked."""
        refer = step.refer
        found = loop.receivers(self.case, self.chain, refer.where, refer.to, ())
        if not found:
            return self._nobody([refer.to], at_home=refer.where is Where.RESIDENCE)
        first = trained_first(self.case, self.chain, step, found)[0]
        to = self.chain.partners[first].name
        if first == self.case.door:
            return self.say["is_door"].format(to=to)
        if is_mediation(refer.to, refer.purpose) and mediation_objection(self.case):
            return self.say["mediation"]
        if step.after and not loop.its_turn(self.case, self.chain, step, self.protocol.ref):
            return self.say["after"].format(step=step.after)
        asked = any((one.to, one.purpose) == (first, refer.purpose) for one in self.case.referrals.values())
        return self.say["closed"] if self.case.closed and not asked else self.say["asked_already"].format(to=to)

    def _not_told(self, left: list[Role]) -> str:
        """Its condition holds, and not all of its roles were told."""
        district, on = self.case.facts["place"]["district"], loop.today(self.case, self.chain)
        vacant = [role for role in left if not candidates(self.chain, role, district, on)]
        return self.say["closed"] if self.case.closed and not vacant else self._nobody(vacant or left)

    def _not_begun(self, clock: ClockRule) -> str:
        """Its condition holds. What it begins with is there all the same: then something else keeps it."""
        found = subjects(self.case, self.chain, self.chain.calendar(), clock, self.protocol.protocol)
        there = any(self._may_time(clock, subject.about) for subject in found)
        if there and to_be_forgotten(self.case):
            return self.say["forgotten"]
        if there and self.case.closed and clock.starts is not ClockStart.CASE_CLOSED:
            return self.say["closed"]
        if there and clock.starts in OF_REFERRAL:
            return self.say["elsewhere"]
        start = s.start(clock) if self.language == "nl" else clock.starts.value.replace("_", " ")
        return self.say["not_begun"].format(start=start[:1].lower() + start[1:].rstrip("."))

    def _not_climbed(self, name: str) -> str:
        """A rung is reached only above a clock that is late, for as long as nothing stops it."""
        clocks = self._clocks(name)
        if not clocks:
            return self.say["clock_not_begun"].format(clock=name)
        late = [clock for clock in clocks if clock.breached]
        if not late:
            return self.say["not_late"].format(clock=name)
        if all(clock.state is not ClockState.BREACHED for clock in late):
            return self.say["stopped"].format(clock=name)
        if self.case.closed and all(clock.about != self.case.closed for clock in late):
            return self.say["closed"]
        return self._kept_or(self.say["not_so_late"].format(clock=name))

    def _not_called(self, after: Aftercare) -> str:
        clocks = self._clocks(after.id)
        if not clocks:
            return self._not_begun(after.as_clock)
        if all(clock.responsible is None for clock in clocks):
            return self._nobody([after.responsible])
        stopped = all(clock.state is ClockState.STOPPED for clock in clocks)
        return self.say["stopped"].format(clock=after.id) if stopped else self._kept_or(self.say["not_yet"])

    def _clocks(self, name: str) -> list[Clock]:
        ours = (clock for clock in self.case.clocks.values() if clock.protocol == self.protocol.ref)
        return [clock for clock in ours if clock.name == name]

    def _kept_or(self, why: str) -> str:
        return self.say["forgotten"] if to_be_forgotten(self.case) else why

    def _may_time(self, clock: ClockRule, about: str | None) -> bool:
        """A step is its own file's: another file's step of that name is not what it begins with."""
        referral = self.case.referrals.get(about or "") if clock.starts in OF_REFERRAL else None
        return referral is None or clock.of_step == ANY_STEP or proposed_by(referral, self.protocol.protocol)

    def _nobody(self, roles: list[Role], *, at_home: bool = False) -> str:
        named = s.roles(roles, "of") if self.language == "nl" else " or ".join(role.value for role in roles)
        return self.say["nobody_at_home" if at_home else "nobody"].format(role=named)


def _plain(word: str | bool | None) -> str:
    return ABSENT if word is None else str(word).lower()
