"""What somebody meant who wrote a word of a protocol file in Dutch, or almost right. The files' own words are English codes. Pure.

The Dutch is the glossary's (`backbone.person.plain.lists`); of facts it is here, since what they ask has a sentence and no name.
"""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping

from backbone.person.plain import lists

FACTS: Mapping[str, str] = {
    "record_kind": "soort bericht", "identity": "bekendheid", "reporter": "melder", "target": "doelwit", "channel": "meldweg",
    "door": "loket", "acute": "acuut", "high_profile": "media-aandacht", "natures": "soort", "grounds": "motief",
    "place_type": "soort plaats", "district": "stadsdeel", "municipality": "gemeente", "residence_elsewhere": "woonplaats",
    "suspicion": "vermoeden", "minor": "minderjarige", "domestic": "huiselijke kring", "honour": "eergerelateerd",
    "danger": "gevaar", "unsafe": "onveilig", "origin": "aanleiding", "refugee": "vluchteling", "tenure": "woning",
    "severity": "ernst", "wishes": "wensen", "hearing": "hoor en wederhoor", "relation": "dader", "category": "categorie",
    "accepted": "opgepakt", "escalated_to": "opgeschaald", "actions": "acties", "needs": "behoeften", "complaint": "aangifte",
    "vulnerability": "kwetsbaarheid", "reported_on": "datum melding", "occurred_on": "datum voorval", "series": "reeks",
    "history": "oude lijst", "listed": "zoekvraag", "label": "label",
}  # fmt: skip
"""A fact by the Dutch word that somebody would look for it by; several have none."""

ALSO: Mapping[str, str] = {"anti_discrimination": "meldpunt discriminatie"}
"""What `backbone protocol explain` calls it, where the glossary has another name."""

_TELLING = 4
"""A shorter word inside a name, such as «van», does not tell which is meant."""

SAYS = "backbone protocol words"
"""The command that says in Dutch what each word means."""


def meant(found: object, words: Collection[str]) -> str:
    """What to do about a word that is none of `words`: the one that is its Dutch, or the one that looks like it."""
    names = _names(words)
    explained = f"; `{SAYS}` says in Dutch what each means" if {word for _, word in names} >= set(words) else ""
    return _remedy(str(found), words, names) or f"use one of these words{explained}"


def fact_meant(found: object, facts: Collection[str]) -> str:
    """The same of a fact."""
    names = [(FACTS[fact], fact) for fact in facts if fact in FACTS]
    return _remedy(str(found), facts, names) or f"use one of the known facts; `{SAYS}` says in Dutch what each asks"


def _names(words: Collection[str]) -> list[tuple[str, str]]:
    """(Dutch, word): what the glossary calls each of `words`, also in another list, such as a role whose name stands for a purpose."""
    also = [(dutch, word) for word, dutch in ALSO.items() if word in words]
    return [(dutch, word) for listed in lists().values() for word, dutch in listed.items() if word in words] + also


def _remedy(found: str, words: Collection[str], names: Iterable[tuple[str, str]]) -> str:
    said = found.strip().lower().replace("_", " ")
    known = list(names)
    if by_name := next((word for dutch, word in known if said in _ways(dutch)), None):
        return f"write `{by_name}`: that is «{found}» here"
    if close := difflib.get_close_matches(said, [way for dutch, _ in known for way in _ways(dutch)], 1, 0.85):
        word = next(word for dutch, word in known if close[0] in _ways(dutch))
        return f"did you mean `{word}` («{close[0]}»)?"
    inside = {word: f"`{word}` («{way}»)" for dutch, word in known for way in _ways(dutch) if said in way.split()}
    if len(said) >= _TELLING and inside:
        return f"did you mean {' or '.join([*inside.values()][:3])}?"
    near = difflib.get_close_matches(found.lower(), words, 1)
    return f"did you mean `{near[0]}`?" if near else ""


def _ways(dutch: str) -> Iterator[str]:
    """`antidiscriminatievoorziening (ADV, Discriminatie.nl)`: whole, and each of its parts."""
    whole = dutch.lower()
    yield whole
    yield from filter(None, (part.strip() for part in whole.replace("(", ",").replace(")", ",").split(",")))
