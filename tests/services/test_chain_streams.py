"""A chain's own stream through the real services: minutes reach their chain, a missed rhythm is found once, agendas are served."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from backbone.chain_desks import lies_in, load_chain_desk
from backbone.chains import load_chains
from schakel.events.chain import RhythmDue, RhythmMissed, WatermarkPassed
from schakel.events.partners import MinutesRecorded
from schakel.events.report import ReportReceived
from schakel.messages import ChainAttention
from services.cases.processor import CasesProcessor
from services.cases.together import routes
from tests.support.casebook import repository
from tests.support.meetings import ADV, CITY, COC, COVENANT, OM, POLICE, keeping
from tests.support.minicluster import PARTITIONS, MiniCluster
from tests.support.newest import newest
from tests.support.telling import report

SCHEMES = ("utrecht-driehoek@2017.1", "ecad-p-zaaksoverzicht@2025.1", "noord-nederland-alliantie@2016.1")


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MiniCluster:
    """The chain `proef` keeps three schemes since the second of March 2026."""
    return made_of(tmp_path, monkeypatch, *SCHEMES)


def made_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *schemes: str) -> MiniCluster:
    files = keeping(tmp_path, *schemes, since="2026-03-01", more=COVENANT)
    monkeypatch.setattr("tests.support.minicluster.load_definitions", lambda *_: files)
    made = MiniCluster(tmp_path)
    (cases,) = (service for service in made.services if service.processor.name == "cases")
    cases.processor = CasesProcessor(*files)
    return made


def said(cluster: MiniCluster, model: type[RhythmDue] | type[RhythmMissed]) -> list[Any]:
    return [entry.event for entry in cluster.ledger() if isinstance(entry.event, model)]


def until(cluster: MiniCluster, day: datetime) -> None:
    cluster.advance(day - cluster.time.now())
    cluster.advance(timedelta(seconds=1))


def minutes(consultation: str, day: date, **more: Any) -> MinutesRecorded:
    return MinutesRecorded(consultation=consultation, held_on=day, **more)


def test_overviews_come_round_and_a_missed_rhythm_is_found_once(cluster: MiniCluster) -> None:
    """From the watermark of the chain's own partition; a partition where nothing waits gets none."""
    until(cluster, datetime(2026, 4, 1, tzinfo=UTC))
    assert [event.nth for event in said(cluster, RhythmDue)] == [5, 6, 7]  # 2, 16 and 30 March, counted from 5 January
    until(cluster, datetime(2026, 7, 2, tzinfo=UTC))
    assert said(cluster, RhythmMissed) == []  # the first half year began before the chain kept the scheme
    until(cluster, datetime(2027, 1, 2, tzinfo=UTC))
    until(cluster, datetime(2027, 1, 20, tzinfo=UTC))
    missed = said(cluster, RhythmMissed)
    assert [(event.rhythm, event.first_day) for event in missed] == [("evaluatie-elk-half-jaar", date(2026, 7, 1))]
    told = [message for message in cluster.out(CITY) if isinstance(message, ChainAttention)]
    assert [(message.reason, message.rhythm) for message in told] == [("rhythm_missed", "evaluatie-elk-half-jaar")]
    marked = {entry.partition for entry in cluster.ledger() if isinstance(entry.event, WatermarkPassed)}
    assert marked == {partition for partition in range(PARTITIONS) if lies_in("proef", partition)}


def test_a_rebuild_says_nothing_again(cluster: MiniCluster) -> None:
    until(cluster, datetime(2026, 4, 1, tzinfo=UTC))
    before = [entry.id for entry in cluster.ledger()]
    cluster.rebuild("followup")
    cluster.rebuild("intake")
    until(cluster, datetime(2026, 4, 1, 1, tzinfo=UTC))
    assert [entry.id for entry in cluster.ledger()] == before, "not even that time has passed"
    until(cluster, datetime(2026, 4, 14, tzinfo=UTC))
    assert [event.nth for event in said(cluster, RhythmDue)] == [5, 6, 7, 8], "and what comes round later is waited for"


def test_minutes_reach_the_stream_of_their_chain(cluster: MiniCluster) -> None:
    """In time, they keep the rhythm; those of a consultation that nobody keeps get a refusal, and so do a stranger's."""
    until(cluster, datetime(2026, 9, 1, tzinfo=UTC))
    good = cluster.send(COC, minutes("evaluatie", date(2026, 8, 31)))
    unknown = cluster.send(POLICE, minutes("koffie", date(2026, 8, 31)))
    stranger = cluster.send(ADV, minutes("evaluatie", date(2026, 8, 31)))
    settling = cluster.send(COC, minutes("evaluatie", date(2026, 8, 31), items=("koffie",)))
    cluster.settle()
    refused = {
        about: receipt.refusal.code
        for partner in (POLICE, ADV, COC)
        for about, receipt in cluster.receipts(partner).items()
        if receipt.refusal
    }
    assert refused == {
        unknown: "consultation.unknown",
        stranger: "consultation.not_a_member",
        settling: "consultation.another_item",
    }
    assert cluster.receipts(COC)[good].position is not None
    until(cluster, datetime(2027, 1, 2, tzinfo=UTC))
    assert said(cluster, RhythmMissed) == []
    (cases,) = (service for service in cluster.services if service.processor.name == "cases")
    partition = next(number for number in range(PARTITIONS) if lies_in("proef", number))
    with cases.store.transaction("schakel.ledger", partition) as tx:
        assert [one.consultation for one in load_chain_desk(tx, "proef").state.minutes] == ["evaluatie"]


def test_minutes_say_in_which_of_two_chains_they_were_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """COC sits in both, and each keeps an evaluation with a rhythm of its own: what was held in one is not held in the other."""
    keeping(tmp_path, *SCHEMES, since="2026-03-01", more=COVENANT)
    folder = tmp_path / "chains"
    twin = (folder / "proef.yaml").read_text(encoding="utf-8").replace("chain: proef", "chain: tweede")
    (folder / "tweede.yaml").write_text(twin.replace("[amsterdam]", "[zaanstad]"), encoding="utf-8")
    _, protocols = repository()
    files = (load_chains(folder, protocols), protocols)
    monkeypatch.setattr("tests.support.minicluster.load_definitions", lambda *_: files)
    cluster = MiniCluster(tmp_path)
    (cases,) = (service for service in cluster.services if service.processor.name == "cases")
    cases.processor = CasesProcessor(*files)
    until(cluster, datetime(2026, 9, 1, tzinfo=UTC))

    which = cluster.send(COC, minutes("evaluatie", date(2026, 8, 29)))
    elsewhere = cluster.send(COC, minutes("evaluatie", date(2026, 8, 30), chain="elders"))
    cluster.send(COC, minutes("evaluatie", date(2026, 8, 31), chain="tweede"))
    cluster.settle()
    refused = {about: receipt.refusal for about, receipt in cluster.receipts(COC).items() if receipt.refusal}
    assert {about: refusal.code for about, refusal in refused.items()} == {
        which: "chain.not_named",
        elsewhere: "chain.not_yours",
    }
    assert refused[which].expected == "the chain in which it was held: proef, tweede"
    held = {}
    for name in ("proef", "tweede"):
        partition = next(number for number in range(PARTITIONS) if lies_in(name, number))
        with cases.store.transaction("schakel.ledger", partition) as tx:
            held[name] = [one.held_on.day for one in load_chain_desk(tx, name).state.minutes]
    assert held == {"proef": [], "tweede": [31]}


async def ask(cluster: MiniCluster, path: str) -> tuple[int, Any]:
    (cases,) = (service for service in cluster.services if service.processor.name == "cases")
    application = web.Application()
    application.add_routes(routes(cases.store.reading, cluster.chains))
    async with TestClient(TestServer(application)) as client, client.get(path) as answer:
        return answer.status, await answer.json()


async def test_agendas_and_lists_are_served_with_facts_only(cluster: MiniCluster) -> None:
    told = report(at="2026-03-02 09:00").event
    assert isinstance(told, ReportReceived)
    cluster.send(POLICE, told.model_copy(update={"sealed": ()}))
    cluster.settle()
    status, agenda = await ask(cluster, "/consultations/proef/driehoek?on=2026-03-12")
    assert status == 200
    assert [(line["natures"], line["status"]) for line in agenda["lines"]] == [(["threat"], "open")]
    status, listed = await ask(cluster, "/overviews/proef/zaaksoverzicht?on=2026-03-12")
    assert (status, listed["lines"][0]["lead_time"]["since_report"]) == (200, 10)
    assert "contact_details" not in f"{agenda}{listed}"
    status, network = await ask(cluster, "/networks/proef")
    assert {"place": "zuidoost", "role": "coc"} in network["empty"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/consultations/proef/koffie", 404, "keeps no consultation 'koffie'"),
        ("/consultations/nergens/driehoek", 404, "no chain 'nergens'"),
        ("/consultations/proef/driehoek?on=gisteren", 400, "a day such as 2026-06-01"),
        (f"/consultations/proef/driehoek?for={ADV}", 403, "may not see the cases"),
        (f"/overviews/proef/zaaksoverzicht?for={OM}", 403, "is no reader"),
        ("/overviews/proef/koffie", 404, "keeps no overview"),
    ],
)
async def test_what_is_not_there_or_not_yours(cluster: MiniCluster, path: str, status: int, words: str) -> None:
    found, answer = await ask(cluster, path)
    assert found == status
    assert words in answer["error"]


async def test_rdo_2_who_is_no_party_is_answered_why_and_a_case_without_criminal_side_is_on_no_agenda(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two reports one has a side of criminal law: prosecutor, police and bureau get that one, until the covenant ends.

    NOT a line to the municipality, the interest group or Slachtofferhulp: each gets the reason. NOT the other report, to nobody.
    """
    cluster = made_of(tmp_path, monkeypatch, newest("samenwerkingsafspraken"))
    for number, record in enumerate(("complaint", "none")):
        told = report(at="2026-03-02 09:00", police_record=record, natures=(("threat",), ("scolding",))[number]).event
        assert isinstance(told, ReportReceived)
        cluster.send(POLICE, told.model_copy(update={"sealed": ()}))
    cluster.settle()
    path = "/consultations/proef/rdo-casusoverleg?on=2026-03-12"
    for partner in (OM, POLICE, ADV):
        status, agenda = await ask(cluster, f"{path}&for={partner}")
        assert (status, [line["natures"] for line in agenda["lines"]]) == (200, [["threat"]])
    for partner in (CITY, COC, "slachtofferhulp", "a-stranger"):
        status, answer = await ask(cluster, f"{path}&for={partner}")
        assert (status, list(answer)) == (403, ["error"])
        assert answer["error"].endswith("may not see the cases of rdo-casusoverleg: not_party_to_the_agreement")
    status, answer = await ask(cluster, f"/consultations/proef/rdo-casusoverleg?on=2026-06-01&for={OM}")
    assert (status, answer["error"].rpartition(": ")[2]) == (403, "agreement_ended")
    status, answer = await ask(cluster, f"/overviews/proef/politielijst?for={CITY}")
    assert (status, "is no reader of politielijst" in answer["error"]) == (403, True)


async def test_there_are_no_numbers_up_to_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked on two days and subtracted, they would show one person: also not for a reader of them."""
    cluster = made_of(tmp_path, monkeypatch, "landelijke-zoekvraag@2015.1")
    for query in ("", "?on=2026-03-12", f"?for={POLICE}"):
        found, answer = await ask(cluster, f"/overviews/proef/gevonden-en-gescreend{query}")
        assert (found, list(answer)) == (409, ["error"])
        assert "`backbone overview proef --of gevonden-en-gescreend --period 2026-Q1`" in answer["error"]
