"""The words that a protocol file may use, with what each means in Dutch: for whoever writes one. Pure."""

import re
from collections.abc import Callable, Mapping

from backbone.authoring import labels
from backbone.authoring import sentences as s
from backbone.authoring import words as w
from backbone.person.plain import lists
from backbone.protocols.conditions import Condition
from backbone.protocols.facts import FACTS, Fact, Kind
from backbone.protocols.model import IfRefused

Words = Mapping[str, str]
_OF_THE_FILE = "een naam uit dit bestand of uit dat van de keten, zoals nieuw-west"
_MARKS = re.compile(r"\{\w+\}")

LISTS: Mapping[str, tuple[str, Callable[[], Words]]] = {
    "roles": (
        "wie het is: `asked_by`, `to`, `inform`, `responsible`, `by`",
        lambda: {role.value: said for role, said in w.ROLES.items()},
    ),
    "purposes": ("waarvoor: `purpose` van een stap", lambda: w.PURPOSES),
    "if_refused": ("wat er gebeurt bij een nee: `if_refused` van een stap", lambda: labels.WORDS[IfRefused]),
    "scopes": ("wat iemand krijgt: `needs` en `wants` van een stap", lambda: lists()["Scope"]),
    "checks": ("welke vraag: `check`", lambda: lists()["Check"]),
    "topics": ("wat er wordt uitgelegd: `topic`", lambda: lists()["InformationTopic"]),
    "before": ("waarvoor het wordt uitgelegd: `before`, of de naam van een stap", lambda: w.BEFORE),
    "after": ("waarna het wordt uitgelegd: `after`, of de naam van een stap", lambda: w.AFTER),
    "starts": ("waar een klok begint: `starts`", lambda: _plain(w.STARTS)),
    "stops": ("waar een klok stopt: `on` onder `stops`", lambda: _plain(w.STOPS)),
    "promise": ("of een termijn beloofd is: `promise` van een klok", lambda: w.PROMISES),
    "reasons": ("waarom een zaak sluit: `reason`", lambda: lists()["CloseReason"]),
    "actions": ("wat wordt afgesproken: `action`", lambda: lists()["ActionType"]),
}
"""What is no fact: where it stands in a file, and its words."""


def overview() -> dict[str, Words]:
    """The facts that a `when` may ask for, and the other lists."""
    return {
        "Feiten, voor `when`": {name: _plain({name: w.FACTS[name]})[name] for name in FACTS},
        "Andere woorden": {name: about for name, (about, _) in LISTS.items()},
    }


def words_of(name: str) -> Words | None:
    """The words of a fact or of a list, each with its Dutch; None when there is none of that name. A list goes before a fact."""
    if name in LISTS:
        return LISTS[name][1]()
    return _of_fact(FACTS[name]) if name in FACTS else None


def _of_fact(fact: Fact) -> Words:
    if fact.kind is Kind.FLAG:
        return {"true": w.FACTS[fact.name], "false": f"niet: {w.FACTS[fact.name]}"}
    if fact.words is None:
        return {"...": "dagen, zoals 2025-10-01.. of ..2025-09-30" if fact.kind is Kind.DATE else _OF_THE_FILE}
    return {word: s.condition(Condition.of({fact.name: [word]}))[0] for word in sorted(fact.words)}


def _plain(said: Words) -> Words:
    """Sentences with dots where a file's own words come."""
    return {name: _MARKS.sub("…", text) for name, text in said.items()}
