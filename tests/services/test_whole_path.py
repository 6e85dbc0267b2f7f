"""The whole path through the real processors: report, receipt, case, clock, question, grant, release, delivery, acceptance, contact."""

from datetime import timedelta
from pathlib import Path

import pytest

from schakel.case_state import ClockState, ReferralState
from schakel.events.consent import ConsentGranted, ConsentTerms, ConsentWithdrawn
from schakel.events.contact import ContactMade
from schakel.events.referral import ReferralAccepted
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Channel, Identity, Nature, Person
from schakel.messages import ConsentQuestion, ReceiptStatus, ReferralOffered, ReferralWithdrawn, Reminder
from tests.support.minicluster import MiniCluster

OOST = Place(municipality="amsterdam", district="oost")
STAD = Place(municipality="groningen")


@pytest.fixture
def cluster(tmp_path: Path) -> MiniCluster:
    return MiniCluster(tmp_path)


def report(cluster: MiniCluster, place: Place, **facts: object) -> ReportReceived:
    told = {"identity": Identity.BY_NAME, "natures": (Nature.ASSAULT,), "place": place, **facts}
    return ReportReceived(reported_at=cluster.time.now(), facts=ReportFacts.model_validate(told))


def same_everywhere(cluster: MiniCluster, case: str) -> None:
    """Every service's own state of the case is what a straight replay gives."""
    from backbone.desks import load_desks

    for service in cluster.services:
        with service.store.transaction("schakel.ledger", 0) as tx:
            desk = load_desks(tx, [case])[case]
        assert desk.case == cluster.replay(case), service.processor.name
        assert desk.pending == []


def test_a_report_becomes_a_delivered_referral(cluster: MiniCluster) -> None:
    sent = cluster.send("politie-amsterdam", report(cluster, OOST))
    cluster.settle()
    receipt = cluster.receipts("politie-amsterdam")[sent]
    assert receipt.status is ReceiptStatus.ACCEPTED
    case = receipt.case
    assert case
    questions = [message for message in cluster.out("politie-amsterdam") if isinstance(message, ConsentQuestion)]
    assert questions
    assert all(referral.state is ReferralState.HELD for referral in cluster.replay(case).referrals.values())
    for_support = next(question for question in questions if question.terms.recipient == "slachtofferhulp")
    cluster.send("politie-amsterdam", ConsentGranted(terms=for_support.terms), case)
    cluster.settle()
    offers = [message for message in cluster.out("slachtofferhulp") if isinstance(message, ReferralOffered)]
    assert [offer.case for offer in offers] == [case]
    accepted = cluster.send("slachtofferhulp", ReferralAccepted(referral=offers[0].referral), case)
    made = ContactMade(whom=Person.VICTIM, at=cluster.time.now() + timedelta(seconds=1), channel=Channel.TELEPHONE)
    contact = cluster.send("slachtofferhulp", made, case)
    cluster.settle()
    answers = cluster.receipts("slachtofferhulp")
    assert [answers[event].status for event in (accepted, contact)] == [ReceiptStatus.ACCEPTED] * 2
    state = cluster.replay(case)
    delivered = {referral.to for referral in state.referrals.values() if referral.state is ReferralState.ACCEPTED}
    assert delivered == {"slachtofferhulp"}
    first = [clock.state for clock in state.clocks.values() if clock.name == "eerste-contact"]
    assert first == [ClockState.STOPPED]
    same_everywhere(cluster, case)


def test_withdrawal_revokes_what_runs_and_tells_the_receiver(cluster: MiniCluster) -> None:
    told = report(cluster, OOST).model_copy(
        update={
            "consents": (
                ConsentTerms.model_validate(
                    {"recipient": "slachtofferhulp", "purpose": "referral", "scopes": ("contact_details", "story")}
                ),
            )
        }
    )
    sent = cluster.send("politie-amsterdam", told)
    cluster.settle()
    case = cluster.receipts("politie-amsterdam")[sent].case
    assert any(isinstance(message, ReferralOffered) for message in cluster.out("slachtofferhulp"))
    cluster.send("politie-amsterdam", ConsentWithdrawn(), case)
    cluster.settle()
    assert any(isinstance(message, ReferralWithdrawn) for message in cluster.out("slachtofferhulp"))
    assert case
    states = {referral.to: referral.state for referral in cluster.replay(case).referrals.values()}
    assert states["slachtofferhulp"] is ReferralState.REVOKED
    same_everywhere(cluster, case)


def test_forty_eight_hours_to_the_reporter_in_groningen_and_none_in_amsterdam(cluster: MiniCluster) -> None:
    north = cluster.send("politie-noord", report(cluster, STAD))
    south = cluster.send("politie-amsterdam", report(cluster, OOST))
    cluster.settle()
    cluster.advance(timedelta(hours=25))
    assert [m.breached for m in _reminders(cluster)] == [False]
    cluster.advance(timedelta(hours=24))
    assert True in [m.breached for m in _reminders(cluster)]
    in_time = cluster.receipts("politie-noord")[north].case
    measured = cluster.receipts("politie-amsterdam")[south].case
    assert in_time
    assert measured
    assert any(clock.breached for clock in cluster.replay(in_time).clocks.values())
    assert not any(clock.breached for clock in cluster.replay(measured).clocks.values())
    late = ContactMade(whom=Person.VICTIM, at=cluster.time.now() - timedelta(hours=10), channel=Channel.TELEPHONE)
    cluster.send("politie-noord", late, in_time)
    cluster.settle()
    clocks = [clock for clock in cluster.replay(in_time).clocks.values() if clock.due_at]
    assert [(clock.state, clock.breached) for clock in clocks] == [(ClockState.CORRECTED, False)]
    same_everywhere(cluster, in_time)


def _reminders(cluster: MiniCluster) -> list[Reminder]:
    partners = cluster.chains.partners
    return [message for partner in partners for message in cluster.out(partner) if isinstance(message, Reminder)]
