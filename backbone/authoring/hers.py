"""What happens with what a person told, as a route for herself: plain words, Dutch and English, and none that outs her.

What differs from scheme to scheme stands in it: who may get it and when, who calls and by when where that was promised, how it ends, what
comes afterwards, who talk about it together. No title of a protocol, no name of a role, no passage: whoever looks over her shoulder
learns nothing (`tests/outing` scans every word). Pure.
"""

from collections.abc import Callable, Iterable, Iterator

from backbone.authoring import her_words as words
from backbone.authoring.boxes import ALWAYS_ON, CLOCK, PLAIN, TOLD, YES, Card, Lane, Mark, Route
from backbone.authoring.her_meetings import together
from backbone.authoring.her_voice import Voice, capital
from backbone.authoring.moments import door_groups, in_order
from backbone.authoring.sentences import doors
from backbone.protocols.clock_rules import ClockStart, StopOn
from backbone.protocols.conditions import Condition
from backbone.protocols.model import REPORTER, ClockRule, IfRefused, Protocol, Status, Step
from schakel.events.report import FIRST_QUESTION
from schakel.events.vocab import Answer, Basis, ClockKind, Role
from schakel.her_words import PURPOSES, Language, in_language

_PLAIN = frozenset({"door", "record_kind", "target", "identity", "reporter", "channel", "history"})
"""Facts of which she need not hear: they hold of nearly every case, or say only how it came in."""


def route(protocol: Protocol, language: Language = "nl") -> Route:
    """Her own picture of a protocol."""
    writer = _Hers(protocol, Voice(language))
    lanes = tuple(lane for lane in writer.lanes() if lane.cards)
    say = writer.say
    told = "; ".join(lane.heading for lane in lanes)
    about = say["about_cases" if protocol.is_about_cases else "about_together"]
    return Route(say["title"], about, f"{say['description']}: {told}.", lanes, language)


class _Hers:
    def __init__(self, protocol: Protocol, voice: Voice) -> None:
        self.protocol, self.voice, self.say = protocol, voice, voice.say

    def lanes(self) -> Iterator[Lane]:
        say = self.say
        if self.protocol.is_about_cases:
            yield Lane(say["tell"], (self._tell(),))
            yield Lane(say["safe"], tuple(self._safe()))
            yield Lane(say["explain"], tuple(self._explained()))
            yield Lane(say["who"], tuple(self._receivers()))
            yield Lane(say["told"], tuple(self._told()))
            yield Lane(say["soon"], tuple(self._soon()))
        else:
            yield Lane(say["about_work"], (Card("", tuple(self._work())),))
        yield from together(self.protocol, self.voice)
        if self.protocol.is_about_cases:
            yield Lane(say["end"], (self._end(),))
            yield Lane(say["after"], tuple(self._after()))
        yield Lane(say["yours"], (Card("", tuple(self._yours())),))

    def _work(self) -> Iterator[str]:
        yield self.say["work_line"]
        if self.protocol.status is Status.MENTIONED:
            yield self.say["not_held"]

    def _tell(self) -> Card:
        """Where she can go, as far as the file names doors, and for what happened where."""
        say, opens = self.say, self.protocol.opens
        named = {role for group in door_groups(self.protocol) for role in group}
        named |= {role for check in self.protocol.checks if check.check in FIRST_QUESTION for role in check.asked_by}
        named |= set(doors(opens.when)) if opens else set()
        lines = [say["tell_line"]]
        if named:
            lines.append(say["doors"].format(who=self.voice.names(role for role in Role if role in named)))
        if opens and (places := self._places(opens.when)):
            lines.append(say["place"].format(places=places))
        if self.protocol.status is Status.MENTIONED:
            lines.append(say["not_held"])
        return Card("", tuple(lines))

    def _safe(self) -> Iterator[Card]:
        count = sum(check.check not in FIRST_QUESTION for check in self.protocol.checks)
        lines = [self.say["safe_line"]]
        if count:
            lines += [self.say["question" if count == 1 else "questions"].format(count=count), self.say["not_sure"]]
        yield Card("", tuple(lines))

    def _explained(self) -> Iterator[Card]:
        called = in_language(words.TOPICS, self.voice.language)
        topics = dict.fromkeys(called.get(explain.topic, called["other"]) for explain in self.protocol.explain)
        if topics:
            yield Card("", tuple(capital(topic) + "." for topic in topics))

    # --- who may know -------------------------------------------------------------------------------------------------

    def _receivers(self) -> Iterator[Card]:
        """Each once, whatever door it came from: what is asked of her first, and with the widest that may reach it."""
        seen: dict[tuple[str, str, tuple[str, ...]], Card] = {}
        for _, step in in_order(self.protocol):
            card = self._receiver(step)
            seen.setdefault((card.title, card.says, tuple(self._when(step.when))), card)
        yield from seen.values()

    def _receiver(self, step: Step) -> Card:
        say, refer = self.say, step.refer
        purpose = in_language(PURPOSES, self.voice.language)[refer.purpose.value]
        lines = [say["for"].format(purpose=purpose), say["gets"].format(scopes=self.voice.scopes(refer.needs))]
        if refer.wants:
            lines.append(say["more"].format(scopes=self.voice.scopes(refer.wants)))
        if refer.where.value == "residence":
            lines.append(say["elsewhere"])
        lines += self._when(step.when)
        mark, says = self._ground(step)
        return Card(capital(self.voice.receiver(refer.to)), tuple(lines), "", mark, says)

    def _ground(self, step: Step) -> tuple[Mark, str]:
        if step.refer.basis is not Basis.CONSENT:
            return PLAIN, self.say["other_ground"]
        if step.refer.if_refused is IfRefused.STRIP:
            return ALWAYS_ON, self.say["always"]
        return YES, self.say["only_yes"]

    def _when(self, when: Condition) -> list[str]:
        """What it depends on, where there are words for it that tell nobody anything; else that it is not in every case."""
        lines = [self._asks(name, allowed) for name, allowed in when.must if name not in _PLAIN]
        for name, out in when.none_of:
            if name not in _PLAIN:
                elsewhere = name == "residence_elsewhere" and out == {Answer.YES}
                lines.append(self.say["if_lives_here" if elsewhere else "not_always"])
        return list(dict.fromkeys(lines))

    def _asks(self, name: str, allowed: frozenset[str | bool | None]) -> str:
        say = self.say
        roles = [Role(str(word)) for word in sorted(map(str, allowed))] if name in ("accepted", "escalated_to") else []
        said: dict[str, Callable[[], str]] = {
            "wishes": lambda: say["if_wanted"],
            "needs": lambda: say["if_wanted"],
            "hearing": lambda: say["if_discussed"] if allowed == {"discussed"} else "",
            "residence_elsewhere": lambda: say["if_lives_elsewhere"] if allowed == {Answer.YES} else "",
            "danger": lambda: say["if_danger"] if allowed == {Answer.YES} else "",
            "unsafe": lambda: say["if_danger"] if allowed == {True} else "",
            "acute": lambda: say["if_danger"] if allowed == {True} else "",
            "accepted": lambda: say["if_taken_up"].format(who=self.voice.names(roles)),
            "escalated_to": lambda: say["if_went_up"].format(who=self.voice.names(roles)),
            "place_type": lambda: say["if_place"].format(places=places) if (places := self._where(allowed)) else "",
            "tenure": lambda: say["if_rented"] if allowed == {"rented"} else "",
            "talk_ruled_out": lambda: say["if_no_talk"],
        }
        return said.get(name, lambda: "")() or say["not_always"]

    def _places(self, when: Condition) -> str:
        return next((self._where(allowed) for name, allowed in when.must if name == "place_type"), "")

    def _where(self, allowed: frozenset[str | bool | None]) -> str:
        """The places in words; none when one of them has no words here."""
        called = in_language(words.PLACES, self.voice.language)
        if not all(str(one) in called for one in allowed):
            return ""
        return ", ".join(said for place, said in called.items() if place in allowed)

    def _told(self) -> Iterator[Card]:
        named = dict.fromkeys(self.voice.receiver(role) for inform in self.protocol.informs for role in inform.inform)
        if named:
            lines = (*map(capital, named), self.say["told_line"])
            yield Card("", lines, "", TOLD, self.say["nameless"])

    # --- when she hears -----------------------------------------------------------------------------------------------

    def _soon(self) -> Iterator[Card]:
        """Clocks that stop at a contact with her, or at word to her; each once. How long a silence lasts is no promise of either.

        Where one has a limit, those of its kind that only measure go unsaid: she would read a promise, and beside it that there is none.
        """
        seen: dict[tuple[str, str], Card] = {}
        limited = set[StopOn]()
        for clock in self._towards_her():
            if clock.limit is not None:
                limited.add(_kind(clock))
        for clock in self._towards_her():
            if clock.limit is not None or _kind(clock) not in limited:
                card = self._clock(clock)
                seen.setdefault((card.title, card.says), card)
        yield from seen.values()

    def _towards_her(self) -> Iterable[ClockRule]:
        for clock in self.protocol.clocks:
            if {REPORTER, "victim"} & set(clock.stops.with_) and clock.stops.on is not StopOn.WORD:
                yield clock

    def _clock(self, clock: ClockRule) -> Card:
        say = self.say
        title = say["notice" if _kind(clock) is StopOn.NOTICE else "contact"].format(who=self._doer(clock))
        depends = [say["not_always"]] if self._when(clock.when) else []
        if clock.limit is None:
            return Card(title, (say["measured"], *depends), "", CLOCK, say["no_limit"])
        late = [say["late"].format(who=self.voice.names(clock.on_breach))] if clock.on_breach else []
        says = "within" if clock.promise is ClockKind.PROMISED else "aim"
        return Card(title, (*late, *depends), "", CLOCK, say[says].format(limit=self.voice.limit(clock.limit)))

    def _doer(self, clock: ClockRule) -> str:
        if clock.role:
            return self.voice.receiver(clock.role)
        return self.say["where_told" if clock.starts is ClockStart.REPORT_RECEIVED else "who_helps"]

    # --- the end ------------------------------------------------------------------------------------------------------

    def _end(self) -> Card:
        closing, say = self.protocol.closing, self.say
        ends = in_language(words.ENDS, self.voice.language)
        why = dict.fromkeys(ends[reason.reason] for reason in closing.reasons)
        lines = [say["closes"].format(who=self.voice.receiver(closing.by))] if closing.by else []
        lines += [f"• {one}" for one in why] or [say["end_line"]]
        return Card("", (*lines, say["again"]))

    def _after(self) -> Iterator[Card]:
        if care := self.protocol.aftercare:
            who = self.voice.receiver(care.responsible)
            line = self.say["after_line"].format(limit=self.voice.limit(care.after), who=who)
            says = self.say["after_promised"] if care.promise is ClockKind.PROMISED else ""
            yield Card("", (line, self.say["after_no"]), "", CLOCK if says else PLAIN, says)

    def _yours(self) -> Iterator[str]:
        """What a no does here, and that every yes may be taken back."""
        asked = {step.refer.if_refused for step in self.protocol.steps if step.refer.basis is Basis.CONSENT}
        if asked:
            held, both = asked == {IfRefused.HOLD}, len(asked) > 1
            yield self.say["no_both" if both else "no_held" if held else "no_stripped"]
        yield from (self.say["stop"], self.say["ask"], self.say["erase"])
        if self.protocol.is_about_cases:
            yield self.say["public"]  # advice; never in the way of telling (domain-detail A32)


def _kind(clock: ClockRule) -> StopOn:
    """Word to her, or a contact with her."""
    return StopOn.NOTICE if clock.stops.on is StopOn.NOTICE else StopOn.MADE
