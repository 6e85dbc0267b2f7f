"""A fetch rests while nobody waits, for no longer than it may, and not at all once somebody does."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka.consumer import consumer
from aiokafka.consumer.fetcher import Fetcher
from faust.transport.drivers import aiokafka as driver

from backbone.engine import faust_driver
from backbone.engine.gathering import MANY
from backbone.engine.processor import Patience
from backbone.engine.resting import Rest, RestingFetcher

LONG_S = 600.0
"""Longer than any test runs: what returns did not wait for it."""


def resting(rest_s: float = LONG_S) -> Rest:
    return Rest(Patience(0.1, lambda record: record == "urgent", rest_s))


async def rests(rest: Rest) -> asyncio.Task[None]:
    """The next request, which is to be resting now."""
    task = asyncio.create_task(rest.over())
    for _ in range(3):
        await asyncio.sleep(0)
    assert not task.done()
    return task


async def at_once(rest: Rest) -> None:
    async with asyncio.timeout(5):
        await rest.over()


async def test_what_nobody_waits_for_lets_more_come_in() -> None:
    rest = resting(0.001)
    rest.fetched([["a"], ["b"]])
    await at_once(rest)  # and is over by itself

    rest = resting()
    rest.fetched([["a"], ["b"]])
    (await rests(rest)).cancel()


@pytest.mark.parametrize("batches", [[["a"], ["b", "urgent"]], [["a"] * (MANY - 1), ["b"]]], ids=["waited for", "many"])
async def test_more_is_asked_for_at_once(batches: list[list[str]]) -> None:
    rest = resting()
    rest.fetched(batches)
    await at_once(rest)


async def test_nobody_rests_without_patience_or_where_the_broker_gathers() -> None:
    for patience in (Patience(), Patience(0.1, None, LONG_S), Patience(0.1, lambda record: False)):
        rest = Rest(patience)
        rest.fetched([["a"]])
        await at_once(rest)


async def test_who_begins_to_wait_ends_the_rest_and_no_later_one() -> None:
    rest = resting()
    rest.fetched([["a"]])
    request = await rests(rest)
    await asyncio.to_thread(rest.hurry)
    async with asyncio.timeout(5):
        await request

    rest.fetched([["b"]])
    (await rests(rest)).cancel()


async def test_who_began_to_wait_before_the_request_is_heard() -> None:
    rest = resting()
    rest.fetched([["a"]])
    rest.hurry()
    await at_once(rest)


async def test_the_request_is_made_after_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asyncio.Event()

    async def ask(self: object, *request: object) -> bool:
        asked.set()
        return True

    monkeypatch.setattr(Fetcher, "_proc_fetch_request", ask)
    fetcher = object.__new__(RestingFetcher)
    assert await fetcher._proc_fetch_request(None, 1, None), "without a rest, as aiokafka does"
    asked.clear()

    fetcher.rest = resting()
    fetcher.rest.fetched([["a"]])
    request = asyncio.create_task(fetcher._proc_fetch_request(None, 1, None))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not asked.is_set()
    request.cancel()  # as when its partitions are taken away
    assert await request is False
    assert not asked.is_set()


async def test_the_consumer_rests_by_what_it_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    assert vars(consumer)["Fetcher"] is RestingFetcher

    async def fetched(self: object, *_: object, **named: object) -> dict[str, list[str]]:
        return {"place": ["a"]}

    monkeypatch.setattr(driver.AIOKafkaConsumerThread, "_fetch_records", fetched)
    thread = object.__new__(faust_driver._Thread)
    rest = resting()
    app = SimpleNamespace(patience=Patience())
    thread.consumer = SimpleNamespace(rest=rest, open={"place": 7}, app=app)
    aiokafkas = SimpleNamespace(_fetcher=SimpleNamespace(rest=None, _fetch_min_bytes=1))
    assert await thread._fetch_records(aiokafkas, None) == {"place": (7, ["a"])}
    assert aiokafkas._fetcher.rest is rest
    assert aiokafkas._fetcher._fetch_min_bytes == 1
    app.patience = Patience(0.25)
    await thread._fetch_records(aiokafkas, None)
    assert aiokafkas._fetcher._fetch_min_bytes > 1, "the broker gathers, once the first record is here"
    (await rests(rest)).cancel()
