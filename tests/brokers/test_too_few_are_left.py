"""Two of three are gone: nothing can be kept twice, so nothing is acknowledged. Intake, which has something to append, says so, and all go
on when one is back. Who only reads may find what it needs at the broker that is left."""

import time

import pytest

from backbone.kafka.names import LEDGER
from backbone.supervisor.probe import readiness
from tests.brokers.conftest import WITHIN_S, Stack

pytestmark = [pytest.mark.slow, pytest.mark.kafka, pytest.mark.timing, pytest.mark.timeout(900)]


def waiting_for_kafka(stack: Stack) -> list[str]:
    """The services that are not ready and say that it is Kafka that they wait for."""
    found = {label: readiness(worker.url) for label, worker in stack.cluster.workers.items()}
    return [label for label, health in found.items() if not health.ready and "Kafka" in health.reason]


def test_two_are_killed(stack: Stack) -> None:
    with stack.load() as load:
        stack.receipts_come(load)
        left = stack.cluster.until(lambda: stack.three.leader(LEDGER, 0), "somebody leads")
        gone = [node for node in stack.three.kafka.nodes if node is not left]
        for node in gone:
            node.kill()
        since = time.monotonic()
        stack.cluster.until(lambda: "intake-0" in waiting_for_kafka(stack), "intake says so", WITHIN_S)
        assert load.answered(since) == 0, "nothing is acknowledged that one broker alone has"
        stack.three.kafka.start_again(gone[0], timeout_s=WITHIN_S)
        stack.receipts_come(load, since=since)
        workers = stack.cluster.workers.values()
        stack.cluster.until(lambda: all(worker.ready() for worker in workers), "every service is ready", WITHIN_S)
        stack.whole()
        seen = load.finish()
    stack.check(seen)
