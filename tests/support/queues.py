"""A list that waits before intake, which is not given its turn."""

from pathlib import Path

from schakel.entry import Entry
from schakel.events import Told
from schakel.events.report import ReportReceived
from schakel.ids import partner_source
from schakel.messages import Receipt, ReferralOffered
from schakel.record import Raw
from services.intake.ahead import Ahead, chosen
from services.intake.processor import IntakeProcessor
from tests.support.minicluster import MiniCluster
from tests.support.readers import DOOR, Reading
from tests.support.telling import facts
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
        return chosen(self.cluster.topics[topic, 0][start:end])

    @property
    def source(self) -> str:
        return partner_source(self.cluster.chains.partners[DOOR].oin)

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


def in_danger(queue: Queue, check: str = "danger_now", answer: str = "yes", **more: object) -> ReportReceived:
    said = facts(checks=({"check": check, "answer": answer},))
    return ReportReceived(reported_at=queue.cluster.time.now(), facts=said, **more)
