"""Intake is killed between the append and the receipt: the receipt follows, once, and says where the event stands."""

from collections.abc import Callable

import pytest

from backbone.kafka.topics import LEDGER, out_topic
from schakel import codec
from schakel.envelope import read_headers
from schakel.messages import Receipt
from tests.support.partners import Partners
from tests.support.realcluster import RealCluster
from tests.system.conftest import check

DOOR = "politie-amsterdam"
HITS, TRIES = 3, 60


def stands(cluster: RealCluster, event_id: str) -> bool:
    cluster.wire.poll(0.002)
    return any(read_headers(raw.headers).id == event_id for raw in cluster.wire.topic(LEDGER))


def answered(cluster: RealCluster, event_id: str) -> bool:
    messages = (codec.decode_message(raw.value) for raw in cluster.wire.topic(out_topic(DOOR)))
    return any(isinstance(message, Receipt) and message.about == event_id for message in messages)


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timing
@pytest.mark.timeout(600)
def test_killed_between_the_append_and_the_receipt(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    """It is frozen as soon as the event stands in the ledger. Had the receipt gone out by then, it is tried again."""
    cluster.up()
    cluster.settle()
    at_work, intake, between = partners(43), cluster.workers["intake-0"], list[str]()
    for _ in range(TRIES):
        sent = at_work.report(DOOR)
        cluster.until(lambda sent=sent: stands(cluster, sent.id), "the report stands in the ledger")
        intake.freeze()
        cluster.wire.catch_up()
        if answered(cluster, sent.id):
            intake.wake()
            continue
        intake.kill()
        between.append(sent.id)
        intake.start()
        cluster.until(intake.ready, "intake is back")
        if len(between) == HITS:
            break
    assert len(between) == HITS, "it was never killed between the two"
    evidence = check(cluster, at_work)
    for event_id in between:
        receipts = [(one, receipt) for one, receipt in evidence.receipts(DOOR) if receipt.about == event_id]
        assert len({one for one, _ in receipts}) == 1
        places = {(entry.partition, entry.offset) for entry in evidence.ledger if entry.id == event_id}
        assert {(r.position.partition, r.position.offset) for _, r in receipts if r.position} == {min(places)}
