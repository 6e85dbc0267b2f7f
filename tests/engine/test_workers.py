"""Workers of one service on a real broker: killed, joined, left and frozen at any moment, no record lost, none counted twice.

The numbers are small enough for every run; for a longer soak set SCHAKEL_SOAK=10 (ten times as many of everything).
"""

import asyncio
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.load import produce
from tests.engine.workers import Counting, Worker
from tests.support.broker import Broker, unique, wait_until
from tests.support.postgres import Postgres
from tests.support.returns import NAMED_S, NAMELESS_S, Returns

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing]

SOAK = int(os.environ.get("SCHAKEL_SOAK", "1"))
KILLS, KILLS_ON_POSTGRES = 10 * SOAK, 5 * SOAK
JOINS_AND_LEAVES, JOINS_AND_LEAVES_ON_POSTGRES = 50 * SOAK, 10 * SOAK
"""The services' own kills are in tests/system/test_kills.py."""
FREEZES = 4 * SOAK
SESSION_S = 2.5


@pytest.fixture
def counting(kafka: Broker, tmp_path: Path) -> Iterator[Counting]:
    service = Counting(kafka, tmp_path)
    try:
        yield service
    finally:
        service.end_all()


class Traffic:
    """Records on the service's topic for as long as it is open, in bursts with pauses between."""

    def __init__(self, service: Counting, burst: int = 150, pause_s: float = 0.15) -> None:
        self._service = service
        self._burst = burst
        self._pause_s = pause_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._error: BaseException | None = None

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(30)
        if self._error:
            raise self._error

    def _run(self) -> None:
        service = self._service
        try:
            while not self._ended.is_set():
                asyncio.run(produce(service.broker.connect(), service.topic, service.partitions, self._burst))
                self._ended.wait(self._pause_s)
        except BaseException as error:
            self._error = error


def begin(service: Counting, *names: str | None, **environment: str) -> list[Worker]:
    """Workers that have taken the empty topic up, so that what comes is work and not history."""
    workers = [service.start(name, **environment) for name in names]
    for worker in workers:
        wait_until(lambda worker=worker: worker.ready, 40)
    wait_until(lambda: len(service.positions()) == service.partitions, 20)
    return workers


def check(service: Counting) -> None:
    service.wait_until_caught_up(60)
    total = service.check_state()
    repetitions = service.check_output()
    print(f"{total} records, each counted once; {repetitions} of {total} said twice")


@pytest.fixture
def counting_on_postgres(kafka: Broker, postgres: Postgres, tmp_path: Path) -> Iterator[Counting]:
    service = Counting(kafka, tmp_path, database_url=postgres.database())
    try:
        yield service
    finally:
        service.end_all()


def test_killed_at_any_moment(counting: Counting) -> None:
    """kill -9 of static members that are started again at once."""
    kill_at_any_moment(counting, KILLS, Returns("kills-of-the-counter"))


@pytest.mark.parametrize("end", [Worker.stop, Worker.kill])
def test_back_at_once_with_a_topic_more_or_less_it_reads_what_it_should(
    counting: Counting, end: Callable[[Worker], Any]
) -> None:
    """Kafka gives who comes back under its name what it had: a new partner's topic would be nobody's until somebody else comes or goes."""
    another = unique("counter-in")
    counting.make_topic(another)
    both = f"{counting.topic},{another}"
    (alone,) = begin(counting, "a")
    end(alone)
    with_another = counting.start("a", COUNTER_TOPICS=both)
    asyncio.run(produce(counting.broker.connect(), another, counting.partitions, 10))
    wait_until(lambda: counting.caught_up(topic=another), 20)
    end(with_another)
    counting.start("a")
    asyncio.run(produce(counting.broker.connect(), counting.topic, counting.partitions, 10))
    wait_until(counting.caught_up, 20)
    for topic in (counting.topic, another):
        counting.check_state_of(topic)


@pytest.mark.postgres
def test_killed_at_any_moment_on_postgres(counting_on_postgres: Counting) -> None:
    kill_at_any_moment(counting_on_postgres, KILLS_ON_POSTGRES, Returns("kills-of-the-counter-on-postgres"))


def kill_at_any_moment(counting: Counting, kills: int, returns: Returns) -> None:
    dice = random.Random(1)
    workers = begin(counting, "a", "b", "c")
    with Traffic(counting):
        for _ in range(kills):
            time.sleep(dice.uniform(0.05, 0.6))  # the moment is the point, there is nothing to wait for
            index = dice.randrange(len(workers))
            workers[index].kill()
            workers[index] = counting.start(workers[index].name)
            ends = counting.log_ends()
            returns.began(workers[index].name, lambda ends=ends: counting.caught_up(ends))
            wait_until(returns.look, 30)
    returns.check(NAMED_S, loose_s=6)
    check(counting)


def test_killed_without_a_name(counting: Counting) -> None:
    """The others get its partitions when its session of 6 s is over."""
    returns = Returns("a-kill-without-a-name")
    workers = begin(counting, None, None)
    with Traffic(counting):
        workers[0].kill()
        ends = counting.log_ends()
        returns.began("its partitions", lambda: counting.caught_up(ends))
        wait_until(returns.look, 30)
    returns.check(NAMELESS_S, loose_s=15)
    check(counting)


def test_joined_and_left(counting: Counting) -> None:
    join_and_leave(counting, JOINS_AND_LEAVES)


@pytest.mark.postgres
def test_joined_and_left_on_postgres(counting_on_postgres: Counting) -> None:
    join_and_leave(counting_on_postgres, JOINS_AND_LEAVES_ON_POSTGRES)


def join_and_leave(counting: Counting, joins_and_leaves: int) -> None:
    dice = random.Random(2)
    workers: list[Worker] = begin(counting, None, None, None)
    joins = leaves = 0
    slowest_s = 0.0
    with Traffic(counting):
        while joins + leaves < joins_and_leaves:
            if len(workers) < 3 or (len(workers) < 4 and dice.random() < 0.5):
                workers.append(counting.start())
                joins += 1
                time.sleep(dice.uniform(0.0, 1.0))  # also in the middle of joining
            else:
                leaving = workers.pop(dice.randrange(len(workers)))
                slowest_s = max(slowest_s, leaving.stop(15))
                assert leaving.code == 0, leaving.said()
                leaves += 1
    print(f"{joins} joins, {leaves} leaves; the slowest end took {slowest_s:.2f} s")
    check(counting)


def test_frozen_longer_than_the_session(counting: Counting) -> None:
    freeze_and_thaw(counting)


@pytest.mark.postgres
def test_frozen_longer_than_the_session_on_postgres(counting_on_postgres: Counting) -> None:
    freeze_and_thaw(counting_on_postgres)


def freeze_and_thaw(service: Counting) -> None:
    """A worker that is stopped past its session wakes up believing that its partitions are still its own."""
    dice = random.Random(3)
    workers = begin(service, None, None, None, COUNTER_SESSION_S=str(SESSION_S))
    with Traffic(service):
        for _ in range(FREEZES):
            time.sleep(dice.uniform(0.05, 0.5))
            frozen = workers[dice.randrange(len(workers))]
            frozen.signal(signal.SIGSTOP)
            time.sleep(SESSION_S + dice.uniform(0.2, 1.0))
            frozen.signal(signal.SIGCONT)
            time.sleep(dice.uniform(0.0, 0.5))
            for index, worker in enumerate(workers):
                if (
                    worker.code is not None
                ):  # a gap, or a producer that Kafka no longer takes: started again, as a supervisor does
                    assert worker.code == 75, worker.said()
                    workers[index] = service.start(COUNTER_SESSION_S=str(SESSION_S))
    check(service)
