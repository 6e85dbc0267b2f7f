"""Erasure in any interleaving: never a permit while a request stands, never erased before the period is over or under a hold.

Random walks as in `gate_walk`: partners tell and ask, services read and append whenever they please, and every record is judged where it
lands, by a model that knows what was told and nothing of the fold. `SCHAKEL_EXAMPLES=20` takes twenty times as many walks.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from schakel import case_erasing, case_opening
from schakel.case import apply
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events.chain import WatermarkPassed
from schakel.events.data import (
    DisclosurePermitted,
    ErasureRequested,
    ErasureScheduled,
    HoldLifted,
    HoldPlaced,
    StatementRetracted,
    SubjectErased,
)
from schakel.events.referral import ReferralDelivered, ReferralReleased
from tests.properties.effort import FACTOR
from tests.support import telling
from tests.support.casebook import SERVICES, Unsettled, World
from tests.support.telling import CITY, HELP, POLICE, Ask, Tell, Watermark, moment

WALKS = 300 * (FACTOR or 1)
BEGIN = moment("2026-03-02 12:30")
COOLING_OFF = timedelta(days=14)


class Fault(AssertionError):
    """Something that must never be."""


@dataclass
class Told:
    """What was told and not taken back; nothing that the fold says."""

    asked: dict[str, tuple[str, bool, datetime]] = field(default_factory=dict)
    """Id -> (partner, with a proof, when), in the order of the ledger."""
    holds: dict[str, tuple[str, date]] = field(default_factory=dict)
    erased: bool = False
    watermark: datetime | None = None
    now: datetime = BEGIN

    def hear(self, entry: Entry) -> None:
        event, by = entry.event, entry.author
        self.now = max(self.now, entry.envelope.logged_at)
        if isinstance(event, ErasureRequested) and not self.erased:
            self.asked[entry.id] = (by, event.second_proof is not None, entry.envelope.logged_at)
        elif isinstance(event, HoldPlaced):
            self.holds[entry.id] = (by, event.until)
        elif isinstance(event, HoldLifted | StatementRetracted):
            gone = event.hold if isinstance(event, HoldLifted) else event.event
            if self.holds.get(gone, ("",))[0] == by:
                del self.holds[gone]
            elif isinstance(event, StatementRetracted) and self.asked.get(gone, ("",))[0] == by:
                del self.asked[gone]

    @property
    def stands(self) -> bool:
        return self.erased or bool(self.asked)

    def proved_at(self) -> datetime | None:
        words = list(self.asked.values())
        return next((at for by, proof, at in words[1:] if proof or by != words[0][0]), None)

    def wrong(self) -> str | None:
        """What stands against erasing her here."""
        proved = self.proved_at()
        if proved is None:
            return "without a proof"
        if self.watermark is None or self.watermark < proved + COOLING_OFF:
            return f"at watermark {self.watermark}, proved at {proved}"
        if any(self.now.date() <= until for _, until in self.holds.values()):
            return "under a hold"
        return None


class Walk(World):
    """A world that is judged record by record."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number, self.dice = number, random.Random(f"erasure {number}")
        self.told, self.truth, self.effects, self.at = Told(), State(id=self.id), list[Effect](), BEGIN

    def state(self) -> State:
        return self.truth

    def _append(self, entry: Entry) -> Entry:
        entry = Entry(entry.envelope, entry.event, 0, len(self.ledger))
        self.ledger.append(entry)
        if isinstance(entry.event, WatermarkPassed):
            self.told.watermark = max(filter(None, (self.told.watermark, entry.event.at)))  # one may come twice
            return entry
        effect = apply(self.truth, entry)
        self.effects.append(effect)
        if effect is Effect.DUPLICATE:
            return entry
        if effect is Effect.EFFECTIVE:
            self._judge(entry)
        self.told.hear(entry)
        return entry

    def _judge(self, entry: Entry) -> None:
        event = entry.event
        if isinstance(event, DisclosurePermitted | ReferralReleased | ReferralDelivered) and self.told.stands:
            self.fail(entry, "while a request stands")
        if isinstance(event, SubjectErased):
            if self.told.erased:
                self.fail(entry, "twice")
            self.told.now = max(self.told.now, entry.envelope.logged_at)
            if wrong := self.told.wrong():
                self.fail(entry, wrong)
            self.told.erased = True

    def fail(self, entry: Entry, why: str) -> None:
        story = "\n".join(f"  {one.offset} {one.envelope.logged_at} {one.event!r}" for one in self.ledger)
        raise Fault(f"walk {self.number}, record {entry.offset}, {entry.envelope.type}: {why}\n{story}")

    def take(self, steps: int = 30) -> None:
        """A report, so many steps, and rest: then nobody has anything to add, and she is erased if nothing stands against it."""
        self.tell(telling.report(consents=(telling.terms(HELP),)))
        self.settle()
        for _ in range(steps):
            self._step()
        self.settle()
        if not self.told.erased and self.told.asked and self._certainly_over():
            raise Fault(f"walk {self.number}: nothing stands against it, and she was not erased")

    def _certainly_over(self) -> bool:
        """Two days later than needed at the most: the calendar ends terms with a working day, holds with a day everywhere."""
        if self.told.watermark is None or (proved := self.told.proved_at()) is None:
            return False
        late = proved + COOLING_OFF + timedelta(days=5)
        free = all(until + timedelta(days=2) <= self.told.watermark.date() for _, until in self.told.holds.values())
        return self.told.watermark >= late and free

    def _step(self) -> None:
        luck, name = self.dice.random(), self.dice.choice((*SERVICES, "consent", "consent"))
        if luck < 0.35:
            self.tell(self._word())
        elif luck < 0.45:
            self.tell(Ask(HELP, HELP, at=self._later(minutes=1)))
        elif luck < 0.55:
            self._later(days=self.dice.choice((1, 5, 10, 20)))
            if self.dice.random() < 0.7:
                self.tell(Watermark(self.at))
        elif luck < 0.75:
            self.read(name, self.dice.choice((None, None, 1, 2)))
        elif luck < 0.93:
            self.land(name, self.dice.choice((None, None, 1)))
        elif luck < 0.96:
            self.repeat(self.dice.randrange(1_000))
        elif luck < 0.98:
            self.rebuild(name)
        else:
            self.settle()

    def _later(self, **by: int) -> datetime:
        self.at += timedelta(**by)
        return self.at

    def _word(self) -> Tell:
        by, pick = self.dice.choice((POLICE, POLICE, CITY)), self.dice.choice
        proof = pick((None, "called_back"))
        mine = [event_id for event_id, (author, _, _) in self.told.asked.items() if author == by]
        holds = [hold_id for hold_id, (author, _) in self.told.holds.items() if author == by]
        until = (self.at + timedelta(days=pick((-1, 3, 20)))).date()
        makes: list[Callable[[], Any]] = [
            *[lambda: ErasureRequested(subject="victim", second_proof=proof)] * 4,
            lambda: HoldPlaced(legal_ground="criminal_case", until=until),
            lambda: telling.withdrawn(HELP).event,
            lambda: telling.granted(HELP, supersedes=True).event,
            lambda: telling.close_requested().event,
            lambda: telling.reopen_requested().event,
        ]
        if mine:
            makes += [lambda: StatementRetracted(event=pick(mine), reason="changed_mind")]
        if holds:
            makes += [lambda: HoldLifted(hold=pick(holds))] * 2
        return Tell(by, pick(makes)(), self._later(minutes=pick((0, 1, 5))))


def walks(number: int) -> list[Walk]:
    taken = [Walk(each) for each in range(number)]
    for walk in taken:
        walk.take()
    return taken


def test_in_any_interleaving() -> None:
    """And the walks meet what they are for: erased and not, overtaken by a hold or a change of mind, read before and refused after."""
    taken = walks(WALKS)
    seen = {
        (entry.envelope.type, effect.value)
        for walk in taken
        for entry, effect in zip(
            [one for one in walk.ledger if not isinstance(one.event, WatermarkPassed)], walk.effects, strict=True
        )
    }
    wanted = {("subject.erased", word) for word in ("effective", "overtaken")}
    wanted |= {("disclosure.permitted", word) for word in ("effective", "overtaken")}
    wanted |= {("erasure.refused", "effective"), ("erasure.scheduled", "effective"), ("disclosure.denied", "effective")}
    assert wanted - seen == set()
    assert any(walk.told.erased for walk in taken)
    assert any(walk.told.asked and not walk.told.erased for walk in taken)


# --- and it can fail: broken in one place at a time


def _no_holds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case_erasing, "hold_in_force", lambda case, at: None)


def _one_is_enough(patch: pytest.MonkeyPatch) -> None:
    from services.consent import erasure

    for module in (case_erasing, erasure):
        patch.setattr(module, "proof", lambda case, asked: asked[-1] if asked else None)


def _no_cooling_off(patch: pytest.MonkeyPatch) -> None:
    from services.consent import erasure

    real = erasure._schedule

    def scheduled(case: State, *arguments: Any, **named: Any) -> ErasureScheduled:
        return real(case, *arguments, **named).model_copy(update={"due_at": case.time})

    patch.setattr(erasure, "_schedule", scheduled)


def _reads_go_on(patch: pytest.MonkeyPatch) -> None:
    real = case_opening.readable

    def readable(case: State, *arguments: Any) -> set[str]:
        before = case.erasures, case.erased
        case.erasures, case.erased = {}, {}
        try:
            return real(case, *arguments)
        finally:
            case.erasures, case.erased = before

    patch.setattr(case_opening, "readable", readable)


@pytest.mark.parametrize("break_it", [_no_holds, _one_is_enough, _no_cooling_off, _reads_go_on])
def test_what_is_broken_is_found_out(
    break_it: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it(monkeypatch)
    with pytest.raises((Fault, Unsettled)):
        walks(300)
