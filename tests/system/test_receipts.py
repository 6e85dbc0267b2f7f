"""Intake is killed between the append and the receipt: the receipt follows, once, and says where the event stands."""

from collections.abc import Callable

import pytest

from backbone.kafka.names import LEDGER, out_topic
from schakel import codec
from schakel.envelope import read_headers
from schakel.messages import Receipt, ReceiptStatus
from tests.support.partners import Partners, Sent
from tests.support.realcluster import RealCluster
from tests.system.conftest import check

DOOR = "politie-amsterdam"
BURST, HITS, TRIES = 40, 3, 60


def standing(cluster: RealCluster, sent: list[Sent]) -> set[str]:
    """Which of these stand in the ledger."""
    cluster.wire.poll(0.002)
    there = {read_headers(raw.headers).id for raw in cluster.wire.topic(LEDGER)}
    return {one.id for one in sent} & there


def answered(cluster: RealCluster) -> set[str | None]:
    """What the door has receipts about."""
    messages = [codec.decode_message(raw.value) for raw in cluster.wire.topic(out_topic(DOOR))]
    return {message.about for message in messages if isinstance(message, Receipt)}


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timing
@pytest.mark.timeout(600)
def test_killed_between_the_append_and_the_receipt(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    """It is frozen as soon as one of many stands in the ledger. Had all their receipts gone out by then, it is tried again."""
    cluster.up()
    cluster.settle()
    at_work, intake, between, kills = partners(43), cluster.workers["intake-0"], set[str](), 0
    for _ in range(TRIES):
        sent = [at_work.report(DOOR) for _ in range(BURST)]
        cluster.until(lambda sent=sent: standing(cluster, sent), "a report stands in the ledger")
        intake.freeze()
        cluster.wire.catch_up()
        without = standing(cluster, sent) - answered(cluster)
        if not without:
            intake.wake()
            continue
        intake.kill()
        kills += 1
        between |= without
        intake.start()
        cluster.until(intake.ready, "intake is back")
        if kills == HITS:
            break
    assert kills == HITS, "it was never killed between the two"
    evidence = check(cluster, at_work)
    for event_id in between:
        receipts = [
            (one, receipt)
            for one, receipt in evidence.receipts(DOOR)
            if receipt.about == event_id and receipt.status is ReceiptStatus.ACCEPTED
        ]  # the partners sometimes use the id once more for something else, and are refused
        assert len({one for one, _ in receipts}) == 1
        places = {(entry.partition, entry.offset) for entry in evidence.ledger if entry.id == event_id}
        assert {(r.position.partition, r.position.offset) for _, r in receipts if r.position} == {min(places)}
