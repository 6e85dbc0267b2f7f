"""Whether the words of a scenario about a chain can occur at all, as `known_words` asks it of one about a case. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from backbone.meeting_changes import What
from backbone.meetings import Effort, LeadTime
from backbone.protocols import Protocol
from backbone.protocols.dutch import meant
from backbone.protocols.fault import Fault, Location
from schakel.events import CATALOGUE
from schakel.events.case import TrendUnanswered
from schakel.events.chain import RhythmDue, RhythmMissed
from services.rehearsal.chain_shown import PARTS
from services.rehearsal.known_words import LISTED, UNLISTED, KnownWords, near
from services.rehearsal.scenario import ChainScenario
from services.rehearsal.setting import Setting

CONCLUDED = tuple(model.TYPE for model in (RhythmDue, RhythmMissed, TrendUnanswered))
"""What can be concluded of a chain."""
STATES = frozenset({"open", "closed", "withdrawn"})
"""How a line says that a case stands."""
COUNTED = frozenset(field.name for model in (LeadTime, Effort) for field in fields(model))
"""What a line counts: a scenario writes `contacts=1`."""


@dataclass(frozen=True)
class KnownChainWords:
    """What may stand behind a conclusion's type, and on an agenda or a list."""

    named: frozenset[str]
    cases: frozenset[str]
    measures: frozenset[str]

    @classmethod
    def of(cls, scenario: ChainScenario, setting: Setting, others: Iterable[Protocol] = ()) -> "KnownChainWords":
        chain = setting.chain
        named = set(KnownWords.of(setting, (*chain.schemes.values(), *others)).named)
        schemes = [
            one.cooperation for one in setting.protocols if one.protocol in {s.protocol for s in chain.schemes.values()}
        ]
        schemes += [one.cooperation for one in others]
        named |= {f"{one.id}-{ending}" for here in schemes for one in here.agreements for ending in ("review", "end")}
        named |= {one.name for occasion in chain.file.occasions for one in occasion.times()}
        named |= {one.protocol for one in (*chain.schemes.values(), *others)} | {"events"}
        measures = {one.id for here in schemes for register in here.registers for one in register.measures}
        cases = {line.case for line in scenario.lines if line.case is not None}
        return cls(frozenset(named), frozenset(cases), frozenset(measures))

    def faults(self, scenario: ChainScenario) -> Iterator[Fault]:
        """Each word that nothing in this play could ever answer to."""
        for place, line in enumerate(scenario.lines):
            at: Location = ("lines", place, "expect")
            if line.agenda is None and line.list_ is None:
                yield from self._conclusions(at, line.expect or ())
            else:
                yield from self._lines(at, line.expect or ())
                yield from self._anywhere(("lines", place, "lacks"), line.lacks)
        yield from self._conclusions(("never",), scenario.never)

    def _conclusions(self, at: Location, wanted: Sequence[str]) -> Iterator[Fault]:
        for place, one in enumerate(wanted):
            event_type, *words = one.split() or [""]
            if event_type not in CONCLUDED:
                yield _no_conclusion((*at, place), event_type)
                continue
            for word in words:
                if word not in self.named | LISTED and not UNLISTED.fullmatch(word):
                    expected = "a rhythm, consultation or agreement of the file by its id, a partner or role, or a day"
                    yield self._unknown((*at, place), word, f"of `{event_type}` ", expected, self.named | LISTED)

    def _lines(self, at: Location, wanted: Sequence[str]) -> Iterator[Fault]:
        for place, one in enumerate(wanted):
            first, *words = one.split() or [""]
            for name in first.split("+"):
                if name not in self.cases | self.measures:
                    expected = f"one of {', '.join(sorted(self.cases)) or 'the cases that a line names with `case`'}"
                    yield self._unknown((*at, place), name, "", expected, self.cases | self.measures)
            yield from (fault for word in words for fault in self._word((*at, place), word))

    def _anywhere(self, at: Location, words: Sequence[str]) -> Iterator[Fault]:
        for place, word in enumerate(words):
            if word not in self.cases | self.measures:
                yield from self._word((*at, place), word)

    def _word(self, at: Location, word: str) -> Iterator[Fault]:
        number, _, count = word.partition("=")
        if count.isdigit() and number in COUNTED:
            return
        known = (
            self.named
            | LISTED
            | STATES
            | frozenset(PARTS)
            | {what.value for what in What}
            | {"departs_from_wish", "level"}
        )
        if word not in known and not UNLISTED.fullmatch(word):
            expected = "a word of `backbone protocol words`, a partner, or such as `contacts=1`"
            yield self._unknown(at, word, "", expected, known)

    def _unknown(self, at: Location, word: str, of: str, expected: str, known: frozenset[str]) -> Fault:
        what = f"`{word}` {of}is no word that occurs in this play"
        return Fault(at, what, expected, near(word, known) or meant(word, known & LISTED))


def _no_conclusion(at: Location, event_type: str) -> Fault:
    remedy = near(event_type, CONCLUDED) or "use one of these"
    if event_type in CATALOGUE and event_type not in CONCLUDED:
        remedy = "leave it out; what follows in a case is tried with the protocol that the case runs under"
    return Fault(
        at,
        f"`{event_type}` is nothing that the backbone concludes of a chain",
        f"one of {', '.join(CONCLUDED)}",
        remedy,
    )
