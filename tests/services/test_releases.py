"""A decision of release through the real services: told by the administration, kept beside the chain, served, taken back, rebuilt."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from backbone.contract.examples_told import told_example
from schakel.events.overview import OverviewReleased, OverviewReleaseWithdrawn
from services.cases.together import routes
from tests.services.test_chain_streams import until
from tests.support.minicluster import MiniCluster
from tests.support.telling import moment

CITY, POLICE = "gemeente-amsterdam", "politie-amsterdam"
NORTH = "gemeente-groningen"
RELEASE = told_example(OverviewReleased.TYPE)


async def releases(cluster: MiniCluster, chain: str) -> tuple[int, Any]:
    (cases,) = (service for service in cluster.services if service.processor.name == "cases")
    application = web.Application()
    application.add_routes(routes(cases.store.reading, cluster.chains))
    async with TestClient(TestServer(application)) as client, client.get(f"/releases/{chain}") as answer:
        return answer.status, await answer.json()


@pytest.fixture
def cluster(tmp_path: Path) -> MiniCluster:
    made = MiniCluster(tmp_path)
    until(made, moment("2026-03-28 12:00"))
    return made


async def test_a_decision_reaches_whoever_writes_the_overview(cluster: MiniCluster) -> None:
    good = cluster.send(CITY, RELEASE)
    refused = cluster.send(POLICE, RELEASE)
    elsewhere = cluster.send(NORTH, RELEASE.model_copy(update={"chain": "groningen"}))
    cluster.settle()
    assert cluster.receipts(CITY)[good].position is not None
    assert cluster.receipts(NORTH)[elsewhere].position is not None
    no = cluster.receipts(POLICE)[refused].refusal
    assert no is not None
    assert no.code == "right.missing"
    status, found = await releases(cluster, "amsterdam")
    assert (status, [(one["by"], one["function"], one["issue"]) for one in found]) == (
        200,
        [(CITY, "mayor", RELEASE.issue)],  # type: ignore[attr-defined]
    )
    assert [one["by"] for one in (await releases(cluster, "groningen"))[1]] == [NORTH]
    assert (await releases(cluster, "nergens"))[0] == 404


async def test_a_withdrawal_is_an_event_too_and_a_rebuild_says_the_same(cluster: MiniCluster) -> None:
    cluster.send(CITY, RELEASE)
    back = cluster.send(CITY, OverviewReleaseWithdrawn(chain="amsterdam", period="2026-02", reason="wrong_figure"))
    cluster.settle()
    _, found = await releases(cluster, "amsterdam")
    assert [one["withdrawn"] for one in found] == [back]
    cluster.rebuild("cases")
    cluster.settle()
    assert (await releases(cluster, "amsterdam"))[1] == found
