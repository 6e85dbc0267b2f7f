"""How a rehearsal is put into lines: what was told, words of the closed lists, partners by name, moments and days of the chain. Pure."""

import re
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from backbone.chains import Chain
from backbone.person.plain import lists
from schakel.events import Event
from schakel.her_words import LANGUAGES, MONTHS, Language, in_language
from services.rehearsal import words as w
from services.rehearsal.play import Failure

WIDTH = 80
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(#\d+)?")
_UNSAID = ("sealed", "premises", "reported_at", "at", "facts", "terms", "protocol", "place")


class Writer(ABC):
    """Says things of one chain in one language, at most `width` columns. What it writes of is its heir's."""

    language: Language
    width: int

    @property
    @abstractmethod
    def chain(self) -> Chain:
        """Whose partners, days and words they are."""

    @property
    def say(self) -> Mapping[str, str]:
        return in_language(w.FIXED, self.language)

    @property
    def about(self) -> Mapping[str, str]:
        return in_language(w.ABOUT, self.language)

    def _failed(self, failure: Failure, indent: int) -> list[str]:
        kind, what = failure
        return self._wrapped(self.say["failed"].format(what=self.say[kind].format(what=what)), indent)

    # -- what is told ----------------------------------------------------------------------------------------------------

    def _does(self, teller: str, told: Event) -> str:
        """`teller` is a name."""
        name = type(told).TYPE
        does = in_language(w.TOLD, self.language).get(name, name)
        details = ", ".join(self._details(told.model_dump(exclude_defaults=True)))
        return f"{teller} {does}" + (f": {details}." if details else ".")

    def _details(self, said: Mapping[str, Any]) -> Iterator[str]:
        """The coded words of what was said, without ids and moments."""
        for inner in filter(lambda value: isinstance(value, Mapping), said.values()):
            yield from self._details(inner)
        marks, about = in_language(w.MARKS, self.language), self.about
        for name, value in said.items():
            if name in _UNSAID or isinstance(value, Mapping) or self._hidden(name, value):
                continue
            if value is True:
                yield marks.get(name, name.replace("_", " "))
            elif (name in about or not isinstance(value, int | bytes)) and (shown := self._value(value)):
                yield about.get(name, "{}").format(shown)

    def _hidden(self, name: str, value: Any) -> bool:
        """A field that need not be said, since who tells it or where says it already."""
        return False

    # -- words -----------------------------------------------------------------------------------------------------------

    def _value(self, value: Any) -> str:
        match value:
            case list() | tuple():
                return ", ".join(filter(None, map(self._value, value)))
            case dict():
                return ", ".join(self._details(value))
            case datetime():
                return self._moment(value)
            case date():
                return self._day(value)
            case Enum():
                return self._word(type(value).__name__, str(value.value))
            case None:
                return ""
        text = str(value)
        if text in self.chain.partners:
            return self._partner(text)
        return "" if _ID.fullmatch(text) else text

    def _word(self, listed: str, word: str) -> str:
        return lists().get(listed, {}).get(word, word) if self.language == "nl" else word.replace("_", " ")

    def _partner(self, partner: str) -> str:
        found = self.chain.partners.get(partner)
        return found.name.removesuffix(" (voorbeeld)") if found else partner

    def _moment(self, at: datetime) -> str:
        local = self._local(at)
        return f"{self._day(local)} {local:%H:%M}"

    def _until(self, due: datetime) -> str:
        """A limit in days ends with its last day: midnight would be read as the day after it."""
        local = self._local(due)
        if local.time() == time():
            return self.say["until_day"].format(day=self._day(local.date() - timedelta(days=1)))
        return self.say["until"].format(moment=self._moment(due))

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.chain.file.time_zone))

    def _day(self, on: date) -> str:
        column = LANGUAGES.index(self.language)
        month = "mrt" if MONTHS[column][on.month - 1] == "maart" else MONTHS[column][on.month - 1][:3]
        return f"{w.DAYS[column][on.weekday()]} {on.day} {month} {on.year}"

    def _period(self, seconds: int) -> str:
        said = in_language(w.PERIODS, self.language)
        for unit, size, from_s in (("d", 86_400, 3 * 86_400), ("h", 3_600, 7_200), ("m", 60, 0)):
            if seconds >= from_s:
                return f"{seconds // size} {said[unit]}"
        return f"0 {said['m']}"

    def _wrapped(self, text: str, indent: int, below: int | None = None) -> list[str]:
        first, others = " " * indent, " " * (indent if below is None else below)
        return textwrap.wrap(text, self.width, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
