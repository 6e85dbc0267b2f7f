"""Every projection built anew beside the live one: equal, also while the system runs; and what is not equal is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from schakel.events.contact import ContactMade
from schakel.ledger import place_of
from schakel.record import Raw
from services.hindsight.beside import Beside, Read, processors, rebuild
from tests.hindsight.story import CITY, groningen
from tests.support.copies import Copies
from tests.support.minicluster import MiniCluster

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
    own = {"intake": ("seen",), "cases": ("overview",), "gateway": ("referral", "sealed")}.get(name, ())
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
