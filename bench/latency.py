"""How long a report takes: from the partner client's send until the receiver's client hands over the referral, all five services between.

The unit is a bare round trip on the same broker: aiokafka, one record produced, acknowledged and consumed, one after the other. Before
the load of the figure come two lighter ones: how long the way is when nothing has to queue.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Coroutine
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from backbone.kafka.connection import connection
from backbone.supervisor.up import Backbone
from bench import stand
from bench.reports import DOOR, PERSONAL, RECEIVER, reports
from schakel import codec
from schakel.client import Partner
from schakel.envelope import read_headers
from schakel.messages import Receipt, ReferralOffered
from schakel.reading import read_to_end

RATE = 50
SECONDS = 60
LIGHT = (5, 20)
"""Reports a second while the services have time to spare."""
WARM_UP_S = 5
ROUND_TRIPS = 1_000
T = TypeVar("T")


def main() -> None:
    seconds, light_seconds = (10, 5) if stand.quick() else (SECONDS, 20)
    with stand.backbone("latency") as running:
        running.wait_ready()
        before = bare_round_trips(running)
        light = {rate: waits_ms(*load(running, rate, light_seconds)) for rate in LIGHT}
        cpu_before = stand.cpu_by_process(running)
        sent, got = load(running, RATE, seconds)
        cpu_after = stand.cpu_by_process(running)
        after = bare_round_trips(running)
        stages = by_stage(running)
    waited_ms = waits_ms(sent, got)
    bare_ms = sorted(before + after)
    unit = median(bare_ms)
    p50, p99 = median(waited_ms), stand.percentile(waited_ms, 0.99)
    stand.write(
        "latency",
        {
            "reports": len(sent),
            "delivered": len(waited_ms),
            "rate_per_s": RATE,
            "seconds": seconds,
            "bare_round_trip_ms": {"p50": unit, "p99": stand.percentile(bare_ms, 0.99)},
            "delivered_ms": {
                "p50": p50,
                "p90": stand.percentile(waited_ms, 0.9),
                "p99": p99,
                "most": max(waited_ms),
            },
            "in_round_trips": {"p50": p50 / unit, "p99": p99 / unit},
            "light": {
                str(rate): {
                    "p50": median(waits),
                    "p99": stand.percentile(waits, 0.99),
                    "p50_in_round_trips": median(waits) / unit,
                }
                for rate, waits in light.items()
            },
            "stages_ms": stages,
            "cpu_s": {name: cpu_after[name] - cpu_before.get(name, 0.0) for name in cpu_after},
        },
    )


# -- the unit ----------------------------------------------------------------------------------------------------------


def bare_round_trips(running: Backbone) -> list[float]:
    """Milliseconds from `send` to the record in the consumer's hands, one after the other, over an `out` topic nobody uses."""
    with Bare(running) as bare:
        bare.round_trips(50)
        return bare.round_trips(ROUND_TRIPS // 2)


class Bare:
    """A bare producer and consumer of aiokafka, in a loop of their own, so that round trips can be taken in between other things."""

    _PLACE = TopicPartition("schakel.out.gemeente-groningen", 0)

    def __init__(self, running: Backbone) -> None:
        assert running.broker is not None
        self._kafka = connection(running.broker.bootstrap, running.broker.admin)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="bare", daemon=True)

    def __enter__(self) -> "Bare":
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def round_trips(self, many: int) -> list[float]:
        """So many, one after the other, in milliseconds."""
        return self._run(self._take(many))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _start(self) -> None:
        self._producer = AIOKafkaProducer(**self._kafka, acks="all")
        self._consumer = AIOKafkaConsumer(**self._kafka, auto_offset_reset="latest")
        await self._producer.start()
        await self._consumer.start()
        self._consumer.assign([self._PLACE])
        await self._consumer.seek_to_end(self._PLACE)

    async def _take(self, many: int) -> list[float]:
        took = []
        for _ in range(many):
            began = time.perf_counter()
            await self._producer.send_and_wait(self._PLACE.topic, b"x" * 500, partition=0)
            await self._consumer.getone()
            took.append((time.perf_counter() - began) * 1000)
        return took

    async def _stop(self) -> None:
        await self._consumer.stop()
        await self._producer.stop()


# -- the load ----------------------------------------------------------------------------------------------------------


def waits_ms(sent: dict[str, float], got: dict[str, float]) -> list[float]:
    """Milliseconds from a report's send until its referral was there, of those that came."""
    return [(got[case] - at) * 1000 for case, at in sent.items() if case in got]


def load(running: Backbone, rate: int, seconds: int) -> tuple[dict[str, float], dict[str, float]]:
    """When each case's report was sent, and when its referral was in the receiver's hands, without the warm-up."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    receiver = multiprocessing.get_context("spawn").Process(
        target=_receive, args=(stand.profile(running, RECEIVER), theirs), daemon=True
    )
    receiver.start()
    ours.recv()
    pending = []
    with Partner.connect(profile=stand.profile(running, DOOR)) as door:
        source = reports()
        began = time.time() + 0.1
        for number in range(rate * (WARM_UP_S + seconds)):
            if (left_s := began + number / rate - time.time()) > 0:
                time.sleep(left_s)
            at = time.time()
            pending.append((at, door.send(next(source), personal=PERSONAL)))
        cases = {}
        for at, one in pending:
            case = one.accepted(60).case
            assert case
            if at - began > WARM_UP_S:
                cases[case] = at
    ours.send("end")
    got = ours.recv()
    receiver.join(10)
    return cases, got


def _receive(profile: Path, end: Connection) -> None:
    got: dict[str, float] = {}
    with Partner.connect(profile=profile) as partner:
        end.send("ready")
        asked_to_end = 0.0
        while not asked_to_end or time.time() - asked_to_end < 2.0:
            for message in partner.inbox(wait_s=0.2):
                if isinstance(message.body, ReferralOffered) and message.case:
                    got.setdefault(message.case, time.time())
                if not asked_to_end and end.poll():
                    asked_to_end = time.time()
            if not asked_to_end and end.poll():
                asked_to_end = time.time()
    end.send(got)


# -- where the time goes -----------------------------------------------------------------------------------------------


def by_stage(running: Backbone) -> dict[str, float]:
    """Median milliseconds from a report's append on `in` to the append of what follows from it, by the broker's own clock."""
    assert running.broker is not None
    kafka = connection(running.broker.bootstrap, running.broker.admin)
    began = {read_headers(raw.headers).id: raw.timestamp_ms for raw in read_to_end(kafka, f"schakel.in.{DOOR}")}
    stages: dict[str, list[float]] = {}
    of_case: dict[str, int] = {}
    for raw in read_to_end(kafka, stand.LEDGER):
        envelope = read_headers(raw.headers)
        if envelope.type == "report.received" and envelope.case and envelope.id in began:
            of_case[envelope.case] = began[envelope.id]
            stages.setdefault(envelope.type, []).append(raw.timestamp_ms - began[envelope.id])
        elif envelope.case in of_case:
            stages.setdefault(envelope.type, []).append(raw.timestamp_ms - of_case[envelope.case])
    for raw in read_to_end(kafka, f"schakel.out.{DOOR}"):
        message = codec.decode_message(raw.value)
        if isinstance(message, Receipt) and message.about in began:
            stages.setdefault("out: receipt", []).append(raw.timestamp_ms - began[message.about])
    for raw in read_to_end(kafka, f"schakel.out.{RECEIVER}"):
        case = read_headers(raw.headers).case
        if case in of_case and isinstance(codec.decode_message(raw.value), ReferralOffered):
            stages.setdefault("out: referral", []).append(raw.timestamp_ms - of_case[case])
    return {name: median(values) for name, values in sorted(stages.items(), key=lambda item: median(item[1]))}


if __name__ == "__main__":
    main()
