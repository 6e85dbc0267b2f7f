"""A yes that ends by itself ends when its time has come, also when nobody says anything more about the case."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from schakel.events.consent import ConsentGranted, ConsentTerms, ConsentWithdrawn
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import HoldReason, Identity, Nature, Purpose, Scope
from schakel.messages import ReferralWithdrawn
from tests.support.minicluster import MiniCluster

DOOR, HELP = "politie-amsterdam", "slachtofferhulp"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[MiniCluster]:
    cluster = MiniCluster(tmp_path)
    yield cluster
    cluster.close()


def terms(cluster: MiniCluster, days: int | None) -> ConsentTerms:
    until = cluster.time.now() + timedelta(days=days) if days else None
    return ConsentTerms(
        recipient=HELP, purpose=Purpose.REFERRAL, scopes=(Scope.CASE_FACTS, Scope.CONTACT_DETAILS), until=until
    )


def delivered(cluster: MiniCluster, days: int | None) -> str:
    """A case whose referral to victim support went out, on a yes for so many days."""
    facts = ReportFacts(
        identity=Identity.BY_NAME, natures=(Nature.ASSAULT,), place=Place(municipality="amsterdam", district="oost")
    )
    told = ReportReceived(reported_at=cluster.time.now(), facts=facts, consents=(terms(cluster, days),))
    event_id = cluster.send(DOOR, told)
    cluster.settle()
    case = cluster.receipts(DOOR)[event_id].case
    assert case
    assert "referral.delivered" in said(cluster, case)
    return case


def said(cluster: MiniCluster, case: str) -> list[str]:
    return [entry.envelope.type for entry in cluster.ledger(case)]


def withdrawn(cluster: MiniCluster, case: str) -> list[HoldReason]:
    return [one.reason for one in cluster.out(HELP) if isinstance(one, ReferralWithdrawn) and one.case == case]


def test_the_referral_is_revoked_when_the_yes_ends(cluster: MiniCluster) -> None:
    case, other = delivered(cluster, 10), delivered(cluster, None)
    cluster.advance(timedelta(days=9))
    assert "consent.expired" not in said(cluster, case)
    cluster.advance(timedelta(days=2))
    assert said(cluster, case).count("consent.expired") == 1
    assert len(withdrawn(cluster, case)) == 1
    assert "referral.revoked" not in said(cluster, other)
    cluster.advance(timedelta(days=30))
    assert said(cluster, case).count("consent.expired") == 1


def test_a_longer_yes_in_time_keeps_it(cluster: MiniCluster) -> None:
    case = delivered(cluster, 10)
    cluster.advance(timedelta(days=5))
    cluster.send(DOOR, ConsentGranted(terms=terms(cluster, 60)), case)
    cluster.settle()
    cluster.advance(timedelta(days=10))
    assert withdrawn(cluster, case) == []
    cluster.advance(timedelta(days=60))
    assert len(withdrawn(cluster, case)) == 1


def test_a_yes_that_was_withdrawn_does_not_end_again(cluster: MiniCluster) -> None:
    case = delivered(cluster, 10)
    cluster.send(DOOR, ConsentWithdrawn(), case)
    cluster.settle()
    cluster.advance(timedelta(days=20))
    assert "consent.expired" not in said(cluster, case)
    assert len(withdrawn(cluster, case)) == 1


def test_it_ends_also_after_the_gate_lost_its_database(cluster: MiniCluster) -> None:
    case = delivered(cluster, 10)
    cluster.rebuild("consent")
    cluster.advance(timedelta(days=11))
    assert len(withdrawn(cluster, case)) == 1
