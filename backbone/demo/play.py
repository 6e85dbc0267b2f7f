"""Playing a story step by step on a stage: the pace, and nothing about Kafka.

Time is stepped: the clock moves to the next moment at which something is planned or due, what is planned is sent, and the step ends
when nothing more is going to happen at that moment. So a slow machine and a fast one see the same month.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol

from backbone.demo.acts import STEP, Act, Garbage, Story
from backbone.demo.dice import Dice
from backbone.demo.reactions import react
from backbone.demo.reads import reads_now
from schakel.messages import Message, ReferralWithdrawn

_JUST_BEFORE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that reached a partner, about the case of a report (null: of none that the story knows)."""

    partner: str
    report: str | None
    message: Message


class Stage(Protocol):
    """Where a story is played: the real backbone, or a rehearsal in memory."""

    def move_clock(self, at: datetime) -> None:
        """From now on it is `at`."""
        ...

    def send(self, acts: Sequence[Act]) -> None:
        """Tell these, those of one case in this order; returns when each is answered."""
        ...

    def send_garbage(self, garbage: Garbage) -> None: ...

    def read(self, partner: str, referral: str) -> None:
        """This partner reads what the referral points to, whether it may or not."""
        ...

    def settle(self) -> None:
        """Return when nothing more is going to happen at this moment."""
        ...

    def due(self, until: datetime) -> Sequence[datetime]:
        """Moments up to `until` at which a running clock wants attention, in order."""
        ...

    def arrived(self) -> Sequence[Arrival]:
        """What reached partners since the last time."""
        ...


class Agenda:
    """What is planned and not sent yet, by time; reactions are added as they come about."""

    def __init__(self, acts: Sequence[Act]) -> None:
        self._order = count()
        self._heap: list[tuple[datetime, str, int, Act]] = []
        for act in acts:
            self.add(act)

    def add(self, act: Act) -> None:
        heapq.heappush(self._heap, (act.at, act.id, next(self._order), act))

    def until(self, moment: datetime) -> list[Act]:
        """Everything planned up to `moment`, in order; it is no longer on the agenda."""
        found = []
        while self._heap and self._heap[0][0] <= moment:
            found.append(heapq.heappop(self._heap)[-1])
        return found

    def drop(self, partner: str, referral: str) -> None:
        """This partner stops with a referral: what it had planned for it is off the agenda."""
        self._heap = [item for item in self._heap if (item[3].partner, item[3].referral) != (partner, referral)]
        heapq.heapify(self._heap)


class Player:
    """Plays one story on one stage. `step` until it returns None."""

    def __init__(self, story: Story, stage: Stage) -> None:
        self.story = story
        self.stage = stage
        self.now = story.start
        self.sent: list[Act] = []
        self._dice = Dice(story.seed)
        self._agenda = Agenda(story.acts)
        self._garbage = sorted(story.garbage, key=lambda garbage: garbage.at)

    def step(self) -> datetime | None:
        """Play the next stretch of time; the moment reached, or None when the month is over."""
        if self.now >= self.story.end:
            return None
        goal = min(self.now + STEP, self.story.end)
        due = self.stage.due(goal)
        for moment in due:
            # What was told before a due moment is told before it here too: the breach must not come first.
            if early := self._agenda.until(moment - _JUST_BEFORE):
                self._tell(moment - _JUST_BEFORE, early)
        planned = self._agenda.until(goal)
        if due:
            self.stage.move_clock(goal)
            self.stage.settle()
            self._react(goal)
        if planned:
            self._tell(goal, planned)
        while self._garbage and self._garbage[0].at <= goal:
            self.stage.move_clock(goal)
            self.stage.send_garbage(self._garbage.pop(0))
        self.now = goal
        return goal

    def _tell(self, at: datetime, acts: Sequence[Act]) -> None:
        self.stage.move_clock(at)
        self.stage.send(acts)
        self.sent.extend(acts)
        self.stage.settle()
        self._react(at)

    def _react(self, now: datetime) -> None:
        read = False
        for arrival in self.stage.arrived():
            if isinstance(arrival.message, ReferralWithdrawn):
                self._agenda.drop(arrival.partner, arrival.message.referral)
            person = self.story.people.get(arrival.report or "")
            if person:
                if referral := reads_now(self._dice, person.report, arrival.partner, arrival.message):
                    self.stage.read(arrival.partner, referral)
                    read = True
                for act in react(self._dice, person, arrival.partner, arrival.message, now):
                    if act.at < self.story.end:
                        self._agenda.add(act)
        if read:
            self.stage.settle()
