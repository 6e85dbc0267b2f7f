"""Three brokers with all services for this folder. Its tests follow each other on one ledger, as in real life, in any order."""

from collections.abc import Iterator

import pytest

from backbone.kafka.cluster import EmbeddedCluster
from backbone.kafka.node import Node
from bench.reports import DOOR, reports
from bench.steady import Steady
from schakel.messages import Receipt, ReceiptStatus
from tests.support.partners import Partners, as_expected
from tests.support.realcluster import RealCluster
from tests.support.three import Three
from tests.support.truths import Evidence, all_faults

RATE_PER_S = 4.0
WITHIN_S = 240.0
"""How long a test waits for others to take over, on a machine that has other work to do; how long they take is measured in bench."""


class Stack:
    """The services on three brokers, with partners at work."""

    def __init__(self, cluster: RealCluster) -> None:
        assert isinstance(cluster.embedded, EmbeddedCluster)
        self.cluster = cluster
        self.three = Three(cluster.embedded)
        self._seeds = iter(range(1, 1_000))

    def load(self) -> Steady:
        """Reports at a steady rate, by the client that partners use."""
        now = self.cluster.time.now()
        profile = self.cluster.var_dir / "partners" / f"{DOOR}.json"
        return Steady(profile, reports(next(self._seeds), now), RATE_PER_S, self.cluster.time)

    def receipts_come(self, load: Steady, since: float = 0.0, count: int = 8) -> None:
        """Wait for so many receipts of reports that were sent after this moment."""
        self.cluster.until(lambda: load.answered(since) >= count, "receipts come", WITHIN_S)

    def lead(self, topic: str, partitions: range, node: Node) -> None:
        """Have this broker lead these partitions."""
        cluster, three = self.cluster, self.three
        cluster.until(lambda: three.lead(topic, partitions, node), "the move is taken", WITHIN_S)
        cluster.until(lambda: three.leader(topic, partitions[-1]) is node, "it leads", WITHIN_S)

    def whole(self) -> None:
        """Wait until every record is kept three times again."""
        self.three.bring_back()
        self.cluster.until(self.three.all_in_sync, "all copies are in step", WITHIN_S)

    def check(self, seen: dict[str, Receipt]) -> Evidence:
        """Others answer what was asked of them meanwhile; then everything must be as it must, and be what the partner was told."""
        cluster = self.cluster
        cluster.settle(WITHIN_S)
        at_work = Partners(cluster.wire, cluster.chains, cluster.keys.door_keys()[0], 17, cluster.time.now)
        while at_work.play():
            cluster.settle(WITHIN_S)
        evidence = Evidence.read(cluster.wire.records)
        wrong = as_expected(at_work) + all_faults(evidence, cluster.all_desks())
        wrong += numbered_without_a_gap(cluster) + told_the_truth(evidence, seen)
        assert wrong == []
        return evidence


def numbered_without_a_gap(cluster: RealCluster) -> list[str]:
    """Offsets of every log: a record that was acknowledged and then lost would leave its number to another."""
    return [
        f"{place}: record {index} has offset {raw.offset}"
        for place, raws in cluster.wire.records.items()
        for index, raw in enumerate(raws)
        if raw.offset != index
    ]


def told_the_truth(evidence: Evidence, seen: dict[str, Receipt]) -> list[str]:
    """Every receipt that was in the partner's hands names a place in the ledger, and there its report stands."""
    standing = {(entry.partition, entry.offset): entry for entry in evidence.ledger}
    wrong = []
    for report, receipt in seen.items():
        place = receipt.position
        entry = standing.get((place.partition, place.offset)) if place else None
        if receipt.status is not ReceiptStatus.ACCEPTED or entry is None:
            wrong.append(f"{report}: its receipt says {receipt.status} and {place}, where nothing of it stands")
        elif (entry.id, entry.envelope.case) != (report, receipt.case):
            wrong.append(f"{report}: something else stands where its receipt says")
    return wrong


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    cluster = RealCluster(tmp_path_factory.mktemp("brokers"), brokers=3)
    stack = Stack(cluster)
    try:
        cluster.up()
        yield stack
    finally:
        stack.three.thaw_all()
        cluster.close()


@pytest.fixture
def stack(running: Stack) -> Iterator[Stack]:
    """All three in step and all services ready, whatever the test before did."""
    running.whole()
    running.cluster.until(
        lambda: all(worker.ready() for worker in running.cluster.workers.values()), "every service is ready", WITHIN_S
    )
    yield running
    running.three.thaw_all()
