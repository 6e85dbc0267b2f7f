"""The three pictures of a case's page as rows under one axis: who did what, what was allowed, what was timed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape

from schakel.case_state import ClockState, Effect
from schakel.events import Derived
from schakel.events.referral import ReferralDelivered
from services.hindsight import chart
from services.hindsight.bars import Kind, Lasting, Span, Word
from services.hindsight.chart import Axis, Mark
from services.hindsight.explaining import Explained, Why
from services.hindsight.sentences import Speaker
from services.hindsight.words import CLOCK_STATES, PAGE

BACKBONE = ""
"""The lane of what nobody told."""


@dataclass(frozen=True)
class Rows:
    """Draws one case."""

    explained: Explained
    lasting: Lasting
    speaker: Speaker

    @property
    def end(self) -> datetime:
        """Up to when the case is known: its own time, since no clock is read here."""
        return self.explained.state.time or self.explained.whys[-1].entry.envelope.logged_at

    def axis(self) -> Axis:
        moments = [why.entry.envelope.logged_at for why in self.explained.whys]
        for word in self.lasting.words:
            moments += [moment for moment in (word.start, word.end) if moment is not None]
        for clock in self.lasting.clocks:
            moments += [moment for moment in (clock.start, clock.due, clock.end) if moment is not None]
        return Axis([*moments, self.end])

    # -- lanes -----------------------------------------------------------------------------------------------------------

    def lanes(self) -> Iterator[str]:
        """A row a partner, the door first, and ours last."""
        axis = self.axis()
        yield '<ul class="rows">\n'
        for partner in self._partners():
            marks = list(self._marks(partner, axis))
            name = self.speaker.partner(partner) if partner else PAGE["backbone"]
            yield f'<li><span class="label"><strong>{escape(name)}</strong> <span class="small">{escape(_counted(marks))}</span></span>\n'
            yield f"{chart.lane(marks)}</li>\n"
        yield f"</ul>\n{self._axis(axis)}"
        yield _legend([(chart.shape(name), PAGE[name]) for name in ("told", "drawn", "reached", "void")])

    def _partners(self) -> list[str]:
        case = self.explained.state
        found = dict.fromkeys(one for one in (case.door, case.coordinator) if one)
        for why in self.explained.whys:
            found |= dict.fromkeys(_lanes_of(why))
        return [*(one for one in found if one != BACKBONE), BACKBONE]

    def _marks(self, partner: str, axis: Axis) -> Iterator[Mark]:
        for why in self.explained.whys:
            event, at = why.entry.event, axis.at(why.entry.envelope.logged_at)
            says = f"{PAGE['number'].format(number=why.number)} {self.speaker.sentence(why.entry)}"
            if partner == _teller(why):
                shape = "void" if why.effect is Effect.OVERTAKEN else "drawn" if partner == BACKBONE else "told"
                yield Mark(at, shape, says)
            elif isinstance(event, ReferralDelivered) and event.to == partner and why.effect is Effect.EFFECTIVE:
                yield Mark(at, "reached", says)

    # -- consent ---------------------------------------------------------------------------------------------------------

    def consent(self) -> Iterator[str]:
        """A row a word: what it allowed or forbade, as long as it held."""
        if not self.lasting.words:
            yield f"<p>{escape(PAGE['no_consent'])}</p>\n"
            return
        axis = self.axis()
        yield '<ul class="rows">\n'
        for word in self.lasting.words:
            start, end = axis.at(word.start), axis.at(word.end or self.end)
            yield f"<li>{self._word(word)}\n{chart.bar(start, end, word.kind.value, ended=word.end is not None)}</li>\n"
        yield f"</ul>\n{self._axis(axis)}"
        yield _legend([(chart.legend_bar(name), PAGE[name]) for name in ("yes", "other_ground", "no")])

    def _word(self, word: Word) -> str:
        say = self.speaker
        who = say.partner(word.recipient) if word.recipient else PAGE["everybody"]
        what = say.word("Purpose", word.purpose) if word.purpose else PAGE["everything"]
        called = {
            Kind.YES: PAGE["word_yes"],
            Kind.OTHER_GROUND: say.word("Basis", word.basis),
            Kind.NO: PAGE["word_withdrawn"] if word.withdrawn else PAGE["word_no"],
        }[word.kind]
        head = f"{PAGE['for'].format(who=who, what=what)}: {called}{PAGE['of_other_side'] if word.other_side else ''}"
        scopes = ", ".join(say.word("Scope", scope) for scope in word.scopes)
        details = [
            PAGE["from_until"].format(start=say.moment(word.start), end=say.moment(word.end))
            if word.end
            else PAGE["from"].format(start=say.moment(word.start)),
            PAGE["ran_out"] if word.ran_out else "",
            PAGE["scopes"].format(scopes=scopes) if scopes else "",
            PAGE["by"].format(by=say.partner(word.by)) if word.by else "",
        ]
        return _label(head, "; ".join(filter(None, details)))

    # -- clocks ----------------------------------------------------------------------------------------------------------

    def clocks(self) -> Iterator[str]:
        """A row a clock: from its start to its stop, its promised moment, and where that was passed."""
        if not self.lasting.clocks:
            yield f"<p>{escape(PAGE['no_clocks'])}</p>\n"
            return
        axis = self.axis()
        yield '<ul class="rows">\n'
        for clock in self.lasting.clocks:
            end, late = clock.end or self.end, outcome(clock) in ("late", "breached")
            kind = "late" if late else "done" if clock.end else "runs"
            due = axis.at(clock.due) if clock.due else None
            drawn = chart.bar(
                axis.at(clock.start),
                axis.at(end),
                kind,
                ended=clock.end is not None,
                due=due,
                late=due if late else None,
            )
            yield f"<li>{self._clock(clock)}\n{drawn}</li>\n"
        yield f"</ul>\n{self._axis(axis)}"
        bars = [
            (chart.legend_bar(name), PAGE[said]) for name, said in (("yes", "done"), ("late", "late"), ("runs", "runs"))
        ]
        yield _legend([*bars, (chart.legend_sign("due"), PAGE["due"]), (chart.legend_sign("breach"), PAGE["breach"])])

    def _clock(self, clock: Span) -> str:
        say, state = self.speaker, outcome(clock)
        details = [
            PAGE["clock_started"].format(start=say.moment(clock.start)),
            PAGE["clock_due"].format(due=say.moment(clock.due)) if clock.due else PAGE["clock_measured"],
            PAGE["clock_ended"].format(end=say.moment(clock.end)) if clock.end else "",
            say.partner(clock.responsible) if clock.responsible else "",
            clock.protocol,
        ]
        bad = ' class="bad"' if state in ("late", "breached") else ""
        head = f"{escape(clock.name.replace('-', ' '))}: <span{bad}>{escape(CLOCK_STATES[state])}</span>"
        return _label(head, "; ".join(filter(None, details)), marked=True)

    # -- both ------------------------------------------------------------------------------------------------------------

    def _axis(self, axis: Axis) -> str:
        ticks = [(place, self.speaker.day(moment)) for place, moment in axis.ticks()]
        return f'<div class="axis">{chart.axis(ticks)}</div>\n'


def outcome(clock: Span) -> str:
    """How a clock ended, as a word of `CLOCK_STATES`."""
    if clock.state is ClockState.STOPPED:
        return "late" if clock.breached_at else "measured" if clock.due is None else "stopped"
    return clock.state.value


def _teller(why: Why) -> str:
    return (
        BACKBONE
        if isinstance(why.entry.event, Derived)
        else why.entry.author or getattr(why.entry.event, "by", BACKBONE)
    )


def _lanes_of(why: Why) -> Iterator[str]:
    yield _teller(why)
    if isinstance(why.entry.event, ReferralDelivered) and why.effect is Effect.EFFECTIVE:
        yield why.entry.event.to


def _counted(marks: list[Mark]) -> str:
    reached = sum(mark.shape == "reached" for mark in marks)
    said = len(marks) - reached
    drawn = any(mark.shape == "drawn" for mark in marks)
    told = PAGE["lane_drawn" if drawn else "lane_told"].format(count=said)
    return told + (PAGE["lane_reached"].format(count=reached) if reached else "")


def _label(head: str, details: str, *, marked: bool = False) -> str:
    shown = head if marked else escape(head)
    return f'<span class="label"><strong>{shown}</strong> <span class="small">{escape(details)}</span></span>'


def _legend(signs: list[tuple[str, str]]) -> str:
    items = "".join(f"<li>{sign}<span>{escape(said)}</span></li>\n" for sign, said in signs)
    return f'<ul class="legend" aria-label="{escape(PAGE["legend"])}">\n{items}</ul>\n'
