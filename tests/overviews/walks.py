"""Cases for figures: random walks in which services read and append whenever they please, spread over a quarter and two chains.

Beside what the gate's walks tell (yes, no, referrals and their answers) something of everything that a table counts, and its correction.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.case import CloseRequested, ThreadClosed
from schakel.events.contact import AftercareAnswered, ContactMade
from schakel.events.data import StatementRetracted
from schakel.events.report import ReportCorrected, ReportLinked, ReportReceived
from schakel.ids import partner_source
from tests.properties import gate_walk
from tests.properties.gate_judge import Judge
from tests.support import telling
from tests.support.casebook import repository
from tests.support.telling import POLICE, Tell

FIRST = datetime.fromisoformat("2026-01-02T10:00:00+01:00")
OUTCOMES = ("yes", "partly", "no", "unknown")
TAKEN_BACK = ("contact.made", "aftercare.answered", "thread.closed")


class _Nobody(Judge):
    """Judges nothing."""

    def hear(self, entry: Entry, *, effective: bool) -> Iterator[str]:
        return iter(())


class Walk(gate_walk.Walk):
    """A case, told and concluded in any order. The gate's model does not judge it: it knows nothing of what is told here besides."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.judge_of = _Nobody()

    def judge(self) -> None:
        """Not asked here."""

    def _step(self) -> None:
        if self._seldom(0.06):
            assert self.clock is not None
            self.clock += timedelta(hours=self.dice.choice((2, 60, 60, 900)))
            self.tell(telling.passed(self.clock))
        super()._step()

    def _report(self) -> Tell:
        told = super()._report()
        assert isinstance(told.event, ReportReceived)
        at = FIRST + timedelta(days=self.dice.randrange(88), hours=self.dice.randrange(12))
        facts = told.event.facts.model_copy(update=self._facts())
        changed = {"reported_at": at, "facts": facts, "history": self._seldom(0.04)}
        return replace(told, event=told.event.model_copy(update=changed), drill=is_drill(self.number))

    def _facts(self) -> dict[str, Any]:
        pick = self.dice.choice
        town = "amsterdam" if self.amsterdam else "groningen"
        place = {"district": pick(("oost", "centrum", "west", None)), "place_type": pick(("street", "home", "unknown"))}
        grounds = pick((("sexual_orientation",), ("origin", "gender_identity"), ("origin",), ()))
        day = pick(("2026-01-05", "2026-01-06", None))
        occurrence = {"first_day": day, "last_day": pick((day, None)), "series": self._seldom(0.2)}
        changed = telling.facts(
            place={"municipality": town, **place},
            natures=pick((("threat",), ("assault", "scolding"), ("scolding",), ())),
            grounds=tuple({"ground": ground} for ground in grounds),
            channel=pick(("desk", "telephone")),
            occurrence={**occurrence, "day_part": pick(("night", "evening", "unknown"))},
            record_kind=pick(("report",) * 12 + ("lead",)),
        )
        names = ("place", "natures", "grounds", "channel", "occurrence", "record_kind")
        return {name: getattr(changed, name) for name in names}

    def _kinds(self) -> Sequence[Any]:
        mine = (self._closing, self._closing, self._aftercare, self._corrected, self._contact, self._back, self._forget)
        return (*super()._kinds(), *mine * 2)

    def _closing(self) -> Told:
        pick = self.dice.choice
        return pick((ThreadClosed, CloseRequested))(
            reason="enough_help", situation_stopped=pick(OUTCOMES), recovered=pick(OUTCOMES)
        )

    def _aftercare(self) -> Told:
        pick = self.dice.choice
        return AftercareAnswered(
            of=pick(("victim", "victim", "other")), answer=pick(("given", "not_wanted", "agreed", "unknown"))
        )

    def _corrected(self) -> Told:
        facts = self._facts()
        names = tuple(self.dice.sample(sorted(facts), 2))
        return ReportCorrected(replaces=names, facts=telling.facts().model_copy(update=facts))

    def _contact(self) -> Told:
        assert self.clock is not None
        at = self.clock - timedelta(hours=self.dice.choice((0, 3, 90)))
        return ContactMade(whom=self.dice.choice(("victim", "victim", "bystander")), at=at, channel="telephone")

    def _back(self) -> Told:
        """Something that was told, mostly by somebody else: the author is drawn as for every word."""
        told = [entry.id for entry in self.ledger if entry.envelope.type in TAKEN_BACK]
        return StatementRetracted(event=self.dice.choice(told or ["nothing-there"]), reason="mistake")

    def _forget(self) -> Told:
        event = telling.forget(proof=self.dice.choice(("called_back", None))).event
        assert isinstance(event, Told)
        return event


def is_drill(number: int) -> bool:
    """One in fourteen is an exercise, and some of them two about one incident: a link of a drill is to a drill, says intake."""
    return number // 7 % 6 == 2 and number % 7 in (3, 5, 6)


def case_id(number: int) -> str:
    return f"c0ffee00-0000-4000-8000-{number:012d}"


@cache
def cases(many: int, steps: int = 30) -> tuple[tuple[Entry, ...], ...]:
    """The ledgers of so many cases. Every seventh is said to be about the same incident as the one before it, in both of them."""
    dice, ledgers = random.Random(many), []
    for number in range(many):
        walk = Walk(number)
        walk.take(steps)
        ledgers.append([_of_case(entry, case_id(number)) for entry in walk.ledger])
    for number in range(6, many, 7):
        for one, other in ((number, number - 1), (number - 1, number)):
            ledgers[one].insert(dice.randrange(1, len(ledgers[one])), _linked(one, other, ledgers[one][0]))
    return tuple(map(tuple, ledgers))


def _of_case(entry: Entry, case: str) -> Entry:
    envelope = entry.envelope
    return msgspec.structs.replace(
        entry, envelope=msgspec.structs.replace(envelope, case=case if envelope.case else None)
    )


def _linked(one: int, other: int, first: Entry) -> Entry:
    event = ReportLinked(other_case=case_id(other), kind="same_incident")
    partner = repository()[0].partner(POLICE)
    assert partner is not None
    at = first.envelope.logged_at
    envelope = Envelope(
        f"link-{one}-{other}", partner_source(partner.oin), event.TYPE, at, case_id(one), logtime=at, partner=POLICE
    )
    return Entry(envelope, event)
