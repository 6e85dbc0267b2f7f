"""A chain on a table: its own stream is folded, follow-up's rules say what comes due as time passes, and its cases stand beside it.

Pure: time comes from whoever plays. A moment at which something comes round is what intake waits for with a timer; the watermark that it
logs then is where time stands here.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backbone.chains import Chain
from backbone.chains.rhythms import begins, next_moment
from schakel.case_state import Effect, State
from schakel.chain import apply, conclude
from schakel.chain_state import ChainState
from schakel.entry import Entry
from schakel.messages import Message
from services.followup import rhythms, trends
from services.followup.chain_news import messages
from services.rehearsal.setting import Setting
from services.rehearsal.stage import Stage


class ChainStage:
    """One chain under these files."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.chain: Chain = setting.chain
        self.state = ChainState(name=setting.chain.name)
        self.watermark: datetime | None = None
        self.cases: dict[str, Stage] = {}
        self.heard: dict[str, list[tuple[str, Message]]] = {}
        """By the id of what was told or concluded: who hears of it, and what."""

    def case(self, case_id: str) -> Stage:
        """The case of this id; an empty one before anything was told in it."""
        return self.cases.setdefault(case_id, Stage(self.setting.chains, self.setting.protocols, case_id))

    def states(self) -> list[State]:
        return [stage.case for stage in self.cases.values()]

    def tell(self, entry: Entry) -> tuple[Effect, list[Entry]]:
        """What it did, and what was concluded after it."""
        return self._apply(entry), self.settle()

    def pass_time(self, until: datetime) -> Iterator[Entry]:
        """What comes due up to `until`, each at its own moment. What follows in the cases is theirs, and not said here."""
        while (moment := self._next()) is not None and moment <= until:
            self.watermark = moment
            yield from self.settle()
        for stage in self.cases.values():
            list(stage.pass_time(until))

    def settle(self) -> list[Entry]:
        """What the chain's stream lacks at the last watermark; only what took effect."""
        now = self.watermark
        lacking = (*rhythms.decide(self.chain, self.state, now), *trends.decide(self.chain, self.state, now))
        said = (conclude(self.state, event) for event in lacking)
        return [entry for entry in said if self._apply(entry) is Effect.EFFECTIVE]

    def _apply(self, entry: Entry) -> Effect:
        effect = apply(self.state, entry)
        if effect is Effect.EFFECTIVE:
            self.heard[entry.id] = list(messages(self.chain, self.state, entry))
        return effect

    def _next(self) -> datetime | None:
        begun = begins(self.chain)
        after = self.watermark or (begun - timedelta.resolution if begun else None)
        comes_round = next_moment(self.chain, after) if after else None
        ahead = [moment for moment in (comes_round, *trends.last_moments(self.chain, self.state)) if moment is not None]
        return min((moment for moment in ahead if self.watermark is None or moment > self.watermark), default=None)
