"""A case as an evaluation sees it: its state, and one small line for each thing that happened, in the order of the ledger.

Pure. Nothing that was sealed, no ground, no label, no nature of the incident is in a line: what an evaluation does not need it cannot
leak. Conformance, lead times, outcomes and event logs are all read from this.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from schakel.case import apply
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events import Derived, Event
from schakel.events.base import kind_of
from schakel.events.vocab import InformationTopic, Role

TOOK_PLACE = (Effect.EFFECTIVE, Effect.RECORDED)
_LABEL = InformationTopic.LABEL_BENEFIT_AND_RISK.value


class Happened(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record that had an effect. `by`: the partner that told it, or the service that concluded it.

    `moment`: when it took place, where that is another moment than its logging. `about`: the referral or clock it speaks of, by id;
    `name`: that one's step or clock in the protocol; `to`: the partner it was for; `word`: its coded reason, answer or role.
    """

    id: str
    type: str
    at: datetime
    by: str
    moment: datetime | None = None
    about: str | None = None
    name: str | None = None
    to: str | None = None
    word: str | None = None
    explains: tuple[str, ...] = ()
    """Topics that the person was told with it."""


class Trail(msgspec.Struct):
    """One case. `without_effect` counts what was overtaken, repeated or not understood: it is in no figure."""

    state: State
    happened: list[Happened] = []
    without_effect: int = 0

    @property
    def id(self) -> str:
        return self.state.id

    @property
    def counts(self) -> bool:
        """A real case with a report. Drills are in no figure, and neither is anybody who was erased."""
        state = self.state
        return (
            state.report is not None and not state.drill and not any(kind_of(who) == "victim" for who in state.erased)
        )

    def take(self, entry: Entry) -> None:
        """The next record of the case."""
        effect = apply(self.state, entry)
        if effect in TOOK_PLACE:
            self.happened.append(_line(entry, self.state))
        else:
            self.without_effect += 1


class Trails(msgspec.Struct):
    """Every case of what was read, and the moment at which the records end: what is open then is open."""

    cases: dict[str, Trail] = {}
    until: datetime | None = None
    unread: int = 0
    """Records that this version does not understand and that nobody gave up: figures may lack them."""

    def take(self, entry: Entry) -> None:
        at, case_id = entry.envelope.logged_at, entry.envelope.case
        if self.until is None or at > self.until:
            self.until = at
        if case_id is not None and entry.event.IN_CASE:
            found = self.cases.get(case_id)
            if found is None:
                found = self.cases[case_id] = Trail(State(id=case_id))
            found.take(entry)


def trails(entries: Iterable[Entry]) -> Trails:
    """The cases in these records; each case's own in their order."""
    found = Trails()
    for entry in entries:
        found.take(entry)
    return found


# --- one line -----------------------------------------------------------------------------------------------------------------

_MOMENTS = ("stopped_at", "started_at", "reported_at", "at")
_WORDS = ("reason", "answer", "outcome", "whom", "check", "helped", "topic", "process", "action", "role", "kind")
_SAYS_NOTHING = frozenset({"label.given", "label.refused", "label.withdrawn", "report.received", "report.corrected"})
"""Of these no word is kept: nothing of a label, also not that there was none may tell."""


class _Shape(msgspec.Struct, frozen=True):
    """Which of the fields that matter a type of event has: asked once a type, since a year has many events and few types."""

    moment: str | None
    words: tuple[str, ...]
    fields: frozenset[str]
    owner: str | None


@cache
def _shape(model: type[Event]) -> _Shape:
    fields = frozenset(model.model_fields)
    return _Shape(
        next((name for name in _MOMENTS if name in fields), None),
        () if model.TYPE in _SAYS_NOTHING else tuple(name for name in _WORDS if name in fields),
        fields,
        model.OWNER if issubclass(model, Derived) else None,
    )


def _line(entry: Entry, state: State) -> Happened:
    event: Any = entry.event
    shape = _shape(type(entry.event))
    about, name, to = _speaks_of(entry, state, shape.fields)
    return Happened(
        id=entry.id,
        type=entry.envelope.type,
        at=entry.envelope.logged_at,
        by=shape.owner or entry.author,
        moment=getattr(event, shape.moment) if shape.moment else None,
        about=about,
        name=name,
        to=to,
        word=_word(event, shape),
        explains=_explains(event),
    )


def _speaks_of(entry: Entry, state: State, fields: frozenset[str]) -> tuple[str | None, str | None, str | None]:
    """(referral or clock, its name in the protocol, the partner)."""
    event: Any = entry.event
    kind = entry.envelope.type
    if kind == "referral.proposed":
        return entry.id, event.step, event.to
    if kind == "clock.started":
        return entry.id, event.clock, event.responsible
    if kind == "party.informed":
        return None, event.inform, event.to
    if "referral" in fields and (referral := state.referrals.get(event.referral)):
        return referral.id, referral.step, event.ask if kind == "consent.needed" else referral.to
    if "clock" in fields and (clock := state.clocks.get(event.clock)):
        return clock.id, clock.name, clock.responsible
    if "terms" in fields:
        return None, None, event.terms.recipient
    named = (getattr(event, name) for name in ("to", "owner", "recipient") if name in fields)
    return None, None, next((str(to) for to in named if isinstance(to, str) and not isinstance(to, Role)), None)


def _word(event: Any, shape: _Shape) -> str | None:
    """One coded word."""
    for name in shape.words:
        found = getattr(event, name)
        if isinstance(found, str):
            return str(found)
    return None


def _explains(event: Any) -> tuple[str, ...]:
    kind = type(event).TYPE
    if kind == "report.received":
        return tuple(topic.value for topic in event.informed)
    if kind == "information.given":
        return (event.topic.value,)
    if kind == "consent.asked":
        return tuple(topic.value for topic in event.explained)
    if kind in ("label.given", "label.refused"):
        return (_LABEL,) if event.explained else ()
    return ()
