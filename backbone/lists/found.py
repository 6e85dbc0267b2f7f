"""What a row was found to say, and how that makes the facts of a report. Pure. Not here: reading cells (`convert`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from backbone.lists.mapping import ConsentSource
from backbone.lists.moments import day_part
from backbone.lists.values import YES
from schakel.events.report import CheckAnswer, PresumedMotive, SeverityMark
from schakel.events.vocab import Answer, Check, DayPart, Severity, SeverityScale

_PLAIN = ("record_kind", "identity", "reporter", "target", "channel", "origin", "relation", "police_record")
_FLAGS = ("acute", "high_profile")
_PLACE = ("municipality", "district", "place_type", "tenure")


@dataclass(frozen=True, slots=True)
class When:
    """A day in the list's own time zone, and the time of day when that is known."""

    day: date
    at: time | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a row says, as words of the catalogue; not yet known to be complete."""

    single: Mapping[str, str | None]
    natures: list[str]
    grounds: list[PresumedMotive]
    informed: list[str]
    checks: Mapping[Check, str | None]
    severity: Mapping[SeverityScale, str | None]
    consents: list[ConsentSource]
    occurred: When | None
    last: date | None

    def has(self, name: str) -> bool:
        """Whether the row says anything for a field of the mapping's report."""
        value = self.single[name] if name in self.single else getattr(self, name, True)
        return any(value.values()) if isinstance(value, Mapping) else bool(value)

    def facts(self) -> dict[str, object]:
        """For `ReportFacts`. What the row does not say is left out and keeps its default."""
        said = {name: word for name, word in self.single.items() if word}
        return {
            **{name: said[name] for name in _PLAIN if name in said},
            **{name: said[name] == YES for name in _FLAGS if name in said},
            "natures": self.natures,
            "grounds": self.grounds,
            "occurrence": self._occurrence(said),
            "place": {name: said[name] for name in _PLACE if name in said},
            "residence": {
                name.removeprefix("residence_"): word == YES if name == "residence_abroad" else word
                for name, word in said.items()
                if name.startswith("residence_")
            },
            "checks": [CheckAnswer(check=check, answer=Answer(word)) for check, word in self.checks.items() if word],
            "severity": [
                SeverityMark(scale=scale, severity=Severity(word)) for scale, word in self.severity.items() if word
            ],
        }

    def _occurrence(self, said: Mapping[str, str]) -> dict[str, object]:
        when = self.occurred
        part = said.get("day_part") or (day_part(when.at) if when and when.at else DayPart.UNKNOWN)
        return {
            "first_day": when.day if when else None,
            "last_day": self.last or (when.day if when else None),
            "day_part": part,
            "series": said.get("series") == YES,
            "earlier_unreported": int(said["earlier_unreported"]) if "earlier_unreported" in said else None,
        }
