"""Whether erasures become final in time, as Prometheus shows it: read from the database of keys every minute, answered from memory.

How many, and how old keys are: moments alone. The database of keys does not know of which chain somebody was, so the shortest term of all
chains counts, as for `backbone keys status`. Every worker shows the same; take the `max`.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import structlog
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backbone.chains import Chains
from backbone.keys.databases import open_engine
from backbone.keys.finality import Lives, Standing, standing
from backbone.keys.lives import read_erased, read_lives
from backbone.settings import Settings
from backbone.store.errors import StoreError
from schakel.timesource import time_source

READ_EVERY_S = 60.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown. oldest: by kind of key, when the oldest that lives was made; now: when this was so; by: until when whoever is erased
    now has to be final."""

    erasures: Standing
    oldest: dict[str, datetime]
    now: datetime
    by: datetime


def figures(engine: sa.Engine, term: Callable[[datetime], datetime], now: datetime) -> Figures:
    """How things stand. Only erasures that still wait are read, not all there ever were. Raises KeysAway."""
    lives = read_lives(engine)
    since = lives.waited_for_since
    waiting = read_erased(engine, since) if since else []
    return Figures(standing(waiting, lives, term, now), _oldest(lives), now, term(now))


def _oldest(lives: Lives) -> dict[str, datetime]:
    return {kind: keys.oldest for kind, keys in (("door", lives.door), ("data", lives.data)) if keys.oldest}


class ErasureCollector(Collector):
    """Shows the figures that it was given last, and none when they could not be read: an absent figure is noticed, an old one believed."""

    def __init__(self) -> None:
        self.figures: Figures | None = None

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that to register it asks nothing."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """All families, or none."""
        if (told := self.figures) is None:
            return
        erasures = GaugeMetricFamily(
            "schakel_erasures",
            "Erasures that are not final yet: past their term (late), within two days of its end (due_soon), or with time left (waiting).",
            labels=("state",),
        )
        late, soon = told.erasures.late, told.erasures.soon
        for state, count in (("late", late), ("due_soon", soon), ("waiting", told.erasures.waiting - late - soon)):
            erasures.add_metric([state], count)
        yield erasures
        ages = GaugeMetricFamily(
            "schakel_oldest_key_age_seconds",
            "Age of the oldest key that is not destroyed: of the door, or the key-encryption keys of data. Erasures since wait for it.",
            labels=("family",),
        )
        for family, made_at in told.oldest.items():
            ages.add_metric([family], (told.now - made_at).total_seconds())
        yield ages
        yield GaugeMetricFamily(
            "schakel_erasure_term_seconds",
            "How long who is erased now may stay recoverable: the shortest term of all chains.",
            value=(told.by - told.now).total_seconds(),
        )


class ErasuresShown:
    """Keeps what is shown fresh. chains: whose terms count."""

    def __init__(self, chains: Chains, settings: Settings) -> None:
        self._chains, self._settings = chains, settings
        self.collector = ErasureCollector()

    async def serve(self) -> None:
        """Show the figures at `/metrics`, until it is cancelled. Nothing that is wrong with them ends the worker."""
        REGISTRY.register(self.collector)
        try:
            while True:
                await asyncio.to_thread(self.read)
                await asyncio.sleep(READ_EVERY_S)
        finally:
            REGISTRY.unregister(self.collector)

    def read(self) -> None:
        """Look once. What cannot be read is no longer shown: its alert says so."""
        found = None
        try:
            engine = open_engine(self._settings.keys_url, self._settings.var_dir / "keys")
            try:
                found = figures(engine, self._chains.final_by, time_source(self._settings.clock).now())
            finally:
                engine.dispose()
        except (StoreError, sa.exc.SQLAlchemyError) as error:
            # Also a database that refuses: 'backbone keys grants consent' was not run since these figures are there.
            log.warning("whether erasures are final in time cannot be shown", reason=type(error).__name__)
        self.collector.figures = found
