"""The facts of a case that a condition in a protocol or chain file may ask about: a closed list.

Here: the names, the words each may take, what they mean. Not here: working them out from a case's history (routing), nor
matching them (`conditions`). No fact is free text, and none points to a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schakel.case_hearing import Stage
from schakel.case_mediation import Against
from schakel.events.vocab import (
    ActionType,
    Answer,
    Channel,
    ComplaintOutcome,
    Ground,
    Identity,
    Nature,
    Need,
    Origin,
    Person,
    PlaceType,
    RecordKind,
    Relation,
    Role,
    Severity,
    Target,
    Tenure,
)

FactValue = str | bool | None | frozenset[str]
Facts = Mapping[str, FactValue]
"""What is known of one case now. A fact that is None, an empty set or left out is *absent*: nobody has said it."""

ABSENT = "absent"
"""The word a condition uses for a fact that nobody has said: `suspicion: [absent]`. Absent is never taken for "no"."""


class Kind(StrEnum):
    """How a fact is written: one word, a set of words (any of them may match), or true/false."""

    WORD = "one word"
    WORDS = "a set of words"
    FLAG = "true or false"
    DATE = "a day"
    """A condition names spans of days: `2025-10-01..`, `..2025-06-30` or `2026-01-01..2026-12-31`, both ends included."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: `words` is its closed list, or None when it takes any slug (districts and municipalities)."""

    name: str
    kind: Kind
    words: frozenset[str] | None
    meaning: str


def _word(name: str, words: type[StrEnum] | None, meaning: str) -> Fact:
    return Fact(name, Kind.WORD, None if words is None else frozenset(words), meaning)


def _words(name: str, words: type[StrEnum], meaning: str) -> Fact:
    return Fact(name, Kind.WORDS, frozenset(words), meaning)


def _flag(name: str, meaning: str) -> Fact:
    return Fact(name, Kind.FLAG, None, meaning)


def _date(name: str, meaning: str) -> Fact:
    return Fact(name, Kind.DATE, None, meaning)


def _of(name: str, kind: Kind, *words: str, meaning: str) -> Fact:
    return Fact(name, kind, frozenset(words) if words else None, meaning)


_OF_SCHEMES = (
    _date("reported_on", "the day on which it was reported, in the chain's own time"),
    _date("occurred_on", "the last day on which it happened, as told; absent when nobody said so"),
    _word("relation", Relation, "the presumed relation with whoever did it"),
    _of("category", Kind.WORDS, meaning="the level or category that a person gave the case, by each of its protocols"),
    _words("accepted", Role, "the roles in which a referral of this case was taken up"),
    _words("escalated_to", Role, "the roles to which the case was taken up"),
    _words("actions", ActionType, "what was agreed to be done"),
    _words("needs", Need, "what the person asked for"),
    _of(
        "complaint",
        Kind.WORDS,
        *("appointed", "taken", "settled"),
        *ComplaintOutcome,
        meaning="how far a criminal complaint (aangifte) is, and how it ended",
    ),
    _flag("spoken_at_door", "the partner that reported has spoken with the victim"),
    _word("vulnerability", Answer, "the latest assessment of the victim's vulnerability, by police or prosecutor"),
    _word(
        "earlier_reports",
        Answer,
        "the most open answer of anybody: earlier reports by or against those involved? A case linked as of the same person is a yes",
    ),
    _word(
        "confused_offender",
        Answer,
        "the most open answer of anybody: is the offender a confused person? For few to know",
    ),
    _word("punishable", Answer, "the most open answer of anybody: is it punishable?"),
    _of(
        "answered",
        Kind.WORDS,
        meaning="the most open answer to each question of the file's own (`check: other`): its id and the answer, such as pilot-yes",
    ),
    _word("suspected", Answer, "the most open answer of anybody: discrimination (or violence) suspected?"),
    _words(
        "talk_ruled_out",
        Against,
        "what stands against a talk with the other side that was asked for, proposed or under way; absent: nothing, or no talk",
    ),
    _of(
        "listed",
        Kind.WORD,
        *("matched", "relevant", "not_relevant", "unsure"),
        meaning="found by a query in police records, and what a person made of it",
    ),
    _of(
        "series",
        Kind.WORD,
        "alone",
        "two",
        "several",
        meaning="how many reports are linked to it as one series or place, this one included",
    ),
)
"""What the parts under `scheme` of a protocol file, and the steps of those files, ask about besides."""

FACTS: Mapping[str, Fact] = {
    fact.name: fact
    for fact in (
        _word(
            "record_kind", RecordKind, "what was brought in: a report, or less than one (lead, signal, advice request)"
        ),
        _word("identity", Identity, "in which of the four forms the person is known"),
        _word("reporter", Person, "who reported"),
        _word("target", Target, "whom or what it was aimed at"),
        _word("channel", Channel, "how it came in"),
        _words("door", Role, "the roles of the partner that reported"),
        _flag("acute", "danger or unrest now"),
        _flag("high_profile", "media or public attention"),
        _words("natures", Nature, "what was done"),
        _words("grounds", Ground, "the offender's presumed motive"),
        _word("place_type", PlaceType, "where it happened, by kind of place"),
        _word("district", None, "where it happened, by district"),
        _word("municipality", None, "where it happened, by municipality"),
        _word("residence_elsewhere", Answer, "does the victim live outside the municipality of the chain?"),
        _word("suspicion", Answer, "the door's latest assessment: discrimination and/or violence suspected?"),
        Fact("label", Kind.WORD, frozenset({"given", "refused", "none"}), "the label lhbtiqa+ as it stands now"),
        _flag("history", "imported from before the backbone"),
        _word("minor", Answer, "the most open answer of anybody: is a minor involved?"),
        _word("domestic", Answer, "the most open answer: does the offender live with or belong to her household?"),
        _word("honour", Answer, "the most open answer of anybody: is it honour-related?"),
        _word("danger", Answer, "the most open answer of anybody to the first question: in danger now, or raped?"),
        _flag("unsafe", "severe unsafety: danger or unrest now, or the first question answered with yes"),
        _word(
            "origin", Origin, "how it came about: the motive from the start, a conflict that turned, presumed in public"
        ),
        _word("refugee", Answer, "the most open answer of anybody: is the victim a refugee, status holders included?"),
        _words("wishes", Role, "who the person said she wants to be brought in touch with; silence is no wish"),
        _word("hearing", Stage, "where hearing both sides stands; absent while nobody spoke of it"),
        _word("tenure", Tenure, "is the home rented or owned?"),
        _words(
            "severity", Severity, "every partner's own mark, side by side; only informing the board may depend on it"
        ),
        *_OF_SCHEMES,
    )
}
