"""A worker that stood still longer than its session wakes up believing that its partitions are still its own. It learns otherwise:
nothing is lost, and nothing takes effect twice."""

import time
from collections.abc import Callable

import pytest

from backbone.engine.faust_driver import SESSION_TIMEOUT_S
from tests.support.partners import Partners
from tests.support.realcluster import RealCluster
from tests.system.conftest import SOAK, check

ROUNDS = round(2 * SOAK)
REPORTS = 12


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timing
def test_frozen_longer_than_the_session(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    """One of two workers of intake and one of two of consent, under load, each of the two in turn."""
    cluster.up(intake=2, consent=2)
    at_work = partners(43)
    for turn in range(ROUNDS):
        for _ in range(REPORTS):
            at_work.report()
        frozen = [cluster.workers[f"{service}-{turn % 2}"] for service in ("intake", "consent")]
        cluster.until(lambda: at_work.play(0.02), "the first have been answered: they are at work")
        for worker in frozen:
            worker.freeze()
        thaw_at = time.monotonic() + SESSION_TIMEOUT_S + 1.0
        for _ in range(REPORTS):
            at_work.report()
        cluster.until(until(thaw_at, at_work), "they have stood still long enough")
        for worker in frozen:
            worker.wake()
        for _ in range(REPORTS):
            at_work.report()
        cluster.until(
            lambda: all(worker.ready() for worker in cluster.workers.values()), "those that woke are at work again"
        )
    evidence = check(cluster, at_work)
    cluster.down(["intake-1", "consent-1"])
    assert len(at_work.cases) == 3 * REPORTS * ROUNDS, "every report has a case"
    assert sum(len(said) for said in evidence.outs.values()) > len(at_work.cases)


def until(moment_s: float, at_work: Partners) -> Callable[[], bool]:
    """The time is the point, there is nothing else to wait for; partners go on meanwhile."""

    def it_is_time() -> bool:
        at_work.play(0.05)
        return time.monotonic() >= moment_s

    return it_is_time
