"""A suspended partner is proposed nothing and reads nothing at once, in every case; restored, it goes on. The real services over lists."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backbone.cli.standing import Standing, records
from backbone.records import ledger_record
from backbone.standing import suspended_in
from schakel.case_state import ReferralState
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.chain import PartnerRestored, PartnerSuspended
from schakel.events.consent import ConsentGranted, ConsentTerms
from schakel.events.data import DisclosureRequested
from schakel.events.report import ReportFacts, ReportReceived
from schakel.ids import OPERATOR, new_event_id, service_source
from schakel.messages import Attention, ReferralOffered
from tests.support.minicluster import PARTITIONS, START, MiniCluster

DOOR, HELP, CITY = "politie-amsterdam", "slachtofferhulp", "gemeente-amsterdam"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[MiniCluster]:
    cluster = MiniCluster(tmp_path)
    yield cluster
    cluster.close()


def say(cluster: MiniCluster, event: Standing) -> None:
    for made in records(event, new_event_id(), cluster.time.now(), PARTITIONS):
        cluster.append(made)
    cluster.settle()
    cluster.retry_parked()  # about a second later


def suspend(cluster: MiniCluster, partner: str = HELP) -> None:
    say(cluster, PartnerSuspended(partner=partner, reason="agreement_ended"))


def opened(cluster: MiniCluster, agreed: bool = True) -> str:
    terms = ConsentTerms(recipient=HELP, purpose="referral", scopes=("contact_details", "story"))
    facts = ReportFacts(
        identity="by_name", natures=("threat",), place={"municipality": "amsterdam", "district": "oost"}
    )
    about = cluster.send(DOOR, ReportReceived(reported_at=START, facts=facts, consents=(terms,) if agreed else ()))
    cluster.settle()
    case = cluster.receipts(DOOR)[about].case
    assert case
    return case


def offered(cluster: MiniCluster) -> list[str]:
    return [message.case for message in cluster.out(HELP) if isinstance(message, ReferralOffered)]


def reads(cluster: MiniCluster, case: str) -> str:
    """The gate's answer to the partner that asks to read now."""
    referral = next(one for one in cluster.replay(case).referrals.values() if one.to == HELP)
    event = DisclosureRequested(referral=referral.id, by=HELP, scopes=())
    envelope = Envelope(new_event_id(), service_source("gateway"), event.TYPE, cluster.time.now(), case)
    cluster.append(ledger_record(Entry(envelope, event), None, case))
    cluster.settle()
    return [entry.envelope.type for entry in cluster.ledger(case) if entry.envelope.type.startswith("disclosure.")][-1]


def test_reads_stop_at_once_and_go_on_when_it_is_restored(cluster: MiniCluster) -> None:
    case = opened(cluster)
    assert reads(cluster, case) == "disclosure.permitted"
    suspend(cluster)
    assert reads(cluster, case) == "disclosure.denied"
    say(cluster, PartnerRestored(partner=HELP))
    assert reads(cluster, case) == "disclosure.permitted"


def test_the_gateway_knows_it_in_every_partition(cluster: MiniCluster) -> None:
    suspend(cluster)
    gateway = next(service for service in cluster.services if service.processor.name == "gateway")
    with gateway.store.reading() as db:
        assert [suspended_in(db, partition) for partition in range(PARTITIONS)] == [{HELP}] * PARTITIONS


def test_nothing_is_proposed_to_it_and_whoever_looks_after_the_case_hears_when_nobody_else_holds_the_role(
    cluster: MiniCluster,
) -> None:
    suspend(cluster)
    case = opened(cluster)
    assert HELP not in {one.to for one in cluster.replay(case).referrals.values()}
    assert offered(cluster) == []


def test_what_it_had_not_taken_up_is_given_up_in_every_case_without_anybody_telling_anything(
    cluster: MiniCluster,
) -> None:
    cases = [opened(cluster), opened(cluster)]
    suspend(cluster)
    for case in cases:
        referral = next(one for one in cluster.replay(case).referrals.values() if one.to == HELP)
        assert referral.state is ReferralState.DELIVERED
        assert referral.given_up
    told = [message.case for message in cluster.out(CITY) if isinstance(message, Attention)]
    assert sorted(told) == sorted(cases)


def test_what_was_proposed_waits_and_goes_out_when_it_is_restored(cluster: MiniCluster) -> None:
    case = opened(cluster, agreed=False)
    suspend(cluster)
    terms = ConsentTerms(recipient=HELP, purpose="referral", scopes=("contact_details", "story"))
    cluster.send(DOOR, ConsentGranted(terms=terms), case)
    cluster.settle()
    assert offered(cluster) == []
    say(cluster, PartnerRestored(partner=HELP))
    assert offered(cluster) == [case]


def test_a_rebuilt_service_knows_it_too(cluster: MiniCluster) -> None:
    case = opened(cluster)
    suspend(cluster)
    cluster.rebuild("consent")
    assert reads(cluster, case) == "disclosure.denied"


def test_only_the_operator_suspends(cluster: MiniCluster) -> None:
    """A partner that appends such a record to its `in` topic is refused; one by another source in the ledger says nothing."""
    case = opened(cluster)
    about = cluster.send(DOOR, PartnerSuspended(partner=HELP, reason="agreement_ended"))
    cluster.settle()
    assert cluster.receipts(DOOR)[about].status == "refused"
    event = PartnerSuspended(partner=HELP, reason="agreement_ended")
    for made in records(event, new_event_id(), cluster.time.now(), PARTITIONS):
        headers = tuple(
            (name, service_source("cases").encode() if value == OPERATOR.encode() else value)
            for name, value in made.headers
        )
        cluster.append(type(made)(made.topic, made.partition, made.key, made.value, headers))
    cluster.settle()
    assert reads(cluster, case) == "disclosure.permitted"
