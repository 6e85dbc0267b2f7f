"""Conditions as plain data: `when: {identity: [by_name], acute: true, not: {natures: [threat]}}`.

Each line names a fact and the word or words of which one must apply; all lines must hold; under `not` none may hold. That
is all there is: no expressions, no order. Not here: what the facts mean (`facts`), who asks (`model`, chains).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self

from pydantic import PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

from backbone.protocols.dutch import fact_meant, meant
from backbone.protocols.facts import ABSENT, FACTS, Fact, FactValue, Kind

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_SPAN = re.compile(r"(?P<first>\d{4}-\d{2}-\d{2})?\.\.(?P<last>\d{4}-\d{2}-\d{2})?")
_Allowed = frozenset[str | bool | None]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong inside a condition: `at` is the way to it, as keys and list positions."""

    at: tuple[str | int, ...]
    what: str
    expected: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Condition:
    """When a step, clock or protocol applies. The empty condition always holds."""

    must: tuple[tuple[str, _Allowed], ...] = ()
    none_of: tuple[tuple[str, _Allowed], ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, object]) -> Self:
        """Read a condition from its data. Raises PydanticCustomError (a ValueError) whose context lists every mistake."""
        mistakes: list[Mistake] = []
        excluded = data.get("not", {})
        if not isinstance(excluded, Mapping):
            mistakes.append(
                Mistake(
                    ("not",), f"`not` is {excluded!r}", "facts of which none may hold", "write `not: {fact: [word]}`"
                )
            )
            excluded = {}
        must = tuple(_line(name, value, (), mistakes) for name, value in data.items() if name != "not")
        none_of = tuple(_line(name, value, ("not",), mistakes) for name, value in excluded.items())
        if mistakes:
            text = "; ".join(f"{mistake.what}, expected {mistake.expected}" for mistake in mistakes)
            raise PydanticCustomError("condition", "{text}", {"text": text, "mistakes": mistakes})
        return cls(must, none_of)

    def matches(self, facts: Mapping[str, FactValue]) -> bool:
        """Whether the condition holds for a case. An absent fact matches only the word `absent`."""
        for name, allowed in self.must:
            if not _holds(facts.get(name), allowed):
                return False
        for name, allowed in self.none_of:  # noqa: SIM110 (plain loops: this is asked of every rule, for every case)
            if _holds(facts.get(name), allowed):
                return False
        return True

    def in_the_way(self, facts: Mapping[str, FactValue]) -> "Condition":
        """Its lines that keep it from holding for a case; none when it holds."""
        return Condition(
            tuple(line for line in self.must if not _holds(facts.get(line[0]), line[1])),
            tuple(line for line in self.none_of if _holds(facts.get(line[0]), line[1])),
        )

    def asks_about(self, fact: str) -> bool:
        """Whether the answer can depend on `fact`."""
        return any(name == fact for name, _ in (*self.must, *self.none_of))

    def excludes(self, fact: str, value: str | bool | None) -> bool:
        """Whether it can never hold for a case of which `value` is (one of) the fact's; None stands for absent.

        Of a set fact a case may have several, so that only `not` excludes one.
        """
        if any(name == fact and value in allowed for name, allowed in self.none_of):
            return True
        single = FACTS[fact].kind in (Kind.WORD, Kind.FLAG) or value is None
        return single and any(name == fact and value not in allowed for name, allowed in self.must)

    def may_hold_with(self, other: "Condition") -> bool:
        """Whether some case can meet both, as far as one fact at a time shows it. Of a set fact a case may have the words of both."""
        single = (Kind.WORD, Kind.FLAG)
        theirs, excluded = dict(other.must), (dict(self.none_of), dict(other.none_of))
        for name, allowed in self.must:
            if FACTS[name].kind in single and allowed.isdisjoint(theirs.get(name, allowed)):
                return False
        both = ((self.must, excluded[1]), (other.must, excluded[0]))
        return not any(allowed <= out.get(name, frozenset()) for must, out in both for name, allowed in must)

    def never_holds(self) -> str | None:
        """The fact by which it contradicts itself, or None."""
        excluded = dict(self.none_of)
        return next((name for name, allowed in self.must if allowed <= excluded.get(name, frozenset())), None)

    def as_data(self) -> dict[str, object]:
        """Its data in a canonical order, for digests."""
        lines: dict[str, object] = {name: _words(allowed) for name, allowed in sorted(self.must)}
        if self.none_of:
            lines["not"] = {name: _words(allowed) for name, allowed in sorted(self.none_of)}
        return lines


ALWAYS = Condition()


def _holds(value: FactValue, allowed: _Allowed) -> bool:
    if isinstance(value, frozenset):
        return not allowed.isdisjoint(value) if value else None in allowed
    return value in allowed or (
        isinstance(value, str) and value[:1].isdigit() and any(_within(value, word) for word in allowed)
    )


def _within(value: str, word: str | bool | None) -> bool:
    """Whether a day lies in a span of days; any other word is no span."""
    if not isinstance(word, str) or not (span := _SPAN.fullmatch(word)):
        return False
    first, last = span["first"], span["last"]
    return (first is None or first <= value) and (last is None or value <= last)


def _is_span(word: str) -> bool:
    """`first..last` with at least one end, each a day that exists, the first not after the last."""
    span = _SPAN.fullmatch(word)
    ends = [span["first"], span["last"]] if span else []
    try:
        days = [date.fromisoformat(end) for end in ends if end]
    except ValueError:
        return False
    return bool(days) and days == sorted(days)


def _words(allowed: _Allowed) -> list[str | bool]:
    return sorted((ABSENT if value is None else value for value in allowed), key=str)


def _line(
    name: object, value: object, above: tuple[str, ...], mistakes: list[Mistake]
) -> tuple[str, frozenset[str | bool | None]]:
    """One `fact: words`; what is wrong with it is added to `mistakes`."""
    fact = FACTS.get(str(name))
    if fact is None:
        remedy = fact_meant(name, FACTS)
        mistakes.append(
            Mistake((*above, str(name)), f"`{name}` is not a fact", f"one of {', '.join(sorted(FACTS))}", remedy)
        )
        return str(name), frozenset()
    values = value if isinstance(value, list | tuple) else [value]
    if not values:
        mistakes.append(
            Mistake(
                (*above, fact.name), f"`{fact.name}` has no words", _expected(fact), "name a word, or drop the line"
            )
        )
    for position, word in enumerate(values):
        if not _allowed(fact, word):
            at: tuple[str | int, ...] = (*above, fact.name)
            if isinstance(value, list | tuple):
                at = (*at, position)
            mistakes.append(Mistake(at, f"`{fact.name}` cannot be {word!r}", _expected(fact), _remedy(fact, word)))
    return fact.name, frozenset(None if word == ABSENT else word for word in values if isinstance(word, str | bool))


def _allowed(fact: Fact, word: object) -> bool:
    if word == ABSENT:
        return True
    if fact.kind is Kind.FLAG:
        return isinstance(word, bool)
    if not isinstance(word, str):
        return False
    if fact.kind is Kind.DATE:
        return _is_span(word)
    return word in fact.words if fact.words is not None else _SLUG.fullmatch(word) is not None


def _expected(fact: Fact) -> str:
    if fact.kind is Kind.FLAG:
        return "true or false"
    if fact.kind is Kind.DATE:
        return "spans of days, such as '2025-10-01..' or '2026-01-01..2026-12-31'"
    if fact.words is None:
        return "small letters, digits and hyphens, such as 'nieuw-west'"
    return f"one of {', '.join(sorted(fact.words))}"


def _remedy(fact: Fact, word: object) -> str:
    if isinstance(word, bool) and fact.words and "yes" in fact.words:
        return f'write "{"yes" if word else "no"}" between quotes'
    return meant(word, frozenset(fact.words or ()) - {ABSENT})


def _parse(value: object) -> Condition:
    if isinstance(value, Condition):
        return value
    if not isinstance(value, Mapping):
        mistake = Mistake((), f"the condition is {value!r}", "facts with their words", "write `when: {fact: [word]}`")
        raise PydanticCustomError("condition", "{text}", {"text": mistake.what, "mistakes": [mistake]})
    return Condition.of(value)


When = Annotated[Condition, PlainValidator(_parse), PlainSerializer(Condition.as_data)]
"""A condition as a field of a protocol or chain file."""
