"""How a worker is doing: where its partitions are, what is away, and so whether it is ready. In memory, for the main loop.

Showing it over HTTP is `backbone.engine.http`.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from backbone.engine import metrics
from backbone.engine.behind import Behind
from backbone.engine.processor import Place

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Standing:
    """One partition that we hold. target: the log's end when it was given to us."""

    position: int
    log_end: int
    target: int
    verified: bool
    rebuilding: bool = False
    held: bool = False
    behind: Behind = field(default_factory=Behind)

    @property
    def lag(self) -> int:
        return max(0, self.log_end - self.position)

    @property
    def caught_up(self) -> bool:
        return self.position >= self.target and self.verified and not self.rebuilding


class Health:
    """Ready: the broker gave us our share, all of it is caught up to where its log ended then, and nothing is away."""

    def __init__(self) -> None:
        self.joined = False
        self.stopping: str | None = None
        self.standings: dict[Place, Standing] = {}
        self._problems: dict[str, str] = {"start": "starting"}
        self._reached: set[str] = set()

    def problem(self, what: str, sentence: str) -> None:
        """Something is away. what: one of a few words (database, database of keys, broker, outbox, start)."""
        if self._problems.get(what) != sentence:
            log.warning(sentence, away=what)
            if what not in self._problems:
                metrics.AWAY.labels(what).inc()
        self._problems[what] = sentence
        self._reached.discard(what)
        metrics.REACHABLE.labels(what).set(0)
        self._show()

    def solved(self, what: str) -> None:
        """It is there, or there again."""
        if what not in self._reached and what != "start":
            self._reached.add(what)
            metrics.REACHABLE.labels(what).set(1)
        if sentence := self._problems.pop(what, None):
            if what == "start":
                log.info("started")
            else:
                log.info(f"the {what} is back", after=sentence)
            self._show()

    def assigned(self, standings: Mapping[Place, Standing]) -> None:
        """These are our partitions now, and no others."""
        for gone in self.standings.keys() - standings.keys():
            metrics.LAG.remove(gone[0], str(gone[1]))
            metrics.LAG_SECONDS.remove(gone[0], str(gone[1]))
        self.standings = dict(standings)
        self.joined = True
        for place in standings:
            self.noticed(place)

    def moved(self, place: Place, position: int, rebuilding: bool) -> None:
        """The checkpoint of a partition is there now."""
        if standing := self.standings.get(place):
            standing.position, standing.rebuilding, standing.verified = position, rebuilding, True
            standing.log_end = max(standing.log_end, position)
            self.noticed(place)

    def noticed(self, place: Place, log_end: int | None = None) -> None:
        """The log of a partition ends there now."""
        if standing := self.standings.get(place):
            if log_end is not None:
                standing.log_end = max(log_end, standing.position)
            now_s = time.monotonic()
            standing.behind.looked(now_s, standing.log_end)
            metrics.LAG.labels(place[0], str(place[1])).set(standing.lag)
            metrics.LAG_SECONDS.labels(place[0], str(place[1])).set(standing.behind.seconds(now_s, standing.position))
            self._show()

    @property
    def reason(self) -> str:
        """Why the worker is not ready, in a sentence; empty when it is."""
        if self.stopping is not None:
            return self.stopping
        if self._problems:
            return "; ".join(self._problems.values())
        if not self.joined:
            return "the broker has not given us our share of the partitions yet"
        behind = [place for place, standing in self.standings.items() if not standing.caught_up]
        if behind:
            missing = sum(max(0, self.standings[place].target - self.standings[place].position) for place in behind)
            return f"catching up: {missing} records to go in {len(behind)} partitions"
        return ""

    @property
    def ready(self) -> bool:
        return not self.reason

    def report(self) -> dict[str, Any]:
        """What `/readyz` answers."""
        return {
            "ready": self.ready,
            "reason": self.reason,
            "partitions": [
                {
                    "topic": topic,
                    "partition": partition,
                    "position": standing.position,
                    "log_end": standing.log_end,
                    "lag": standing.lag,
                    "rebuilding": standing.rebuilding,
                    "held": standing.held,
                }
                for (topic, partition), standing in sorted(self.standings.items())
            ],
        }

    def _show(self) -> None:
        metrics.READY.set(self.ready)
        metrics.REBUILDING.set(sum(standing.rebuilding for standing in self.standings.values()))
