"""A database of keys that is away, or held by somebody: said as such from every method, and there again when it is back."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backbone.keys import KeysAway, SqlKeyService, databases, open_keys
from schakel.events.base import SealedField
from tests.keys.conftest import report
from tests.services.test_parked import DOOR, contact, opened
from tests.support.minicluster import MiniCluster
from tests.support.postgres import Postgres

CASE = "c0ffee00-0000-4000-8000-000000000001"

METHODS: list[Callable[[SqlKeyService], object]] = [
    lambda keys: keys.door_keys(),
    lambda keys: keys.rotate_door(),
    lambda keys: keys.retire_door("nobody"),
    lambda keys: keys.destroy(CASE, "victim"),
    lambda keys: keys.open(CASE, "victim", "e", "report.received", 64, SealedField.STORY, b"\x02" + bytes(36)),
]


@pytest.fixture
def stopped() -> Iterator[Postgres]:
    """A server of this test's own, which it stops and starts."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.mark.postgres
def test_postgres_stopped_and_started(stopped: Postgres, home: Path) -> None:
    url = stopped.database().replace("postgres@", "postgres:secret@")
    keys = open_keys(url, home)
    asked = report(keys.door_keys()[0])
    stopped.stop()
    for method in [*METHODS, lambda keys: keys.reseal([asked])]:
        with pytest.raises(KeysAway, match=r"the database of keys, postgresql.* is it running") as caught:
            method(keys)
        assert "secret" not in str(caught.value)
    with pytest.raises(KeysAway):
        open_keys(url, home)
    stopped.start()
    assert keys.reseal([asked])
    keys.close()


@pytest.fixture
def held(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SqlKeyService, sqlite3.Connection]]:
    """Keys in a file that another process holds on to, until it rolls back."""
    monkeypatch.setattr(databases, "_WAIT_S", 0)
    keys = open_keys(None, home)
    other = sqlite3.connect(home / "keys" / "keys.db", isolation_level=None)
    yield keys, other
    other.close()
    keys.close()


def test_a_file_that_somebody_holds(held: tuple[SqlKeyService, sqlite3.Connection]) -> None:
    keys, other = held
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(KeysAway, match=r"the database of keys, sqlite.* locked"):
        keys.rotate_door()
    other.execute("ROLLBACK")
    assert keys.rotate_door()


def test_a_place_where_no_file_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the directory should be")
    with pytest.raises(KeysAway, match="cannot be opened"):
        open_keys(None, tmp_path / "var")


def test_intake_lets_nothing_in_while_the_keys_are_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = MiniCluster(tmp_path)
    case = opened(cluster)
    there = cluster.keys

    class Away:
        def reseal(self, batch: object) -> object:
            raise KeysAway("the database of keys does not answer")

    monkeypatch.setattr(cluster, "keys", Away())
    sent = cluster.send(DOOR, contact(cluster), case)
    with pytest.raises(KeysAway):
        cluster.settle()
    assert sent not in cluster.receipts(DOOR)
    monkeypatch.setattr(cluster, "keys", there)
    cluster.settle()
    assert cluster.receipts(DOOR)[sent].case == case
