"""Many records on a topic, fast: whole batches by aiokafka, keys of cases, an id in the headers."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaProducer

HEADERS = (("ce_type", b"nl.schakel.report.received.v1"), ("ce_source", b"urn:nld:oin:00000000000000000000"))


async def produce(
    connection: dict[str, Any], topic: str, partitions: int, count: int, *, cases: int = 100, value_bytes: int = 200
) -> None:
    """Append `count` records to each partition of a topic; return when all are acknowledged."""
    async with AIOKafkaProducer(**connection, acks="all", max_batch_size=400_000, linger_ms=0) as producer:
        await asyncio.gather(
            *(_fill(producer, topic, partition, count, cases, bytes(value_bytes)) for partition in range(partitions))
        )


async def _fill(producer: AIOKafkaProducer, topic: str, partition: int, count: int, cases: int, value: bytes) -> None:
    batch = producer.create_batch()
    for number in range(count):
        key = f"case-{partition}-{number % cases:06}".encode()
        while batch.append(timestamp=None, key=key, value=value, headers=[*HEADERS]) is None:
            await (await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
    await (await producer.send_batch(batch, topic, partition=partition))
