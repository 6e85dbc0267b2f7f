"""A service's own tables by the transaction's methods, on SQLite and PostgreSQL: what is written is what SQLAlchemy reads."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, MetaData, String, Table, select

from backbone.store.rows import Checkpoint
from backbone.store.store import Store
from backbone.store.transaction import Tx

metadata = MetaData()
own = Table(
    "own",
    metadata,
    Column("id", String(10), primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("at", DateTime(timezone=True)),
    Column("drill", Boolean, nullable=False, default=False),
    Column("body", LargeBinary),
    Column("offset", Integer),
)
AT = datetime(2026, 3, 28, 23, 59, 59, 123000, tzinfo=UTC)
MANY = 1_200


@contextmanager
def transaction(store: Store) -> Iterator[Tx]:
    with store.transaction("schakel.ledger", 0) as tx:
        yield tx


@pytest.fixture(autouse=True)
def table(store: Store) -> None:
    store.take_up([Checkpoint(0, "schakel.ledger", 0, 0, topic_id="topic-1")])
    with transaction(store) as tx:
        metadata.create_all(tx.connection)
        tx.touch()


def row(number: int, **others: Any) -> dict[str, Any]:
    return {
        "id": f"id-{number}",
        "partition": 1,
        "at": AT,
        "drill": True,
        "body": b"\x00\xff",
        "offset": number,
    } | others


def rows(tx: Tx) -> list[tuple[Any, ...]]:
    return [tuple(one) for one in tx.connection.execute(select(own).order_by(own.c.offset))]


def test_rows_are_written_as_sqlalchemy_would(store: Store) -> None:
    nothing = row(2, at=None, drill=False, body=None)
    with transaction(store) as tx:
        tx.put(own, [row(1), nothing])
    with transaction(store) as tx:
        by_us = rows(tx)
        tx.connection.execute(own.delete())
        tx.connection.execute(own.insert(), [row(1), nothing])
        assert rows(tx) == by_us
        assert [one[3] for one in by_us] == [True, False]
        assert [one[2] is None for one in by_us] == [False, True]


def test_a_row_that_is_there_gets_the_others_or_only_what_is_named(store: Store) -> None:
    with transaction(store) as tx:
        tx.add(own, [row(1), row(2), row(3)])
        tx.put(own, [row(1, body=b"new", offset=7)])
        tx.put(own, [row(2, body=b"new", offset=8)], ["body"])
        tx.put(own, [row(3, body=b"new", offset=9)], [])
        assert [(one[0], one[4], one[5]) for one in rows(tx)] == [
            ("id-2", b"new", 2),
            ("id-3", b"\x00\xff", 3),
            ("id-1", b"new", 7),
        ]


def test_what_is_new_by_its_word_may_not_be_there(store: Store) -> None:
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)), transaction(store) as tx:
        tx.add(own, [row(1), row(1)])
    with transaction(store) as tx:
        assert rows(tx) == []


def test_columns_that_are_left_out_are_null(store: Store) -> None:
    with transaction(store) as tx:
        tx.add(own, [{"id": "a", "partition": 2, "drill": False}])
        assert rows(tx) == [("a", 2, None, False, None, None)]


def test_rows_are_found_and_removed_however_many_are_named(store: Store) -> None:
    wanted = [f"id-{number}" for number in range(0, MANY, 2)]
    with transaction(store) as tx:
        tx.put(own, [row(number) for number in range(MANY)])
        found = tx.find(own, "id", [*wanted, "nobody"])
        assert {one[0] for one in found} == set(wanted)
        assert all(bytes(body) == b"\x00\xff" for *_, body, _ in found)
        tx.remove(own, "id", wanted)
        assert {one[0] for one in rows(tx)} == {f"id-{number}" for number in range(1, MANY, 2)}
        assert tx.find(own, "id", []) == []


@pytest.mark.parametrize("write", [lambda tx: tx.put(own, [row(1)]), lambda tx: tx.remove(own, "id", ["id-1"])])
def test_what_they_write_stays(store: Store, write: Any) -> None:
    with transaction(store) as tx:
        write(tx)
        assert tx.wrote
    with transaction(store) as tx:
        tx.put(own, [])
        tx.add(own, [])
        assert not tx.wrote
