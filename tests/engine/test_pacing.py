"""The more comes, the longer a fetch waits for the one before; when little comes nothing waits."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka.consumer import consumer
from aiokafka.consumer.fetcher import Fetcher
from faust.transport.drivers import aiokafka as driver
from hypothesis import given
from hypothesis import strategies as st

from backbone.engine import faust_driver
from backbone.engine.gathering import Gathering
from backbone.engine.pacing import LITTLE, MUCH, Pace, Paced
from backbone.engine.processor import PACED_S, Offers
from services.intake.processor import IntakeProcessor

ROUND_S = 0.01


def waits(a_second: float, seconds: int = 5) -> list[float]:
    """What each fetch waits while so much comes, a fetch every hundredth of a second, after the first second."""
    pace, found = Pace(), []
    for number in range(int(seconds / ROUND_S)):
        now = number * ROUND_S
        pace.came(round(a_second * ROUND_S), now)
        found.append(pace.asks(1, now))
    return found[int(1 / ROUND_S) :]


def test_nothing_waits_when_little_comes() -> None:
    assert max(waits(LITTLE)) == 0
    assert Pace().asks(1, 1_000_000.0) == 0


def test_all_wait_as_long_as_they_may_when_much_comes() -> None:
    pace = Pace()
    pace.came(10 * MUCH, 100.0)
    assert [pace.asks(1, 100.0), pace.asks(1, 100.0)] == [0, pytest.approx(PACED_S)]
    assert pace.asks(2, 100.0) == 0, "another broker is asked by itself"


def test_in_between_the_more_comes_the_longer() -> None:
    pauses = []
    for much in (150, 250, 350, 450):
        pace = Pace()
        pace.came(much, 10.0)
        pace.asks(1, 10.0)
        pauses.append(pace.asks(1, 10.0))
    assert pauses == sorted(pauses)
    assert 0 < pauses[0] < pauses[-1] < PACED_S


def test_once_it_has_passed_nothing_waits_any_more() -> None:
    pace = Pace()
    pace.came(1_000, 10.0)
    pace.asks(1, 10.0)
    assert pace.asks(1, 20.0) == 0


def test_who_has_waited_long_for_the_broker_waits_no_more() -> None:
    pace = Pace()
    pace.came(10 * MUCH, 10.0)
    pace.asks(1, 10.0)
    assert pace.asks(1, 10.0 + PACED_S) == 0


@given(st.lists(st.tuples(st.integers(0, 50_000), st.floats(0, 3)), max_size=60))
def test_no_fetch_waits_longer_than_it_may(steps: list[tuple[int, float]]) -> None:
    pace, now = Pace(), 0.0
    for records, later in steps:
        now += later
        pace.came(records, now)
        waited = pace.asks(1, now)
        assert 0 <= waited <= PACED_S + 1e-6
        now += waited


async def test_a_fetch_that_waits_ends_quietly_as_aiokafkas_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who closes the consumer waits for what is on its way, and takes an error of it for its own."""
    asked: list[object] = []

    async def theirs(self: Fetcher, *arguments: object) -> bool:
        asked.append(arguments)
        return True

    monkeypatch.setattr(Fetcher, "_proc_fetch_request", theirs)
    fetcher = Paced.__new__(Paced)
    fetcher.pace = Pace()
    fetcher.pace.came(10 * MUCH, asyncio.get_running_loop().time())
    assert await fetcher._proc_fetch_request("assignment", 1, "request") is True
    waiting = asyncio.create_task(fetcher._proc_fetch_request("assignment", 1, "request"))
    await asyncio.sleep(0)
    waiting.cancel()
    assert await waiting is False
    assert len(asked) == 1


def test_it_is_installed_with_the_driver() -> None:
    assert faust_driver.pacing.Paced is Paced
    assert consumer.Fetcher is Paced


async def test_a_service_says_how_long_its_fetches_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object, **__: object) -> dict[object, list[object]]:
        return {}

    monkeypatch.setattr(driver.AIOKafkaConsumerThread, "_fetch_records", nothing)
    thread = faust_driver._Thread.__new__(faust_driver._Thread)
    patience = Offers(object.__new__(IntakeProcessor)).patience
    thread.consumer = SimpleNamespace(
        gathering=Gathering(patience), app=SimpleNamespace(patience=patience), flow_active=True
    )
    fetched_by = SimpleNamespace(_fetcher=SimpleNamespace(pace=Pace()))
    assert await thread._fetch_records(fetched_by, None, timeout=0.0, max_records=1) == []
    assert fetched_by._fetcher.pace.most_s == IntakeProcessor.paced_s < PACED_S
