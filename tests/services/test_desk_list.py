"""What is open on the desks, as the cases service keeps and tells it: of a case, of all, and beside the budgets of work."""

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from backbone.chains.work import WorkBudget
from schakel.events.consent import ConsentTerms
from schakel.events.contact import InformationGiven, NeedsRecorded, TreatmentComplaint
from schakel.events.partners import AdviceRequested
from schakel.events.report import Place, ReportFacts, ReportReceived
from services.cases.desk import work_of
from services.cases.processor import CasesProcessor
from tests.support.casebook import repository
from tests.support.minicluster import MiniCluster

POLICE, CITY, SUPPORT, ADV, PROSECUTOR = (
    "politie-amsterdam",
    "gemeente-amsterdam",
    "slachtofferhulp",
    "discriminatie-nl-amsterdam",
    "om-amsterdam",
)


def reported(cluster: MiniCluster) -> str:
    """A case of the police's, in which victim support has its referral."""
    place = Place(municipality="amsterdam", district="oost")
    terms = ConsentTerms(recipient=SUPPORT, purpose="referral", scopes=("contact_details",))
    facts = ReportFacts(identity="by_name", natures=("threat",), place=place)
    event = ReportReceived(reported_at=cluster.time.now(), facts=facts, consents=(terms,))
    sent = cluster.send(POLICE, event)
    cluster.settle()
    case = cluster.receipts(POLICE)[sent].case
    assert case is not None
    return case


async def asked(cluster: MiniCluster, *paths: str) -> list[Any]:
    """The answers of the cases service, as (status, JSON)."""
    service = next(one for one in cluster.services if one.processor.name == "cases")
    assert isinstance(service.processor, CasesProcessor)
    app = web.Application()
    app.add_routes(service.processor.desk_list.routes(service.store.reading))
    async with TestClient(TestServer(app)) as client:
        answers = [await client.get(path) for path in paths]
        return [(answer.status, await answer.json()) for answer in answers]


async def test_what_is_open_stands_on_the_case_and_on_the_list_and_goes(cluster: MiniCluster) -> None:
    case = reported(cluster)
    cluster.send(POLICE, NeedsRecorded(needs=("legal",), cannot_be_met=("new_home",)), case)
    cluster.send(POLICE, AdviceRequested(to="prosecutor"), case)
    cluster.settle()
    one, everything, theirs = await asked(cluster, f"/cases/{case}/desk", "/open", f"/open?who={PROSECUTOR}")
    assert one[0] == 200
    assert one[1]["needs"][0]["cannot_be_met"] == ["new_home"]
    kinds = {item["kind"] for item in one[1]["open"]}
    assert {"hope_not_explained", "advice_unanswered"} <= kinds
    assert {item["kind"] for item in everything[1]["open"]} == kinds
    assert [item["case"] for item in theirs[1]["open"]] == [case]
    cluster.send(POLICE, InformationGiven(topic="cannot_do"), case)
    cluster.settle()
    ((_, later),) = await asked(cluster, "/open")
    assert {item["kind"] for item in later["open"]} == kinds - {"hope_not_explained"}


async def test_a_partner_is_shown_its_part_only(cluster: MiniCluster) -> None:
    case = reported(cluster)
    cluster.send(SUPPORT, TreatmentComplaint(about=POLICE), case)
    cluster.send(POLICE, NeedsRecorded(needs=("legal",)), case)
    cluster.settle()
    paths = [f"/cases/{case}/desk?for={who}" for who in (CITY, POLICE, ADV)]
    (_, coordinator), (_, police), (_, outsider) = await asked(cluster, *paths)
    assert [one["about"] for one in coordinator["treatment"]] == [POLICE]
    assert police["treatment"] == outsider["treatment"] == []
    assert "treatment" not in {item["kind"] for item in police["open"]}
    assert police["needs"]
    assert "needs" not in outsider
    assert outsider["open"] == []
    assert [message.reason for message in cluster.out(CITY) if message.TYPE == "attention"] == ["treatment"]


async def test_work_is_shown_beside_its_budget(cluster: MiniCluster) -> None:
    case = reported(cluster)
    for _ in range(3):
        cluster.send(POLICE, AdviceRequested(to="prosecutor"), case)
    cluster.settle()
    (status, said), (wrong, why) = await asked(cluster, "/work?chain=amsterdam", "/work?chain=utrecht")
    assert status == 200
    (theirs,) = [one for one in said["work"] if one["who"] == PROSECUTOR]
    assert (theirs["open"], theirs["items_a_day"], theirs["on_the_list"]) == (3, None, 0)
    assert wrong == 400
    assert "amsterdam" in why["error"]


async def test_what_is_asked_wrongly_says_what_was_expected(cluster: MiniCluster) -> None:
    case = reported(cluster)
    no_case = "/cases/00000000-0000-4000-8000-000000000000/desk"
    (unknown, said), (missing, _) = await asked(cluster, f"/cases/{case}/desk?for=nobody", no_case)
    assert (unknown, missing) == (400, 404)
    assert "chains/partners.yaml" in said["error"]


@pytest.mark.parametrize(("open_", "first", "rest"), [(3, 3, 0), (12, 5, 7)])
def test_a_budget_says_what_is_shown_first_and_hides_nothing(open_: int, first: int, rest: int) -> None:
    known, _ = repository()
    chain = known.by_name["amsterdam"]
    budget = WorkBudget(role="prosecutor", items_a_day=5, source="keuze: verzonnen")
    chain = replace(chain, file=chain.file.model_copy(update={"work": (budget,)}))
    (work,) = work_of(chain, [(PROSECUTOR, "advice_unanswered", open_)])
    assert (work["open"], work["shown_first"], work["on_the_list"]) == (open_, first, rest)
