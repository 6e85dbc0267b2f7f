"""Two of three are gone: nothing can be kept twice, so nothing is acknowledged. The services say so and go on when one is back."""

import time

import pytest

from backbone.kafka.names import LEDGER
from backbone.supervisor.probe import readiness
from tests.brokers.conftest import WITHIN_S, Stack

pytestmark = [pytest.mark.slow, pytest.mark.kafka, pytest.mark.timing, pytest.mark.timeout(900)]


def reasons(stack: Stack) -> dict[str, str]:
    """What each service says that is not ready."""
    found = {label: readiness(worker.url) for label, worker in stack.cluster.workers.items()}
    return {label: health.reason for label, health in found.items() if not health.ready}


def test_two_are_killed(stack: Stack) -> None:
    with stack.load() as load:
        stack.receipts_come(load)
        left = stack.cluster.until(lambda: stack.three.leader(LEDGER, 0), "somebody leads")
        gone = [node for node in stack.three.kafka.nodes if node is not left]
        for node in gone:
            node.kill()
        since = time.monotonic()
        stack.cluster.until(
            lambda: len(reasons(stack)) == len(stack.cluster.workers), "every service is not ready", WITHIN_S
        )
        said = reasons(stack)
        assert all("Kafka" in reason or "broker" in reason for reason in said.values()), said
        assert load.answered(since) == 0, "nothing is acknowledged that one broker alone has"
        stack.three.kafka.start_again(gone[0], timeout_s=WITHIN_S)
        stack.receipts_come(load, since=since)
        stack.cluster.until(lambda: not reasons(stack), "every service is ready", WITHIN_S)
        stack.whole()
        seen = load.finish()
    stack.check(seen)
