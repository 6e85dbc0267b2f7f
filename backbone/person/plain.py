"""Readable values of the language as plain words: closed lists by the glossary, days, places. Pure, but for reading the list once."""

import json
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel

from backbone.person import words
from schakel.events.report import CheckAnswer, Occurrence, ReportFacts, SeverityMark
from schakel.her_words import LANGUAGES, MONTHS, Language, Table, in_language

_SAYS_NOTHING = ("unknown", "none")
_FLAGS: Table = {"series": ("vaker", "several times"), "abroad": ("in het buitenland", "abroad")}
_ELSEWHERE: Table = {"yes": ("niet waar het gebeurde", "not where it happened")}


@cache
def lists() -> dict[str, dict[str, str]]:
    """The Dutch of every word of the closed lists: {list: {word: Dutch}}."""
    read: dict[str, dict[str, str]] = json.loads((files("backbone.person") / "lists.json").read_text(encoding="utf-8"))
    return read


def word(value: StrEnum, language: Language) -> str:
    """A word of a closed list."""
    if language == "nl":
        return lists().get(type(value).__name__, {}).get(value.value, value.value)
    return value.value.replace("_", " ")


def day(value: date, language: Language) -> str:
    return f"{value.day} {MONTHS[LANGUAGES.index(language)][value.month - 1]} {value.year}"


def facts(told: ReportFacts, language: Language) -> Iterator[tuple[str, str]]:
    """What was said in a report: (what it is called, what was said). What is unknown or empty is left out."""
    called = in_language(words.FACTS, language)
    for name in type(told).model_fields:
        if said := _said(getattr(told, name), language):
            yield called[name], said


def _said(value: Any, language: Language) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return in_language(words.PAGE, language)["yes"]
        case StrEnum():
            return "" if value.value in _SAYS_NOTHING else word(value, language)
        case date():
            return day(value, language)
        case tuple():
            return "; ".join(filter(None, (_said(one, language) for one in value)))
        case CheckAnswer():
            asked = value.question.replace("-", " ") if value.question else word(value.check, language)
            return f"{asked}: {word(value.answer, language)}"
        case SeverityMark():
            return f"{word(value.scale, language)}: {word(value.severity, language)}"
        case Occurrence():
            return ", ".join([*_days(value, language), *_parts(value, language)])
        case BaseModel():
            return ", ".join(_parts(value, language))
        case str():
            return value.replace("-", " ").title() if value.islower() else value
    return str(value)


def _days(value: Occurrence, language: Language) -> Iterator[str]:
    """The day, or the first and the last of several."""
    known = [one for one in (value.first_day, value.last_day) if one is not None]
    days = [day(one, language) for one in dict.fromkeys(known)]
    if len(days) > 1:
        days = [in_language(words.PAGE, language)["from_to"].format(first=days[0], last=days[1])]
    yield from days


def _parts(value: BaseModel, language: Language) -> Iterator[str]:
    """The parts of a place, of a motive, of a moment but for its days."""
    seen: list[str] = []
    for name in type(value).model_fields:
        inner = getattr(value, name)
        if isinstance(inner, date):
            continue
        if name in _FLAGS:
            said = in_language(_FLAGS, language)[name] if inner else ""
        elif name == "elsewhere":
            said = in_language(_ELSEWHERE, language).get(inner, "")
        else:
            said = _said(inner, language)
        if said and said not in seen:
            seen.append(said)
            yield said
