"""`person.html`: the copy as a page for the person herself. One file that loads nothing, for a small telephone and for paper.

Plain language for somebody under stress. Its title and headings say nothing of what happened, who she is or who is involved: whoever
sees the file in a list, or the page over her shoulder, learns no more than that it is an overview.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from backbone.authoring import hers, picture
from backbone.page_head import head
from backbone.person import plain, words
from backbone.person.copy import COUNTS_NOT, CaseCopy, copies_given, stored_at, teller
from backbone.person.event_words import EVENTS
from backbone.person.gather import Opened, Step
from backbone.protocols import Protocol
from backbone.protocols.clock_rules import REPORTER
from schakel.case_marks import Action
from schakel.case_state import Clock, ClockState, Contact, Referral
from schakel.events import Told
from schakel.events.data import AccessGiven, DisclosureRequested
from schakel.events.vocab import ActionType, Person
from schakel.her_copy import WORDS, Part, heading_of, parts
from schakel.her_words import Language, in_language


def write(
    cases: Sequence[CaseCopy],
    left_out: Sequence[str],
    language: Language,
    names: Mapping[str, str],
    zone: str = "Europe/Amsterdam",
    protocols: Mapping[str, Protocol] = MappingProxyType({}),
) -> Iterator[str]:
    """The page, piece by piece. names: a partner's name for its id. zone: whose wall clock she looks at.

    protocols: by `name@version`; of those that a case runs under the route is drawn, in words that tell nobody anything.
    """
    writer = _Page(language, in_language(words.PAGE, language), names, ZoneInfo(zone), protocols)
    css = (files("backbone.person") / "page.css").read_text(encoding="utf-8")
    yield head(language, writer.say["title"], css)
    yield from writer.whole(cases, left_out)
    yield "</body>\n</html>\n"


@dataclass(frozen=True, slots=True)
class _Page:
    language: Language
    say: Mapping[str, str]
    names: Mapping[str, str]
    zone: ZoneInfo
    protocols: Mapping[str, Protocol]

    def whole(self, cases: Sequence[CaseCopy], left_out: Sequence[str]) -> Iterator[str]:
        yield f"<header>\n<h1>{self._text('title')}</h1>\n{_p(self.say['intro'])}{_p(self.say['keep'])}"
        yield f'<div class="box">{_p(self.say["danger"])}</div>\n</header>\n'
        yield from self._contents(cases)
        yield "<main>\n"
        yield from self._can_do(left_out)
        for number, case in enumerate(cases, 1):
            yield from self._case(number, case, self._part_of(number, len(cases)))
        yield f'<p class="small">{self._text("page_end")}</p>\n</main>\n'

    def _contents(self, cases: Sequence[CaseCopy]) -> Iterator[str]:
        """The way to each part; with several cases to each case, or the list would be longer than what it leads to."""
        yield f'<nav aria-label="{self._text("contents")}">\n<ul>\n<li><a href="#can-do">{self._text("can_do")}</a></li>\n'
        if len(cases) > 1:
            ways = [(f"part-{number}", self._part_of(number, len(cases))) for number in range(1, len(cases) + 1)]
        else:
            ways = [(f"{name}-1", title) for name, title in self._sections(cases[0])]
        yield from (f'<li><a href="#{where}">{escape(title)}</a></li>\n' for where, title in ways)
        yield "</ul>\n</nav>\n"

    def _part_of(self, number: int, count: int) -> str:
        return self.say["one_of"].format(number=number, count=count) if count > 1 else self.say["all"]

    def _sections(self, case: CaseCopy) -> Iterator[tuple[str, str]]:
        known = case.known()
        yield "own", self.say["own"]
        if known:
            yield "facts", self.say["facts"]
            yield from ((part.name, part.title) for part in parts(known, self.language, self.names, self.zone.key))
            yield from ((name, self.say[name]) for name in ("referrals", "contacts", "actions", "clocks"))
            if self._drawn(case):
                yield "route", self.say["route"]
        yield from ((name, self.say[name]) for name in ("others", "copies", "steps"))

    def _can_do(self, left_out: Sequence[str]) -> Iterator[str]:
        yield f'<section class="box" aria-labelledby="can-do">\n<h2 id="can-do">{self._text("can_do")}</h2>\n'
        yield _list(self.say[name] for name in ("stop", "mend", "erase", "authority"))
        yield from (_p(self.say["left_out"].format(case=case)) for case in left_out)
        yield "</section>\n"

    # -- one case ------------------------------------------------------------------------------------------------------

    def _case(self, number: int, case: CaseCopy, title: str) -> Iterator[str]:
        known = case.known()
        yield f'<section>\n<h2 id="part-{number}">{escape(title)}</h2>\n'
        yield f'<p class="small">{escape(heading_of(case.state.id, case.state.time, self.language, self.zone.key))}</p>\n'
        if not known:
            yield _p(self.say["not_yours"])
        if case.link:
            yield _p(self.say["because"].format(by=self._name(case.link.by), at=self._moment(case.link.at)))
        if case.state.drill:
            yield _p(self.say["drill"])
        if count := len(case.gathered.unread):
            yield _p(self.say["not_understood"].format(count=count))
        yield from self._part(number, "own", self._own_words(case))
        if known:
            yield from self._part(number, "facts", self._facts(case))
            for part in parts(known, self.language, self.names, self.zone.key):
                yield self._known(number, part)
            yield from self._part(number, "referrals", [_list(map(self._referral, case.referrals()))])
            yield from self._part(number, "contacts", [_list(map(self._contact, case.contacts()))])
            yield from self._part(number, "actions", [_list(self._action(one, case) for one in case.actions())])
            yield from self._part(number, "clocks", [_list(self._clock(one, case) for one in case.clocks())])
            if drawn := self._drawn(case):
                yield from self._part(number, "route", self._routes(number, drawn))
        yield from self._part(number, "others", self._others(case))
        yield from self._part(number, "copies", [_list(self._copies(case))])
        yield from self._part(number, "steps", self._steps(case))
        yield "</section>\n"

    def _part(self, number: int, name: str, content: Iterable[str]) -> Iterator[str]:
        yield self._heading(number, name, self.say[name])
        written = False
        for piece in content:
            written = written or bool(piece)
            yield piece
        if not written:
            yield _p(self.say["nothing"])

    def _heading(self, number: int, name: str, title: str) -> str:
        return f'<h3 id="{name}-{number}">{escape(title)}</h3>\n'

    def _known(self, number: int, part: Part) -> str:
        content = _list(part.items) or _p(self.say["nothing"])
        return self._heading(number, part.name, part.title) + content

    def _drawn(self, case: CaseCopy) -> list[Protocol]:
        """The protocols that her case runs under, as far as they are known here."""
        return [self.protocols[ref] for ref in case.state.protocols if ref in self.protocols]

    def _routes(self, number: int, drawn: Sequence[Protocol]) -> Iterator[str]:
        """What happens with what she told: one picture for each set of agreements, none twice."""
        seen: set[object] = set()
        for place, protocol in enumerate(drawn, 1):
            route = hers.route(protocol, self.language)
            if route not in seen:
                seen.add(route)
                drawn_in = "\n".join(picture.draw_in_pieces(route, name=f"route-{number}-{place}"))
                yield f'<div class="route">\n{drawn_in}\n</div>\n'

    def _own_words(self, case: CaseCopy) -> Iterator[str]:
        called = in_language(words.SEALED, self.language)
        for step, opened in case.own_words():
            line = self.say["own_line"].format(by=self._name(teller(step)), at=self._moment_of(step))
            yield f"<h4>{escape(called[opened.field.value])}</h4>\n{self._opened(opened)}"
            yield f'<p class="small">{escape(line)}</p>\n'

    def _opened(self, opened: Opened) -> str:
        if opened.gone == "erased":
            return _p(self.say["erased"])
        if opened.gone is not None:
            return _p(self.say["unreadable"].format(code=opened.gone))
        return f"<blockquote>{escape(_readable(opened.value, in_language(words.FORM, self.language)))}</blockquote>\n"

    def _facts(self, case: CaseCopy) -> Iterator[str]:
        told = case.report()
        if told is None:
            return
        rows = "".join(
            f"<div><dt>{escape(called)}</dt><dd>{escape(said)}</dd></div>\n"
            for called, said in plain.facts(told, self.language)
        )
        yield f"<dl>\n{rows}</dl>\n"

    def _referral(self, referral: Referral) -> str:
        state = in_language(words.REFERRAL_STATES, self.language)[referral.state.value]
        at = f" ({self._moment(referral.delivered_at)})" if referral.delivered_at else ""
        return f"{self._name(referral.to)}: {state}{at}."

    def _contact(self, contact: Contact) -> str:
        name = "tried" if not contact.made else "spoke" if contact.whom == Person.VICTIM else "spoke_on_your_side"
        return self.say[name].format(at=self._moment(contact.at), by=self._name(contact.by))

    def _action(self, action: Action, case: CaseCopy) -> str:
        """Who does what by when: what was promised her, also when the day has passed (domain-detail A38)."""
        passed = case.state.time is not None and case.state.time.astimezone(self.zone).date() > action.due_on
        state = "done" if action.done else "late" if passed else "open"
        return self.say["action"].format(
            what=plain.word(ActionType(action.type), self.language),
            by=self._name(action.owner),
            due=plain.day(action.due_on, self.language),
            state=in_language(words.ACTION_STATES, self.language)[state],
        )

    def _clock(self, clock: Clock, case: CaseCopy) -> str:
        states = in_language(words.CLOCK_STATES, self.language)
        late = clock.breached and clock.state is not ClockState.BREACHED
        state = states[clock.state.value] + (f", {states['breached']}" if late else "")
        what = self._awaited(clock, case)
        if clock.responsible:
            what = self.say["clock_by"].format(what=what, by=self._name(clock.responsible))
        if clock.due_at is None:
            return self.say["clock"].format(what=what, state=state)
        return self.say["clock_due"].format(what=what, due=self._moment(clock.due_at), state=state)

    def _awaited(self, clock: Clock, case: CaseCopy) -> str:
        """What has to happen in time, in her words."""
        protocol = self.protocols.get(clock.protocol)
        rule = next((one for one in protocol.timed if one.id == clock.name), None) if protocol else None
        if rule is None:
            return self.say["clock_unknown"]
        whom = {case.state.facts.get("reporter") if one == REPORTER else one for one in rule.stops.with_}
        hers = not rule.of_the_person or Person.VICTIM in whom
        return in_language(words.CLOCKS if hers else words.NOT_WITH_HER, self.language)[rule.stops.on.value]

    def _others(self, case: CaseCopy) -> Iterator[str]:
        called = in_language(words.SUBJECTS, self.language)
        who = [called[handle.partition("-")[0]] for handle in case.others if handle.partition("-")[0] in called]
        if who:
            yield _list(who)
            yield f'<p class="small">{self._text("others_note")}</p>\n'

    def _copies(self, case: CaseCopy) -> Iterator[str]:
        for at, given in copies_given(case):
            why = in_language(words.MOTIVES, self.language).get(given.motive, given.motive.replace("_", " "))
            yield self.say["copy"].format(at=self._moment(at), motive=why)

    def _steps(self, case: CaseCopy) -> Iterator[str]:
        """Told line by line as it is read; a case may hold ten thousand."""
        called = in_language(EVENTS, self.language)
        yield _p(self.say["steps_note"]) + '<ol class="steps">\n'
        hidden = 0
        for shown in case.steps():
            if shown.step is None:
                hidden += 1
                continue
            yield self._hidden(hidden)
            hidden = 0
            yield self._step(shown.step, called)
        yield self._hidden(hidden) + "</ol>\n"

    def _step(self, step: Step, called: Mapping[str, str]) -> str:
        event = step.entry.event
        what = called.get(step.entry.envelope.type, step.entry.envelope.type)
        who = f"{self._name(teller(step))} " if isinstance(event, Told) and step.entry.author else ""
        if isinstance(event, DisclosureRequested):
            who = f"{self._name(event.by)} "
        note = f" {self.say['no_effect']}" if step.effect in COUNTS_NOT else ""
        at = self._moment_of(step)
        sentence = who + what if who else what[:1].upper() + what[1:]
        return f"<li><time>{escape(at)}</time> {escape(sentence)}.{escape(note)}</li>\n"

    def _hidden(self, count: int) -> str:
        if not count:
            return ""
        often = f" ({self.say['times'].format(count=count)})" if count > 1 else ""
        return f"<li>{self._text('somebody_else')}{escape(often)}</li>\n"

    # -- words ---------------------------------------------------------------------------------------------------------

    def _text(self, name: str) -> str:
        return escape(self.say[name])

    def _name(self, partner: str) -> str:
        return self.names.get(partner, partner)

    def _moment(self, at: Any) -> str:
        return WORDS[self.language].moment(at, self.zone)

    def _moment_of(self, step: Step) -> str:
        """An overview is made at the moment when the broker wrote that down: no other clock stands in it."""
        given = isinstance(step.entry.event, AccessGiven)
        return self._moment(stored_at(step) if given else step.entry.envelope.logged_at)


def _p(sentence: str) -> str:
    return f"<p>{escape(sentence)}</p>\n"


def _list(items: Iterable[str]) -> str:
    lines = "".join(f"<li>{escape(item)}</li>\n" for item in items)
    return f"<ul>\n{lines}</ul>\n" if lines else ""


def _readable(value: Any, called: Mapping[str, str]) -> str:
    """What was sealed, as it was told: a text as it is, a form as lines."""
    if isinstance(value, dict):
        lines = ((called.get(name, str(name).replace("_", " ")), inner) for name, inner in value.items())
        return "\n".join(f"{name}: {_readable(inner, called)}" for name, inner in lines)
    if isinstance(value, list):
        return "\n".join(_readable(inner, called) for inner in value)
    return str(value)
