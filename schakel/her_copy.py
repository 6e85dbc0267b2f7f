"""What the person can hold in her hands: who knows what of her, what she agreed to and what not, in plain Dutch or English.

Only the words stand here; what is known comes from `schakel.case_knows`. No fixed word, title or line says what kind of incident it was,
who she is, or what kind of organisation somebody is: whoever finds the paper learns no more than the partners' own names say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from schakel.case_knows import Agreed, HerCopy, Knows, Question, SaidNo, Waits

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """One language: fixed sentences, and the word for each word of the lists that may stand in a copy."""

    months: str
    lines: Mapping[str, str]
    scopes: Mapping[str, str]
    purposes: Mapping[str, str]
    bases: Mapping[str, str]
    givers: Mapping[str, str]
    ways: Mapping[str, str]
    reasons: Mapping[str, str]


_NL = Words(
    months="januari februari maart april mei juni juli augustus september oktober november december",
    lines={
        "title": "Wie weet wat van u",
        "case": "Nummer {case}. Bijgewerkt tot en met {at}.",
        "knows": "Wie iets van u weet",
        "agreed": "Waar u ja tegen zei",
        "other": "Wat zonder uw ja is gebeurd, en waarom",
        "noes": "Waar u nee tegen zei",
        "asked": "Wat u gevraagd is",
        "waits": "Wat wacht",
        "nothing": "Niets.",
        "door": "{partner}: wat u daar zelf vertelde, sinds {since}.",
        "referral": "{partner}: {scopes}; {named}; sinds {since}, {ground}.",
        "information": "{partner}: dat er iets is gebeurd, zonder wie u bent; sinds {since}.",
        "named": "met uw naam",
        "nameless": "zonder uw naam",
        "ground": "{basis} ({purpose})",
        "stopped": "Moest stoppen op {until}.",
        "read": "Opgehaald op {at}: {scopes}.",
        "yes": "{at}: {recipient} mag {scopes} hebben, voor {purpose}. {giver}, {way}; opgeschreven door {by}.",
        "basis": "{at}: {recipient} kreeg {scopes}, voor {purpose}, op grond van {basis}; reden: {motive}; gemeld door {by}.",
        "wording": "Tekst die u kreeg: {wording}.",
        "until": "Geldt tot {until}.",
        "ended": "Geldt niet meer.",
        "left": "Nu nog: {scopes}.",
        "beneficiary": "Opgeschreven door wie het zelf wilde hebben.",
        "no": "{at}: {recipient} krijgt {scopes} niet, voor {purpose}.",
        "not_at_all": "{at}: {recipient} krijgt niets, voor {purpose}.",
        "no_more": "{at}: {recipient} krijgt niets meer, voor {purpose}.",
        "nobody_any_more": "{at}: niemand krijgt nog iets, voor {purpose}.",
        "everything": "wat dan ook",
        "question": "{at}: {by} vroeg of {recipient} iets mag weten, voor {purpose}. {answer}",
        "answered": "U hebt geantwoord.",
        "unanswered": "U hebt nog niet geantwoord.",
        "waiting": "{recipient}, voor {purpose}: {reason}.",
        "missing": "Nodig is nog: {scopes}.",
        "somebody": "iemand",
        "unknown": "onbekend",
        "rights": "U mag elk ja weer intrekken, bij wie u het gaf; dat geldt zodra het is opgeschreven. Bij direct gevaar: bel 112.",
    },
    scopes={
        "case_facts": "wat er is gebeurd",
        "contact_details": "uw contactgegevens",
        "story": "uw verhaal",
        "label": "het kenmerk bij uw zaak",
        "contact_preference": "hoe u bereikt wilt worden",
    },
    purposes={
        "referral": "hulp",
        "information": "informatie aan u",
        "consultation": "overleg over uw zaak",
        "aftercare": "nazorg",
        "mediation": "een gesprek met de andere kant",
        "complaint": "een volgende formele stap",
        "inquiry": "navraag",
        "board_contact": "een gesprek met het bestuur",
        "publication": "bekendmaken van wat er gebeurde",
        "later_research": "later onderzoek",
        "victim_network": "een groep mensen die meedenkt",
        "other": "iets anders",
    },
    bases={
        "consent": "omdat u ja zei",
        "vital_interest": "direct gevaar",
        "legal_duty": "een plicht uit de wet",
        "agreement": "een afspraak tussen organisaties",
        "scheme": "omdat het altijd wordt doorgegeven",
    },
    givers={
        "victim": "U zei het zelf",
        "representative": "Uw vertegenwoordiger zei het",
        "professional": "Een medewerker gaf door dat u het zei",
    },
    ways={"spoken": "mondeling", "written": "schriftelijk", "self_service": "zelf ingevuld"},
    reasons={
        "not_asked": "het is u nog niet gevraagd",
        "no_answer": "u hebt nog niet geantwoord",
        "refused": "u zei nee",
        "withdrawn": "u trok uw ja in",
        "too_narrow": "wat mag, is nog niet genoeg",
        "provisional": "iemand anders moet uw ja nog bevestigen",
        "other_side": "het kan alleen als u beiden wilt",
    },
)

_EN = Words(
    months="January February March April May June July August September October November December",
    lines={
        "title": "Who knows what about you",
        "case": "Number {case}. Complete up to {at}.",
        "knows": "Who knows something about you",
        "agreed": "What you said yes to",
        "other": "What happened without your yes, and why",
        "noes": "What you said no to",
        "asked": "What you were asked",
        "waits": "What is waiting",
        "nothing": "Nothing.",
        "door": "{partner}: what you told there yourself, since {since}.",
        "referral": "{partner}: {scopes}; {named}; since {since}, {ground}.",
        "information": "{partner}: that something happened, not who you are; since {since}.",
        "named": "with your name",
        "nameless": "without your name",
        "ground": "{basis} ({purpose})",
        "stopped": "Had to stop on {until}.",
        "read": "Fetched on {at}: {scopes}.",
        "yes": "{at}: {recipient} may have {scopes}, for {purpose}. {giver}, {way}; written down by {by}.",
        "basis": "{at}: {recipient} got {scopes}, for {purpose}, on the ground of {basis}; reason: {motive}; told by {by}.",
        "wording": "The text you were given: {wording}.",
        "until": "Holds until {until}.",
        "ended": "No longer holds.",
        "left": "What is left: {scopes}.",
        "beneficiary": "Written down by the one that wanted to have it.",
        "no": "{at}: {recipient} does not get {scopes}, for {purpose}.",
        "not_at_all": "{at}: {recipient} gets nothing, for {purpose}.",
        "no_more": "{at}: {recipient} gets nothing any more, for {purpose}.",
        "nobody_any_more": "{at}: nobody gets anything any more, for {purpose}.",
        "everything": "anything",
        "question": "{at}: {by} asked whether {recipient} may know something, for {purpose}. {answer}",
        "answered": "You have answered.",
        "unanswered": "You have not answered yet.",
        "waiting": "{recipient}, for {purpose}: {reason}.",
        "missing": "Still needed: {scopes}.",
        "somebody": "somebody",
        "unknown": "unknown",
        "rights": "You may take back every yes, where you gave it; it counts as soon as it is written down. In danger now? Call 112.",
    },
    scopes={
        "case_facts": "what happened",
        "contact_details": "your contact details",
        "story": "your story",
        "label": "the mark on your case",
        "contact_preference": "how you want to be reached",
    },
    purposes={
        "referral": "help",
        "information": "information to you",
        "consultation": "talking about your case",
        "aftercare": "aftercare",
        "mediation": "a talk with the other side",
        "complaint": "a next formal step",
        "inquiry": "an inquiry",
        "board_contact": "a talk with the board",
        "publication": "making public what happened",
        "later_research": "later research",
        "victim_network": "a group of people who think along",
        "other": "something else",
    },
    bases={
        "consent": "because you said yes",
        "vital_interest": "danger to life",
        "legal_duty": "a duty by law",
        "agreement": "an agreement between organisations",
        "scheme": "because it is always passed on",
    },
    givers={
        "victim": "You said so yourself",
        "representative": "Your representative said so",
        "professional": "A professional passed on that you said so",
    },
    ways={"spoken": "spoken", "written": "in writing", "self_service": "filled in by yourself"},
    reasons={
        "not_asked": "you have not been asked yet",
        "no_answer": "you have not answered yet",
        "refused": "you said no",
        "withdrawn": "you took your yes back",
        "too_narrow": "what is allowed is not enough yet",
        "provisional": "somebody else still has to confirm your yes",
        "other_side": "only when both of you want it",
    },
)
WORDS: Mapping[Language, Words] = {"nl": _NL, "en": _EN}


def text(
    copy: HerCopy, language: Language = "nl", names: Mapping[str, str] | None = None, zone: str = "Europe/Amsterdam"
) -> str:
    """The copy as lines to read. names: a partner's name for its id, where it is known. zone: whose wall clock she looks at."""
    return "\n".join(_Writer(WORDS[language], names or {}, ZoneInfo(zone)).write(copy)) + "\n"


@dataclass(frozen=True, slots=True)
class _Writer:
    words: Words
    names: Mapping[str, str]
    zone: ZoneInfo

    def write(self, copy: HerCopy) -> Iterator[str]:
        say = self.words.lines
        yield say["title"]
        yield say["case"].format(case=copy.case, at=self._moment(copy.at))
        other = [said for said in copy.agreed if said.basis != "consent"]
        yield from self._part("other", [self._basis(said) for said in other])
        yield from self._part("knows", [self._knows(known) for known in copy.knows])
        yield from self._part("agreed", [self._yes(said) for said in copy.agreed if said.basis == "consent"])
        yield from self._part("noes", [self._no(no) for no in copy.noes])
        yield from self._part("asked", [self._question(asked) for asked in copy.asked])
        yield from self._part("waits", [self._waits(waits) for waits in copy.waits])
        yield ""
        yield say["rights"]

    def _part(self, title: str, lines: list[str]) -> Iterator[str]:
        yield ""
        yield self.words.lines[title]
        yield from [f"- {line}" for line in lines] or [f"- {self.words.lines['nothing']}"]

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
        reads = [say["read"].format(at=self._moment(read.at), scopes=self._scopes(read.scopes)) for read in known.reads]
        stopped = [say["stopped"].format(until=self._moment(known.until))] if known.until else []
        return " ".join([said, *reads, *stopped])

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
        line = self.words.lines["basis"].format(**self._about(said), basis=basis, motive=motive)
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

    def _waits(self, waits: Waits) -> str:
        say = self.words.lines
        reason = self.words.reasons.get(waits.reason, say["unknown"])
        line = say["waiting"].format(
            recipient=self._name(waits.recipient), purpose=self._purpose(waits.purpose), reason=reason
        )
        return f"{line} {say['missing'].format(scopes=self._scopes(waits.missing))}" if waits.missing else line

    def _name(self, partner: str) -> str:
        return self.names.get(partner, partner)

    def _purpose(self, purpose: str | None) -> str:
        return self.words.purposes.get(purpose or "", self.words.lines["unknown"])

    def _scopes(self, scopes: tuple[str, ...]) -> str:
        return ", ".join(self.words.scopes.get(scope, scope) for scope in scopes) or self.words.scopes["case_facts"]

    def _moment(self, at: datetime | None) -> str:
        if at is None:
            return self.words.lines["unknown"]
        local = at.astimezone(self.zone)
        return f"{local.day} {self.words.months.split()[local.month - 1]} {local.year} {local:%H:%M}"
