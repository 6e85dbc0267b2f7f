"""Unique words in every personal field of every told type: found on no topic, in no database, in no log or metric; and after an
erasure not to be had from anything that remains."""

import logging
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY, generate_latest

from backbone.contract.examples_told import OTHER_CASE, REFERRAL, example_id, told_example
from backbone.keys import Rotation
from backbone.keys.rotation import FAMILIES
from schakel import codec
from schakel.events import TOLD
from schakel.events.vocab import Role
from schakel.messages import Receipt, ReferralOffered
from schakel.record import Raw
from schakel.timesource import SystemTime
from tests.services.test_parked import DOOR, HELP, opened
from tests.support.canaries import SUBJECTS, WORD, Canaries, forms, found_in
from tests.support.minicluster import MiniCluster
from tests.support.postgres import Postgres
from tests.support.remains import recoverable

LEDGER, CITY, ADVISER = "schakel.ledger", "gemeente-amsterdam", "discriminatie-nl-amsterdam"
EVENING = datetime(2026, 3, 28, 18, tzinfo=UTC)
"""Of the day on which the examples take place: nothing in them is in the future."""

OPERATORS = {"agreement.ended", "agreement.signed", "event.voided", "partner.restored", "partner.suspended"}
REFUSED = {
    **dict.fromkeys(OPERATORS, "right.missing"),
    "category.set": "category.unknown",  # of a scheme that this chain does not have
    "checklist.answered": "checklist.unknown",
    "minutes.recorded": "consultation.unknown",
    "inquiry.requested": "inquiry.not_agreed",  # no agreement stands under which partners ask each other
    **dict.fromkeys(
        ("overview.released", "overview.release_withdrawn"), "right.missing"
    ),  # the mayor's, or an alderman's
    "inquiry.answered": "inquiry.not_yours",
    "statement.published": "statement.personal",  # nothing personal may be sealed in it
    "aftercare.answered": "aftercare.personal",  # of the example, which is about a street
}
"""What intake has to refuse here. All other types have to be let in, or no canary in them flies any further than the door."""
TELLERS = {
    **dict.fromkeys(("referral.accepted", "referral.declined", "referral.completed", "feedback.given"), HELP),
    **dict.fromkeys(("close.requested", "escalation.requested", "inquiry.requested"), CITY),
    "advice.given": ADVISER,
}
"""Who may tell it; the door tells all others."""
ENDS = ("consent.refused", "consent.withdrawn", "erasure.requested", "close.requested", "statement.retracted")
"""Told last: after them others may be refused."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> Callable[[], str] | None:
    """A new database on the server; None: SQLite."""
    if request.param == "sqlite":
        return None
    server: Postgres = request.getfixturevalue("postgres")
    return server.database


@pytest.fixture
def addresses() -> list[str]:
    """Of the databases that a test made on the server."""
    return []


@pytest.fixture
def cluster(tmp_path: Path, url: Callable[[], str] | None, addresses: list[str]) -> Iterator[MiniCluster]:
    def made() -> str:
        assert url
        addresses.append(url())
        return addresses[-1]

    cluster = MiniCluster(tmp_path, made if url else None)
    yield cluster
    cluster.close()


def everything(cluster: MiniCluster, directory: Path, addresses: list[str]) -> Iterator[tuple[str, bytes]]:
    for (topic, partition), raws in cluster.topics.items():
        for raw in raws:
            pieces = (raw.key, raw.value, *(value for _, value in raw.headers))
            yield f"{topic}/{partition}", b"\n".join(piece for piece in pieces if piece)
    for path in directory.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
    for address in addresses:
        yield from columns(address)
    yield "metrics", generate_latest(REGISTRY)


def columns(address: str) -> Iterator[tuple[str, bytes]]:
    """Every value of every table of every schema, as it is and not as a dump would write it."""
    engine = sa.create_engine(address)
    inspector = sa.inspect(engine)
    with engine.connect() as connection:
        for schema in inspector.get_schema_names():
            if schema.startswith(("pg_", "information_schema")):
                continue
            for table in inspector.get_table_names(schema):
                for row in connection.execute(sa.text(f'SELECT * FROM "{schema}"."{table}"')):
                    values = (bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
                    yield f"{schema}.{table}", b"\n".join(values)
    engine.dispose()


def flock(cluster: MiniCluster) -> tuple[dict[str, str], str]:
    """Every told type by whoever may tell it, in a case that has what it speaks of; then by two partners, the second of whom has
    nothing to do with most of it; and what is badly sealed. Returns the types of the first by their events' ids, and the case."""
    cluster.time.at = EVENING
    canaries, key = Canaries(), cluster.keys.door_keys()[0]
    case, flown = fly(cluster, canaries)
    for partner in (DOOR, HELP):
        for event_id, event in canaries.told(key):
            in_case = case if type(event).IN_CASE and type(event).TYPE != "report.received" else None
            cluster.send(partner, event, in_case, event_id)
            cluster.send(partner, event, in_case)  # under another id: each part is of another event
    cluster.settle()
    return flown, case


def fly(cluster: MiniCluster, canaries: Canaries) -> tuple[str, dict[str, str]]:
    """As partners do it: what is spoken of comes before what speaks of it."""
    report = cluster.send(DOOR, told_example("report.received").model_copy(update={"sealed": ()}))
    other = opened(cluster)
    case = cluster.receipts(DOOR)[report].case
    assert case
    (offer,) = [one for one in cluster.out(HELP) if isinstance(one, ReferralOffered)]
    told = {type(event).TYPE: (event_id, event) for event_id, event in canaries.told(cluster.keys.door_keys()[0])}
    there = {example_id(name): event_id for name, (event_id, _) in told.items()}
    there |= {REFERRAL: offer.referral, OTHER_CASE: other}

    def speaks_of(name: str) -> dict[str, str]:
        return {field: there[value] for field, value in told[name][1] if isinstance(value, str) and value in there}

    for name in sorted(told, key=lambda name: (name in ENDS, bool(speaks_of(name)), name)):
        event_id, event = told[name]
        changed = speaks_of(name) | ({"to": Role.ANTI_DISCRIMINATION} if name == "advice.requested" else {})
        in_case = case if event.IN_CASE and name != "report.received" else None
        cluster.send(TELLERS.get(name, DOOR), event.model_copy(update=changed), in_case, event_id)
        cluster.settle()
    return case, {event_id: name for name, (event_id, _) in told.items()}


def answers(cluster: MiniCluster) -> dict[str | None, Receipt]:
    """To whatever anybody sent."""
    return {
        about: receipt for partner in cluster.chains.partners for about, receipt in cluster.receipts(partner).items()
    }


def park_one(cluster: MiniCluster) -> None:
    """A record that a newer version might have written, with sealed parts in it: every service puts it aside."""
    (place, raw) = next(
        (place, raw)
        for place, raws in cluster.topics.items()
        if place[0] == LEDGER
        for raw in reversed(raws)
        if raw.value and getattr(codec.decode_event(raw.value), "sealed", ())
    )
    assert raw.value
    newer = b"\x00\x00\x7f\xff\xff" + raw.value[5:]
    offset = len(cluster.topics[place])
    cluster.topics[place].append(Raw(LEDGER, place[1], offset, raw.timestamp_ms, raw.key, newer, raw.headers))
    cluster.settle()


def test_no_canary_is_found(
    cluster: MiniCluster,
    tmp_path: Path,
    addresses: list[str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    flown, _ = flock(cluster)
    refused = {
        flown[about]: receipt.refusal.code
        for about, receipt in answers(cluster).items()
        if receipt.refusal and about in flown
    }
    assert refused == REFUSED
    assert {flown[entry.id] for entry in cluster.ledger() if entry.id in flown} == set(TOLD) - set(REFUSED)
    park_one(cluster)
    looked = list(everything(cluster, tmp_path, addresses))
    for place in ("schakel.ledger", "schakel.refused", "schakel.in.", "schakel.out.", "keys.db", "metrics"):
        assert any(name.startswith(place) for name, _ in looked), f"{place} was looked into"
    said = capfd.readouterr()
    logs = [("log", caplog.text.encode()), ("output", (said.out + said.err).encode())]
    assert [name for name, content in [*looked, *logs] if found_in(content)] == []
    assert all(service.store.depths()["parked"] for service in cluster.services if service.processor.name == "routing")


def test_a_canary_that_got_out_is_found(cluster: MiniCluster, tmp_path: Path, addresses: list[str]) -> None:
    """In each form, and in a database as well as beside it."""
    assert all(found_in(b"...." + form + b"....") for form in forms(WORD))
    assert found_in(f"{WORD}-00007".encode().hex().encode())
    cluster.put(DOOR, f'{{"story": "{WORD}-00001"}}'.encode(), ())
    cluster.settle()
    assert {name for name, content in everything(cluster, tmp_path, addresses) if found_in(content)} == {
        f"schakel.in.{DOOR}/0"
    }
    store = cluster.services[0].store
    with store._engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE leaked (word TEXT)")
        connection.exec_driver_sql(f"INSERT INTO leaked VALUES ('{WORD}-00002')")
    assert len({name for name, content in everything(cluster, tmp_path, addresses) if found_in(content)}) > 1


def test_after_an_erasure_nothing_that_remains_opens_it(cluster: MiniCluster, tmp_path: Path) -> None:
    """What was sealed of her is gone from the ledger at once; what waits sealed to the door, when that door's key is retired; and what
    old copies hold, when the key that wraps them is destroyed."""
    _, case = flock(cluster)
    ledger = [raw for (topic, _), raws in cluster.topics.items() if topic == LEDGER for raw in raws]
    inbound = [raw for (topic, _), raws in cluster.topics.items() if topic.startswith("schakel.in.") for raw in raws]
    here, backup = tmp_path / "keys", tmp_path.parent / f"{tmp_path.name}-backup"
    shutil.copytree(here, backup)
    before = recoverable([here], ledger, inbound)
    assert {(case, who) for who in SUBJECTS} <= before.people, "the search opens what can be opened"
    assert before.waiting

    cluster.keys.destroy(case, "victim")
    now = recoverable([here], ledger, inbound)
    assert before.people - now.people == {(case, "victim")}
    assert now.waiting == before.waiting, "partners' messages still wait, sealed to the door"
    assert (case, "victim") in recoverable([here, backup], ledger).people, "a backup still has it"

    old_door = cluster.keys.door_keys()[0].kid
    cluster.keys.rotate_door()
    cluster.keys.retire_door(old_door)
    rotation = Rotation(cluster.keys._engine, cluster.keys.files, SystemTime())
    for family in FAMILIES:
        rotation.rotate(family)
        rotation.retire(family)
    for name in ("door.json", "data.json"):  # backups of these are destroyed with them, as the operator is told
        (backup / name).unlink()
    final = recoverable([here, backup], ledger, inbound)
    assert final.people == now.people
    assert final.waiting == frozenset()
