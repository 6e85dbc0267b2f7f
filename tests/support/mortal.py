"""Services over lists (`MiniCluster`) that die: before a commit, or behind it with an outbox that is not published, or only in part."""

from collections import Counter
from itertools import count
from pathlib import Path

from backbone.casework import CaseProcessor
from backbone.store.rows import Outgoing
from backbone.store.transaction import Tx
from schakel import codec
from schakel.messages import Receipt
from services.intake.processor import IntakeProcessor
from tests.support.minicluster import PARTITIONS, MiniCluster, Service

_ALL = 1_000_000
CASES = "c0ffee00-0000-4000-8000-"
"""Begins the id of each case; behind it, the number of the case."""
_ROUNDS = 50


class Died(Exception):
    """A process ended in the middle of a transaction."""


class MortalCluster(MiniCluster):
    """A service that died starts again when it is next asked to work: a new process, which publishes first what it finds in its outbox."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        cases, make = count(1), self._makes["intake"]
        self._new_id = lambda: f"{CASES}{next(cases):012d}"
        self._makes["intake"] = lambda: self._numbering(make())
        self._numbering(self.services[0].processor)
        self.repeated: Counter[tuple[str, int]] = Counter()
        """How often a receipt was published once more: by its partner and the message that it answers."""
        self._dies_after: int | None = None
        self._out: list[Outgoing] = []
        self._dead: dict[str, list[Outgoing]] = {}
        """By the name of who is dead: what it had published of an outbox that is still full."""

    def _numbering(self, intake: CaseProcessor) -> CaseProcessor:
        """The same story has the same cases, and so the same partitions of the ledger."""
        assert isinstance(intake, IntakeProcessor)
        intake.new_id = self._new_id
        return intake

    def named(self, name: str) -> Service:
        return next(service for service in self.services if service.processor.name == name)

    def die(self, name: str, number: int, batch: int, published: int) -> None:
        """Somewhere in its work (the number-th of the partitions that have some), behind the commit when `published` records of its
        outbox are out, before it when that is negative."""
        service = self.named(name)
        self._start(service)
        self._dies_after, self._out = published, []
        try:
            self.turn(name, number, batch)
        except Died:
            self._out = []
        finally:
            self._dies_after = None
        self._dead[name] = self._out
        service.processor = self._makes[name]()

    def turn(self, name: str, number: int, batch: int) -> None:
        """One batch of one partition alone: the number-th of those that have any, those that partners write first."""
        service = self.named(name)
        self._start(service)
        points = service.store.checkpoints()
        busy = sorted(place for place, point in points.items() if point.next_offset < len(self.topics[place]))
        if busy:
            self.process(service, *busy[number % len(busy)], batch)

    def rest(self, name: str) -> None:
        """This service alone reads all there is, and publishes."""
        service = self.named(name)
        self._start(service)
        for _ in range(_ROUNDS):
            if not self.work(service):
                return
        raise AssertionError(f"{name} does not come to rest")

    def work(self, service: Service, batch: int = 500) -> bool:
        self._start(service)
        return super().work(service, batch)

    def _start(self, service: Service) -> None:
        if (out_already := self._dead.pop(service.processor.name, None)) is None:
            return
        for topic in service.processor.topics():
            for partition in range(PARTITIONS if topic == "schakel.ledger" else 1):
                with service.store.transaction(topic, partition) as tx:
                    for row in tx.pending(0, _ALL):
                        for record in row.records:
                            self._route(record)
                        tx.forget_published(row.seq)
        for record in out_already:
            if record.topic.startswith("schakel.out."):
                message = codec.decode_message(record.value)
                if isinstance(message, Receipt):
                    self.repeated[record.topic.removeprefix("schakel.out."), message.in_offset] += 1

    def _publish(self, tx: Tx) -> None:
        if self._dies_after is None:
            super()._publish(tx)
            return
        if self._dies_after < 0:
            raise Died
        self._out = [record for row in tx.write_outbox() for record in row.records][: self._dies_after]
        for record in self._out:
            self._route(record)
