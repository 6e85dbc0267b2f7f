"""Parts of a protocol as Dutch sentences: conditions, roles, clocks. Pure.

Full sentences of everyday words (B1), so that a policy officer reads in them what the file says and nothing else.
"""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import cast

from backbone.authoring import words as w
from backbone.authoring.names import titled
from backbone.person.plain import day, lists
from backbone.protocols.clock_rules import ANY_STEP, OF_REFERRAL, WITH_A_PERSON, ClockStart
from backbone.protocols.conditions import Condition
from backbone.protocols.facts import FACTS, Fact, FactValue, Kind
from backbone.protocols.model import REPORTER, ClockRule, Explain, Refer, Stops, Where
from schakel.calendar import Limit, Unit
from schakel.events.vocab import (
    ActionType,
    Basis,
    Channel,
    ClockKind,
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
    Scope,
    Severity,
    Target,
    Tenure,
)

_Word = str | bool | None
_LISTS = {
    "record_kind": RecordKind,
    "identity": Identity,
    "reporter": Person,
    "target": Target,
    "channel": Channel,
    "natures": Nature,
    "grounds": Ground,
    "place_type": PlaceType,
    "origin": Origin,
    "tenure": Tenure,
    "severity": Severity,
    "relation": Relation,
    "actions": ActionType,
    "needs": Need,
    "complaint": ComplaintOutcome,
}
_OF_ROLES = ("door", "wishes", "accepted", "escalated_to")
_ANSWERS = {"yes": "ja", "no": "nee", "unknown": "onbekend"}
_ANSWER_ORDER = {word: number for number, word in enumerate(_ANSWERS)}


def in_list(list_name: str, word: str) -> str:
    """A word of a closed list by its name; the word itself where the glossary has none."""
    return lists().get(list_name, {}).get(word, word.replace("_", " "))


def role(of: Role) -> str:
    """A role with its article, as it stands inside a sentence."""
    return w.ROLES.get(of, of.value.replace("_", " "))


def roles(of: Iterable[Role], last: str = "en") -> str:
    return listed([role(one) for one in of], last)


def hears(of: Collection[Role]) -> str:
    return "horen" if len(of) > 1 else "hoort"


def listed(items: Iterable[str], last: str = "en") -> str:
    """`a, b en c`."""
    each = list(dict.fromkeys(items))
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} {last} {each[-1]}" if each else ""


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def scopes(of: Iterable[Scope]) -> str:
    return listed(in_list("Scope", scope.value) for scope in of)


def limit(of: Limit) -> str:
    """`48 uur`, `2 werkdagen`."""
    return f"{of.amount} uur" if of.unit is Unit.HOURS else str(of)


def each(of: Limit) -> str:
    """What follows `elke`: `maand`, `14 dagen`."""
    return limit(of).removeprefix("1 ")


# --- conditions -------------------------------------------------------------------------------------------------------


def condition(when: Condition) -> list[str]:
    """What must hold, one line a fact, without a capital; empty when it always holds. See `exceptions`."""
    must = [_said(FACTS[name], allowed) for name, allowed in when.must]
    flags = [(FACTS[name], out) for name, out in when.none_of if FACTS[name].kind is Kind.FLAG]
    return [*must, *(_said(fact, frozenset({True, False, None}) - out) for fact, out in flags)]


def exceptions(when: Condition) -> list[str]:
    """What must not hold, one line a fact."""
    return [_said(FACTS[name], out) for name, out in when.none_of if FACTS[name].kind is not Kind.FLAG]


def value(name: str, found: FactValue) -> str:
    """What a fact is in a case, in words of which `condition` makes its lines."""
    if FACTS[name].kind is Kind.DATE and isinstance(found, str):
        return day(date.fromisoformat(found), "nl")
    fact, words = FACTS[name], found if isinstance(found, frozenset) else frozenset({found})
    return listed(_word(fact, word) for word in sorted(words or {None}, key=_order(fact)))


def _said(fact: Fact, allowed: frozenset[_Word]) -> str:
    known = w.FACTS.get(fact.name, f"{fact.meaning}: {{words}}")
    if fact.kind is Kind.FLAG:
        return known if True in allowed else f"niet: {known}"
    words = sorted(allowed, key=_order(fact))
    whole = w.WHOLE.get(fact.name, {})
    if all((word or "") in whole for word in words):
        return ", of ".join(whole[str(word or "")] for word in words)
    return known.format(words=listed((_word(fact, word) for word in words), "of"))


def _order(fact: Fact) -> Callable[[_Word], tuple[bool, int, str]]:
    """Words in the order of their list, so that a sentence does not change by itself; what nobody said comes last."""
    place = {word.value: number for number, word in enumerate(_LISTS.get(fact.name, Role))} | _ANSWER_ORDER
    return lambda word: (word is None, place.get(str(word), 0), str(word))


def _word(fact: Fact, word: _Word) -> str:
    if word is None:
        return w.NOT_SAID
    if isinstance(word, bool):
        return "ja" if word else "nee"
    if fact.name in _OF_ROLES:
        return role(Role(word))
    if word in (own := w.OWN.get(fact.name, {})):
        return own[word]
    if fact.name in ("municipality", "district"):
        return titled(word)
    if fact.name == "answered":
        question, _, answer = str(word).rpartition("-")
        return f"'{question}' met {_ANSWERS.get(answer, answer)}"
    if fact.name == "category":
        return f"'{word}'"
    if fact.kind is Kind.DATE:
        return _span(word)
    if fact.name in ("label", "target"):
        return (w.LABELS if fact.name == "label" else w.TARGETS).get(word, word)
    if fact.name in _LISTS:
        return in_list(_LISTS[fact.name].__name__, word)
    return _ANSWERS.get(word, word)


def _span(word: str) -> str:
    """`vanaf 1 oktober 2025`, `tot en met ...`, `van ... tot en met ...`."""
    first, last = (day(date.fromisoformat(one), "nl") if one else "" for one in word.split(".."))
    if first and last:
        return f"van {first} tot en met {last}"
    return f"vanaf {first}" if first else f"tot en met {last}"


def doors(when: Condition) -> tuple[Role, ...]:
    """The roles at whose door the condition holds; none: at every door."""
    for name, allowed in when.must:
        if name == "door":
            return tuple(sorted((Role(cast(str, word)) for word in allowed if word), key=list(Role).index))
    return ()


# --- referrals --------------------------------------------------------------------------------------------------------


def turn_of(explain: Explain) -> str:
    """When the person hears it: before she decides, or after it happened."""
    if explain.after:
        return w.AFTER.get(explain.after, f"na de stap '{explain.after}'")
    return w.BEFORE.get(str(explain.before), f"voor de stap '{explain.before}'")


def receiver(refer: Refer) -> str:
    """To whom it goes, and where."""
    return role(refer.to) + (" in de eigen woonplaats" if refer.where is Where.RESIDENCE else "")


def consent_asked() -> list[str]:
    """What a step rests on that waits for the person's yes."""
    return [
        "Dit mag alleen als de persoon ja zegt tegen deze stap.",
        "Zegt de persoon nee, dan wacht deze stap en krijgt niemand iets.",
    ]


def consent(refer: Refer) -> list[str]:
    """On what it rests, and what a refusal does. Two or three sentences."""
    if refer.basis is not Basis.CONSENT:
        return [f"Dit rust niet op toestemming, maar op: {in_list('Basis', refer.basis.value)}."]
    if refer.if_refused.value == "strip":
        return [
            "De persoon wordt gevraagd of de naam mee mag.",
            "Zegt de persoon nee, of is de naam niet bekend, dan gaat de melding toch door: zonder naam.",
        ]
    return consent_asked()


# --- clocks -----------------------------------------------------------------------------------------------------------


def clock(rule: ClockRule) -> list[str]:
    """What starts and stops it, its limit and who promised that, who has to act and who hears of a breach."""
    said = [start(rule)]
    said.append(stops(rule.stops))
    said.append(promise(rule))
    if rule.waits:
        said.append(f"Stelt de persoon zelf een contact uit, dan staat de klok één keer stil: {limit(rule.waits)}.")
    said.append(f"{capital(doer(rule))} is hiervoor verantwoordelijk.")
    if rule.reminders:
        after = listed(limit(reminder) for reminder in rule.reminders)
        said.append(f"Na {after} krijgt {doer(rule)} een herinnering.")
    if rule.every:
        said.append(f"Daarna komt er elke {each(rule.every)} een herinnering, zolang de klok loopt.")
    if rule.on_breach:
        said.append(f"Is de tijd voorbij, dan {hears(rule.on_breach)} {roles(rule.on_breach)} dat.")
    return said


_DOERS = {
    ClockStart.REPORT_RECEIVED: "het loket waar de melding binnenkwam",
    ClockStart.REFERRAL_DELIVERED: "wie de doorverwijzing kreeg",
    ClockStart.ADVICE_REQUESTED: "wie om advies is gevraagd",
}
"""Who has to act while nobody has taken anything on."""


def doer(rule: ClockRule) -> str:
    """Who has to act: the role, or whoever took the work on."""
    if rule.role is None and rule.starts in _DOERS:
        return _DOERS[rule.starts]
    return role(rule.role) if rule.role else "wie het op zich nam"


def clock_title(rule: ClockRule) -> str:
    """Its own name, and what stops it where the name does not say that already: `Bij gevaar: contact met de melder`."""
    whom = "de persoon" if not rule.stops.with_ else persons(rule.stops.with_)
    stopped, named = w.CLOCKS[rule.stops.on.value].format(whom=whom), titled(rule.id)
    plain = _ARTICLES.sub("", stopped.lower())
    if set(named.lower().split()) <= set(plain.split()):
        return stopped
    return f"{named}: {stopped[:1].lower()}{stopped[1:]}"


_ARTICLES = re.compile(r"\b(de|het|een) ")


def start(rule: ClockRule) -> str:
    """What starts it, and of which levels, actions or roles only."""
    return " ".join((w.STARTS[rule.starts.value].format(step=_step_of(rule)), *start_but(rule)))


def start_but(rule: ClockRule) -> list[str]:
    """What has to hold besides before it starts: where the start itself is seen, this is what is left to say."""
    said = []
    if rule.starts not in OF_REFERRAL and rule.of_step:
        said.append(f"De klok bestaat pas als {_step_of(rule)} is aangenomen.")
    if rule.of:
        said.append(f"Dit geldt alleen voor: {listed(map(_of, rule.of), 'of')}.")
    return said


def _step_of(rule: ClockRule) -> str:
    return "een doorverwijzing" if rule.of_step in (None, ANY_STEP) else f"de doorverwijzing '{rule.of_step}'"


def _of(word: str) -> str:
    """One word of `of`: a role, an action, or the name of a level in this file."""
    if word in [one.value for one in Role]:
        return role(Role(word))
    return lists()["ActionType"].get(word, word)


def stops(of: Stops) -> str:
    by = roles(of.by, "of") if of.by else "een partner in de zaak"
    said = w.STOPS[of.on.value].format(by=by, whom=persons(of.with_) or "de persoon")
    if of.by and of.on not in WITH_A_PERSON:
        said += f" Dat doet {by}."
    if of.actions:
        said += f" Alleen dit telt: {listed(map(_of, of.actions), 'of')}."
    return said


def persons(of: Iterable[str]) -> str:
    """With whom a contact counts."""
    return listed(("de melder" if one == REPORTER else _person(one) for one in of), "of")


def _person(word: str) -> str:
    return f"de {in_list('Person', word)}" if word != "victim" else "het slachtoffer"


def promise(rule: ClockRule) -> str:
    """Its limit and who promised it; where something was agreed with the person, that comes first."""
    if rule.by_preference:
        agreed = "Is met het slachtoffer afgesproken hoe vaak er contact is, dan is dat de grens, en die is beloofd."
        return f"{agreed} Anders: {_own_promise(rule)}"
    return _own_promise(rule)


def _own_promise(rule: ClockRule) -> str:
    if rule.by_when:
        return "De grens is de dag die in de actie zelf is afgesproken: wie, wat, wanneer."
    if rule.limit is None:
        return "Er is geen grens beloofd. De klok meet alleen hoe lang het duurt; niemand is te laat."
    if rule.promise is ClockKind.PROMISED:
        return f"De grens is {limit(rule.limit)}. Die grens is beloofd: de tekst van het protocol noemt hem."
    return f"De grens is {limit(rule.limit)}. Dat is onze eigen keuze: geen tekst belooft hem."
