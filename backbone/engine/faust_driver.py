"""Faust with whole batches as events and our own positions: all that overrides its private methods is here, and only here.

Measured on 2 cores: Faust's path for one record at a time gives 12k records/s a core, this one 300k, because Faust spends its
time on several asyncio tasks a message. Group, assignment, channel, stream and agent stay Faust's.

Pinned to faust-streaming 0.15.3 on aiokafka 0.14; `tests/engine/test_faust_driver.py` fails when what is overridden changes.
What the records are read for, and where each partition goes on, is `backbone.engine.shell`'s and `takeup`'s.
"""

import asyncio
import hashlib
import itertools
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import faust
from aiokafka import TopicPartition
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from faust.tables.manager import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP, ConsumerMessage

from backbone.engine import fetched, pacing, unpacking
from backbone.engine.errors import Stop
from backbone.engine.fetch_errors import cannot_read
from backbone.engine.gathering import Gathering
from backbone.engine.parcels import Parcel
from backbone.engine.processor import Patience, Place
from backbone.kafka.connection import faust_connection
from backbone.kafka.credentials import Credentials

SESSION_TIMEOUT_S = 6.0
"""A worker that says nothing for so long loses its partitions. Faust's own minute would leave them alone for that long."""
HEARTBEAT_S = 2.0
_ASKING_S = 15.0
"""A broker that says nothing for so long to our consumer is taken for gone, and whoever leads now is asked. One that is killed is found
out at once; this is for one that stands still. More than two sessions, since a rebalance waits for that."""
_PUBLISHING_S = 10.0
"""The same for what we publish: nobody but the broker has to be waited for."""
_WHO_LEADS_S = 5.0
"""How old our knowledge of who leads may become: aiokafka asks by itself only after a refusal, and who stands still refuses nothing."""
_FETCH_WAIT_MS = 250
"""How long the broker holds a fetch that has nothing to give. A partition that is taken up meanwhile has to wait for it."""
_FETCH_BYTES = 8 * 1024 * 1024
_POLL_RECORDS = 2_000
"""Unpacked at a time: heartbeats come from the thread that does it, and a whole fetch may take it a second."""
_POLL_S = 0.5
_PATIENT_BYTES = 1_000_000
"""What the broker gathers for a service that nobody waits for, before it answers a fetch, as long as `gather_s` is not over."""
_PARCELS_IN_QUEUE = 4
_BATCH_BYTES = 1_000_000
"""Of a batch that we publish: below the mebibyte that the topics take, above what one record may have."""


fetched.install()
pacing.install()
unpacking.install()


class Seam(Protocol):
    """What the shell does for the driver. All calls come in the main loop."""

    def assigned(self, places: Iterable[Place]) -> None:
        """These partitions are ours now; nothing of them is read until `Consumer.begin`."""

    async def revoked(self) -> None:
        """They are no longer; return when nothing of them is being worked on."""

    def failed(self, stop: Stop) -> None:
        """Records cannot be read."""


class _Wanted:
    """The partitions to take records of, as aiokafka asks about them in its own thread. Never false, not even when empty:
    to aiokafka that would mean all."""

    def __init__(self, consumer: "Consumer") -> None:
        self._open = consumer.open
        self._held = consumer.held

    def __contains__(self, place: object) -> bool:
        return place in self._open and place not in self._held

    def __bool__(self) -> bool:
        return True


class _Listener(driver.ConsumerRebalanceListener):  # type: ignore[misc]
    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        # Before anything is fetched: the group's committed offsets are not where we go on.
        self._thread._ensure_consumer().pause(*assigned)
        await super().on_partitions_assigned(assigned)


class _Thread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Runs aiokafka's consumer in a thread with a loop of its own, so that heartbeats go on while we work."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS
        if self.consumer.app.patience.broker:
            consumer._fetch_max_wait_ms = int(self.consumer.app.patience.gather_s * 1000)
        return consumer

    async def _fetch_records(
        self, consumer: Any, wanted: Any, **limits: Any
    ) -> Sequence[tuple[Place, int, Sequence[Any]]]:
        """What is to be worked on now: (partition, token under which it was open when these left aiokafka's buffer, records). The rest
        gathers here: to call the main thread for each record would cost more than to read it."""
        gathering, now, max_records = self.consumer.gathering, monotonic(), limits["max_records"]
        pace, patience = consumer._fetcher.pace, self.consumer.app.patience
        pace.most_s = patience.paced_s
        until = now + limits["timeout"]
        while True:
            wait_s = gathering.wait_s(now, until - now)
            records = await super()._fetch_records(consumer, wanted, timeout=wait_s, max_records=max_records)
            now = monotonic()
            pace.came(sum(map(len, records.values())), now)
            if records and patience.broker:  # not before: the first record makes a worker ready
                consumer._fetcher._fetch_min_bytes = _PATIENT_BYTES
            ready: list[tuple[Place, int, Sequence[Any]]] = []
            for place, batch in records.items():
                # A seek runs in this thread too: no token can change between aiokafka's last step and here.
                token = self.consumer.open.get(place)
                if token is not None and (heap := gathering.add(place, token, batch, now)):
                    ready.append((place, token, heap))
            ready.extend(gathering.due(now))
            if ready or now >= until or not self.consumer.flow_active:
                return ready

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """The group's offsets are for whoever looks from outside (Kafka's own tools, `backbone.kafka.unread`): a failure to write them
        is no failure. They come after what was handled, never before it."""
        try:
            ours = self._ensure_consumer().assignment()
            chosen = {
                TopicPartition(*place): offset for place, offset in offsets.items() if TopicPartition(*place) in ours
            }
            async with asyncio.timeout(5):
                await self._ensure_consumer().commit(chosen)
        except (KafkaError, TimeoutError):
            return False
        return True

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Mode prints the traceback; that the app has crashed is said by the engine."""

    async def seek_and_resume(self, positions: Mapping[Place, int]) -> None:
        """Begin to fetch there."""
        consumer = self._ensure_consumer()
        for place, offset in positions.items():
            consumer.seek(TopicPartition(*place), offset)
            consumer.resume(TopicPartition(*place))


class Consumer(driver.Consumer):  # type: ignore[misc]
    """Group, assignment and commit timer stay Faust's; fetching hands on whole batches, from where it is told."""

    RebalanceListener = _Listener

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.open: dict[Place, int] = {}
        """Partitions that we read, each with the token of the seek that it was begun with."""
        self.held: set[Place] = set()
        """Those of them whose records are to stay where they are for now."""
        self.committable: dict[Place, int] = {}
        self._tokens = itertools.count(1)
        self._parcels: dict[Place, Parcel] = {}
        super().__init__(*arguments, **named)
        self.gathering = Gathering(self.app.patience)
        """Used in the fetching thread alone."""

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    # -- what the shell calls ------------------------------------------------------------------------------------------

    async def begin(self, positions: Mapping[Place, int]) -> bool:
        """Read these partitions from these offsets on. False when they are no longer ours; so is the cancellation of the
        caller, which whoever is told of a revocation has to do."""
        try:
            await self._thread.call_thread(self._thread.seek_and_resume, positions)
        except IllegalStateError:
            return False
        for place in positions:
            self.open[place] = next(self._tokens)
        return True

    def close_all(self) -> None:
        """Take no more records; what is on its way is of no use any more."""
        self.open.clear()
        self.held.clear()
        self.committable.clear()
        self._parcels.clear()

    # -- what Faust calls ----------------------------------------------------------------------------------------------

    async def perform_seek(self) -> None:
        """After every rebalance. Where each partition goes on our database says, and it may take a while to answer."""
        self.app.seam.assigned([(tp.topic, tp.partition) for tp in self.assignment()])

    async def _drain_messages(self, fetcher: Any) -> None:
        wanted = _Wanted(self)
        while not (self.should_stop or fetcher.should_stop):
            if not self.flow_active:
                await self.wait(self.can_resume_flow)
                continue
            try:
                fetched = await self._thread.getmany(wanted, _POLL_S)
            except ConsumerStoppedError:
                return
            except Exception as error:
                if not self.should_stop:
                    self.app.seam.failed(cannot_read(error))
                return
            for place, token, batch in fetched:
                await self._hand_on(place, token, batch)
            await asyncio.sleep(0)

    async def _hand_on(self, place: Place, token: int, batch: Sequence[Any]) -> None:
        if self.open.get(place) != token:
            return  # a seek came between, or will
        waiting = self._parcels.get(place)
        if waiting is not None and waiting.join(token, batch):
            return
        parcel = self._parcels[place] = Parcel(place, token, batch)
        tp = TP(*place)
        await self.callback(
            ConsumerMessage(
                *place, batch[-1].offset, 0.0, 0, [], None, parcel, None, 0, 0, tp,
                generation_id=self.app.consumer_generation_id,
            )
        )  # fmt: skip

    def on_buffer_full(self, tp: TP) -> None:
        """The queue already holds the loop above; Faust's own answer, when every partition is full, is to sleep a second."""

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust's detector of standstill knows nothing of batches; ours is readiness."""

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterable[TP]:
        for tp in self._acked:
            self._acked[tp].clear()
            self._acked_index[tp].clear()
        return [TP(*place) for place in self.committable]

    def _new_offset(self, tp: TP) -> int | None:
        return self.committable.get((tp.topic, tp.partition))

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        """Faust takes for committed also what the broker did not take, and would say it again with the next message only."""
        done = bool(await super()._commit_offsets(offsets, start_new_transaction=start_new_transaction))
        if not done:
            self._committed_offset.update(dict.fromkeys(offsets))
        return done


class Producer(driver.Producer):  # type: ignore[misc]
    """Acknowledged by all replicas, and each record once however often the connection breaks."""

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}

    def _new_producer(self, transactional_id: str | None = None) -> Any:
        producer = super()._new_producer(transactional_id)
        # While nobody leads a partition, aiokafka gives a batch up after the time of one request, and with it the number that it
        # had: whatever follows is then refused as out of order, and the process has to start anew. `publisher` waits instead.
        producer._message_accumulator._batch_ttl = math.inf
        return producer


class _NoTables(TableManager):  # type: ignore[misc]
    async def on_start(self) -> None:
        """Faust waits a second here, for tables to be made known; there are none, and a killed worker should be back."""
        await self._update_channels()
        await self.recovery.start()


class Transport(driver.Transport):  # type: ignore[misc]
    Consumer = Consumer
    Producer = Producer


class _Undecoded(faust.Schema):  # type: ignore[misc]
    """A parcel is no bytes: hand it through. Decoding is the processor's, where an error ends the process, not the record."""

    def loads_key(self, app: Any, message: Any, **_: Any) -> None:
        return None

    def loads_value(self, app: Any, message: Any, **_: Any) -> Any:
        return message.value


class App(faust.App):  # type: ignore[misc]
    seam: Seam
    patience: Patience

    async def inner_producer(self) -> Any:
        """aiokafka's producer inside Faust's: `Topic.send` costs twenty times as much a record."""
        await self.maybe_start_producer()
        return self.producer._producer


def make_app(
    seam: Seam,
    group: str,
    topics: Sequence[str],
    deliver: Callable[[Parcel], Awaitable[None]],
    *,
    bootstrap: str,
    who: Credentials | None,
    ca_file: Path | None,
    replica: str,
    home: Path,
    patience: Patience,
) -> App:
    """One Faust app with one agent, in the running loop. replica: static membership, which is back in a second and fences a
    double start (with the same topics: `member_name`); empty: a member without a name. home: a directory that Faust insists on."""
    app = App(
        group,
        **faust_connection(bootstrap, who, ca_file=ca_file),
        store="memory://",
        datadir=str(home),
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="none",  # an offset out of range is for a person to look at
        consumer_max_fetch_size=_FETCH_BYTES,
        consumer_group_instance_id=member_name(group, replica, topics) if replica else None,
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_request_timeout=_ASKING_S,
        broker_max_poll_records=_POLL_RECORDS,
        producer_max_batch_size=_BATCH_BYTES,
        producer_max_request_size=4 * _BATCH_BYTES,
        producer_request_timeout=_PUBLISHING_S,
        producer_metadata_max_age_ms=int(_WHO_LEADS_S * 1000),
        consumer_metadata_max_age_ms=int(_WHO_LEADS_S * 1000),
        stream_buffer_maxsize=_PARCELS_IN_QUEUE,
        stream_wait_empty=False,
        TableManager=_NoTables,
        # Else Faust's own assignor gives partitions of one number together: all `in` topics to one worker of intake.
        table_standby_replicas=0,
    )
    app.seam = seam
    app.patience = patience
    app.transport = app.producer_transport = Transport(app.conf.broker, app, app.loop)
    app.topics._resubscribe_sleep_lock_seconds = 1.0

    @app.on_partitions_revoked.connect(weak=False)  # type: ignore[untyped-decorator]
    async def drain(app: App, revoked: Any, **_: Any) -> None:
        await seam.revoked()

    @app.on_partitions_assigned.connect(weak=False)  # type: ignore[untyped-decorator]
    async def given(app: App, assigned: Any, **_: Any) -> None:
        if not assigned:  # with none, Faust does not seek
            seam.assigned([])

    async def records(stream: Any) -> None:
        async for event in stream.events():
            await deliver(event.value)

    _add_agent(app, records, app.topic(*topics, schema=_Undecoded()))
    return app


def member_name(group: str, replica: str, topics: Sequence[str]) -> str:
    """Under which a worker is back at once, with the partitions that it had.

    Kafka gives these to whoever comes back under its name, also when it reads other topics than before: a new partner's would be nobody's.
    So other topics are another name.
    """
    reads = hashlib.blake2b("\n".join(sorted(topics)).encode(), digest_size=4).hexdigest()
    return f"{group}.{replica}.{reads}"


def _add_agent(app: App, records: Callable[[Any], Awaitable[None]], channel: Any) -> None:
    """What `@app.agent` does, without entering it where Faust's own command line looks: that reads through the source of everything
    loaded, a third of a second in which a killed worker is not back."""
    agent = app.conf.Agent(
        records, name="records", app=app, channel=channel, concurrency=1, on_error=app._on_agent_error
    )
    app.agents[agent.name] = agent
    app.topics.beacon.add(agent)
