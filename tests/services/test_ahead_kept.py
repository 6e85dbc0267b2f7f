"""What was found ahead is kept until it is let in, and no longer; and no more of it than there is room for (docs/adr/0053)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition

from backbone import metrics
from backbone.keys import KeysAway
from backbone.settings import Settings
from schakel.envelope import FIRST
from schakel.events.base import Sealed
from schakel.events.consent import ConsentWithdrawn
from schakel.events.report import ReportReceived
from schakel.record import Raw
from services.intake import scout as scouting
from services.intake.ahead import IN_DANGER, chosen
from tests.support.queues import TOPIC, Queue, in_danger
from tests.support.readers import DOOR
from tests.support.telling import moment


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path)


async def test_what_was_found_is_kept_while_the_keys_or_the_database_are_away(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction is taken back and tried again; once let in it is forgotten."""
    queue.rows()
    report = queue.cluster.send(DOOR, in_danger(queue))
    await queue.look(ticks=False)
    keys = queue.processor.keys

    def away() -> object:
        raise KeysAway("the keys are away")

    monkeypatch.setattr(queue.processor, "keys", away)
    with pytest.raises(KeysAway):
        queue.tick()
    monkeypatch.setattr(queue.processor, "keys", keys)
    with monkeypatch.context() as patched:
        patched.setattr(queue.cluster, "_publish", _lost)
        with pytest.raises(ConnectionError):
            queue.tick()
    assert not queue.in_ledger(report)
    queue.tick()
    assert queue.in_ledger(report)
    queue.tick()
    assert not queue.processor.ahead.waiting
    queue.cluster.settle()
    assert sum(entry.id == report for entry in queue.told()) == 1
    assert len({answer.model_dump_json() for answer in queue.receipts(report)}) == 1
    assert queue.faults() == []


async def test_a_no_that_was_found_with_it_needs_no_keys(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    queue.rows()
    report = queue.cluster.send(DOOR, in_danger(queue))
    no = queue.cluster.send(DOOR, ConsentWithdrawn(), queue.offer.case)

    reseal = queue.processor._reseal

    def away(read: Sequence[Any], *more: Any) -> Any:
        if any(isinstance(item[1], ReportReceived) for item in read):  # what is sealed in it takes the keys
            raise KeysAway("the keys are away")
        return reseal(read, *more)

    with monkeypatch.context() as patched:
        patched.setattr(queue.processor, "_reseal", away)
        await queue.look()
        assert queue.in_ledger(no)
        assert not queue.in_ledger(report)
    for _ in range(2):
        queue.tick()
    assert queue.in_ledger(report)
    queue.cluster.settle()
    assert queue.faults() == []


def _lost(tx: object) -> None:
    raise ConnectionError


async def test_what_cannot_be_let_in_is_forgotten_and_not_counted(queue: Queue) -> None:
    """Counted is what is written: not what nobody can open, nor what is known already."""
    queue.rows()
    torn = Sealed(subject="victim", fields=("story",), body=b"nobody can open this")
    queue.cluster.send(DOOR, in_danger(queue).model_copy(update={"reported_at": moment("2030-01-01 12:00")}))
    queue.cluster.send(DOOR, in_danger(queue, sealed=(torn,)))
    before = metrics.ahead._value.get()
    await queue.look()
    assert not queue.processor.ahead.waiting
    assert metrics.ahead._value.get() == before
    no = queue.cluster.send(DOOR, ConsentWithdrawn(), queue.offer.case)
    await queue.look()
    receipts = len(queue.receipts(no))
    queue.tick()
    queue.tick()
    assert metrics.ahead._value.get() == before + 1
    assert len(queue.receipts(no)) == receipts


async def test_a_list_in_which_every_row_is_marked_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scout lets go of what it will not take, batch after batch."""
    headers = (("ce_type", b"nl.schakel.report.received.v1"), FIRST)
    held: list[int] = []

    class Consumer:
        at = 0

        def __init__(self, **_: object) -> None: ...
        async def start(self) -> None: ...
        async def stop(self) -> None: ...
        def assign(self, places: object) -> None: ...
        def seek(self, place: object, start: int) -> None: ...

        async def position(self, place: TopicPartition) -> int:
            return self.at

        async def getmany(self, place: TopicPartition, **_: object) -> dict[TopicPartition, list[object]]:
            rows = [Raw(TOPIC, 0, at, 0, None, b"", headers) for at in range(self.at, self.at + 200)]
            self.at += 200
            return {place: list(rows)}

    def watched(found: Sequence[Raw]) -> list[Raw]:
        held.append(len(found))
        return chosen(found)

    monkeypatch.setattr(scouting, "AIOKafkaConsumer", Consumer)
    monkeypatch.setattr(scouting, "connection", lambda *_, **__: {})
    monkeypatch.setattr(scouting, "chosen", watched)
    found = await scouting.TopicScout(Settings())(TOPIC, 0, 3000)
    assert [raw.offset for raw in found] == list(range(IN_DANGER))
    assert max(held) <= 200 + IN_DANGER
