"""Fixtures that several folders of tests use."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

from backbone.kafka.embedded import EmbeddedKafka
from tests.support.broker import CACHE, Broker
from tests.support.long import in_order, listed, name_of
from tests.support.postgres import Postgres

gc.disable()
# How long one example may take says nothing on a machine that other tests keep busy.
settings.register_profile("here", deadline=None)
settings.load_profile("here")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long, before pytest looks which tests were asked for, and put the longest files in front."""
    long = listed()
    for item in items:
        if name_of(item.nodeid) in long:
            item.add_marker(pytest.mark.long)
    items.sort(key=lambda item: in_order(item.nodeid))


def pytest_collection_finish() -> None:
    """What was read to find the tests stays until their end: looking through it for garbage took a quarter of the time to find them."""
    gc.enable()
    gc.freeze()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One real broker for the whole session, started when the first test asks for it; see `tests/support/broker.py`."""
    with EmbeddedKafka(tmp_path_factory.mktemp("broker"), cache_dir=CACHE) as embedded:
        broker = Broker(embedded)
        try:
            yield broker
        finally:
            broker.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the session; a test that stops it starts it again."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.close()
