"""What is kept beside each case for the overviews answers as the states do: over cases told and concluded in any order, some of them
about one incident, some erased, some no reports, in two chains.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import delete, insert, select, update

from backbone.casework import LEDGER
from backbone.desks import Desk
from backbone.overviews.incident import Counted, Incident, contact_clocks, incidents
from backbone.store import migrate, tables
from backbone.store.rows import Checkpoint
from backbone.store.store import Store
from schakel.case import fold
from schakel.case_consent import HER
from schakel.case_state import State
from services.cases import by_itself
from services.cases.counted import routes
from services.cases.processor import CasesProcessor
from tests.overviews.walks import case_id, cases
from tests.support.casebook import repository

MANY = 200
CHAINS = ("amsterdam", "groningen")
_encode = msgspec.msgpack.Encoder().encode


@pytest.fixture(scope="module")
def states() -> list[State]:
    found = [fold(case_id(number), ledger) for number, ledger in enumerate(cases(MANY))]
    for case in found[::17]:
        case.erased[HER] = "some event"
    for case in found[::2]:
        case.links.clear()  # a link counts that stands in one of the two
    return found


@pytest.fixture
def processor() -> CasesProcessor:
    return CasesProcessor(*repository())


@pytest.fixture
def store(tmp_path: Path, processor: CasesProcessor, states: Sequence[State]) -> Iterator[Store]:
    """A database as the service keeps it."""
    store = Store(f"sqlite:///{tmp_path / 'cases.db'}", "cases", CasesProcessor.versions)
    store.migrate()
    store.take_up([Checkpoint(0, LEDGER, 0, 0, "test")])
    with store.transaction(LEDGER, 0) as tx:
        tx.touch()
        tx.connection.execute(
            insert(tables.snapshot),
            [{"case_id": case.id, "partition": 0, "state": _encode(Desk(case))} for case in states],
        )
        processor.saved(tx, {case.id: Desk(case) for case in states})
    yield store
    store.close()


async def asked(store: Store, processor: CasesProcessor, chain: str) -> list[Incident]:
    application = web.Application()
    application.add_routes(routes(store.reading, processor.chains, processor.protocols))
    async with TestClient(TestServer(application)) as client, client.get(f"/incidents/{chain}") as answer:
        assert answer.status == 200
        return msgspec.json.decode(await answer.read(), type=Counted).incidents


def straight(states: Sequence[State], name: str) -> list[Incident]:
    """The same from the states alone."""
    chains, protocols = repository()
    chain = chains.get(name)
    assert chain is not None
    return list(incidents(chain, states, contact_clocks(protocols)))


def rows(store: Store) -> list[tuple[object, ...]]:
    with store.reading() as db:
        return sorted(tuple(row) for row in db.execute(select(by_itself.incident)))


@pytest.mark.parametrize("chain", CHAINS)
async def test_what_is_kept_answers_as_the_states_do(
    store: Store, processor: CasesProcessor, states: Sequence[State], chain: str
) -> None:
    expected = straight(states, chain)
    assert any(len(one.cases) > 1 for one in expected), "some are about one incident"
    assert any("channel" not in one.words for one in expected), "some were erased"
    assert len(expected) > MANY // 4
    assert any(row[3] is None for row in rows(store)), "some are no reports"
    assert await asked(store, processor, chain) == expected


@pytest.mark.parametrize("chain", CHAINS)
async def test_the_state_is_read_of_none_but_those_about_one_incident(
    store: Store, processor: CasesProcessor, states: Sequence[State], chain: str
) -> None:
    expected = straight(states, chain)
    links = [(case.id, link.other_case) for case in states for link in case.links.values()]
    with store.transaction(LEDGER, 0) as tx:
        tx.touch()
        snapshot = tables.snapshot
        spoilt = snapshot.c.case_id.not_in({case for both in links for case in both})
        tx.connection.execute(update(snapshot).where(spoilt).values(state=b"spoilt"))
    assert await asked(store, processor, chain) == expected


@pytest.mark.parametrize("chain", CHAINS)
async def test_of_what_nothing_is_kept_yet_the_state_is_read(
    store: Store, processor: CasesProcessor, states: Sequence[State], chain: str
) -> None:
    some = [case.id for case in states[::2]]
    with store.transaction(LEDGER, 0) as tx:
        tx.touch()
        tx.connection.execute(delete(by_itself.incident).where(by_itself.incident.c.case_id.in_(some)))
    assert await asked(store, processor, chain) == straight(states, chain)


async def test_a_database_older_than_this_table_is_filled(store: Store, processor: CasesProcessor) -> None:
    before = rows(store)
    with store.transaction(LEDGER, 0) as tx:
        tx.touch()
        for table in (by_itself.incident, tables.note):
            tx.connection.execute(delete(table))
    with store.transaction(LEDGER, 0) as tx:
        assert not processor.tick(tx, LEDGER, 0)
    assert rows(store) == before
    with store.transaction(LEDGER, 0) as tx:
        assert not processor.tick(tx, LEDGER, 0)
        assert not tx.wrote, "once it is filled, a tick writes nothing"


@pytest.mark.parametrize("chain", CHAINS)
async def test_words_as_an_older_program_kept_them_are_not_taken_and_written_anew(
    store: Store, processor: CasesProcessor, states: Sequence[State], chain: str
) -> None:
    """It had a list of them by table."""
    before = rows(store)
    kept = by_itself.incident.c
    with store.transaction(LEDGER, 0) as tx:
        tx.touch()
        tx.connection.execute(delete(tables.note))
        tx.set_note("incident/0", "filled")  # as that program had it once its own were all there
        tx.connection.execute(
            update(by_itself.incident).where(kept.words.is_not(None)).values(words='{"nature":["arson"],"ground":[]}')
        )
    expected = straight(states, chain)
    assert await asked(store, processor, chain) == expected
    with store.transaction(LEDGER, 0) as tx:
        processor.tick(tx, LEDGER, 0)
    assert rows(store) == before
    assert await asked(store, processor, chain) == expected


def test_versions_make_exactly_the_table(store: Store) -> None:
    with store.reading() as connection:
        assert migrate.differences(connection, by_itself.metadata) == []
