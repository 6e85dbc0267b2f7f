"""The same on PostgreSQL: the ledger so far is taken up, work goes on, and the two databases hold the same."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.partners import Partners
from tests.support.postgres import Postgres
from tests.support.realcluster import RealCluster
from tests.system.conftest import SOAK, check

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow, pytest.mark.timing]
REPORTS = round(20 * SOAK)


@pytest.fixture
def on_postgres(cluster: RealCluster) -> Iterator[Callable[[], None]]:
    """Moves the services there; afterwards they go back to what they had."""
    server = Postgres()
    server.start()

    def move() -> None:
        cluster.down()
        cluster.database_url = server.database()
        cluster.up()

    try:
        yield move
    finally:
        cluster.down()
        cluster.database_url = None
        server.close()


def test_postgresql_holds_the_same(
    cluster: RealCluster, partners: Callable[[int], Partners], on_postgres: Callable[[], None]
) -> None:
    cluster.up()
    at_work = partners(37)
    for _ in range(REPORTS):
        at_work.report()
    check(cluster, at_work)
    at_work.at_every_door()
    check(cluster)
    held, ends, heads = cluster.all_desks(), cluster.concluded(), cluster.heads()
    on_postgres()
    cluster.settle()
    assert cluster.concluded() == ends
    assert cluster.heads_that_come_again(heads) == []
    assert all(
        {case: desk.case for case, desk in desks.items()} == {case: desk.case for case, desk in held[service].items()}
        for service, desks in cluster.all_desks().items()
    )
    for _ in range(REPORTS):
        at_work.report()
    check(cluster, at_work)
    worker = cluster.workers["consent-0"]
    worker.kill()
    for _ in range(REPORTS):
        at_work.report()
    worker.start()
    check(cluster, at_work)
