"""A no is let in before its turn where a list stands in front of it: once, with a receipt that is true, and nothing else overtakes."""

import random
from pathlib import Path

import pytest

from schakel.case_consent import stopped
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.consent import ConsentGranted, ConsentWithdrawn
from schakel.events.data import ErasureRequested
from schakel.events.report import LabelRefused, ReportReceived
from schakel.events.vocab import HoldReason
from schakel.messages import Receipt, ReferralOffered
from schakel.record import Raw
from services.intake.ahead import KEPT, NOES, SILENT_LOOKS, TYPES, Ahead
from services.intake.processor import IntakeProcessor
from tests.properties.gate_model import Model
from tests.properties.gate_walk import Walk
from tests.support.minicluster import MiniCluster
from tests.support.readers import DOOR, STRANGER, Reading
from tests.support.telling import facts, terms
from tests.support.truths import Evidence, all_faults

TOPIC = f"schakel.in.{DOOR}"
ROWS = 40


class Queue:
    """A case at rest, and what is sent after it waits: intake is not given its turn."""

    def __init__(self, directory: Path) -> None:
        self.cluster = MiniCluster(directory)
        self.offer: ReferralOffered = Reading(self.cluster).offered()
        self.cluster.settle()
        self.intake = self.cluster.services[0]
        assert isinstance(self.intake.processor, IntakeProcessor)
        self.processor = self.intake.processor
        self.processor.ahead = Ahead(self._scout)

    async def _scout(self, topic: str, start: int, end: int) -> list[Raw]:
        return [
            raw for raw in self.cluster.topics[topic, 0][start:end] if ("ce_type", _type(raw)) and _type(raw) in TYPES
        ]

    def rows(self, count: int = ROWS) -> None:
        for _ in range(count):
            self.cluster.send(DOOR, ReportReceived(reported_at=self.cluster.time.now(), facts=facts(), history=True))

    async def look(self, *, ticks: bool = True) -> None:
        """Twice, as what waits has to have been waiting at the look before; then a tick."""
        for _ in range(2):
            self.processor.ahead.reached(TOPIC, self.intake.store.checkpoints()[TOPIC, 0].next_offset)
            await self.processor.ahead.look({TOPIC: len(self.cluster.topics[TOPIC, 0])})
        if ticks:
            self.tick()

    def tick(self) -> None:
        self.cluster._in_transaction(self.intake, TOPIC, 0, lambda tx: self.processor.tick(tx, TOPIC, 0))

    def told(self) -> list[Entry]:
        """What stands in the ledger of the case and of the rows, as it was appended."""
        return [entry for entry in self.cluster.ledger() if isinstance(entry.event, Told)]

    def in_ledger(self, event_id: str) -> bool:
        return any(entry.id == event_id for entry in self.told())

    def receipts(self, event_id: str) -> list[Receipt]:
        return [one for one in self.cluster.out(DOOR) if isinstance(one, Receipt) and one.about == event_id]

    def faults(self) -> list[str]:
        desks = self.cluster.desks()
        return all_faults(Evidence.read(self.cluster.topics), desks)


def _type(raw: Raw) -> bytes:
    return dict(raw.headers)["ce_type"]


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


# --- why it may


def _verdicts(walk: Walk, said: list[tuple[Envelope, Told]]) -> list[bool]:
    model = Model()
    for envelope, event in said:
        model.hear(Entry(envelope, event))
    return [model.verdict(asks).go for asks in walk.judge_of.proposals.values()]


@pytest.mark.parametrize("number", range(150))
def test_a_no_that_overtakes_opens_nothing(number: int) -> None:
    """Any no of a walk, moved before whatever is no no: what may go then might also have gone in the order in which it was said.

    Told honestly: a yes that names a no comes behind that no. Noes keep their order: intake takes them out as they stand, and a yes that
    names the last no lifts those before it too, so one moved before another no would count for less.
    """
    walk = Walk(number)
    walk.take(25)
    told = [(entry.envelope, entry.event) for entry in walk.ledger if isinstance(entry.event, Told)]
    noes = [place for place, (_, event) in enumerate(told) if isinstance(event, NOES)]
    dice = random.Random(number)
    for place in noes:
        to = dice.randint(max((at for at in noes if at < place), default=0) + 1, place)
        names_it = [at for at, (_, event) in enumerate(told) if getattr(event, "supersedes", None) == told[place][0].id]
        if any(at < place for at in names_it):
            continue
        moved = [*told[:to], told[place], *told[to:place], *told[place + 1 :]]
        for now, then in zip(_verdicts(walk, moved), _verdicts(walk, told), strict=True):
            assert then or not now
