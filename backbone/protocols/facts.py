"""The facts of a case that a condition in a protocol or chain file may ask about: a closed list.

Here: the names, the words each may take, what they mean. Not here: working them out from a case's history (routing), nor
matching them (`conditions`). No fact is free text, and none points to a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schakel.case_hearing import Stage
from schakel.events.vocab import (
    Answer,
    Channel,
    Ground,
    Identity,
    Nature,
    Person,
    PlaceType,
    RecordKind,
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
        _word("minor", Answer, "is a minor involved?"),
        _word("domestic", Answer, "does the offender live with or belong to the victim's household?"),
        _word("honour", Answer, "is it honour-related?"),
        _word("refugee", Answer, "is the victim a refugee, status holders included?"),
        _words("wishes", Role, "who the person said she wants to be brought in touch with; silence is no wish"),
        _word("hearing", Stage, "where hearing both sides stands; absent while nobody spoke of it"),
        _word("tenure", Tenure, "is the home rented or owned?"),
        _words(
            "severity", Severity, "every partner's own mark, side by side; only informing the board may depend on it"
        ),
    )
}
