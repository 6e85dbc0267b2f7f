"""A message that looks refusable only because intake has not read the ledger far enough is not refused, however long intake was away
and however often the partition changed hands; and what is wrong is refused all the same."""

import pytest

from schakel.events.consent import ConsentGranted, ConsentWithdrawn
from schakel.events.contact import ContactMade
from schakel.events.data import StatementRetracted
from schakel.events.referral import ReferralAccepted
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Channel, Identity, Nature, Person, Purpose
from schakel.ids import new_event_id
from schakel.messages import ReceiptStatus, ReferralOffered
from tests.services.test_parked import DOOR, HELP, opened
from tests.support.minicluster import MiniCluster
from tests.support.telling import terms

IN_OF_HELP = f"schakel.in.{HELP}"


def without_intake(cluster: MiniCluster) -> None:
    """All others work until nothing moves; intake stands still."""
    others = cluster.services[1:]
    while any([cluster.work(service) for service in others]):
        pass


def opened_in_groningen(cluster: MiniCluster) -> str:
    """By another police force, in a chain that DOOR has no part in."""
    facts = ReportFacts(identity=Identity.BY_NAME, natures=(Nature.ASSAULT,), place=Place(municipality="groningen"))
    sent = cluster.send("politie-noord", ReportReceived(reported_at=cluster.time.now(), facts=facts))
    cluster.settle()
    case = cluster.receipts("politie-noord")[sent].case
    assert case
    return case


def statuses(cluster: MiniCluster, partner: str, *sent: str) -> list[ReceiptStatus | None]:
    answers = cluster.receipts(partner)
    return [answers[one].status if one in answers else None for one in sent]


@pytest.fixture
def answered_while_intake_stood_still(cluster: MiniCluster) -> tuple[MiniCluster, str]:
    """She says yes; intake lets it in and stands still; the referral arrives and its receiver answers. Returns the answer's id."""
    case = opened(cluster)
    cluster.send(DOOR, ConsentGranted(terms=terms(HELP)), case)
    intake = cluster.services[0]
    cluster.process(intake, f"schakel.in.{DOOR}", 0)
    without_intake(cluster)
    offered = [message for message in cluster.out(HELP) if isinstance(message, ReferralOffered)][-1]
    return cluster, cluster.send(HELP, ReferralAccepted(referral=offered.referral), case)


def test_an_answer_waits_until_intake_has_read_what_it_answers(
    answered_while_intake_stood_still: tuple[MiniCluster, str],
) -> None:
    cluster, answer = answered_while_intake_stood_still
    intake = cluster.services[0]
    for _ in range(3):  # it is looked at, the partition is taken away and comes back, and it is looked at again
        cluster.process(intake, IN_OF_HELP, 0)
        assert statuses(cluster, HELP, answer) == [None]
    cluster.settle()
    assert statuses(cluster, HELP, answer) == [ReceiptStatus.ACCEPTED]


def test_what_was_looked_at_once_is_refused_only_when_the_ledger_was_read_so_far(cluster: MiniCluster) -> None:
    elsewhere = opened_in_groningen(cluster)
    made = ContactMade(whom=Person.VICTIM, at=cluster.time.now(), channel=Channel.TELEPHONE)
    not_its_case = cluster.send(DOOR, made, elsewhere)
    intake = cluster.services[0]
    cluster.process(intake, f"schakel.in.{DOOR}", 0)
    assert statuses(cluster, DOOR, not_its_case) == [ReceiptStatus.REFUSED], "the ledger was read to its end"


def test_what_follows_its_own_forerunner_in_one_batch_waits_for_it(cluster: MiniCluster) -> None:
    case = opened(cluster)
    no, yes, contact, back = (new_event_id() for _ in range(4))
    cluster.send(DOOR, ConsentWithdrawn(recipient=HELP, purpose=Purpose.REFERRAL), case, no)
    cluster.send(DOOR, ConsentGranted(terms=terms(HELP), supersedes=no), case, yes)
    made = ContactMade(whom=Person.VICTIM, at=cluster.time.now(), channel=Channel.TELEPHONE)
    cluster.send(DOOR, made, case, contact)
    cluster.send(DOOR, StatementRetracted(event=contact, reason="mistaken"), case, back)
    cluster.settle()
    assert statuses(cluster, DOOR, no, yes, contact, back) == [ReceiptStatus.ACCEPTED] * 4
    assert any(isinstance(message, ReferralOffered) for message in cluster.out(HELP))


def test_a_no_that_was_never_said_cannot_be_taken_back(cluster: MiniCluster) -> None:
    case = opened(cluster)
    good, bad = new_event_id(), new_event_id()
    elsewhere = terms("coc-amsterdam")
    cluster.send(DOOR, ConsentWithdrawn(recipient="coc-amsterdam"), case, good)
    cluster.send(DOOR, ConsentGranted(terms=terms(HELP), supersedes=good), case, bad)
    cluster.send(DOOR, ConsentGranted(terms=elsewhere, supersedes=good), case)
    cluster.settle()
    receipts = cluster.receipts(DOOR)
    assert receipts[good].status is ReceiptStatus.ACCEPTED
    assert receipts[bad].refusal
    assert receipts[bad].refusal.code == "supersedes.no_such_no"
    told = [entry.event for entry in cluster.ledger(case)]
    assert elsewhere in [event.terms for event in told if isinstance(event, ConsentGranted)]
