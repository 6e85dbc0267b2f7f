"""X-3: an exercise runs through everything for real, and stands in no figure of the real chain."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import REGISTRY

from backbone.records import ledger_record
from schakel import codec
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.consent import ConsentTerms, ConsentWithdrawn
from schakel.events.contact import ContactMade
from schakel.events.data import DisclosureRequested
from schakel.events.referral import ReferralAccepted, ReferralCompleted, ReferralDeclined
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Identity, Nature
from schakel.ids import new_event_id, partner_source, service_source
from schakel.messages import ConsentQuestion, Receipt
from services.cases import told
from services.cases.api import COUNTABLE, routes
from services.cases.tally import table
from services.cases.tally.shown import TallyCollector
from tests.support.minicluster import MiniCluster

DOOR, NORTH, HELP = "politie-amsterdam", "gemeente-groningen", "slachtofferhulp"
WATCHED = ("schakel_case_events_total", "schakel_submissions_total")


@pytest.fixture
def cluster(tmp_path: Path) -> MiniCluster:
    return MiniCluster(tmp_path)


def tell(cluster: MiniCluster, partner: str, event: Told, case: str | None = None, *, drill: bool) -> str:
    """The case that it is told of."""
    source, event_id = partner_source(cluster.chains.partners[partner].oin), new_event_id()
    envelope = Envelope(event_id, source, event.TYPE, cluster.time.now(), case, drill=drill)
    cluster.put(partner, codec.encode(event), envelope.headers())
    cluster.settle()
    told_of = cluster.receipts(partner)[event_id].case
    assert told_of
    return told_of


def report(cluster: MiniCluster, *consents: ConsentTerms, door: str = DOOR, drill: bool) -> str:
    town, district = ("amsterdam", "oost") if door == DOOR else ("groningen", "centrum")
    place = Place(municipality=town, district=district)
    facts = ReportFacts(identity=Identity.BY_NAME, natures=(Nature.ASSAULT,), place=place)
    event = ReportReceived(reported_at=cluster.time.now(), facts=facts, consents=consents)
    return tell(cluster, door, event, drill=drill)


def read(cluster: MiniCluster, case: str) -> None:
    """As the gateway does for who asks there."""
    event, now = DisclosureRequested(referral=sent(cluster, case), by=HELP, scopes=()), cluster.time.now()
    envelope = Envelope(new_event_id(), service_source("gateway"), event.TYPE, now, case, logtime=now)
    cluster.append(ledger_record(Entry(envelope, event), None, case))
    cluster.settle()


def sent(cluster: MiniCluster, case: str) -> str:
    (referral,) = [one.id for one in cluster.replay(case).referrals.values() if one.to == HELP and one.delivered_at]
    return referral


def played(cluster: MiniCluster, *, drill: bool) -> list[str]:
    """Something of everything that is counted: held, released, taken back, read and not read, taken up and not; kept, late, open."""
    terms = ConsentTerms(recipient=HELP, purpose="referral", scopes=("contact_details",))
    held = report(cluster, drill=drill)
    taken, declined, back = (report(cluster, terms, drill=drill) for _ in range(3))
    kept, late = (report(cluster, door=NORTH, drill=drill) for _ in range(2))
    tell(cluster, HELP, ReferralAccepted(referral=sent(cluster, taken)), taken, drill=drill)
    tell(cluster, HELP, ReferralCompleted(referral=sent(cluster, taken)), taken, drill=drill)
    tell(cluster, HELP, ReferralDeclined(referral=sent(cluster, declined), reason="not_ours"), declined, drill=drill)
    read(cluster, back)
    tell(cluster, DOOR, ConsentWithdrawn(), back, drill=drill)
    read(cluster, back)
    cluster.advance(timedelta(hours=1))
    spoken = ContactMade(whom="victim", at=cluster.time.now(), channel="telephone")
    tell(cluster, NORTH, spoken, kept, drill=drill)
    cluster.advance(timedelta(hours=48))
    return [held, taken, declined, back, kept, late, report(cluster, terms, door=NORTH, drill=drill)]


async def ask(cluster: MiniCluster, path: str) -> Any:
    (cases,) = (service for service in cluster.services if service.processor.name == "cases")
    application = web.Application()
    application.add_routes([*routes(cases.store.reading), *told.routes(cases.store.reading)])
    async with TestClient(TestServer(application)) as client, client.get(path) as answer:
        return await answer.json()


def figures() -> dict[tuple[str, ...], float]:
    """What the services show of cases and messages at `/metrics`."""
    samples = (sample for metric in REGISTRY.collect() for sample in metric.samples if sample.name in WATCHED)
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def tallied(cluster: MiniCluster) -> dict[tuple[str, ...], float]:
    """What `cases` shows at `/metrics` of clocks, cases, referrals and the gate."""
    shown = TallyCollector(cluster.chains, cluster.protocols, lambda: cluster.time.now().timestamp(), lambda: 0.0)
    (cases,) = (service for service in cluster.services if service.processor.name == "cases")
    with cases.store.reading() as connection:
        shown.read(table.numbers(connection))
    samples = [sample for family in shown.collect() for sample in family.samples]
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


def test_what_operators_watch_does_not_move_in_a_drill(cluster: MiniCluster) -> None:
    """Whatever is done in it, and however late. The same for real moves each of the figures, so that it would be noticed."""
    before = (tallied(cluster), figures())
    cases = played(cluster, drill=True)
    assert all(cluster.replay(case).drill for case in cases)
    assert (tallied(cluster), figures()) == before
    played(cluster, drill=False)
    moved = {name for (name, *of), value in tallied(cluster).items() if before[0].get((name, *of)) != value}
    assert moved == {name for name, *_ in tallied(cluster)} - {"schakel_tally_age_seconds"}
    assert moved >= {f"schakel_gate_{what}_total" for what in ("held", "released", "revoked", "reads")} | {
        "schakel_referrals"
    }
    assert {key[0] for key, value in figures().items() if before[1].get(key) != value} == set(WATCHED)


async def test_a_drill_stands_among_what_a_partner_told(cluster: MiniCluster) -> None:
    """Which is held against a list of its own: what was reported once is not missing, and would be refused if it came again."""
    cases = {report(cluster, drill=drill) for drill in (False, True)}
    found = await ask(cluster, f"/told/{DOOR}")
    assert set(found.values()) == cases
    assert found.keys() == {cluster.replay(case).report for case in cases}
