"""Follow-up is killed between the due moment and the breach, and again while it says so: exactly one breach takes effect."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from schakel.case_state import ClockState
from schakel.events.chain import WatermarkPassed
from schakel.events.clock import ClockBreached
from schakel.messages import Reminder
from tests.support.partners import Partners
from tests.support.realcluster import RealCluster
from tests.support.truths import Evidence
from tests.system.conftest import check
from tests.system.test_clock import COORDINATOR, NORTH, case_of, clock, reached, told

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing]


def breaches(evidence: Evidence, case: str) -> list[str]:
    """Every record of a breach, also one that was appended twice."""
    return [entry.id for entry in evidence.histories()[case] if isinstance(entry.event, ClockBreached)]


def watermark_behind(due_at: datetime) -> Callable[[Evidence], bool]:
    """Whether intake has said that everything before this moment is in the ledger."""
    return lambda evidence: any(
        isinstance(entry.event, WatermarkPassed) and entry.event.at >= due_at for entry in evidence.ledger
    )


def test_killed_between_due_and_breach(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    cluster.up()
    at_work = partners(47)
    sent = [told(at_work, NORTH) for _ in range(12)]
    evidence = check(cluster)
    cases = [case_of(evidence, one) for one in sent]
    due_at = max(found for case in cases if (found := clock(evidence, case).due_at))
    read = lambda: Evidence.read(cluster.wire.records)  # noqa: E731

    cluster.workers["followup-0"].kill()
    cluster.advance(timedelta(hours=49))
    reached(cluster, read, watermark_behind(due_at), "the watermark behind the due moment is in the ledger")
    assert not any(breaches(read(), case) for case in cases)

    cluster.workers["followup-0"].start()
    reached(cluster, read, lambda e: any(breaches(e, case) for case in cases), "the first breach is in the ledger")
    cluster.workers["followup-0"].kill()  # some are said, some are not, and none of them may have been read back
    cluster.workers["followup-0"].start()
    reached(cluster, read, lambda e: all(breaches(e, case) for case in cases), "every clock is breached")

    evidence = check(cluster)
    for case in cases:
        assert len(set(breaches(evidence, case))) == 1, "one breach, under one id"
        found = clock(evidence, case)
        assert (found.state, found.breached) == (ClockState.BREACHED, True)
        said = {one.envelope.id for one in evidence.outs[COORDINATOR] if _breached(one.message, case)}
        assert len(said) == 1, "told once; the same message again has the same id"


def _breached(message: object, case: str) -> bool:
    return isinstance(message, Reminder) and message.case == case and message.breached
