"""Every projection built anew beside the live one: equal, also while the system runs; and what is not equal is named."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from backbone.chain_desks import ChainDesk
from backbone.cli.standing import records
from backbone.store.store import Store
from schakel.chain_state import ChainState
from schakel.events.chain import PartnerSuspended
from schakel.events.contact import ContactMade
from schakel.ids import new_event_id
from schakel.ledger import place_of
from schakel.record import Raw
from services.cases.processor import CasesProcessor
from services.hindsight.beside import Beside, Read, processors, rebuild
from services.hindsight.projection import compare
from tests.hindsight.story import CITY, HELP, groningen
from tests.support.copies import Copies
from tests.support.minicluster import PARTITIONS, MiniCluster

NAMES = ("intake", "routing", "consent", "followup", "cases", "gateway")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Copies, str]]:
    copies, case = groningen(tmp_path_factory.mktemp("beside"))
    yield copies, case
    copies.cluster.close()


def reader(cluster: MiniCluster) -> Read:
    def read(partition: int, start: int, end: int) -> Iterator[Raw]:
        return iter(cluster.topics["schakel.ledger", partition][start:end])

    return read


def beside(cluster: MiniCluster, name: str, directory: Path, read: Read | None = None) -> Beside:
    live = next(one.store for one in cluster.services if one.processor.name == name)
    make = processors(cluster.chains, cluster.protocols)[name]
    return rebuild(name, make, live, read or reader(cluster), directory)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_equal(story: tuple[Copies, str], tmp_path: Path, name: str) -> None:
    cluster = story[0].cluster
    ends = {place: len(log) for place, log in cluster.topics.items()}
    found = beside(cluster, name, tmp_path)
    assert [str(one) for one in found.differences] == []
    assert found.rows["cases"] == 1
    assert sum(found.positions.values()) == sum(
        len(log) for (topic, _), log in cluster.topics.items() if topic == "schakel.ledger"
    )
    own = {"intake": ("seen",), "cases": ("overview", "tallied"), "gateway": ("referral", "sealed")}.get(name, ())
    assert all(found.rows[part] for part in own)
    assert {place: len(log) for place, log in cluster.topics.items()} == ends, "nothing was sent"
    assert cluster.keys.door_keys(), "and no key was touched"


def test_it_is_equal_while_the_live_one_goes_on(story: tuple[Copies, str], tmp_path: Path) -> None:
    """What is told meanwhile is read by both: the last look decides how far."""
    copies, case = story
    cluster, told = copies.cluster, list[str]()

    def read(partition: int, start: int, end: int) -> Iterator[Raw]:
        if len(told) < 2:
            told.append(copies.tell(CITY, ContactMade(whom="victim", at=cluster.time.now(), channel="telephone"), case))
        return reader(cluster)(partition, start, end)

    before = sum(len(log) for (topic, _), log in cluster.topics.items() if topic == "schakel.ledger")
    found = beside(cluster, "cases", tmp_path, read)
    assert len(told) == 2
    assert found.equal
    assert sum(found.positions.values()) > before


def test_a_changed_row_is_named_in_words(story: tuple[Copies, str], tmp_path: Path) -> None:
    cluster = story[0].cluster
    cases = next(one.store for one in cluster.services if one.processor.name == "cases")
    with cases._begin() as connection:
        connection.execute(text("UPDATE overview SET status = 'closed'"))
    try:
        found = beside(cluster, "cases", tmp_path)
    finally:
        with cases._begin() as connection:
            connection.execute(text("UPDATE overview SET status = 'open'"))
    assert [one.what for one in found.differences] == [("status: closed → open",)]
    assert not found.equal


def test_a_case_that_was_folded_otherwise_is_named_in_words(story: tuple[Copies, str], tmp_path: Path) -> None:
    """The rebuild reads a ledger in which one contact is missing: as if the live one had made it up."""
    cluster = story[0].cluster

    def without_contacts(partition: int, start: int, end: int) -> Iterator[Raw]:
        for raw in reader(cluster)(partition, start, end):
            if dict(raw.headers)["ce_type"] != b"nl.schakel.contact.made.v1":
                yield raw
            else:
                assert place_of(raw)

    found = beside(cluster, "routing", tmp_path, without_contacts)
    (difference,) = found.differences
    assert difference.part == "cases"
    assert any("contact" in said or "news" in said for said in difference.what)


def put(cluster: MiniCluster, service: str, statement: str, /, **values: str) -> None:
    live = next(one.store for one in cluster.services if one.processor.name == service)
    with live._begin() as connection:
        connection.execute(text(statement), values)


SET_NOTE = "UPDATE note SET value = :value WHERE name = :name"


@pytest.mark.parametrize("name", ["cases", "followup"])
def test_what_is_known_of_a_chain_is_compared_and_what_is_on_its_way_is_not(tmp_path: Path, name: str) -> None:
    cluster = MiniCluster(tmp_path / "live")
    for made in records(
        PartnerSuspended(partner=HELP, reason="agreement_ended"), new_event_id(), cluster.time.now(), PARTITIONS
    ):
        cluster.append(made)
    cluster.settle()
    live = next(one.store for one in cluster.services if one.processor.name == name)
    with live.reading() as connection:
        rows = connection.execute(text("SELECT name, value FROM note WHERE name LIKE 'chain/%'"))
        notes = {str(row.name): str(row.value) for row in rows}
    assert notes, "a chain to which the partner belongs"
    of, value = next(iter(notes.items()))
    desk = msgspec.json.decode(value, type=ChainDesk)
    places = iter(range(9))

    def found() -> Beside:
        directory = tmp_path / str(next(places))
        directory.mkdir()
        return beside(cluster, name, directory)

    assert found().equal
    assert found().rows["notes"] >= len(notes)
    desk.pending.append("on-its-way")
    put(cluster, name, SET_NOTE, name=of, value=msgspec.json.encode(desk).decode())
    only_saved = ChainDesk(ChainState(name="nowhere"), ["on-its-way"])
    values = {"name": "chain/nowhere", "value": msgspec.json.encode(only_saved).decode()}
    put(cluster, name, "INSERT INTO note (name, value) VALUES (:name, :value)", **values)
    assert found().equal
    desk.state.suspended = {}
    put(cluster, name, SET_NOTE, name=of, value=msgspec.json.encode(desk).decode())
    (difference,) = found().differences
    assert (difference.part, difference.key) == ("notes", of)
    assert difference.what[0].startswith("suspended: {} → {")
    cluster.close()


def test_as_what_a_case_stands_in_the_tally_is_compared(story: tuple[Copies, str], tmp_path: Path) -> None:
    cluster, case = story[0].cluster, story[1]
    live = next(one.store for one in cluster.services if one.processor.name == "cases")
    with live.reading() as connection:
        names = str(connection.execute(text("SELECT names FROM tallied")).scalar_one())
    counts = json.loads(names)
    say = "UPDATE tallied SET names = :names"
    for one, equal in (
        (json.dumps(dict(reversed(counts.items())), indent=1), True),
        (json.dumps({**counts, "case|x": 1}), False),
    ):
        directory = tmp_path / str(equal)
        directory.mkdir()
        put(cluster, "cases", say, names=one)
        try:
            found = beside(cluster, "cases", directory)
        finally:
            put(cluster, "cases", say, names=names)
        assert [(difference.part, difference.key) for difference in found.differences] == (
            [] if equal else [("tallied", case)]
        )


def test_each_part_that_differs_is_named_before_more_of_one(tmp_path: Path) -> None:
    """However many differ of the first."""
    stores = [Store(f"sqlite:///{tmp_path}/{one}.db", "cases", CasesProcessor.versions) for one in "ab"]
    for store in stores:
        store.migrate()
    with stores[0]._begin() as connection:
        for number in range(9):
            values = {"name": f"watermark/{number}", "value": "2026-03-02"}
            connection.execute(text("INSERT INTO note (name, value) VALUES (:name, :value)"), values)
            connection.execute(text("INSERT INTO tallied (case_id, names) VALUES (:case, '{}')"), {"case": f"{number}"})
    with stores[0].reading() as live, stores[1].reading() as built:
        found = compare("cases", live, built, 5)
        assert [(one.part, one.key) for one in found.differences] == [
            ("notes", "watermark/0"),
            ("tallied", "0"),
            *(("notes", f"watermark/{number}") for number in (1, 2, 3)),
        ]
        assert found.rows["notes"] == found.rows["tallied"] == 9
        assert len(compare("cases", live, built, 1).differences) == 1
    for store in stores:
        store.close()
