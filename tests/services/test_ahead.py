"""A no is let in before its turn where a list stands in front of it: once, with a receipt that is true, and nothing else overtakes."""

from pathlib import Path

import pytest

from schakel import codec
from schakel.case_consent import stopped
from schakel.envelope import FIRST, Envelope
from schakel.events.base import Sealed
from schakel.events.consent import ConsentGranted, ConsentWithdrawn
from schakel.events.data import ErasureRequested
from schakel.events.report import LabelRefused, ReportReceived
from schakel.events.vocab import HoldReason
from schakel.record import Raw
from services.intake.ahead import IN_DANGER, KEPT, NOES, SILENT_LOOKS, Ahead
from tests.support.queues import ROWS, TOPIC, Queue, in_danger
from tests.support.readers import DOOR, STRANGER
from tests.support.telling import moment, terms


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path)


async def test_a_withdrawal_is_let_in_before_the_rows_in_front_of_it(queue: Queue) -> None:
    queue.rows()
    no = queue.cluster.send(DOOR, ConsentWithdrawn(), queue.offer.case)
    before = len(queue.told())
    await queue.look()
    assert [entry.id for entry in queue.told() if entry.id == no] == [no]
    assert len(queue.told()) == before + 1, "and nothing else"
    queue.cluster.settle()
    answers = queue.receipts(no)
    assert len({answer.model_dump_json() for answer in answers}) == 1, "its turn comes, and it is the same receipt"
    assert len(queue.told()) == before + ROWS + 1
    assert queue.faults() == []


async def test_it_comes_along_with_the_next_rows(queue: Queue) -> None:
    """A tick may be long in coming while many rows are let in."""
    queue.rows()
    no = queue.cluster.send(DOOR, ConsentWithdrawn(), queue.offer.case)
    queue.cluster.process(queue.intake, TOPIC, 0, batch=5)
    await queue.look(ticks=False)
    assert not queue.in_ledger(no)
    queue.cluster.process(queue.intake, TOPIC, 0, batch=5)
    assert queue.in_ledger(no)
    queue.cluster.settle()
    assert len({answer.model_dump_json() for answer in queue.receipts(no)}) == 1
    assert queue.faults() == []


async def test_nothing_overtakes_that_could_open_anything(queue: Queue) -> None:
    queue.rows()
    yes = queue.cluster.send(DOOR, ConsentGranted(terms=terms(STRANGER)), queue.offer.case)
    no = queue.cluster.send(DOOR, LabelRefused(), queue.offer.case)
    await queue.look()
    assert (queue.in_ledger(yes), queue.in_ledger(no)) == (False, True)
    assert {model.TYPE for model in NOES} == {
        "consent.withdrawn",
        "consent.refused",
        "label.refused",
        "erasure.requested",
    }


@pytest.mark.parametrize("check", ["danger_now", "rape"])
async def test_a_report_in_danger_does_not_wait_behind_a_list(queue: Queue, check: str) -> None:
    """MLD-2: not in the ordinary queue. Its case opens, it has its receipt, and when its turn comes there is no second case."""
    queue.rows()
    report = queue.cluster.send(DOOR, in_danger(queue, check))
    before = len(queue.told())
    await queue.look()
    assert queue.in_ledger(report)
    assert len(queue.told()) == before + 1, "and nothing else"
    queue.cluster.settle()
    assert len({answer.model_dump_json() for answer in queue.receipts(report)}) == 1
    assert len({entry.envelope.case for entry in queue.told() if entry.id == report}) == 1
    assert len(queue.told()) == before + ROWS + 1
    assert queue.faults() == []


async def test_what_is_told_behind_it_does_not_overtake_with_it(queue: Queue) -> None:
    """A yes behind it waits for its turn, as any yes does."""
    queue.rows()
    report = queue.cluster.send(DOOR, in_danger(queue))
    yes = queue.cluster.send(DOOR, ConsentGranted(terms=terms(STRANGER)), queue.offer.case)
    await queue.look()
    assert (queue.in_ledger(report), queue.in_ledger(yes)) == (True, False)
    queue.cluster.settle()
    assert queue.faults() == []


async def test_a_mark_alone_overtakes_nothing(queue: Queue) -> None:
    """The report has to say it itself, and be of today: who marks every row of a list gains nothing."""
    queue.rows()
    sent = [in_danger(queue, answer="no"), in_danger(queue, answer="unknown"), in_danger(queue, history=True)]
    ids = []
    for number, event in enumerate(sent):
        ids.append(f"01890000-0000-7000-8000-00000000000{number}")
        envelope = Envelope(ids[-1], queue.source, event.TYPE, queue.cluster.time.now())
        queue.cluster.put(DOOR, codec.encode(event), (*envelope.headers(), FIRST))
    await queue.look()
    assert not any(queue.in_ledger(one) for one in ids)
    queue.cluster.settle()
    assert all(queue.in_ledger(one) for one in ids)
    assert queue.faults() == []


async def test_a_list_full_of_danger_holds_up_no_no(queue: Queue) -> None:
    """Of one stretch so many and no more; those behind keep their order."""
    for _ in range(IN_DANGER + 10):
        queue.cluster.send(DOOR, in_danger(queue))
    no = queue.cluster.send(DOOR, ConsentWithdrawn(), queue.offer.case)
    before = len(queue.told())
    await queue.look()
    assert queue.in_ledger(no)
    for _ in range(2):
        queue.tick()  # once for what is known of the no, and once for those that were found with it
    assert len(queue.told()) == before + IN_DANGER + 1
    queue.cluster.settle()
    assert len(queue.told()) == before + IN_DANGER + 11
    assert queue.faults() == []


async def test_a_report_in_danger_that_cannot_be_let_in_is_refused_once_and_in_its_turn(queue: Queue) -> None:
    """By a rule, or because nobody can open what is sealed in it."""
    queue.rows()
    torn = Sealed(subject="victim", fields=("story",), body=b"nobody can open this")
    ruled = queue.cluster.send(DOOR, in_danger(queue).model_copy(update={"reported_at": moment("2030-01-01 12:00")}))
    shut = queue.cluster.send(DOOR, in_danger(queue, sealed=(torn,)))
    await queue.look()
    assert [queue.receipts(one) for one in (ruled, shut)] == [[], []]
    queue.cluster.settle()
    for one in (ruled, shut):
        (answer,) = queue.receipts(one)
        assert answer.refusal
    assert queue.faults() == []


async def test_a_request_to_be_forgotten_stops_reads_before_its_turn(queue: Queue) -> None:
    queue.rows()
    asked = queue.cluster.send(DOOR, ErasureRequested(subject="victim"), queue.offer.case)
    again = queue.cluster.send(DOOR, ErasureRequested(subject="victim", second_proof="called_back"), queue.offer.case)
    await queue.look()
    assert queue.in_ledger(asked)
    assert queue.in_ledger(again)
    queue.cluster.settle()
    assert stopped(queue.cluster.replay(queue.offer.case)) is HoldReason.ERASURE_REQUESTED
    assert queue.faults() == []


async def test_a_no_that_is_refused_is_refused_once_and_in_its_turn(queue: Queue) -> None:
    queue.rows()
    strange = queue.cluster.send(DOOR, ConsentWithdrawn(), "0b9d4a17-3c65-4e2f-8d21-7e64f0a9c3b8")
    await queue.look()
    assert queue.receipts(strange) == []
    queue.cluster.settle()
    (answer,) = queue.receipts(strange)
    assert answer.refusal
    assert answer.refusal.code == "case.not_yours"
    assert queue.faults() == []


async def test_where_nothing_waits_nobody_looks(queue: Queue) -> None:
    looked: list[str] = []

    async def scout(topic: str, start: int, end: int) -> list[Raw]:
        looked.append(topic)
        return []

    ahead = Ahead(scout)
    ahead.reached(TOPIC, 10)
    await ahead.look({TOPIC: 10})
    await ahead.look({TOPIC: 12})
    assert looked == [], "they came since the last look"
    await ahead.look({TOPIC: 12})
    assert looked == [TOPIC]
    await ahead.look({TOPIC: 12})
    assert looked == [TOPIC], "that stretch was looked through"


async def test_what_is_no_longer_ours_is_forgotten(queue: Queue) -> None:
    queue.rows()
    queue.cluster.send(DOOR, ConsentWithdrawn(), queue.offer.case)
    ahead = queue.processor.ahead
    for _ in range(2):
        ahead.reached(TOPIC, 1)
        await ahead.look({TOPIC: len(queue.cluster.topics[TOPIC, 0])})
    assert ahead.waiting
    for _ in range(SILENT_LOOKS + 1):
        await ahead.look({TOPIC: 10})
    assert not ahead.waiting


async def test_a_flood_of_noes_is_taken_in_stretches(queue: Queue) -> None:
    raws = [Raw(TOPIC, 0, offset, 0, None, b"", ()) for offset in range(KEPT + 20)]

    async def scout(topic: str, start: int, end: int) -> list[Raw]:
        return raws[start:end][:KEPT]

    ahead = Ahead(scout)
    for _ in range(2):
        ahead.reached(TOPIC, 0)
        await ahead.look({TOPIC: len(raws)})
    assert len(ahead.take(TOPIC, 0)) == KEPT
    ahead.forget(TOPIC, range(KEPT))
    await ahead.look({TOPIC: len(raws)})
    assert [raw.offset for raw in ahead.take(TOPIC, 0)] == [*range(KEPT, KEPT + 20)]


async def test_the_rows_in_front_are_still_answered_when_the_database_is_lost(queue: Queue) -> None:
    """The newest message that had its answer is then the no, and those in front of it have not had theirs."""
    queue.rows()
    no = queue.cluster.send(DOOR, ConsentWithdrawn(), queue.offer.case)
    await queue.look()
    queue.cluster.rebuild("intake")
    queue.cluster.settle()
    assert len({answer.position.offset for answer in queue.receipts(no) if answer.position}) <= 1
    assert sum(isinstance(entry.event, ReportReceived) for entry in queue.told()) == ROWS + 1
    assert [line for line in queue.faults() if "versions" in line or "cases" in line] == []
