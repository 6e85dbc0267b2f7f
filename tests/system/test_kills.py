"""kill -9 at any moment, under load: nothing is lost, nothing takes effect twice, and nothing is read without a permit in the ledger."""

import random
from collections.abc import Callable

import pytest

from backbone.kafka.names import LEDGER
from backbone.supervisor.up import SERVICES
from schakel.envelope import read_headers
from schakel.events.data import DisclosurePermitted
from schakel.messages import ReferralOffered
from tests.support.desk import Desk
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
    desk = Desk(cluster, at_work)
    at_work.on_offer = desk.read_under_load
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
    given = desk.given()
    evidence = check(cluster, at_work)  # every permit of the ledger too, in the eyes of the gate's model
    assert given, "somebody could read"
    permitted = {
        (raw.partition, raw.offset)
        for raw in cluster.wire.topic(LEDGER)
        if read_headers(raw.headers).type == DisclosurePermitted.TYPE
    }
    assert {(one.position.partition, one.position.offset) for one in given} <= permitted
    assert sum(worker.kills for worker in cluster.workers.values()) >= KILLS
    assert len(at_work.cases) == REPORTS_A_KILL * len(victims), "every report has a case"
    assert any(isinstance(said.message, ReferralOffered) for said in evidence.outs["slachtofferhulp"])
