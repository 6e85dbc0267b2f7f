"""`GET /incidents/{chain}`: what overviews count, from the real services; a drill goes through them all and is not among it."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from backbone.overviews.incident import Counted
from services.cases.counted import routes
from services.cases.processor import CasesProcessor
from tests.services.test_drills import report
from tests.support.minicluster import START, MiniCluster


@pytest.fixture
def cluster(tmp_path: Path) -> MiniCluster:
    return MiniCluster(tmp_path)


async def ask(cluster: MiniCluster, path: str) -> tuple[int, bytes]:
    (cases,) = (service for service in cluster.services if service.processor.name == "cases")
    assert isinstance(cases.processor, CasesProcessor)
    application = web.Application()
    application.add_routes(routes(cases.store.reading, cases.processor.chains, cases.processor.protocols))
    async with TestClient(TestServer(application)) as client, client.get(path) as answer:
        return answer.status, await answer.read()


async def test_one_report_and_one_drill_are_one_incident(cluster: MiniCluster) -> None:
    report(cluster, drill=False)
    report(cluster, drill=True)
    status, body = await ask(cluster, "/incidents/amsterdam")
    counted = msgspec.json.decode(body, type=Counted)
    assert status == 200
    assert counted.as_of == cluster.time.now()
    (one,) = counted.incidents
    assert (one.district, one.words["nature"], one.words["contact"]) == ("oost", "assault", "no_limit")
    status, body = await ask(cluster, "/incidents/nergens")
    assert (status, b"no chain 'nergens'; expected one of amsterdam, groningen" in body) == (404, True)


async def test_a_quiet_chain_is_known_as_far_as_the_ledger_was_read(cluster: MiniCluster) -> None:
    """In Groningen nothing ever happened: what was heard elsewhere says that its months are over, so that its silence can be shown."""
    report(cluster, drill=False)
    cluster.advance(timedelta(days=70))
    report(cluster, drill=False)
    newest = max(entry.envelope.logged_at for entry in cluster.ledger())
    assert newest > START + timedelta(days=60), "of Amsterdam alone"
    for _ in range(2):
        status, body = await ask(cluster, "/incidents/groningen")
        counted = msgspec.json.decode(body, type=Counted)
        assert (status, counted.as_of, counted.incidents) == (200, newest, [])
        cluster.rebuild("cases")
