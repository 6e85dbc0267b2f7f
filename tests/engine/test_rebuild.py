"""History read for the first time, topics that come first, batches that wait: on a real broker."""

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.load import produce
from tests.engine.test_workers import begin, check
from tests.engine.workers import Counting
from tests.support.broker import Broker, unique, wait_until

pytestmark = pytest.mark.kafka


@pytest.fixture
def counting(kafka: Broker, tmp_path: Path) -> Iterator[Counting]:
    service = Counting(kafka, tmp_path, partitions=3)
    try:
        yield service
    finally:
        service.end_all()


def send(service: Counting, count: int, topic: str | None = None) -> None:
    asyncio.run(produce(service.broker.connect(), topic or service.topic, service.partitions, count, cases=250))


def lose_the_database(service: Counting) -> None:
    for path in service.home.glob("counter.db*"):
        path.unlink()


def reconciled(service: Counting) -> dict[str, int]:
    return {
        str(name).rpartition("/")[2]: int(value)
        for name, value in service.query("SELECT name, value FROM note WHERE name LIKE 'reconciled/%'")
    }


def test_an_empty_database_is_rebuilt_and_says_nothing_again(counting: Counting) -> None:
    (worker,) = begin(counting, "a")
    send(counting, 3_000)
    check(counting)
    said = counting.log_ends(counting.out)
    live = counting.query("SELECT case_id, state FROM snapshot ORDER BY case_id")
    worker.stop()
    lose_the_database(counting)

    again = counting.start("a")
    wait_until(lambda: again.ready, 40)
    counting.check_state()
    assert counting.query("SELECT case_id, state FROM snapshot ORDER BY case_id") == live
    assert counting.log_ends(counting.out) == said, "nothing is sent again"
    assert reconciled(counting) == {"0": 250, "1": 250, "2": 250}, "each case was asked once what it lacks"

    send(counting, 100)
    counting.wait_until_caught_up()
    wait_until(lambda: counting.log_ends(counting.out) == {place: end + 100 for place, end in said.items()}, 20)


@pytest.mark.slow
def test_a_rebuild_survives_kills(counting: Counting) -> None:
    """Folding or reconciling, it goes on where it was; each case is reconciled at least once, each record counted once."""
    send(counting, 6_000)
    dice = random.Random(4)
    kills = 0
    slow = {"COUNTER_SLOW_S": "0.05", "COUNTER_AT_ONCE": "150", "COUNTER_RECONCILE_AT_ONCE": "20"}
    worker = counting.start("a", **slow)
    while kills < 6:
        time.sleep(dice.uniform(0.8, 2.0))
        worker.kill()
        kills += 1
        worker = counting.start("a", **slow)
    wait_until(lambda: worker.ready, 60)
    counting.check_state()
    assert all(count >= 250 for count in reconciled(counting).values())
    assert counting.log_ends(counting.out) == {0: 0, 1: 0, 2: 0}
    assert counting.query("SELECT count(*) FROM checkpoint WHERE rebuild_until IS NOT NULL") == [(0,)]


def test_what_comes_first_is_read_to_its_end_before_the_rest(counting: Counting) -> None:
    """Intake folds the ledger before it lets in a message, however many workers share the two; `in` is work, not history."""
    later = unique("later")
    counting.make_topic(later)
    send(counting, 8_000)
    send(counting, 500, later)
    settings = {
        "COUNTER_TOPICS": f"{counting.topic},{later}",
        "COUNTER_FIRST": counting.topic,
        "COUNTER_SLOW_S": "0.2",
    }
    workers = [counting.start(None, **settings) for _ in range(2)]

    def both() -> tuple[dict[int, int], dict[int, int]]:
        """The later topic's positions before the first one's, so that a look in between cannot deceive."""
        after = counting.positions(later)
        return counting.positions(counting.topic), after

    ends = counting.log_ends()
    held = False
    began = time.monotonic()
    while not counting.caught_up(counting.log_ends(later), later):
        assert time.monotonic() - began < 60
        first, after = both() if counting_has_tables(counting) else ({}, {})
        if any(after.values()):
            assert first == ends, "a later topic was begun before the first was at its end"
        held = held or any(
            standing["held"] for worker in workers for standing in (worker.ask() or {}).get("partitions", [])
        )
        time.sleep(0.05)
    assert held, "the test would show nothing if nobody had to wait"
    counting.check_state_of(counting.topic)
    counting.check_state_of(later)
    wait_until(lambda: sum(counting.log_ends(counting.out).values()) >= 1_500, 20)
    ids = {one for ids in counting.published().values() for one in ids}
    assert ids == {f"{later}/{place}/{offset}" for place in range(3) for offset in range(500)}, "only what is work"


def counting_has_tables(service: Counting) -> bool:
    import sqlite3

    try:
        service.query("SELECT 1 FROM counted LIMIT 1")
    except sqlite3.OperationalError:
        return False
    return True


def test_a_batch_that_waits_for_another_topic(counting: Counting) -> None:
    """A message about a case that our own fold has not reached waits, and everything behind it in its partition too."""
    fold = unique("fold")
    counting.make_topic(fold)
    (worker,) = begin(
        counting, "a", COUNTER_TOPICS=f"{counting.topic},{fold}", COUNTER_WAIT=f"{counting.topic},{fold},40"
    )
    send(counting, 100)
    wait_until(lambda: "waiting" in held_of(worker.ask()), 20)
    assert set(counting.positions().values()) == {0}
    send(counting, 30, fold)
    wait_until(lambda: counting.caught_up(counting.log_ends(fold), fold), 20)
    assert set(counting.positions().values()) == {0}, "30 is not 40"
    send(counting, 30, fold)
    counting.wait_until_caught_up()
    counting.check_state_of(counting.topic)
    wait_until(lambda: worker.ready, 10)


def held_of(answer: dict[str, object] | None) -> list[str]:
    partitions = (answer or {}).get("partitions", [])
    assert isinstance(partitions, list)
    return ["waiting" for standing in partitions if standing["held"]]
