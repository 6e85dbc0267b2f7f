"""Several workers of one service share its partitions; which of them does what, nobody can tell afterwards."""

import random
from collections.abc import Callable

import pytest

from tests.support.partners import Partners
from tests.support.realcluster import RealCluster
from tests.support.returns import NAMED_S, Returns
from tests.system.conftest import SOAK, check

pytestmark = [pytest.mark.kafka, pytest.mark.timing]
REPORTS = round(36 * SOAK)
JOINS_AND_LEAVES = round(8 * SOAK)
LOOSE_S = 15.0


def records(cluster: RealCluster, label: str) -> float:
    """How many records this worker has processed."""
    return sum(cluster.metric(label, "schakel_records_processed_total").values())


@pytest.mark.slow
def test_two_of_each_share_the_work(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    cluster.up()
    at_work = partners(31)
    for _ in range(REPORTS // 2):
        at_work.report()
    cluster.up(routing=2, intake=2)  # they come while there is work
    for _ in range(REPORTS // 2):
        at_work.report()
    labels = ("routing-0", "routing-1", "intake-0", "intake-1")
    check(cluster, at_work)
    assert all(records(cluster, label) for label in labels), "all four had work"
    cluster.down(["routing-1", "intake-1"])  # whoever is left takes over
    for _ in range(REPORTS // 4):
        at_work.report()
    check(cluster, at_work)


@pytest.mark.slow
def test_three_intake_workers_come_and_go(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    """One leaves in good order, the next joins while partners go on: no message without its answer, none answered twice."""
    at_work, dice, returns = partners(41), random.Random(41), Returns("joins-of-intake")
    cluster.up(intake=3)
    for _ in range(JOINS_AND_LEAVES // 2):
        label = f"intake-{dice.randrange(3)}"
        at_work.report()
        at_work.report()
        cluster.down([label])
        at_work.report()
        cluster.start(intake=3)
        returns.began(label, cluster.workers[label].ready)
        cluster.until(playing(at_work, returns), "it has joined")
    check(cluster, at_work)
    cluster.down(["intake-1", "intake-2"])
    check(cluster, at_work)
    returns.check(NAMED_S, LOOSE_S)


def playing(at_work: Partners, returns: Returns) -> Callable[[], bool]:
    """Whether everybody is back, while the partners go on."""

    def all_are_back() -> bool:
        at_work.play(0.02)
        return returns.look()

    return all_are_back
