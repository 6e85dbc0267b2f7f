"""A service whose database is lost builds it again from the topics: it says nothing again, and forgets nothing that was never said."""

from collections.abc import Iterator

import pytest

from schakel.events.consent import ConsentGranted, ConsentTerms
from schakel.events.contact import ContactMade
from schakel.events.referral import ReferralAccepted, ReferralRequested
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Channel, Identity, Nature, Person, Purpose, Role, Scope
from schakel.messages import ReceiptStatus, ReferralOffered
from services.intake import watermark
from tests.support.casebook import repository
from tests.support.minicluster import MiniCluster, Service
from tests.support.truths import Evidence, all_faults

DOOR, HELP, STRANGER = "politie-amsterdam", "slachtofferhulp", "coc-amsterdam"
NAMES = ("intake", "routing", "consent", "followup", "cases", "gateway")


def report(cluster: MiniCluster, **changed: object) -> ReportReceived:
    place = Place(municipality="amsterdam", district="oost")
    facts = {"identity": Identity.BY_NAME, "natures": (Nature.ASSAULT,), "place": place, **changed}
    terms = ConsentTerms.model_validate(
        {"recipient": HELP, "purpose": "referral", "scopes": ("case_facts", "contact_details", "story")}
    )
    told = ReportReceived(reported_at=cluster.time.now(), facts=ReportFacts.model_validate(facts), consents=(terms,))
    return told


def contact(cluster: MiniCluster) -> ContactMade:
    return ContactMade(whom=Person.VICTIM, at=cluster.time.now(), channel=Channel.TELEPHONE)


def service(cluster: MiniCluster, name: str) -> Service:
    return next(one for one in cluster.services if one.processor.name == name)


def written(cluster: MiniCluster) -> dict[tuple[str, int], int]:
    """Where each log of ours ends: the ledger, what is refused, what partners read."""
    return {
        place: len(raws) for place, raws in cluster.topics.items() if raws and not place[0].startswith("schakel.in.")
    }


@pytest.fixture
def month(cluster: MiniCluster) -> Iterator[dict[str, str]]:
    """Something of everything, answered: events by what they were."""
    first = report(cluster)
    told = {"report": cluster.send(DOOR, first)}
    cluster.settle()
    case = cluster.receipts(DOOR)[told["report"]].case
    assert case
    told["again"] = cluster.send(DOOR, first, event_id=told["report"])
    told["strange"] = cluster.send(STRANGER, contact(cluster), case)
    cluster.put(DOOR, b"garbage", [])
    offer = next(one for one in cluster.out(HELP) if isinstance(one, ReferralOffered))
    told["accepted"] = cluster.send(HELP, ReferralAccepted(referral=offer.referral), case)
    told["contact"] = cluster.send(DOOR, contact(cluster), case)
    cluster.settle()
    yield told | {"case": case}
    assert all_faults(Evidence.read(cluster.topics), cluster.desks()) == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_again(cluster: MiniCluster, month: dict[str, str], name: str) -> None:
    before, desks = written(cluster), cluster.desks()
    cluster.rebuild(name)
    assert written(cluster) == before
    assert {case: desk.case for case, desk in cluster.desks()[name].items()} == {
        case: desk.case for case, desk in desks[name].items()
    }


def test_an_old_id_still_has_its_old_receipt(cluster: MiniCluster, month: dict[str, str]) -> None:
    old = cluster.receipts(DOOR)[month["report"]]
    cluster.rebuild("intake")
    ledger = len(cluster.ledger())
    sent = report(cluster)
    cluster.send(DOOR, sent, event_id=month["report"])
    cluster.settle()
    new = cluster.receipts(DOOR)[month["report"]]
    assert (new.status, new.case, new.position) == (old.status, old.case, old.position)
    assert len(cluster.ledger()) == ledger, "no second case"
    changed = cluster.send(DOOR, report(cluster, acute=True), event_id=month["report"])
    cluster.settle()
    refusal = cluster.receipts(DOOR)[changed].refusal
    assert refusal is not None
    assert refusal.code == "id.already_used"


def test_what_was_refused_stays_refused(cluster: MiniCluster, month: dict[str, str]) -> None:
    """Its sender was told so. Meanwhile the stranger has become party to the case: judged today, it would be let in."""
    refusal = cluster.receipts(STRANGER)[month["strange"]].refusal
    assert refusal is not None
    terms = ConsentTerms.model_validate({"recipient": STRANGER, "purpose": "referral", "scopes": ("case_facts",)})
    asked = ReferralRequested(to=STRANGER, role=Role.COC, purpose=Purpose.REFERRAL, needs=(Scope.CASE_FACTS,))
    cluster.send(DOOR, asked, month["case"])
    cluster.send(DOOR, ConsentGranted(terms=terms), month["case"])
    cluster.settle()
    today = cluster.send(STRANGER, contact(cluster), month["case"])
    cluster.settle()
    assert cluster.receipts(STRANGER)[today].status is ReceiptStatus.ACCEPTED
    before = written(cluster)
    cluster.rebuild("intake")
    assert written(cluster) == before
    assert cluster.receipts(STRANGER)[month["strange"]].refusal == refusal


def test_what_came_while_it_was_away_is_answered(cluster: MiniCluster, month: dict[str, str]) -> None:
    """Also when it is something sent again, behind the last message that had its answer."""
    receipts = len(cluster.out(DOOR))
    new = cluster.send(DOOR, report(cluster, acute=True))
    cluster.put(DOOR, b"more garbage", [])
    cluster.send(DOOR, report(cluster), event_id=month["report"])
    cluster.rebuild("intake")
    assert cluster.receipts(DOOR)[new].status is ReceiptStatus.ACCEPTED
    answers = [one for one in cluster.out(DOOR)[receipts:] if getattr(one, "in_offset", -1) >= 0]
    assert len(answers) == 3


def test_what_was_taken_in_and_never_reached_the_ledger_is_taken_in_again(
    cluster: MiniCluster, month: dict[str, str]
) -> None:
    """The database was lost with an outbox that was not published."""
    intake = service(cluster, "intake")
    lost = cluster.send(DOOR, contact(cluster), month["case"])
    topic = f"schakel.in.{DOOR}"
    record = cluster.topics[topic, 0][-1]
    with intake.store.transaction(topic, 0) as tx:
        intake.processor.process(tx, [record])
        tx.checkpoint.next_offset = record.offset + 1
        tx.write_outbox()
        tx.advance()
    later = cluster.send(STRANGER, report(cluster))
    cluster.settle()
    assert lost not in cluster.receipts(DOOR)
    cluster.rebuild("intake")
    assert cluster.receipts(DOOR)[lost].status is ReceiptStatus.ACCEPTED
    assert cluster.receipts(STRANGER)[later].status is ReceiptStatus.ACCEPTED


def test_a_receipt_that_was_lost_with_the_database_comes_when_it_is_asked_for(
    cluster: MiniCluster, month: dict[str, str]
) -> None:
    """It stood in the ledger and had not been read back: to a rebuilt intake it is history. docs/partners.md says when to send again."""
    told = contact(cluster)
    lost = cluster.send(DOOR, told, month["case"])
    cluster.process(service(cluster, "intake"), f"schakel.in.{DOOR}", 0)
    landed = [entry for entry in cluster.ledger(month["case"]) if entry.id == lost]
    before = written(cluster)
    cluster.rebuild("intake", settle=False)
    assert written(cluster) == before, "nothing is said again, and this is not said either"
    assert lost not in cluster.receipts(DOOR)
    cluster.send(DOOR, told, month["case"], lost)
    cluster.settle()
    [entry] = landed
    receipt = cluster.receipts(DOOR)[lost]
    assert receipt.status is ReceiptStatus.ACCEPTED
    assert receipt.position is not None
    assert (receipt.position.partition, receipt.position.offset) == (entry.partition, entry.offset)
    assert [one.id for one in cluster.ledger(month["case"])].count(lost) == 1


def test_a_contact_that_waits_in_our_outbox_accuses_nobody(cluster: MiniCluster, month: dict[str, str]) -> None:
    """A topic is handled when what it brought stands in the ledger; one worker may be slow where another is quick."""
    intake = service(cluster, "intake")
    topic = f"schakel.in.{DOOR}"
    cluster.send(DOOR, contact(cluster), month["case"])
    record, now = cluster.topics[topic, 0][-1], cluster.time.now()
    noted = watermark.Watermark([topic], repository()[0])
    noted.noticed(topic, now, record.offset + 1)
    with intake.store.transaction(topic, 0) as tx:
        tx.set_timers({month["case"]: [("a-clock/0", 1)]})
        intake.processor.process(tx, [record])
        tx.checkpoint.next_offset = record.offset + 1
        rows = tx.write_outbox()
        tx.advance()
    with intake.store.transaction(topic, 0) as tx:
        noted.handled(tx, topic)
        assert tx.note(f"handled/{topic}") is None
    for row in rows:
        for one in row.records:
            cluster.append(one)
    with intake.store.transaction(topic, 0) as tx:
        tx.forget_published(rows[-1].seq)
        noted.handled(tx, topic)
        assert tx.note(f"handled/{topic}") == now.isoformat()
    cluster.settle()
