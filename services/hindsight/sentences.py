"""Each event of a case as a Dutch sentence, with readable words only: what was sealed is named and stays closed. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from backbone.authoring.words import ROLES
from backbone.person.plain import lists
from schakel.case_state import State
from schakel.entry import Entry
from schakel.events import Derived, Told
from schakel.events.base import kind_of
from schakel.events.clock import ClockStarted
from schakel.events.vocab import Person, Role
from schakel.her_words import MONTHS, in_language
from services.hindsight import words
from services.rehearsal import words as rehearsal

TOLD: Mapping[str, str] = {**in_language(rehearsal.TOLD, "nl"), **words.TOLD}
CONCLUDED: Mapping[str, str] = {**in_language(rehearsal.CONCLUDED, "nl"), **words.CONCLUDED}
_FIXED = in_language(rehearsal.FIXED, "nl")
_LISTED = {
    "purpose": "Purpose", "scopes": "Scope", "mode": "Mode", "basis": "Basis", "channel": "Channel", "answer": "Answer", "check": "Check",
    "whom": "Person", "outcome": "AttemptOutcome", "topic": "InformationTopic", "needs": "Need", "level": "Severity", "role": "Role",
    "of": "AftercareFor",
}  # fmt: skip
_REASONS = {
    "referral.held": "HoldReason", "referral.revoked": "HoldReason", "referral.declined": "DeclineReason", "case.closed": "CloseReason",
    "close.requested": "CloseReason", "thread.closed": "CloseReason", "disclosure.denied": "HoldReason",
}  # fmt: skip
_SHOWN = (
    "recipient",
    "to",
    "purpose",
    "scopes",
    "mode",
    "whom",
    "channel",
    "outcome",
    "reason",
    "topic",
    "check",
    "answer",
    "role",
    "level",
)
"""What of a told event is said besides, in this order. Facts of the report stand in the summary."""


@dataclass(frozen=True)
class Speaker:
    """Says events of one case. names: a partner's name by its id."""

    case: State
    names: Mapping[str, str]
    zone: ZoneInfo

    def moment(self, at: datetime | None) -> str:
        """As the clock on the wall shows it."""
        if at is None:
            return "-"
        local = at.astimezone(self.zone)
        return f"{local.day} {MONTHS[0][local.month - 1]} {local.year} {local:%H:%M}"

    def day(self, at: datetime) -> str:
        """Short, for an axis."""
        local = at.astimezone(self.zone)
        month = "mrt" if local.month == 3 else MONTHS[0][local.month - 1][:3]
        return f"{local.day} {month} {local.year}"

    def partner(self, partner: str | None) -> str:
        name = self.names.get(partner or "", partner or "")
        return name.removesuffix(" (voorbeeld)") or words.PAGE["backbone"]

    def by(self, entry: Entry) -> str:
        return self.partner(entry.author) if entry.author else words.PAGE["backbone"]

    def sentence(self, entry: Entry) -> str:
        """What happened, as one sentence."""
        event, name = entry.event, entry.envelope.type
        if isinstance(event, Derived):
            template = CONCLUDED.get(
                "clock.measures" if isinstance(event, ClockStarted) and event.due_at is None else name
            )
            fields = {key: self._value(name, key, value) for key, value in event if key != "premises"} | self._about(
                entry
            )
            if template is None:
                return f"{name}."
            return template.format_map(_Blank({key: value for key, value in fields.items() if value}))
        who = self.partner(getattr(event, "by", None)) if name == "disclosure.requested" else self.by(entry)
        details = ", ".join(self._details(name, event))
        return f"{who} {TOLD.get(name, name)}{f': {details}' if details else ''}."

    def sealed(self, entry: Entry) -> Iterator[str]:
        """What of it is sealed, and about whom."""
        if isinstance(entry.event, Told):
            for part in entry.event.sealed:
                fields = ", ".join(words.SEALED.get(field.value, field.value) for field in part.fields)
                yield words.PAGE["sealed"].format(subject=self.subject(part.subject), fields=fields)

    def subject(self, handle: str) -> str:
        number = handle.partition("-")[2]
        return words.SUBJECTS.get(kind_of(handle), handle) + (f" ({number})" if number else "")

    def word(self, listed: str, word: str) -> str:
        """A word of a closed list."""
        return lists().get(listed, {}).get(word, word.replace("_", " "))

    def _details(self, name: str, event: Any) -> Iterator[str]:
        terms = getattr(event, "terms", None)
        for source in (event, terms):
            for field in _SHOWN:
                value = getattr(source, field, None) if source is not None else None
                if value not in (None, (), "unknown") and (said := self._value(name, field, value)):
                    yield said
        if (referral := self.case.referrals.get(str(getattr(event, "referral", "")))) and not name.startswith(
            "referral."
        ):
            yield self.partner(referral.to)

    def _about(self, entry: Entry) -> dict[str, str]:
        """What a conclusion speaks of by id."""
        event, found = entry.event, dict[str, str]()
        if (referral := self.case.referrals.get(str(getattr(event, "referral", "")))) is not None:
            found["to"] = self.partner(referral.to)
        if (clock := self.case.clocks.get(str(getattr(event, "clock", "")))) is not None:
            found["clock"] = clock.name
        if isinstance(event, ClockStarted):
            found["kind"] = _FIXED[event.kind.value]
            found["responsible"] = self.partner(event.responsible) if event.responsible else _FIXED["nobody"]
        if isinstance(of := getattr(event, "of", None), Person):
            found["of"] = _FIXED["the_person" if of is Person.VICTIM else "other_side"]
        if refs := getattr(event, "protocols", None):
            found["protocols"] = ", ".join(f"{ref.name}@{ref.version}" for ref in refs)
        for name in ("protocol", "after", "before"):
            if (ref := getattr(event, name, None)) is not None:
                found[name] = f"{ref.name}@{ref.version}"
        if (elapsed := getattr(event, "elapsed_s", None)) is not None:
            found["elapsed_s"] = self.period(elapsed)
        if not getattr(event, "tell", True):
            found["tell"] = _FIXED["nobody"]
        return found

    def period(self, seconds: int) -> str:
        said = in_language(rehearsal.PERIODS, "nl")
        for unit, size, from_s in (("d", 86_400, 3 * 86_400), ("h", 3_600, 7_200), ("m", 60, 0)):
            if seconds >= from_s:
                return f"{seconds // size} {said[unit]}"
        return f"0 {said['m']}"

    def _value(self, event_type: str, name: str, value: Any) -> str:
        if isinstance(value, list | tuple):
            return ", ".join(filter(None, (self._value(event_type, name, one) for one in value)))
        if isinstance(value, datetime):
            return self.moment(value)
        if value is None:
            return ""
        text = str(value)
        if isinstance(value, Role):
            return ROLES.get(value, text)
        if text in self.names:
            return self.partner(text)
        listed = _REASONS.get(event_type) if name == "reason" else _LISTED.get(name)
        return self.word(listed, text) if listed else text


class _Blank(dict[str, str]):
    """What a sentence asks for and this event does not say."""

    def __missing__(self, key: str) -> str:
        return "-"
