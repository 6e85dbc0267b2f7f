"""Clocks by the ledger's own time: 48 hours in Groningen, no limit in Amsterdam, and an outage of ours that accuses nobody."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from schakel.case_state import Clock, ClockState
from schakel.events.clock import ClockBreached, ClockReminded
from schakel.events.contact import ContactMade
from schakel.events.vocab import Channel, Identity, Person
from schakel.messages import Reminder
from tests.support.partners import Partners, Sent
from tests.support.realcluster import RealCluster
from tests.support.truths import Evidence
from tests.system.conftest import check

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
NORTH, SOUTH, COORDINATOR = "politie-noord", "politie-amsterdam", "gemeente-groningen"


def told(at_work: Partners, partner: str) -> Sent:
    return at_work.report(partner, identity=Identity.BY_NAME)


def case_of(evidence: Evidence, sent: Sent) -> str:
    """The case, by the report's receipt."""
    found = {receipt.case for _, receipt in evidence.receipts(sent.partner) if receipt.about == sent.id}
    (case,) = found
    assert case
    return case


def clock(evidence: Evidence, case: str) -> Clock:
    """The clock with a limit, or the only one."""
    clocks = list(evidence.replayed()[case].clocks.values())
    with_limit = [one for one in clocks if one.due_at]
    return with_limit[0] if with_limit else clocks[0]


def conclusions(evidence: Evidence, case: str, kind: type) -> list[object]:
    seen = {entry.id: entry.event for entry in evidence.histories()[case] if isinstance(entry.event, kind)}
    return list(seen.values())


def reached(
    cluster: RealCluster, evidence: Callable[[], Evidence], condition: Callable[[Evidence], bool], what: str
) -> Evidence:
    """Watermarks come by themselves a moment after the clock was moved."""

    def look() -> Evidence | None:
        cluster.wire.catch_up()
        found = evidence()
        return found if condition(found) else None

    found = cluster.until(look, what)
    assert found
    return found


def made(at_work: Partners, case: str, at: datetime) -> None:
    at_work.tell(NORTH, ContactMade(whom=Person.VICTIM, at=at, channel=Channel.TELEPHONE), case)


def test_forty_eight_hours(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    cluster.up()
    at_work = partners(41)
    north, south = told(at_work, NORTH), told(at_work, SOUTH)
    evidence = check(cluster)
    here, there = case_of(evidence, north), case_of(evidence, south)
    due_at = clock(evidence, here).due_at
    assert due_at
    assert clock(evidence, there).due_at is None, "Amsterdam promised no term"

    cluster.advance(timedelta(hours=25))
    read = lambda: Evidence.read(cluster.wire.records)  # noqa: E731
    reached(cluster, read, lambda e: bool(conclusions(e, here, ClockReminded)), "the coordinator is reminded")
    evidence = check(cluster)
    assert not conclusions(evidence, here, ClockBreached)
    cluster.advance(timedelta(hours=24))
    reached(cluster, read, lambda e: bool(conclusions(e, here, ClockBreached)), "the clock is breached")
    evidence = check(cluster)
    assert len(conclusions(evidence, here, ClockReminded)) == len(conclusions(evidence, here, ClockBreached)) == 1
    said = [
        one.message
        for one in evidence.outs[COORDINATOR]
        if isinstance(one.message, Reminder) and one.message.case == here
    ]
    assert [one.breached for one in said] == [False, True]
    assert not conclusions(evidence, there, ClockBreached)

    made(at_work, here, due_at - timedelta(hours=1))  # in time, and written down too late
    evidence = check(cluster)
    assert (clock(evidence, here).state, clock(evidence, here).breached) == (ClockState.CORRECTED, False)


def test_an_outage_of_ours_accuses_nobody(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    """Intake is down over the due moment. The contact was made and sent in time, and waits in the partner's topic."""
    cluster.up()
    at_work = partners(43)
    in_time, late = told(at_work, NORTH), told(at_work, NORTH)
    evidence = check(cluster)
    kept, broken = case_of(evidence, in_time), case_of(evidence, late)
    due_at = clock(evidence, kept).due_at
    assert due_at
    cluster.workers["intake-0"].kill()
    cluster.advance(timedelta(hours=47))
    made(at_work, kept, cluster.time.now())
    cluster.wire.flush()
    cluster.advance(timedelta(hours=30))
    assert cluster.time.now() > due_at
    cluster.workers["intake-0"].start()
    read = lambda: Evidence.read(cluster.wire.records)  # noqa: E731
    reached(cluster, read, lambda e: bool(conclusions(e, broken, ClockBreached)), "the other clock is breached")
    evidence = check(cluster)
    assert not conclusions(evidence, kept, ClockBreached)
    assert clock(evidence, kept).state is ClockState.STOPPED
