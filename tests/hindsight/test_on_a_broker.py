"""What looking back reads, from a real broker: the case with what stands beside it, and a piece of a partition."""

import uuid
from datetime import UTC, datetime

import pytest
from kafka import KafkaProducer

from backbone.records import ledger_record
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.chain import WatermarkPassed
from schakel.history import LEDGER, partition_of, read_with_surroundings
from schakel.ids import service_source
from schakel.reading import partition_count, read_between
from tests.client.test_cli import put
from tests.support.broker import Broker
from tests.support.histories import FOLDER, replay

pytestmark = pytest.mark.kafka
OVER = "a-withdrawal-overtakes-a-release"


def test_a_case_is_read_with_the_watermarks_of_its_partition(kafka: Broker) -> None:
    case = put(kafka, OVER)
    partition = partition_of(case, partition_count(kafka.connect(), LEDGER))
    at = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    event = WatermarkPassed(at=at)
    mark = Entry(Envelope(str(uuid.uuid4()), service_source("intake"), event.TYPE, at), event)
    record = ledger_record(mark, partition, "watermark")
    with KafkaProducer(**kafka.connect()) as producer:
        sent = {"key": record.key, "value": record.value, "headers": [*record.headers], "partition": partition}
        producer.send(LEDGER, **sent).get(10)
    history, around = read_with_surroundings(kafka.connect(), case)
    golden = replay(FOLDER / f"{OVER}.jsonl")
    assert [step.entry.envelope.type for step in history.steps] == [step.entry.envelope.type for step in golden.steps]
    assert mark.id in [entry.id for entry in around]
    assert not any(entry.event.IN_CASE for entry in around)

    first, last = history.entries[0].offset, history.entries[-1].offset
    piece = list(read_between(kafka.connect(), LEDGER, partition, first + 1, last))
    assert [raw.offset for raw in piece] == list(range(first + 1, last))
    assert list(read_between(kafka.connect(), LEDGER, partition, last, last)) == []
