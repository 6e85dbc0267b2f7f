"""kill -9 at any moment, under load: nothing is lost, and nothing takes effect twice."""

import random
from collections.abc import Callable

import pytest

from backbone.supervisor.up import SERVICES
from schakel.messages import ReferralOffered
from tests.support.partners import Partners
from tests.support.realcluster import RealCluster
from tests.system.conftest import SOAK, check

KILLS = round(20 * SOAK)
REPORTS_A_KILL = 6


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timing
def test_each_service_is_killed_at_any_moment(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    cluster.up()
    at_work, rng = partners(17), random.Random(17)
    victims = [*SERVICES] * (-(-KILLS // len(SERVICES)))
    rng.shuffle(victims)
    for service in victims:
        for _ in range(REPORTS_A_KILL):
            at_work.report()
        answered, enough = 0, rng.randrange(1, 20)

        def some_are_answered(enough: int = enough) -> bool:
            nonlocal answered
            answered += at_work.play(0.02)
            return answered >= enough

        cluster.until(some_are_answered, f"{enough} messages have come")
        worker = cluster.workers[f"{service}-0"]
        worker.kill()
        worker.start()
    evidence = check(cluster, at_work)
    assert sum(worker.kills for worker in cluster.workers.values()) >= KILLS
    assert len(at_work.cases) == REPORTS_A_KILL * len(victims), "every report has a case"
    assert any(isinstance(said.message, ReferralOffered) for said in evidence.outs["slachtofferhulp"])
