"""A record that nobody can read, given up by an operator: an event in the ledger, on which every service lets go of it, goes on with
what waits behind it, and which every replay reads the same way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from backbone.casework import LEDGER
from backbone.cli.voiding import voided
from backbone.store.rows import Outgoing
from schakel import codec
from schakel.case_state import Effect, ReferralState
from schakel.events import Event
from schakel.events.contact import ContactMade
from schakel.events.referral import ReferralProposed
from schakel.history import History, collect
from schakel.ids import service_source
from schakel.messages import ReceiptStatus, ReferralOffered
from schakel.record import Raw
from tests.services.test_parked import (
    DOOR,
    HELP,
    contact,
    grant,
    in_newer_schema,
    learn,
    opened,
    parked,
    record,
    states,
)
from tests.support.minicluster import PARTITIONS, MiniCluster
from tests.support.postgres import Postgres

GARBAGE = b"\x00\x00\x00\xff\xff what is this?"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> MiniCluster:
    """On SQLite, or on PostgreSQL for a test that asks for both."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return MiniCluster(tmp_path)
    url = request.getfixturevalue("server").database()
    return MiniCluster(tmp_path, lambda: url)


on_both = pytest.mark.parametrize(
    "cluster", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def raw_of(cluster: MiniCluster, sent: Outgoing) -> Raw:
    """Where a record came to stand."""
    found = [raw for partition in range(PARTITIONS) for raw in cluster.topics[LEDGER, partition]]
    return next(raw for raw in found if (raw.value, raw.headers) == (sent.value, sent.headers))


def give_up(cluster: MiniCluster, raw: Raw, case: str | None = None) -> Outgoing:
    """As `backbone park drop` does it."""
    made = voided(raw, states(cluster, case)[1] if case else None, "cannot_be_read")
    cluster.append(made)
    return made


def replayed(cluster: MiniCluster, case: str) -> History:
    """As `schakel replay` and an auditor see it."""
    return collect(raw for partition in range(PARTITIONS) for raw in cluster.topics[LEDGER, partition])[case]


def nothing_waits(cluster: MiniCluster) -> bool:
    return not any(parked(cluster).values())


def agreed(cluster: MiniCluster, case: str) -> History:
    """What every service has, and a replay as well."""
    history = replayed(cluster, case)
    assert states(cluster, case) == [history.state] * len(cluster.services)
    return history


@on_both
@pytest.mark.parametrize("batch", [1, 500])
def test_a_case_goes_on_behind_what_was_given_up(cluster: MiniCluster, batch: int) -> None:
    case = opened(cluster)
    stuck = record(cluster, case, contact(cluster), GARBAGE)
    cluster.append(stuck)
    granted = cluster.send(DOOR, grant(cluster, case), case)
    if batch == 1:
        cluster.settle(batch)  # else all of it comes in one batch
        assert not nothing_waits(cluster)
        assert granted not in cluster.receipts(DOOR)
    else:
        cluster.work(cluster.services[0], batch)
    give_up(cluster, raw_of(cluster, stuck), case if batch == 1 else None)
    cluster.settle(batch)
    assert nothing_waits(cluster)
    history = agreed(cluster, case)
    assert not history.unread, "an auditor is not told to look for what was given up"
    assert [step.effect for step in history.steps if step.entry.event.TYPE == "event.voided"] == [Effect.RECORDED]
    assert not history.state.contacts, "it has no effect"
    assert cluster.receipts(DOOR)[granted].status is ReceiptStatus.ACCEPTED
    assert [one.case for one in cluster.out(HELP) if isinstance(one, ReferralOffered)] == [case]
    assert {one.to for one in history.state.referrals.values() if one.state is ReferralState.DELIVERED} == {HELP}


@on_both
def test_who_told_it_is_refused_now_and_when_it_is_sent_again(cluster: MiniCluster) -> None:
    case = opened(cluster)
    newer = record(cluster, case, contact(cluster), in_newer_schema(contact(cluster)))
    about = dict(newer.headers)["ce_id"].decode()
    cluster.append(newer)
    cluster.settle()
    give_up(cluster, raw_of(cluster, newer), case)
    cluster.settle()
    refusal = cluster.receipts(DOOR)[about].refusal
    assert refusal
    assert refusal.code == "event.given_up"
    before = len(cluster.out(DOOR))
    cluster.send(DOOR, contact(cluster), case, about)
    cluster.settle()
    assert [one.refusal for one in cluster.out(DOOR)[before:]] == [refusal]  # type: ignore[attr-defined]
    cluster.rebuild("intake")
    cluster.send(DOOR, contact(cluster), case, about)
    cluster.settle()
    assert cluster.receipts(DOOR)[about].refusal == refusal
    assert not agreed(cluster, case).state.contacts


def test_given_up_twice_is_given_up_once(cluster: MiniCluster) -> None:
    case = opened(cluster)
    stuck = record(cluster, case, contact(cluster), GARBAGE)
    cluster.append(stuck)
    cluster.settle()
    raw = raw_of(cluster, stuck)
    first = give_up(cluster, raw, case)
    assert give_up(cluster, raw, case).headers == first.headers
    cluster.settle()
    later = cluster.send(DOOR, contact(cluster), case)
    cluster.settle()
    give_up(cluster, raw, case)
    cluster.settle()
    history = agreed(cluster, case)
    effects = [step.effect for step in history.steps if step.entry.event.TYPE == "event.voided"]
    assert effects == [Effect.RECORDED, Effect.DUPLICATE, Effect.DUPLICATE]
    assert len(history.state.contacts) == 1
    assert cluster.receipts(DOOR)[later].status is ReceiptStatus.ACCEPTED


def test_a_case_waits_until_the_last_that_cannot_be_read_is_given_up(cluster: MiniCluster) -> None:
    case = opened(cluster)
    stuck = [record(cluster, case, contact(cluster), GARBAGE + bytes([number])) for number in range(2)]
    for one in stuck:
        cluster.append(one)
        cluster.append(record(cluster, case, contact(cluster)))
    cluster.settle()
    give_up(cluster, raw_of(cluster, stuck[1]), case)
    cluster.settle()
    assert not any(state.contacts for state in states(cluster, case)), "the first still stands before them"
    give_up(cluster, raw_of(cluster, stuck[0]), case)
    cluster.settle()
    assert nothing_waits(cluster)
    assert len(agreed(cluster, case).state.contacts) == 2


@pytest.mark.parametrize("name", ["intake", "routing", "consent", "followup", "cases"])
def test_a_database_that_is_built_anew_comes_to_the_same(tmp_path: Path, name: str) -> None:
    cluster = MiniCluster(tmp_path)
    case = opened(cluster)
    stuck = record(cluster, case, contact(cluster), GARBAGE)
    cluster.append(stuck)
    cluster.send(DOOR, grant(cluster, case), case)
    cluster.settle()
    give_up(cluster, raw_of(cluster, stuck), case)
    cluster.settle()
    sent = {place: len(records) for place, records in cluster.topics.items() if records}
    cluster.rebuild(name)
    assert nothing_waits(cluster)
    agreed(cluster, case)
    assert {place: len(records) for place, records in cluster.topics.items() if records} == sent, (
        "nothing is said again"
    )


def test_only_an_operator_gives_up(cluster: MiniCluster) -> None:
    case = opened(cluster)
    stuck = record(cluster, case, contact(cluster), GARBAGE)
    cluster.append(stuck)
    cluster.settle()
    made = voided(raw_of(cluster, stuck), None, "cannot_be_read")
    headers = tuple(
        (name, service_source("routing").encode() if name == "ce_source" else value) for name, value in made.headers
    )
    cluster.append(replace(made, headers=headers))
    cluster.settle()
    assert all(len(found) == 2 for found in parked(cluster).values())
    assert replayed(cluster, case).steps[-1].effect is Effect.NOT_UNDERSTOOD
    assert len(replayed(cluster, case).unread) == 1


def test_what_can_be_read_is_not_given_up(cluster: MiniCluster) -> None:
    """Else a replay, which can read it, would know more than who parked it behind another."""
    case = opened(cluster)
    waits = record(cluster, case, contact(cluster))
    stuck = record(cluster, case, contact(cluster), GARBAGE)
    cluster.append(stuck)
    cluster.append(waits)
    cluster.settle()
    give_up(cluster, raw_of(cluster, waits), case)
    give_up(cluster, raw_of(cluster, stuck), case)
    cluster.settle()
    assert nothing_waits(cluster)
    assert len(agreed(cluster, case).state.contacts) == 1


@pytest.mark.parametrize("key", [None, b"k" * 300, b"watermark"], ids=lambda key: repr(key)[:16])
def test_garbage_of_no_case(cluster: MiniCluster, key: bytes | None) -> None:
    garbage = Outgoing(LEDGER, 0, key, b"\x00garbage", (("ce_id", b"\xff"),))
    cluster.append(garbage)
    cluster.settle()
    assert not nothing_waits(cluster)
    give_up(cluster, raw_of(cluster, garbage))
    cluster.settle()
    assert nothing_waits(cluster)
    agreed(cluster, opened(cluster))


def test_an_own_conclusion_that_broke_on_its_way_is_concluded_again(
    cluster: MiniCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[Outgoing] = []
    route = cluster._route

    def breaks(one: Outgoing) -> None:
        if not broken and _type(one) is ReferralProposed:
            one = replace(one, value=GARBAGE)
            broken.append(one)
        route(one)

    monkeypatch.setattr(cluster, "_route", breaks)
    case = opened(cluster)
    assert not nothing_waits(cluster)
    give_up(cluster, raw_of(cluster, broken[0]), case)
    cluster.settle()
    assert nothing_waits(cluster)
    again = dict(broken[0].headers)["ce_id"].decode()
    assert again in {step.entry.id for step in agreed(cluster, case).steps}


def _type(one: Outgoing) -> type[Event] | None:
    return type(codec.decode_event(one.value)) if one.topic == LEDGER else None


def test_a_version_that_can_read_it_when_it_is_given_up_keeps_it(
    cluster: MiniCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upgrade came first: then all services read it, and the operator's word comes too late for all of them."""
    case = opened(cluster)
    newer = record(cluster, case, contact(cluster), in_newer_schema(contact(cluster)))
    cluster.append(newer)
    cluster.settle()
    learn(monkeypatch, ContactMade)
    give_up(cluster, raw_of(cluster, newer), case)
    cluster.settle()
    cluster.retry_parked()
    assert nothing_waits(cluster)
    assert len(agreed(cluster, case).state.contacts) == 1
