"""Several workers of one service share its partitions; which of them does what, nobody can tell afterwards."""

from collections.abc import Callable

import pytest

from tests.support.partners import Partners
from tests.support.realcluster import RealCluster
from tests.system.conftest import SOAK, check

pytestmark = [pytest.mark.kafka, pytest.mark.timing]
REPORTS = round(36 * SOAK)


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
