"""What the person can hold in her hands: who knows what of her, what she agreed to and what not, in plain Dutch or English.

The words are those of `schakel.her_words`; what is known comes from `schakel.case_knows`. No fixed word, title or line says what kind of
incident it was, who she is, or what kind of organisation somebody is: whoever finds the paper learns no more than the partners' own names
say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from schakel import her_words as w
from schakel.case_knows import Agreed, Forgotten, HerCopy, Knows, Linked, OtherAsked, Question, SaidNo, Waits
from schakel.case_opening import is_opening
from schakel.her_words import LANGUAGES as LANGUAGES
from schakel.her_words import Language as Language

READS_ONE_BY_ONE = 5


@dataclass(frozen=True, slots=True)
class Words:
    """One language: fixed sentences, and the word for each word of the lists that may stand in a copy."""

    months: tuple[str, ...]
    lines: Mapping[str, str]
    scopes: Mapping[str, str]
    purposes: Mapping[str, str]
    bases: Mapping[str, str]
    givers: Mapping[str, str]
    ways: Mapping[str, str]
    reasons: Mapping[str, str]

    def moment(self, at: datetime | None, zone: ZoneInfo) -> str:
        """A moment as the clock on her wall shows it."""
        if at is None:
            return self.lines["unknown"]
        local = at.astimezone(zone)
        return f"{local.day} {self.months[local.month - 1]} {local.year} {local:%H:%M}"


def _words(language: Language) -> Words:
    tables = (w.LINES, w.SCOPES, w.PURPOSES, w.BASES, w.GIVERS, w.WAYS, w.REASONS)
    return Words(w.MONTHS[LANGUAGES.index(language)], *(w.in_language(table, language) for table in tables))


WORDS: Mapping[Language, Words] = {language: _words(language) for language in LANGUAGES}


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands under it, one sentence or more an item. `name`: which part it is, the same in every language."""

    name: str
    title: str
    items: tuple[str, ...]


def text(
    copy: HerCopy, language: Language = "nl", names: Mapping[str, str] | None = None, zone: str = "Europe/Amsterdam"
) -> str:
    """The copy as lines to read. names: a partner's name for its id, where it is known. zone: whose wall clock she looks at."""
    say = WORDS[language].lines
    lines = [say["title"], heading_of(copy.case, copy.at, language, zone)]
    for part in parts(copy, language, names, zone):
        lines += ["", part.title, *(f"- {item}" for item in part.items or (say["nothing"],))]
    return "\n".join([*lines, "", say["rights"]]) + "\n"


def heading_of(case: str, at: datetime | None, language: Language, zone: str = "Europe/Amsterdam") -> str:
    """Which case, and up to when it is complete."""
    words = WORDS[language]
    return words.lines["case"].format(case=case, at=words.moment(at, ZoneInfo(zone)))


def parts(
    copy: HerCopy, language: Language = "nl", names: Mapping[str, str] | None = None, zone: str = "Europe/Amsterdam"
) -> list[Part]:
    """The same in parts, for whoever lays them out otherwise. What happened without her yes stands first."""
    return list(_Writer(WORDS[language], names or {}, ZoneInfo(zone)).write(copy))


@dataclass(frozen=True, slots=True)
class _Writer:
    words: Words
    names: Mapping[str, str]
    zone: ZoneInfo

    def write(self, copy: HerCopy) -> Iterator[Part]:
        yield self._part("other", (self._basis(said) for said in copy.agreed if said.basis != "consent"))
        yield self._part("knows", map(self._knows, copy.knows))
        yield self._part("agreed", (self._yes(said) for said in copy.agreed if said.basis == "consent"))
        yield self._part("noes", map(self._no, copy.noes))
        yield self._part("asked", map(self._question, copy.asked))
        if copy.other_side:
            yield self._part("other_side", map(self._other_asked, copy.other_side))
        yield self._part("waits", map(self._waits, copy.waits))
        if copy.forgotten:
            yield self._part("forgotten", map(self._forgotten, copy.forgotten))
        if copy.links:
            yield self._part("links", [*map(self._link, copy.links), self.words.lines["apart"]])

    def _part(self, name: str, items: Iterable[str]) -> Part:
        return Part(name, self.words.lines[name], tuple(items))

    def _knows(self, known: Knows) -> str:
        say = self.words.lines
        basis, purpose = self.words.bases.get(known.basis or "", ""), self._purpose(known.purpose)
        said = say[known.how].format(
            partner=self._name(known.partner),
            scopes=self._scopes(known.scopes),
            named=say["named" if known.named else "nameless"],
            since=self._moment(known.since),
            ground=say["ground"].format(basis=basis or say["unknown"], purpose=purpose),
        )
        reads = list(self._reads(known))
        stopped = [say["stopped"].format(until=self._moment(known.until))] if known.until else []
        return " ".join([said, *reads, *stopped])

    def _reads(self, known: Knows) -> Iterator[str]:
        """Each read while there are a few; of many how many, since nobody reads on for pages."""
        say = self.words.lines
        if len(known.reads) > READS_ONE_BY_ONE:
            first, last = self._moment(known.reads[0].at), self._moment(known.reads[-1].at)
            yield say["read_often"].format(count=len(known.reads), first=first, last=last)
            return
        for read in known.reads:
            yield say["read"].format(at=self._moment(read.at), scopes=self._scopes(read.scopes))

    def _yes(self, said: Agreed) -> str:
        say = self.words.lines
        line = say["yes"].format(
            **self._about(said),
            giver=self.words.givers.get(said.given_by, say["unknown"]),
            way=self.words.ways.get(said.way or "", say["unknown"]),
        )
        more = [say["wording"].format(wording=said.wording)] if said.wording else []
        more += [say["beneficiary"]] if said.by_beneficiary else []
        return " ".join([line, *more, *self._how_long(said)])

    def _basis(self, said: Agreed) -> str:
        motive = (said.motive or self.words.lines["unknown"]).replace("_", " ")
        basis = self.words.bases.get(said.basis, said.basis)
        kind = "may_look" if is_opening(said.purpose, said.basis) else "basis"
        line = self.words.lines[kind].format(**self._about(said), basis=basis, motive=motive)
        return " ".join([line, *self._how_long(said)])

    def _about(self, said: Agreed) -> dict[str, str]:
        return {
            "at": self._moment(said.at),
            "recipient": self._name(said.recipient),
            "scopes": self._scopes(said.scopes),
            "purpose": self._purpose(said.purpose),
            "by": self._name(said.recorded_by),
        }

    def _how_long(self, said: Agreed) -> Iterator[str]:
        say = self.words.lines
        if not said.left and said.scopes:
            yield say["ended"]
            return
        if said.left != said.scopes:
            yield say["left"].format(scopes=self._scopes(said.left))
        if said.until:
            yield say["until"].format(until=self._moment(said.until))

    def _no(self, no: SaidNo) -> str:
        say = self.words.lines
        whole = "no_more" if no.withdrawn else "no" if no.scopes else "not_at_all"
        return say[whole if no.recipient else "nobody_any_more"].format(
            at=self._moment(no.at),
            recipient=self._name(no.recipient or ""),
            scopes=self._scopes(no.scopes),
            purpose=self._purpose(no.purpose) if no.purpose else say["everything"],
        )

    def _question(self, asked: Question) -> str:
        say = self.words.lines
        return say["question"].format(
            at=self._moment(asked.at),
            by=self._name(asked.by) if asked.by else say["somebody"],
            recipient=self._name(asked.recipient),
            purpose=self._purpose(asked.purpose),
            answer=say["answered" if asked.answered else "unanswered"],
        )

    def _other_asked(self, asked: OtherAsked) -> str:
        say = self.words.lines
        return say["other_asked"].format(
            at=self._moment(asked.at),
            by=self._name(asked.by) if asked.by else say["somebody"],
            recipient=self._name(asked.recipient),
            purpose=self._purpose(asked.purpose),
        )

    def _waits(self, waits: Waits) -> str:
        say = self.words.lines
        reason = self.words.reasons.get(waits.reason, say["unknown"])
        line = say["waiting"].format(
            recipient=self._name(waits.recipient), purpose=self._purpose(waits.purpose), reason=reason
        )
        return f"{line} {say['missing'].format(scopes=self._scopes(waits.missing))}" if waits.missing else line

    def _forgotten(self, asked: Forgotten) -> str:
        say = self.words.lines
        if asked.done:
            return say["forgotten_done"]
        line = say["forgotten_asked"].format(at=self._moment(asked.at), by=self._name(asked.by or ""))
        due = say["forgotten_on"].format(at=self._moment(asked.due)) if asked.due else say["forgotten_second"]
        kept = [say["forgotten_kept"].format(until=self._moment(asked.kept_until))] if asked.kept_until else []
        return " ".join([line, due, *kept])

    def _link(self, link: Linked) -> str:
        line = self.words.lines["linked" if link.same_person else "linked_otherwise"]
        return line.format(case=link.case, by=self._name(link.by), at=self._moment(link.at))

    def _name(self, partner: str) -> str:
        return self.names.get(partner, partner)

    def _purpose(self, purpose: str | None) -> str:
        return self.words.purposes.get(purpose or "", self.words.lines["unknown"])

    def _scopes(self, scopes: tuple[str, ...]) -> str:
        return ", ".join(self.words.scopes.get(scope, scope) for scope in scopes) or self.words.scopes["case_facts"]

    def _moment(self, at: datetime | None) -> str:
        return self.words.moment(at, self.zone)
