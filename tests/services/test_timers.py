"""The index of moments: what is due goes out of it, and what comes later of the same case stays, also when nobody says anything."""

from datetime import timedelta

from sqlalchemy import select

from backbone.casework import LEDGER, timers_of
from backbone.store import tables
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.chain import WatermarkPassed
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Identity
from schakel.ids import new_event_id, service_source
from services.followup.processor import FollowupProcessor
from services.intake.processor import IntakeProcessor
from tests.support.minicluster import MiniCluster, Service

DOOR = "politie-noord"
HOUR = timedelta(hours=1)


def case_in_groningen(cluster: MiniCluster) -> str:
    """A case with a term for the first contact."""
    now = cluster.time.now()
    facts = ReportFacts(identity=Identity.BY_NAME, place=Place(municipality="groningen", district="centrum"))
    about = cluster.send(DOOR, ReportReceived(reported_at=now, facts=facts))
    cluster.settle()
    case = cluster.receipts(DOOR)[about].case
    assert case
    return case


def service(cluster: MiniCluster, name: str) -> Service:
    return next(service for service in cluster.services if service.processor.name == name)


def index(service: Service, case: str) -> set[tuple[str, int]]:
    column = tables.timer.c
    with service.store.reading() as db:
        return {(row.name, row.due_at_ms) for row in db.execute(select(tables.timer).where(column.case_id == case))}


def partition_of(cluster: MiniCluster, case: str) -> int:
    return next(entry.partition for entry in cluster.ledger(case))


def was_due(cluster: MiniCluster) -> list[tuple[str, int]]:
    """A moment of now, at which nobody has anything to say."""
    return [("was due/0", int(cluster.time.now().timestamp() * 1000))]


def test_a_watermark_takes_no_later_moment_along(cluster: MiniCluster) -> None:
    case = case_in_groningen(cluster)
    intake = service(cluster, "intake")
    assert isinstance(intake.processor, IntakeProcessor)
    watermark = intake.processor.watermark
    later = watermark.waits(cluster.replay(case))
    assert len(later) > 1
    assert index(intake, case) == set(later)
    now, partition = cluster.time.now() + HOUR, partition_of(cluster, case)
    with intake.store.transaction(LEDGER, partition) as tx:
        for topic in watermark.topics:
            tx.set_note(f"handled/{topic}", now.isoformat())
        tx.set_timers({case: [*was_due(cluster), *later]})
        logged, more = watermark.due(tx, partition)
        assert (logged is not None, more) == (True, False)
        assert watermark.due(tx, partition) == (None, False), "once for what was due"
    assert index(intake, case) == set(later)


def test_a_new_database_waits_for_what_came_behind_the_last_watermark(cluster: MiniCluster) -> None:
    """What stands before it, it was logged for; what came behind it may have a moment from before, and nobody looked at that yet."""
    case = case_in_groningen(cluster)
    intake, partition = service(cluster, "intake"), partition_of(cluster, case)
    assert isinstance(intake.processor, IntakeProcessor)
    watermark, entries = intake.processor.watermark, list(cluster.ledger(case))
    later, event = watermark.waits(cluster.replay(case)), WatermarkPassed(at=cluster.time.now() + HOUR)
    mark = Entry(Envelope(new_event_id(), service_source("intake"), event.TYPE, event.at), event, partition)
    for order, left in (([*entries, mark], set(later)), ([mark, *entries], {*was_due(cluster), *later})):
        with intake.store.transaction(LEDGER, partition) as tx:
            tx.set_timers({case: [*was_due(cluster), *later]})
            watermark.looked_at(tx, order)
            tx.advance()
        assert index(intake, case) == left


def test_who_wakes_a_case_that_lacks_nothing_leaves_what_comes_later(cluster: MiniCluster) -> None:
    case = case_in_groningen(cluster)
    followup = service(cluster, "followup")
    assert isinstance(followup.processor, FollowupProcessor)
    later = timers_of(cluster.replay(case), followup.processor.moments)
    assert len(later) > 1
    assert index(followup, case) == set(later)
    now = cluster.time.now() + HOUR
    partition = partition_of(cluster, case)
    with followup.store.transaction(LEDGER, partition) as tx:
        tx.set_timers({case: [*was_due(cluster), *later]})
        followup.processor.wake(tx, now)
        assert not tx.outgoing()
    assert index(followup, case) == set(later)
