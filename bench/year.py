"""A national year: 30,000 reports stand on the `in` topics; all five services take them in and conclude what follows.

Time runs from the first append until every service has read the whole ledger and nothing more comes to it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from kafka import KafkaConsumer, TopicPartition

from backbone.kafka.connection import connection
from backbone.store.store import Store
from backbone.supervisor.up import SERVICES, Backbone
from bench import stand
from bench.reports import PERSONAL, reports
from schakel.client import Partner
from schakel.client.sending import compose
from schakel.envelope import Envelope, read_headers
from schakel.ids import new_event_id, partner_source
from schakel.reading import read_to_end

REPORTS = 30_000
DOORS = ("politie-amsterdam", "politie-amsterdam", "gemeente-amsterdam")
"""Two reports of three at the police: 12 ledger events follow from one there, 9 from one at the municipality."""
QUIET_S = 1.5
LONGEST_S = 300.0


def main() -> None:
    count = 1_000 if stand.quick() else REPORTS
    with stand.backbone("year") as running:
        running.wait_ready()
        records = prepare(running, count)
        cpu_before = stand.cpu_by_process(running)
        began = time.perf_counter()
        asyncio.run(append(running, records))
        appended_s = time.perf_counter() - began
        quiet_s = until_quiet(running, began)
        cpu = {name: used - cpu_before[name] for name, used in stand.cpu_by_process(running).items()}
        memory = stand.memory_by_process(running)
        types = counted(running)
    events = sum(types.values())
    stand.write(
        "year",
        {
            "reports": count,
            "ledger_events": events,
            "events_a_report": events / count,
            "appended_in_s": appended_s,
            "seconds": quiet_s,
            "events_per_s": events / quiet_s,
            "cpu_s": cpu,
            "cores_busy": sum(cpu.values()) / quiet_s,
            "memory_mb": memory,
            "types": dict(types.most_common()),
        },
    )


def prepare(running: Backbone, count: int) -> Mapping[str, list[tuple[bytes, Any]]]:
    """Records for the `in` topics, in equal parts for the doors, each sealed as the partner's client seals."""
    with Partner.connect(profile=stand.profile(running, DOORS[0])) as door:
        definitions = door.definitions
        oins = {partner: definitions.partner(partner).oin for partner in set(DOORS)}
    now = datetime.now(UTC)
    topics: dict[str, list[tuple[bytes, Any]]] = {partner: [] for partner in set(DOORS)}
    for number, report in zip(range(count), reports(at=now), strict=False):
        partner = DOORS[number % len(DOORS)]
        envelope = Envelope(new_event_id(), partner_source(oins[partner]), report.TYPE, now)
        record = compose(report, envelope, PERSONAL, definitions, now)
        topics[partner].append((record.value, record.headers))
    return topics


async def append(running: Backbone, topics: Mapping[str, list[tuple[bytes, Any]]]) -> None:
    """As fast as it goes, in large batches."""
    assert running.broker is not None
    async with AIOKafkaProducer(**connection(running.broker.bootstrap, running.broker.admin), acks="all") as producer:
        for partner, records in topics.items():
            topic, at = f"schakel.in.{partner}", 0
            while at < len(records):
                batch = producer.create_batch()
                while at < len(records):
                    value, headers = records[at]
                    if batch.append(timestamp=None, key=None, value=value, headers=list(headers)) is None:
                        break
                    at += 1
                await (await producer.send_batch(batch, topic, partition=0))


def until_quiet(running: Backbone, began: float, longest_s: float = LONGEST_S) -> float:
    """Seconds from `began` until every service stands at the end of all it reads, found so again QUIET_S later."""
    assert running.broker is not None
    stores = {name: Store(running.settings.service_database_url(name), name) for name in SERVICES}
    consumer = KafkaConsumer(**connection(running.broker.bootstrap, running.broker.admin))
    since, last = 0.0, None
    try:
        while True:
            running.step()
            now = time.perf_counter()
            places = {name: store.checkpoints() for name, store in stores.items()}
            wanted = {TopicPartition(*place) for points in places.values() for place in points}
            ends = consumer.end_offsets(list(wanted))
            done = all(
                point.next_offset >= ends[TopicPartition(*place)] and not point.rebuilding
                for points in places.values()
                for place, point in points.items()
            )
            if not done or ends != last:
                since, last = now, ends
            elif now - since > QUIET_S:
                return since - began
            if now - began > longest_s:
                behind = {
                    name: sum(ends[TopicPartition(*place)] - point.next_offset for place, point in points.items())
                    for name, points in places.items()
                }
                raise TimeoutError(f"not quiet after {longest_s:.0f} s; records to go: {behind}")
            time.sleep(0.1)
    finally:
        consumer.close()
        for store in stores.values():
            store.close()


def counted(running: Backbone) -> Counter[str]:
    """The ledger's events by type."""
    assert running.broker is not None
    kafka = connection(running.broker.bootstrap, running.broker.admin)
    return Counter(read_headers(raw.headers).type for raw in read_to_end(kafka, stand.LEDGER))


if __name__ == "__main__":
    main()
