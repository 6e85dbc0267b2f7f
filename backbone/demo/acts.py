"""What partners do in the demo's month, and what is known of the person whom it concerns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from schakel.events import Told
from schakel.events.base import SealedField
from schakel.events.report import ReportFacts, ReportReceived

STEP = timedelta(hours=2)
"""The month is played in steps of this length; what follows from something is at least one step later."""


@dataclass(frozen=True, slots=True)
class Act:
    """One event that a partner tells. `report` is the id of the report whose case it is about (its own, when it is one).

    parts: what the client seals, by field, about `subject`. expect: the refusal code that must answer it, or null.
    again: sent before with the same id, so that the old receipt must come back. referral: the one that it takes up, if any:
    when that is withdrawn the partner stops.
    """

    at: datetime
    partner: str
    report: str
    id: str
    event: Told
    parts: Mapping[SealedField, Any] = field(default_factory=dict)
    subject: str = "victim"
    drill: bool = False
    expect: str | None = None
    again: bool = False
    referral: str | None = None

    @property
    def opens(self) -> bool:
        """Whether it brings a case into being."""
        return isinstance(self.event, ReportReceived)


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are no event, as a broken system would send them; `expect` is the refusal code.

    id: sent with the headers of an event of this id; null: with none at all.
    """

    at: datetime
    partner: str
    value: bytes
    expect: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """How the person behind a report will answer, drawn beforehand. `willing`: the chance that she says yes when asked."""

    report: str
    chain: str
    door: str
    facts: ReportFacts
    at: datetime
    willing: float


@dataclass(frozen=True, slots=True)
class Story:
    """A month: what is going to happen whatever the backbone answers, in order of time."""

    seed: int
    start: datetime
    end: datetime
    acts: tuple[Act, ...]
    garbage: tuple[Garbage, ...]
    people: Mapping[str, Person]

    @property
    def reports(self) -> tuple[Act, ...]:
        """The reports that must be accepted, each once."""
        return tuple(act for act in self.acts if act.opens and not act.again and not act.expect)
