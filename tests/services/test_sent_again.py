"""The same id again: the old receipt whatever became of the case since, and a refusal when it stands for something else."""

from datetime import timedelta

import pytest

from schakel.events import Told
from schakel.events.consent import BasisInvoked, ConsentWithdrawn
from schakel.events.contact import ContactMade
from schakel.events.data import HoldLifted, HoldPlaced
from schakel.events.report import ReportReceived
from schakel.messages import Receipt, ReceiptStatus
from tests.support.minicluster import START, MiniCluster
from tests.support.telling import CITY, HELP, POLICE, POLICE_NORTH, facts

BASIS = BasisInvoked(
    basis="vital_interest",
    recipient=HELP,
    purpose="referral",
    scopes=("story",),
    motive="danger",
    until=START + timedelta(hours=5),
)
HOLD = HoldPlaced(legal_ground="criminal_case", until=START.date())


def told(
    cluster: MiniCluster, event: Told, case: str | None = None, by: str = POLICE, under: str | None = None
) -> Receipt:
    about = cluster.send(by, event, case, under)
    cluster.settle()
    return cluster.receipts(by)[about]


def opened(cluster: MiniCluster) -> str:
    case = told(cluster, ReportReceived(reported_at=cluster.time.now(), facts=facts())).case
    assert case
    return case


@pytest.mark.parametrize(
    "event", [HOLD, BASIS, None], ids=["a hold that ended", "a basis that ended", "a hold that was lifted"]
)
def test_what_would_be_refused_by_now_has_its_old_receipt(cluster: MiniCluster, event: Told | None) -> None:
    case = opened(cluster)
    event = event or HoldLifted(hold=told(cluster, HOLD, case).about or "")
    first = told(cluster, event, case)
    assert first.status is ReceiptStatus.ACCEPTED
    cluster.time.at += timedelta(days=2)
    again = told(cluster, event, case, under=first.about)
    assert (again.status, again.case, again.position) == (first.status, first.case, first.position)


def test_the_same_words_about_another_case_are_another_event(cluster: MiniCluster) -> None:
    case, other = opened(cluster), opened(cluster)
    event = ContactMade(whom="victim", at=START, channel="telephone")
    first = told(cluster, event, case)
    for elsewhere in (other, "00000000-0000-4000-8000-000000000000"):
        refusal = told(cluster, event, elsewhere, under=first.about).refusal
        assert refusal is not None
        assert refusal.code == "id.already_used"


def test_an_id_that_another_partner_used_in_this_case_is_refused_and_not_lost(cluster: MiniCluster) -> None:
    case = opened(cluster)
    first = told(cluster, ContactMade(whom="victim", at=START, channel="telephone"), case)
    refusal = told(cluster, ConsentWithdrawn(recipient=HELP), case, by=CITY, under=first.about).refusal
    assert refusal is not None
    assert refusal.code == "id.already_used"


def test_nobody_learns_from_it_what_others_told(cluster: MiniCluster) -> None:
    """A stranger to the case gets the answer of a stranger, whether the id was used or not."""
    case = opened(cluster)
    first = told(cluster, ContactMade(whom="victim", at=START, channel="telephone"), case)
    event = ContactMade(whom="victim", at=START, channel="telephone")
    refusals = [told(cluster, event, case, POLICE_NORTH, under).refusal for under in (first.about, None)]
    assert refusals[0] == refusals[1]
    assert refusals[0] is not None
    assert refusals[0].code == "case.not_yours"
