"""A link is told in both cases, answered once, and taken back in both: the real services over lists."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from schakel import codec
from schakel.case_state import State
from schakel.events.base import Sealed
from schakel.events.data import StatementRetracted
from schakel.events.report import ReportFacts, ReportLinked, ReportReceived
from schakel.messages import Receipt, ReceiptStatus, RefusedRecord
from services.cases.api import routes
from tests.support.minicluster import START, MiniCluster

DOOR, STRANGER = "coc-amsterdam", "rita"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[MiniCluster]:
    cluster = MiniCluster(tmp_path)
    yield cluster
    cluster.close()


def open_case(cluster: MiniCluster, by: str = DOOR) -> str:
    facts = ReportFacts(identity="by_name", place={"municipality": "amsterdam"})
    about = cluster.send(by, ReportReceived(reported_at=START, facts=facts))
    cluster.settle()
    case = cluster.receipts(by)[about].case
    assert case
    return case


def tell(cluster: MiniCluster, case: str, event: ReportLinked | StatementRetracted, by: str = DOOR) -> Receipt:
    about = cluster.send(by, event, case)
    cluster.settle()
    return cluster.receipts(by)[about]


def link(to: str) -> ReportLinked:
    return ReportLinked(other_case=to, kind="same_person")


def folded_by_all(cluster: MiniCluster, case: str) -> State:
    """The case as the ledger says, once it is seen that every service holds the same."""
    replayed = cluster.replay(case)
    for desks in cluster.desks().values():
        assert desks[case].case.links == replayed.links
    return replayed


def test_it_stands_in_both_cases_and_its_sender_gets_one_receipt(cluster: MiniCluster) -> None:
    a, b = open_case(cluster), open_case(cluster)
    before = len(cluster.out(DOOR))
    receipt = tell(cluster, a, link(b))
    assert (receipt.status, receipt.case) == (ReceiptStatus.ACCEPTED, a)
    assert len(cluster.out(DOOR)) == before + 1
    assert [one.other_case for one in folded_by_all(cluster, a).links.values()] == [b]
    ((told_here, twin),) = [(one.told_here, one.twin) for one in folded_by_all(cluster, b).links.values()]
    assert (told_here, twin) == (False, receipt.about)


def test_the_same_id_again_is_the_same_receipt_and_no_second_word(cluster: MiniCluster) -> None:
    a, b = open_case(cluster), open_case(cluster)
    receipt = tell(cluster, a, link(b))
    records = len(cluster.ledger())
    cluster.send(DOOR, link(b), a, receipt.about)
    cluster.settle()
    assert len(cluster.ledger()) == records
    assert tell(cluster, b, link(a)).refusal.code == "link.said_before"  # type: ignore[union-attr]


@pytest.mark.parametrize("first", [0, 1])
def test_told_from_both_sides_at_once_both_cases_always_say_the_same(cluster: MiniCluster, first: int) -> None:
    """Two words of one partner, let in before either was told in the other case: they stand, and go, in both."""
    cases = open_case(cluster), open_case(cluster)
    told = [cluster.send(DOOR, link(cases[1 - side]), cases[side]) for side in (0, 1)]
    cluster.settle()
    assert [cluster.receipts(DOOR)[about].status for about in told] == [ReceiptStatus.ACCEPTED] * 2
    for left, side in ((2, None), (1, first), (0, 1 - first)):
        if side is not None:
            tell(cluster, cases[side], StatementRetracted(event=told[side], reason="mistake"))
        linked = [[one.other_case for one in folded_by_all(cluster, case).links.values()] for case in cases]
        assert linked == [[cases[1]] * left, [cases[0]] * left]


@pytest.mark.parametrize("side", [0, 1])
def test_taken_back_on_either_side_it_is_gone_from_both(cluster: MiniCluster, side: int) -> None:
    cases = open_case(cluster), open_case(cluster)
    tell(cluster, cases[0], link(cases[1]))
    (standing,) = folded_by_all(cluster, cases[side]).links
    receipt = tell(cluster, cases[side], StatementRetracted(event=standing, reason="mistake"))
    assert receipt.status is ReceiptStatus.ACCEPTED
    assert [folded_by_all(cluster, case).links for case in cases] == [{}, {}]


def test_a_case_of_somebody_else_stays_untouched(cluster: MiniCluster) -> None:
    mine, theirs = open_case(cluster), open_case(cluster, STRANGER)
    before = len(cluster.ledger(theirs))
    receipt = tell(cluster, mine, link(theirs))
    nobodys = tell(cluster, mine, link("00000000-0000-4000-8000-000000000000"))
    assert receipt.refusal == nobodys.refusal is not None
    assert receipt.refusal.code == "case.not_yours"  # type: ignore[union-attr]
    assert len(cluster.ledger(theirs)) == before
    filed = [codec.decode_message(raw.value) for raw in cluster.topics["schakel.refused", 0]]
    assert [(one.about, one.partner, one.refusal) for one in filed if isinstance(one, RefusedRecord)] == [
        (answer.about, DOOR, receipt.refusal) for answer in (receipt, nobodys)
    ]
    for raw in (*cluster.topics["schakel.refused", 0], *cluster.topics[f"schakel.out.{DOOR}", 0]):
        pieces = (raw.key, raw.value, *(value for _, value in raw.headers))
        assert not any(theirs.encode() in piece for piece in pieces if piece), (
            "what was refused does not say that the case exists"
        )


def test_taken_back_it_may_be_told_again(cluster: MiniCluster) -> None:
    a, b = open_case(cluster), open_case(cluster)
    first = tell(cluster, a, link(b))
    tell(cluster, a, StatementRetracted(event=first.about, reason="mistake"))
    again = tell(cluster, a, link(b))
    assert again.status is ReceiptStatus.ACCEPTED
    assert list(folded_by_all(cluster, a).links) == [again.about]
    assert [one.twin for one in folded_by_all(cluster, b).links.values()] == [again.about]


def test_a_rebuilt_intake_says_nothing_again(cluster: MiniCluster) -> None:
    a, b = open_case(cluster), open_case(cluster)
    receipt = tell(cluster, a, link(b))
    records, messages = len(cluster.ledger()), len(cluster.out(DOOR))
    cluster.rebuild("intake")
    assert (len(cluster.ledger()), len(cluster.out(DOOR))) == (records, messages)
    cluster.send(DOOR, link(b), a, receipt.about)
    cluster.settle()
    assert len(cluster.ledger()) == records


def test_what_a_partner_tells_under_the_id_of_the_word_there_stops_nothing(cluster: MiniCluster) -> None:
    """Ids can be computed ahead: only its own link is at stake, and intake goes on."""
    a, b = open_case(cluster), open_case(cluster)
    receipt = tell(cluster, a, link(b))
    (there,) = folded_by_all(cluster, b).links
    sealed = Sealed(subject="victim", fields=("story",), body=b"x")
    for event in (link(a), StatementRetracted(event=there, reason="mistake", sealed=(sealed,))):
        cluster.send(DOOR, event, b, there)
        cluster.settle()
    assert receipt.about in folded_by_all(cluster, a).links
    assert tell(cluster, a, StatementRetracted(event=receipt.about, reason="mistake")).status is ReceiptStatus.ACCEPTED


async def test_who_knows_over_http_goes_on_to_the_linked_case(cluster: MiniCluster) -> None:
    a, b, series = open_case(cluster), open_case(cluster), open_case(cluster)
    tell(cluster, a, link(b))
    tell(cluster, a, ReportLinked(other_case=series, kind="series"))
    cases = next(service for service in cluster.services if service.processor.name == "cases")
    app = web.Application()
    app.add_routes(routes(cases.store.reading))
    async with TestClient(TestServer(app)) as client:
        for first, second in ((a, b), (b, a)):
            said = await (await client.get(f"/cases/{first}/who-knows")).json()
            assert (said["case"], [one["case"] for one in said["linked"]]) == (first, [second])
            text = await (await client.get(f"/cases/{first}/who-knows?language=en")).text()
            assert text.count("Who knows what about you") == 2
            assert "what you have erased or take back in one changes nothing in the other" in text
        assert (await client.get("/cases/00000000-0000-4000-8000-000000000000/who-knows")).status == 404
