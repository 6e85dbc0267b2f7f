"""What is open on the desks, as the cases service keeps and tells it: of a case, of all, and beside the budgets of work."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from backbone.chains import Chain
from backbone.chains.work import WorkBudget
from backbone.desk.items import UNANSWERED, Open
from schakel.events.consent import ConsentTerms
from schakel.events.contact import InformationGiven, NeedsRecorded, TreatmentComplaint
from schakel.events.partners import AdviceRequested
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.timesource import FixedTime
from services.cases import directory
from services.cases.desk import waited_for, work_of
from services.cases.processor import CasesProcessor
from tests.scenarios.stories import given
from tests.support.casebook import repository
from tests.support.minicluster import MiniCluster
from tests.support.telling import report, terms

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
    app.add_routes(service.processor.desk_list.routes(service.store.reading, cluster.time))
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


def with_hours(chain: Chain, partner: str, hours: str) -> Chain:
    members = tuple(
        one.model_copy(update={"hours": (hours,)}) if one.partner == partner else one for one in chain.members
    )
    return replace(chain, file=chain.file.model_copy(update={"members": members}))


async def test_who_is_waited_for_is_shown_with_its_hours_and_who_said_none_without(cluster: MiniCluster) -> None:
    """The prosecutor is asked for advice on a Friday evening. NOT shown to a partner outside, to whom nothing is open."""
    case = reported(cluster)
    cluster.send(POLICE, AdviceRequested(to="prosecutor"), case)
    cluster.settle()
    service = next(one for one in cluster.services if one.processor.name == "cases")
    assert isinstance(service.processor, CasesProcessor)
    known = service.processor.desk_list.chains
    hours = with_hours(known.by_name["amsterdam"], PROSECUTOR, "ma-vr 09:00-17:00")
    service.processor.desk_list.chains = replace(known, by_name={**known.by_name, "amsterdam": hours})
    cluster.time.at = datetime(2026, 3, 6, 17, 30, tzinfo=UTC)  # half past six there
    (_, all_of_it), (_, outside) = await asked(cluster, f"/cases/{case}/desk", f"/cases/{case}/desk?for={ADV}")
    assert all_of_it["at_work"] == {PROSECUTOR: {"now": False, "until": None, "again": "2026-03-09T08:00:00Z"}}
    assert outside["at_work"] == {}
    cluster.time.at = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
    ((_, monday),) = await asked(cluster, f"/cases/{case}/desk")
    assert monday["at_work"][PROSECUTOR]["now"] is True


def test_a_receiver_that_does_not_answer_is_one_that_is_waited_for() -> None:
    """On the coordinator's list stands the role; beside it whether the organisation is at work at all."""
    chain = with_hours(repository()[0].by_name["amsterdam"], SUPPORT, "ma-vr 09:00-17:00")
    case = given(report(by=POLICE, consents=(terms(SUPPORT),))).case
    (referral,) = [one.id for one in case.referrals.values() if one.to == SUPPORT]
    item = Open(UNANSWERED, None, ("victim_support",), None, referral)
    assert list(waited_for(case, chain, [item], datetime(2026, 3, 6, 12, tzinfo=UTC))) == [SUPPORT]
    assert waited_for(case, chain, [], datetime(2026, 3, 6, 12, tzinfo=UTC)) == {}


async def test_the_directory_says_who_is_asked_and_whether_it_is_at_work() -> None:
    known = repository()[0]
    chain = with_hours(known.by_name["amsterdam"], SUPPORT, "ma-vr 09:00-17:00")
    app = web.Application()
    chains = replace(known, by_name={**known.by_name, "amsterdam": chain})
    app.add_routes(directory.routes(chains, FixedTime(datetime(2026, 3, 6, 12, tzinfo=UTC))))
    async with TestClient(TestServer(app)) as client:
        now = await (await client.get("/directory/amsterdam?district=oost")).json()
        later = await (await client.get("/directory/amsterdam?district=oost&at=2026-03-06T18:00+01:00")).json()
        wrong = [await client.get(path) for path in ("/directory/nergens", "/directory/amsterdam?district=noorden",
                                                     "/directory/amsterdam?at=morgen", "/directory/amsterdam?at=2026-03-06")]  # fmt: skip
    ((found,), (then,)) = (
        [one for one in said["directory"] if one["role"] == "victim_support"] for said in (now, later)
    )
    assert {one["district"] for one in now["directory"]} == {"oost"}
    assert found["holders"][0] == {
        "partner": SUPPORT, "hours": ["ma-vr 09:00-17:00"], "full": False,
        "at_work": {"now": True, "until": "2026-03-06T16:00:00Z", "again": None},
    }  # fmt: skip
    assert then["holders"][0]["at_work"]["again"] == "2026-03-09T08:00:00Z"
    assert [one.status for one in wrong] == [404, 400, 400, 400]


@pytest.mark.parametrize(("open_", "first", "rest"), [(3, 3, 0), (12, 5, 7)])
def test_a_budget_says_what_is_shown_first_and_hides_nothing(open_: int, first: int, rest: int) -> None:
    known, _ = repository()
    chain = known.by_name["amsterdam"]
    budget = WorkBudget(role="prosecutor", items_a_day=5, source="keuze: verzonnen")
    chain = replace(chain, file=chain.file.model_copy(update={"work": (budget,)}))
    (work,) = work_of(chain, [(PROSECUTOR, "advice_unanswered", open_)])
    assert (work["open"], work["shown_first"], work["on_the_list"]) == (open_, first, rest)
