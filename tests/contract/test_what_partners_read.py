"""Everything that the services put on a topic can be read back by whoever it is for: its headers, its value, its type."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from schakel import codec
from schakel.envelope import CONTENT_TYPE, Envelope, read_headers
from schakel.events.consent import ConsentTerms, ConsentWithdrawn
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.messages import Message, Receipt
from tests.support.minicluster import MiniCluster

POLICE = "politie-amsterdam"


@pytest.fixture
def cluster(tmp_path: Path) -> MiniCluster:
    return MiniCluster(tmp_path)


def read_all(cluster: MiniCluster) -> Iterator[tuple[str, Envelope, object]]:
    """(topic, envelope, event or message) of every record that the services wrote."""
    for (topic, _), records in cluster.topics.items():
        if not topic.startswith("schakel.in."):
            for raw in records:
                value = codec.decode(raw.value)
                envelope = read_headers(raw.headers)
                assert envelope.type == type(value).TYPE  # type: ignore[attr-defined]
                assert dict(raw.headers)["content-type"] == CONTENT_TYPE
                yield topic, envelope, value


def report(cluster: MiniCluster) -> ReportReceived:
    place = Place(municipality="amsterdam", district="oost")
    terms = ConsentTerms(recipient="slachtofferhulp", purpose="referral", scopes=("contact_details", "story"))
    facts = ReportFacts(identity="by_name", natures=("assault",), place=place)
    return ReportReceived(reported_at=cluster.time.now(), facts=facts, consents=(terms,))


def test_every_record_of_a_case_can_be_read(cluster: MiniCluster) -> None:
    sent = cluster.send(POLICE, report(cluster))
    cluster.settle()
    case = cluster.receipts(POLICE)[sent].case
    cluster.send(POLICE, ConsentWithdrawn(), case)
    cluster.settle()
    cluster.advance(timedelta(days=3))
    found = list(read_all(cluster))
    kinds = {type(value).__name__ for topic, _, value in found if topic.startswith("schakel.out.")}
    assert {"Receipt", "ReferralOffered", "ReferralWithdrawn", "ConsentQuestion"} <= kinds
    for topic, envelope, value in found:
        if topic.startswith("schakel.out."):
            assert isinstance(value, Message)
            assert envelope.case == case
    receipts = [(envelope, value) for _, envelope, value in found if isinstance(value, Receipt)]
    assert all(envelope.causation == receipt.about for envelope, receipt in receipts)


@pytest.mark.parametrize("event_id", [b"-a", b"#", b"", b"Jan Jansen", b"\xff\xfe", b"x" * 5000, b"a" * 72, b"ok"])
def test_an_id_of_any_kind_gets_an_answer_that_can_be_read(cluster: MiniCluster, event_id: bytes) -> None:
    cluster.put(POLICE, b"nonsense", (("ce_id", event_id), ("ce_specversion", b"1.0")))
    cluster.settle()
    (receipt,) = [value for _, _, value in read_all(cluster) if isinstance(value, Receipt)]
    assert receipt.about == (event_id.decode() if event_id in (b"a" * 72, b"ok") else None)
    assert receipt.refusal is not None
    assert sum(topic == "schakel.refused" for topic, _, _ in read_all(cluster)) == 1


def test_headers_of_any_size_and_kind_get_an_answer(cluster: MiniCluster) -> None:
    for headers in ((), (("x", b"y" * 9000),), (("ce_specversion", b"1.0"), ("ce_specversion", b"1.0"))):
        cluster.put(POLICE, None, headers)
    cluster.settle()
    assert len([value for _, _, value in read_all(cluster) if isinstance(value, Receipt)]) == 3
