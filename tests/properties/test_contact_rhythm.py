"""A rhythm that is agreed with her, whatever the order: the newest clock follows what holds, and the auditor says so too."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schakel.calendar import Calendar, Limit
from schakel.case_state import ClockState, Effect
from schakel.events.chain import WatermarkPassed
from schakel.events.contact import ContactMade, ContactPreferenceSet
from schakel.events.data import StatementRetracted
from schakel.events.report import ReportReceived
from tests.auditor.material import codes
from tests.properties.effort import effort
from tests.properties.plots import BEGIN, WHOSE_IT_IS, Later, Step, moves, play
from tests.support.casebook import World
from tests.support.rhythms import RHYTHM, agreed, audited, chain
from tests.support.telling import CITY, HELP, POLICE, Tell, contact_made, explained, passed, report

CALENDAR = Calendar.current("nl", "Europe/Amsterdam")
HOURS = st.integers(0, 60)


@dataclass(frozen=True)
class Word:
    """Towards her; `days`: what it agrees on."""

    at: datetime
    id: str
    by: str
    days: int | None = None


@st.composite
def told(draw: st.DrawFn) -> list[Step]:
    """What is told in the order of its log times, each contact some time before it or some minutes ahead, and what services do."""
    steps: list[Step] = [report(at="2026-03-27 12:00")]
    now = BEGIN
    for _ in range(draw(st.integers(1, 7))):
        now += timedelta(hours=draw(HOURS), minutes=1)
        by = draw(st.sampled_from([POLICE, CITY, HELP]))
        kind = draw(st.sampled_from(["contact", "contact", "agree", "agree", "retract", "tell", "watermark"]))
        if kind == "contact":
            at = max(BEGIN, now - timedelta(minutes=draw(st.sampled_from([-4, 0, 5, 600, 3000]))))
            steps.append(contact_made(by, at, logged=now))
        elif kind == "agree":
            steps.append(agreed(draw(st.sampled_from([0, 1, 3, 3, 20])), by, logged=now))
        elif kind == "retract":
            steps.append(Tell(WHOSE_IT_IS, Later("retract a contact", draw(st.integers(0, 3))), now))
        elif kind == "tell":
            steps.append(explained("what_happens_next", by, logged=now))
        else:
            steps.append(passed(now))
        steps.extend(draw(moves()) if draw(st.booleans()) else [])
    return [*steps, passed(now + timedelta(hours=draw(HOURS)))]


def heard(world: World) -> list[Word]:
    """Every word towards her that stands at the end, in the order of the log, worked out from what was told alone."""
    words: list[Word] = []
    for entry, effect in zip(world.ledger, world.folded()[1], strict=True):
        event, at = entry.event, entry.envelope.logged_at
        if effect is Effect.DUPLICATE:
            continue
        if isinstance(event, ReportReceived):
            words.append(Word(event.reported_at, entry.id, entry.author))
        elif isinstance(event, ContactMade):
            words.append(Word(event.at, entry.id, entry.author))
        elif isinstance(event, ContactPreferenceSet):
            holds = next((one.days for one in reversed(words) if one.days is not None), 0)
            if event.contact_every_days != holds:
                behind = max(one.at for one in words) + timedelta(milliseconds=1)
                ahead = behind > at
                words.append(Word(behind if ahead else at, entry.id, entry.author, event.contact_every_days))
        elif isinstance(event, StatementRetracted):
            words = [one for one in words if one.id != event.event or one.by != entry.author]
        elif event.TYPE == "information.given":
            words.append(Word(at, entry.id, entry.author))
    return words


@pytest.mark.parametrize("limit", ["14 dagen", None])
def test_the_newest_clock_follows_what_holds(limit: str | None) -> None:
    of = chain(limit)

    @effort(150)
    @given(told())
    def follows(steps: list[Step]) -> None:
        world = World(*of)
        for step in steps:
            play(world, step)
        world.settle()
        words = heard(world)
        last = max(words, key=lambda word: (word.at, word.id))
        days = next((one.days for one in reversed(words) if one.days is not None), 0)
        own = Limit.parse(limit) if limit else None
        holds = Limit.parse(f"{days} dagen") if days else own
        (clock,) = (one for one in world.state().clocks.values() if one.about == last.id)
        assert clock.started_at == last.at
        assert clock.kind == ("promised" if days else "our_choice" if limit else "measured")
        assert clock.due_at == (CALENDAR.add(last.at, holds) if holds else None)
        newest = max(one.event.at for one in world.ledger if isinstance(one.event, WatermarkPassed))
        late = clock.due_at is not None and newest >= clock.due_at
        assert clock.state is (ClockState.BREACHED if late else ClockState.RUNNING)
        others = [one for one in world.state().clocks.values() if one.name == RHYTHM and one.id != clock.id]
        assert {one.state for one in others} <= {ClockState.STOPPED, ClockState.CORRECTED, ClockState.SUSPENDED}
        assert codes(audited(world.ledger, of), question="clocks") == set()

    follows()
