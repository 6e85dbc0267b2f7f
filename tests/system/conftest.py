"""One broker with all topics and users for this folder. Its tests follow each other on one ledger, as in real life, in any order."""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.support.judged import the_model_agrees
from tests.support.partners import Partners, as_expected
from tests.support.realcluster import RealCluster
from tests.support.truths import Evidence, all_faults

SOAK = float(os.environ.get("SCHAKEL_SOAK", "1"))
"""How many times as much load and as many kills as in `make test`."""


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCluster]:
    cluster = RealCluster(tmp_path_factory.mktemp("system"))
    try:
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def partners(cluster: RealCluster) -> Callable[[int], Partners]:
    """Partners at work on the cluster, by their seed."""
    key = cluster.keys.door_keys()[0]
    return lambda seed: Partners(cluster.wire, cluster.chains, key, seed, cluster.time.now)


def check(cluster: RealCluster, *at_work: Partners) -> Evidence:
    """Wait until nothing is left to be done; then everything must be as it must, also in the eyes of the gate's model."""
    cluster.settle()
    for one in at_work:
        while one.play():
            cluster.settle()
    evidence = Evidence.read(cluster.wire.records)
    wrong = [line for one in at_work for line in as_expected(one)]
    wrong += all_faults(evidence, cluster.all_desks())
    wrong += the_model_agrees(evidence)
    assert wrong == []
    return evidence
