"""What stands in the ledger and cannot be read by this version: parked, its case queues behind it, the others go on, and it can be
tried again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from backbone.casework import LEDGER
from backbone.desks import load_desks
from backbone.engine.processor import Offers
from backbone.records import ledger_record
from backbone.store.rows import Outgoing
from schakel import case_state, codec
from schakel.case import FOLD_VERSION, conclude
from schakel.case_state import ReferralState, State
from schakel.envelope import Envelope
from schakel.events import Event
from schakel.events.consent import ConsentGranted
from schakel.events.contact import ContactMade
from schakel.events.report import CaseOpened, Place, ReportFacts, ReportReceived
from schakel.events.vocab import Channel, Identity, Nature, Person
from schakel.ids import new_event_id, partner_source
from schakel.messages import ConsentQuestion, ReceiptStatus, ReferralOffered
from services.routing.processor import RoutingRules
from tests.support.minicluster import PARTITIONS, MiniCluster

DOOR, HELP = "politie-amsterdam", "slachtofferhulp"
NEWER = 9_001
"""A schema that this version does not know."""


def opened(cluster: MiniCluster) -> str:
    place = Place(municipality="amsterdam", district="oost")
    facts = ReportFacts(identity=Identity.BY_NAME, natures=(Nature.ASSAULT,), place=place)
    event = cluster.send(DOOR, ReportReceived(reported_at=cluster.time.now(), facts=facts))
    cluster.settle()
    case = cluster.receipts(DOOR)[event].case
    assert case
    return case


def record(cluster: MiniCluster, case: str, event: Event, value: bytes | None = None) -> Outgoing:
    """As a later intake would append it."""
    now = cluster.time.now()
    source = partner_source(cluster.chains.partners[DOOR].oin)
    envelope = Envelope(new_event_id(), source, event.TYPE, now, case, logtime=now, partner=DOOR)
    return Outgoing(LEDGER, None, case.encode(), value or codec.encode(event), envelope.headers())


def in_newer_schema(event: Event) -> bytes:
    return b"\x00" + NEWER.to_bytes(4, "big") + codec.encode(event)[5:]


def learn(monkeypatch: pytest.MonkeyPatch, model: type[Event]) -> None:
    """As if a version was deployed that knows the schema."""
    known = codec._by_id()
    monkeypatch.setattr(codec, "_by_id", lambda: known | {NEWER: known[codec.schema_id(model)]})


def contact(cluster: MiniCluster) -> ContactMade:
    return ContactMade(whom=Person.VICTIM, at=cluster.time.now(), channel=Channel.TELEPHONE)


def grant(cluster: MiniCluster, case: str) -> ConsentGranted:
    questions = [one for one in cluster.out(DOOR) if isinstance(one, ConsentQuestion) and one.case == case]
    return ConsentGranted(terms=next(one.terms for one in questions if one.terms.recipient == HELP))


def states(cluster: MiniCluster, case: str) -> list[State]:
    found = []
    for service in cluster.services:
        with service.store.transaction(LEDGER, 0) as tx:
            found.append(load_desks(tx, [case])[case].case)
    return found


def parked(cluster: MiniCluster) -> dict[str, list[str]]:
    return {
        service.processor.name: [f"{one.case_id}: {one.reason}" for one in service.store.parked()]
        for service in cluster.services
    }


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_a_case_waits_behind_what_cannot_be_read(cluster: MiniCluster, batch: int) -> None:
    stuck, free = opened(cluster), opened(cluster)
    before = cluster.replay(stuck)
    cluster.append(record(cluster, stuck, contact(cluster)))  # may come in one batch with what follows
    cluster.append(record(cluster, stuck, contact(cluster), b"\x00\x00\x00\xff\xff what is this?"))
    cluster.send(DOOR, grant(cluster, stuck), stuck)
    waits = cluster.send(DOOR, grant(cluster, free), free)
    cluster.settle(batch)
    for state in states(cluster, stuck):
        assert state.events == before.events + 1, "what stood before the garbage counts, whatever the batches"
        assert len(state.contacts) == 1
        assert not state.grants
    for found in parked(cluster).values():
        assert {reason.partition(": ")[0] for reason in found} == {stuck}
        reasons = [reason.partition(": ")[2].partition(":")[0] for reason in found]
        assert reasons == ["value.unknown_schema", *["behind a parked event of this case"] * (len(found) - 1)]
        # of the contact: one clock ends, that of the longest silence ends and begins
        concluded = 3 if batch == 1 else 0
        assert len(found) == 2 + concluded, "the grant, and what was concluded before the garbage was seen"
    assert cluster.receipts(DOOR)[waits].status is ReceiptStatus.ACCEPTED
    assert all(state.grants for state in states(cluster, free))
    offers = [one.case for one in cluster.out(HELP) if isinstance(one, ReferralOffered)]
    assert offers == [free]


def test_tried_again_by_a_version_that_can_read_it(cluster: MiniCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened(cluster)
    granted = grant(cluster, case)
    newer = record(cluster, case, granted, in_newer_schema(granted))
    cluster.append(newer)
    behind = cluster.send(DOOR, contact(cluster), case)
    cluster.settle()
    assert behind not in cluster.receipts(DOOR)
    assert not [one for one in cluster.out(HELP) if isinstance(one, ReferralOffered)]
    learn(monkeypatch, ConsentGranted)
    cluster.retry_parked()
    assert parked(cluster) == {service.processor.name: [] for service in cluster.services}
    assert cluster.receipts(DOOR)[behind].status is ReceiptStatus.ACCEPTED
    assert dict(newer.headers)["ce_id"].decode() in cluster.receipts(DOOR)
    assert [one.case for one in cluster.out(HELP) if isinstance(one, ReferralOffered)] == [case]
    replayed = cluster.replay(case)
    assert states(cluster, case) == [replayed] * len(cluster.services)
    assert {one.to for one in replayed.referrals.values() if one.state is ReferralState.DELIVERED} == {HELP}


def test_tried_again_too_early_it_stays_where_it_is(cluster: MiniCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened(cluster)
    cluster.append(record(cluster, case, contact(cluster)))
    cluster.append(record(cluster, case, contact(cluster), in_newer_schema(contact(cluster))))
    cluster.append(record(cluster, case, contact(cluster), b"never to be read"))
    cluster.append(record(cluster, case, contact(cluster)))
    cluster.settle()
    before = parked(cluster)
    assert all(len(found) == 3 for found in before.values()), "nothing is concluded from the first contact meanwhile"
    cluster.retry_parked()
    assert parked(cluster) == before
    assert not any(one.retry for service in cluster.services for one in service.store.parked()), (
        "asked once, tried once"
    )
    learn(monkeypatch, ContactMade)
    cluster.retry_parked()
    assert all(len(found) == 2 for found in parked(cluster).values()), "as far as it can be read, and no further"
    assert all(len(state.contacts) == 2 for state in states(cluster, case))


def test_asking_for_a_later_one_tries_the_case_in_order(cluster: MiniCluster) -> None:
    case = opened(cluster)
    cluster.append(record(cluster, case, contact(cluster), b"garbage"))
    cluster.append(record(cluster, case, contact(cluster)))
    cluster.settle()
    for service in cluster.services:
        service.store.retry_parked([service.store.parked()[-1].id])
        for partition in range(PARTITIONS):
            with service.store.transaction(LEDGER, partition) as tx:
                service.processor.retry(tx, LEDGER, partition)
    assert all(len(found) == 2 for found in parked(cluster).values())
    assert not any(state.contacts for state in states(cluster, case)), "it did not overtake what stands before it"


KEYS: list[bytes | None] = [None, b"", b"\x00\x00", b"\xff\xfe\xfd", "naïef".encode(), b"k" * 300, b"watermark"]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: repr(key)[:16])
def test_garbage_under_any_key(cluster: MiniCluster, key: bytes | None) -> None:
    for headers in ((), (("ce_id", b"\xff"),), (("", b""), ("", b""))):
        cluster.append(Outgoing(LEDGER, 0, key, b"\x00garbage", headers))
    case = opened(cluster)
    cluster.settle()
    assert all(len(found) == 3 for found in parked(cluster).values())
    assert all(state.opened for state in states(cluster, case))
    cluster.advance(timedelta(hours=1))


Change = Callable[[Outgoing], Outgoing]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda one: replace(one, key=b"c0ffee00-0000-4000-8000-000000000009"), "key.mismatch"),
        (lambda one: replace(one, headers=_with(one, "ce_type", b"nl.schakel.case.closed.v1")), "type.mismatch"),
        (lambda one: replace(one, headers=_with(one, "ce_time", b"yesterday")), "header.invalid"),
        (lambda one: replace(one, headers=()), "header.missing"),
    ],
    ids=["another key", "another type", "no moment", "no headers"],
)
def test_a_record_that_contradicts_itself_is_parked(cluster: MiniCluster, change: Change, reason: str) -> None:
    case = opened(cluster)
    before = cluster.replay(case)
    cluster.append(change(record(cluster, case, contact(cluster))))
    cluster.settle()
    assert {found[0].partition(": ")[2].partition(":")[0] for found in parked(cluster).values()} == {reason}
    assert states(cluster, case) == [before] * len(cluster.services)


def _with(one: Outgoing, name: str, value: bytes) -> tuple[tuple[str, bytes], ...]:
    return tuple((header, value if header == name else old) for header, old in one.headers)


@pytest.mark.parametrize("partner", [None, "left-the-chain-long-ago"])
def test_told_by_nobody_who_can_be_answered(cluster: MiniCluster, partner: str | None) -> None:
    """A receipt to a topic that is not there would hold up every receipt behind it; a contact by nobody has no meaning."""
    case = opened(cluster)
    headers = record(cluster, case, contact(cluster)).headers
    headers = tuple((name, value) for name, value in headers if name != "ce_partner")
    if partner:
        headers = (*headers, ("ce_partner", partner.encode()))
    cluster.append(Outgoing(LEDGER, None, case.encode(), codec.encode(contact(cluster)), headers))
    cluster.settle()
    known = {f"schakel.out.{name}" for name in cluster.chains.partners}
    assert {topic for topic, _ in cluster.topics if topic.startswith("schakel.out.")} <= known
    assert {len(state.contacts) for state in states(cluster, case)} == ({1} if partner else {0})
    assert {len(found) for found in parked(cluster).values()} == ({0} if partner else {1})


def as_opened_by_a_newer_routing(cluster: MiniCluster, case: str) -> Outgoing:
    rules = RoutingRules(cluster.chains, cluster.protocols)
    event = next(one for one in rules.decide(cluster.replay(case), None) if isinstance(one, CaseOpened))
    newer = conclude(cluster.replay(case), event.model_copy(update={"fold_version": FOLD_VERSION + 1}))
    return ledger_record(newer, None, case)


def test_a_case_of_a_newer_fold_waits_whole_and_goes_on_under_it(
    cluster: MiniCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer routing opened it; all others are still of ours. Nobody asks, delivers or starts a clock on a half-read case."""
    place = Place(municipality="amsterdam", district="oost")
    facts = ReportFacts(identity=Identity.BY_NAME, natures=(Nature.ASSAULT,), place=place)
    cluster.send(DOOR, ReportReceived(reported_at=cluster.time.now(), facts=facts))
    cluster.process(cluster.services[0], f"schakel.in.{DOOR}", 0)
    case = cluster.ledger()[0].envelope.case
    assert case
    cluster.append(as_opened_by_a_newer_routing(cluster, case))
    routing, others = cluster.services[1], [one for one in cluster.services if one.processor.name != "routing"]
    while any([cluster.work(service) for service in others]):
        pass
    assert parked(cluster).pop(routing.processor.name) == []
    for found in (parked(cluster)[service.processor.name] for service in others):
        assert found[0].startswith(
            f"{case}: fold.unknown_version: a case opened under version {FOLD_VERSION} of the fold"
        )
    raws = [raw for partition in range(PARTITIONS) for raw in cluster.topics[LEDGER, partition]]
    said = {dict(raw.headers)["ce_type"] for raw in raws}
    assert said == {b"nl.schakel.report.received.v1", b"nl.schakel.case.opened.v1"}
    monkeypatch.setattr(case_state, "FOLD_VERSION", FOLD_VERSION + 1)
    cluster.retry_parked()
    assert parked(cluster) == {service.processor.name: [] for service in cluster.services}
    assert {state.fold_version for state in states(cluster, case)} == {FOLD_VERSION + 1}
    assert [one.case for one in cluster.out(DOOR) if isinstance(one, ConsentQuestion)]


def test_every_service_says_by_which_fold_it_keeps_cases(cluster: MiniCluster) -> None:
    assert {Offers(service.processor).fold_version for service in cluster.services} == {FOLD_VERSION}
