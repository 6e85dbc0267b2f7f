"""The shell around one processor: hands parcels to the worker thread one at a time, holds what has to wait, ticks when idle.

Three rules together let several workers share a service, be killed and be frozen, without losing or repeating a record:
1. `revoked` waits for the running transaction;
2. what was fetched before the last seek is dropped (its token is no longer the partition's);
3. the position is read inside the transaction, and a batch goes on exactly there (`work`).

What goes on beside the records (ticks, lag) is in `rounds`; starting and ending in `run`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NoReturn, ParamSpec, TypeVar

import structlog

from backbone.engine import metrics, takeup
from backbone.engine.broker import Broker
from backbone.engine.errors import BrokerAway, Exit, Stop
from backbone.engine.faust_driver import App, Consumer
from backbone.engine.health import Health, Standing
from backbone.engine.holds import Conditions, Holds
from backbone.engine.logs import concerned, where_from
from backbone.engine.parcels import Parcel
from backbone.engine.processor import Offers, Place, Processor
from backbone.engine.publisher import Publisher
from backbone.engine.work import Published, Step, Worker
from backbone.settings import Settings
from backbone.store.errors import DatabaseAway, StoreError
from backbone.store.rows import Checkpoint
from backbone.store.store import Store
from schakel.record import Raw

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger(__name__)

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_PUBLISH_BEFORE_LETTING_GO_S = 1.0
_ANSWER_WITHIN_S = 10.0


class Ended(Exception):
    """The process is ending; whatever was being done is left where it is."""


class Shell:
    """One a process, in the main loop. It is also what a processor gets as its `Surroundings`."""

    store: Store
    """Known once it is equipped; a factory may keep the shell, but not yet ask it for this."""

    def __init__(self, settings: Settings, broker: Broker, health: Health) -> None:
        self.settings = settings
        self.broker = broker
        self.health = health
        self.ending: asyncio.Future[Stop] = asyncio.get_running_loop().create_future()
        """Resolved when the process has to end, with why."""
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="worker")
        self._busy = asyncio.Lock()
        self._pause_s = _FIRST_PAUSE_S
        self._taking_up: asyncio.Task[None] | None = None

    def equip(self, store: Store, processor: Processor, offers: Offers) -> None:
        """Say whose work it does, and where that is kept."""
        self.store = store
        self.topics = frozenset(processor.topics())
        self.offers = offers
        self.worker = Worker(store, processor, offers)
        self.publisher = Publisher(self._producer, self._load_outbox, self.topics, self.health, self.failed)

    def connect(self, app: App) -> None:
        """Say from where it gets records."""
        self._app = app
        self.consumer: Consumer = app.consumer
        self.holds = Holds(self.consumer.held, self.health, self._checkpoints, self.work_off)

    # -- for the processor ---------------------------------------------------------------------------------------------

    def log_end(self, topic: str, partition: int) -> int:
        """See `Surroundings`. Called in the worker thread."""
        asked = asyncio.run_coroutine_threadsafe(self.broker.ends([(topic, partition)]), self._loop)
        try:
            return asked.result(_ANSWER_WITHIN_S)[topic, partition]
        except TimeoutError as error:
            asked.cancel()
            raise BrokerAway(f"Kafka does not tell in time where {topic}[{partition}] ends; we try again") from error

    async def log_ends(self, topics: Iterable[str]) -> Mapping[Place, int]:
        """See `Surroundings`."""
        return await self.broker.log_ends(topics)

    async def ends(self, places: Collection[Place]) -> Mapping[Place, int]:
        """See `Surroundings`."""
        return await self.broker.ends(places)

    # -- the worker thread ---------------------------------------------------------------------------------------------

    async def in_worker(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Call this in the one thread in which the database is used."""
        return await self._loop.run_in_executor(self._thread, lambda: function(*arguments, **named))

    async def attempt(self, doing: Awaitable[T], uses: str = "database") -> T | None:
        """The result; None when a database or the broker is away (after a pause it may be tried again). Raises Ended.

        uses: what is there again when it succeeds.
        """
        try:
            result = await doing
        except DatabaseAway as away:
            self.health.problem(away.what, str(away))
            return None
        except BrokerAway as away:
            self.health.problem("broker", str(away))
            return None
        except Stop as stop:
            self.end(stop)
        except StoreError as error:
            self.end(Stop(Exit.SAYS_WHY, "store", str(error)))
        except Exception as error:
            self.end(fault(error))
        self.health.solved(uses)
        self._pause_s = _FIRST_PAUSE_S
        return result

    async def pause(self) -> None:
        """Between attempts: longer each time until one succeeds."""
        await asyncio.sleep(self._pause_s)
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)

    # -- records -------------------------------------------------------------------------------------------------------

    async def deliver(self, parcel: Parcel) -> None:
        """The agent's work: one parcel, from Faust's stream. Does not return once the process is ending."""
        parcel.taken = True
        place, token = parcel.place, parcel.token
        if self.holds.keeps(place, token, parcel.records):
            return
        self.offers.coming(place, parcel.records)
        try:
            left = await self.work_off(place, token, parcel.records)
        except Ended:
            await self._loop.create_future()
        else:
            if left is not None:
                self.holds.hold(place, token, *left)

    async def work_off(
        self, place: Place, token: int, records: Sequence[Raw]
    ) -> tuple[Sequence[Raw], Conditions] | None:
        """Transaction after transaction until these records are done: None. Or what is left, and what it waits for.

        Of a topic that goes in portions (`Offers.portion`) only one; what is left waits for nothing but its next turn.
        """
        while True:
            await self.publisher.room()
            step = await self._locked(place, token, self.worker.records, records)
            if step is None:
                if self.consumer.open.get(place) != token:
                    return None  # fetched before a rebalance: the checkpoint says who reads it again
                await self.pause()
                continue
            for what in self.offers.beside:
                self.health.solved(what)
            records = records[step.done :]
            if step.wait_for:
                return records, step.wait_for
            if not records and not step.again:
                return None
            if step.done and records and self.offers.portion(place[0]):
                return records, {}

    async def idle(self, place: Place, *, parked: bool = True, tick: bool = True) -> bool:
        """What is to do for a partition without records (see `Worker.idle`); True when there is more."""
        token = self.consumer.open.get(place)
        if token is None:
            return False
        step = await self._locked(
            place, token, lambda place, _, published: self.worker.idle(place, published, parked=parked, tick=tick), ()
        )
        return step is not None and step.again

    async def _locked(
        self,
        place: Place,
        token: int,
        do: Callable[[Place, Sequence[Raw], Published], Step],
        records: Sequence[Raw],
    ) -> Step | None:
        """One transaction, if the partition is still the one that was meant; None when it is not, or something is away."""
        async with self._busy:
            if self.consumer.open.get(place) != token:
                return None
            step = await self.attempt(self.in_worker(do, place, records, self.publisher.published(place)))
            if step is None:
                return None
            self.publisher.forgotten(place, step.forgot)
            await self.publisher.committed(place, step.seq_before, step.pending)
        self.consumer.committable[place] = step.position
        self.health.moved(place, step.position, step.rebuilding)
        self.offers.committed(place, step.position)
        if step.done or step.again:
            self.holds.look()
        return step

    # -- partitions come and go (`faust_driver.Seam`) ------------------------------------------------------------------

    def assigned(self, places: Iterable[Place]) -> None:
        """Look where each goes on, in a task of its own: the database may be away for longer than a rebalance may last."""
        metrics.REBALANCES.inc()
        self._stop_taking_up()
        self._taking_up = asyncio.create_task(self._take_up(sorted(places)))

    async def revoked(self) -> None:
        """Rule 1. What is not published in time, the next owner finds in the database."""
        await self.drained()
        await self.settle_outbox(_PUBLISH_BEFORE_LETTING_GO_S)
        self.publisher.let_go()

    def let_go(self) -> None:
        """Take nothing up any more, and drop what was fetched."""
        self._stop_taking_up()
        self.consumer.close_all()
        self.holds.clear()
        self.health.joined = False

    async def settle_outbox(self, within_s: float) -> None:
        """Publish what is left, as far as it goes in this time, and take what was published out of the database."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.publisher.emptied()
        for place in list(self.health.standings):
            seq, forgotten = self.publisher.published(place)
            if seq > forgotten:
                with suppress(StoreError):
                    await self.in_worker(self.worker.forget, place, seq)
                    self.publisher.forgotten(place, seq)

    def failed(self, stop: Stop) -> None:
        """The process has to end; the first reason counts."""
        if not self.ending.done():
            self.ending.set_result(stop)

    def end(self, stop: Stop) -> NoReturn:
        """The same, out of the middle of something."""
        self.failed(stop)
        raise Ended

    async def drained(self) -> None:
        """Take nothing more, and return when the running transaction has ended."""
        self.let_go()
        async with self._busy:
            pass

    async def close(self) -> None:
        """Give broker and database back."""
        await self.broker.close()
        await self.in_worker(self.store.close)
        self._thread.shutdown(wait=False)

    # -- taking up -----------------------------------------------------------------------------------------------------

    async def _take_up(self, places: Sequence[Place]) -> None:
        try:
            while (found := await self.attempt(self._look_up(places))) is None:
                await self.pause()
            self.health.solved("broker")
            beginnings, wait = found
            self.health.assigned(
                {
                    place: Standing(begin.position, begin.end, begin.end, begin.verified, begin.rebuilding)
                    for place, begin in beginnings.items()
                }
            )
            await self.publisher.take_up(places)
            waiting = [place for place in places if wait and place[0] not in self.offers.first]
            self.consumer.held.update(waiting)
            if await self.consumer.begin({place: begin.seek for place, begin in beginnings.items()}):
                for place in waiting:
                    self.holds.hold(place, self.consumer.open[place], (), wait)
                log.info("partitions taken up", partitions=len(places), held=len(waiting))
        except Ended:
            pass

    async def _look_up(self, places: Sequence[Place]) -> tuple[Mapping[Place, takeup.Beginning], Conditions]:
        # Asked again at each assignment: another version may have begun with an empty database meanwhile.
        await self.in_worker(self.store.folded_by, self.offers.fold_version)
        # The checkpoints before the log's ends: a worker that was frozen may still move one.
        points = await self.in_worker(self.store.checkpoints)
        logs = await self._logs(places)
        if takeup.contradicted(logs, points):
            # True, or the word of a broker that stood still and thinks that it leads: most of them know.
            await self.broker.topics_by_most({topic for topic, _ in places})
            logs = await self._logs(places)
        history = self.offers.first or {topic for topic, _ in places}
        if new := takeup.first_checkpoints(logs, points, history):
            await self.in_worker(self.store.take_up, new)
            points = await self.in_worker(self.store.checkpoints)
        beginnings = {place: takeup.beginning(points[place], logs[place]) for place in places}
        wait: Conditions = {}
        if self.offers.first and any(topic not in self.offers.first for topic, _ in places):
            wait = takeup.waits_for_first(await self.broker.log_ends(self.offers.first), points)
        return beginnings, wait

    async def _logs(self, places: Sequence[Place]) -> Mapping[Place, takeup.Log]:
        topics = await self.broker.topics({topic for topic, _ in places}) if places else {}
        if missing := {topic for topic, _ in places} - topics.keys():
            raise BrokerAway(f"Kafka no longer has topic {', '.join(sorted(missing))}; was it deleted?")
        starts, ends = await self.broker.starts(places), await self.broker.ends(places)
        return {place: takeup.Log(topics[place[0]].id, starts[place], ends[place]) for place in places}

    def _stop_taking_up(self) -> None:
        if self._taking_up is not None:
            self._taking_up.cancel()
            self._taking_up = None

    async def _producer(self) -> Any:
        return await self._app.inner_producer()

    async def _load_outbox(self, place: Place, after_seq: int) -> Any:
        return await self.in_worker(self.worker.unpublished, place, after_seq)

    async def _checkpoints(self) -> Mapping[Place, Checkpoint] | None:
        return await self.attempt(self.in_worker(self.store.checkpoints))


def fault(error: BaseException) -> Stop:
    """Something that nobody foresaw; its text is left out, since it may quote what somebody wrote. What it was at is said."""
    log.error("a defect ends the process", error=where_from(error), **concerned(error))
    return Stop(
        Exit.FAULT,
        "fault",
        f"a defect ends the process ({type(error).__qualname__}; the lines before this one say where); the records it was "
        "at are read again at the next start",
    )
