"""X-3: an exercise runs through everything for real, and stands in no figure of the real chain."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import REGISTRY

from schakel import codec
from schakel.envelope import Envelope
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Identity, Nature
from schakel.ids import new_event_id, partner_source
from schakel.messages import ConsentQuestion, Receipt
from services.cases.api import COUNTABLE, routes
from tests.support.minicluster import MiniCluster

DOOR = "politie-amsterdam"


@pytest.fixture
def cluster(tmp_path: Path) -> MiniCluster:
    return MiniCluster(tmp_path)


def report(cluster: MiniCluster, *, drill: bool) -> None:
    place = Place(municipality="amsterdam", district="oost")
    facts = ReportFacts(identity=Identity.BY_NAME, natures=(Nature.ASSAULT,), place=place)
    event = ReportReceived(reported_at=cluster.time.now(), facts=facts)
    source = partner_source(cluster.chains.partners[DOOR].oin)
    envelope = Envelope(new_event_id(), source, event.TYPE, cluster.time.now(), drill=drill)
    cluster.put(DOOR, codec.encode(event), envelope.headers())
    cluster.settle()


async def ask(cluster: MiniCluster, path: str) -> Any:
    (cases,) = (service for service in cluster.services if service.processor.name == "cases")
    application = web.Application()
    application.add_routes(routes(cases.store.reading))
    async with TestClient(TestServer(application)) as client, client.get(path) as answer:
        return await answer.json()


def figures() -> dict[tuple[str, ...], float]:
    """What the services show of cases and messages at `/metrics`."""
    wanted = ("schakel_case_events_total", "schakel_submissions_total")
    samples = (sample for metric in REGISTRY.collect() for sample in metric.samples if sample.name in wanted)
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def test_a_drill_gets_its_receipt_its_questions_and_its_clock(cluster: MiniCluster) -> None:
    report(cluster, drill=True)
    said = cluster.out(DOOR)
    assert sum(isinstance(message, Receipt) for message in said) == 1
    assert sum(isinstance(message, ConsentQuestion) for message in said) == 3
    (desk,) = cluster.desks()["followup"].values()
    assert desk.case.drill
    assert desk.case.clocks


async def test_a_drill_is_marked_in_lists_and_counted_nowhere(cluster: MiniCluster) -> None:
    report(cluster, drill=False)
    before = {field: await ask(cluster, f"/counts/{field}") for field in COUNTABLE}
    shown = figures()
    report(cluster, drill=True)
    assert {field: await ask(cluster, f"/counts/{field}") for field in COUNTABLE} == before
    assert figures() == shown
    assert sorted(row["drill"] for row in (await ask(cluster, "/cases"))["cases"]) == [False, True]
