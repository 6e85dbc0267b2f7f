"""Which reports of a partner are in the ledger: every one that it told itself, and none of anybody else."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert

from backbone.casework import LEDGER
from backbone.desks import Desk
from backbone.store import tables
from backbone.store.rows import Checkpoint
from backbone.store.store import Store
from schakel.case import fold
from schakel.case_consent import HER
from schakel.case_state import State
from services.cases.processor import CasesProcessor
from services.cases.told import routes
from tests.overviews.walks import case_id, cases
from tests.support.casebook import repository

_encode = msgspec.msgpack.Encoder().encode


@pytest.fixture(scope="module")
def states() -> list[State]:
    found = [fold(case_id(number), ledger) for number, ledger in enumerate(cases(60))]
    for case in found[::7]:
        case.erased[HER] = "some event"
    return found


@pytest.fixture
def store(tmp_path: Path, states: list[State]) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'cases.db'}", "cases", CasesProcessor.versions)
    store.migrate()
    store.take_up([Checkpoint(0, LEDGER, 0, 0, "test")])
    with store.transaction(LEDGER, 0) as tx:
        tx.touch()
        tx.connection.execute(
            insert(tables.snapshot),
            [{"case_id": case.id, "partition": 0, "state": _encode(Desk(case))} for case in states],
        )
        CasesProcessor(*repository()).saved(tx, {case.id: Desk(case) for case in states})
    yield store
    store.close()


async def test_its_own_and_no_other_also_when_erased(store: Store, states: list[State]) -> None:
    application = web.Application()
    application.add_routes(routes(store.reading))
    doors = {case.door for case in states if case.door}
    assert len(doors) > 1
    async with TestClient(TestServer(application)) as client:
        for door in doors:
            async with client.get(f"/told/{door}") as answer:
                found = await answer.json()
            assert found == {case.report: case.id for case in states if case.door == door and case.report}
        erased = [case for case in states if HER in case.erased and case.report]
        assert erased
        async with client.get("/told/nobody-at-all") as answer:
            assert await answer.json() == {}
