"""One of three is killed, stands still, gives up what it leads, or has no room left, under a steady load of reports: receipts go on, and
they stay true."""

import time
from collections.abc import Callable

import pytest

from backbone.kafka.names import LEDGER, LEDGER_PARTITIONS, in_topic
from backbone.kafka.node import Node
from bench.reports import DOOR
from tests.brokers.conftest import WITHIN_S, Stack
from tests.support.three import SmallDisk, Three

pytestmark = [pytest.mark.slow, pytest.mark.kafka, pytest.mark.timing, pytest.mark.timeout(900)]

VICTIMS: dict[str, Callable[[Three], Node | None]] = {
    "it leads a part of the ledger": lambda three: three.leader(LEDGER, 0),
    "it leads the controllers": lambda three: three.controller(),
}


@pytest.mark.parametrize("victim", VICTIMS.values(), ids=VICTIMS)
def test_killed(stack: Stack, victim: Callable[[Three], Node | None]) -> None:
    with stack.load() as load:
        stack.receipts_come(load)
        node = stack.cluster.until(lambda: victim(stack.three), "somebody leads")
        node.kill()
        stack.receipts_come(load, since=time.monotonic())
        stack.whole()
        stack.receipts_come(load, since=time.monotonic())
        seen = load.finish()
    stack.check(seen)


def test_frozen_and_thawed(stack: Stack) -> None:
    """Longer than its session: others lead, and it wakes up believing that it does."""
    with stack.load() as load:
        stack.receipts_come(load)
        node = stack.cluster.until(lambda: stack.three.leader(in_topic(DOOR)), "somebody leads")
        stack.three.freeze(node)
        stack.cluster.until(lambda: stack.three.leader(in_topic(DOOR)) not in (None, node), "another leads", WITHIN_S)
        stack.receipts_come(load, since=time.monotonic())
        stack.three.thaw(node)
        stack.whole()
        stack.receipts_come(load, since=time.monotonic())
        seen = load.finish()
    stack.check(seen)


def test_leaders_are_moved(stack: Stack) -> None:
    """All of the ledger and of the door to one broker, then to the next, as when an operator empties a machine."""
    with stack.load() as load:
        for node in stack.three.kafka.nodes:
            stack.receipts_come(load, since=time.monotonic(), count=4)
            stack.lead(LEDGER, range(LEDGER_PARTITIONS), node)
            stack.lead(in_topic(DOOR), range(1), node)
        stack.receipts_come(load, since=time.monotonic())
        seen = load.finish()
    stack.check(seen)


def test_no_room_on_its_disk(stack: Stack) -> None:
    """It ends by itself when it cannot write; with a new, empty disk it comes back and gets everything from the others."""
    node = stack.cluster.until(lambda: stack.three.leader(LEDGER, 1), "somebody leads")
    disk = SmallDisk(node)
    node.stop()
    disk.move_in()
    try:
        stack.whole()
        stack.lead(LEDGER, range(LEDGER_PARTITIONS), node)
        with stack.load() as load:
            stack.receipts_come(load)
            disk.fill()
            filled = time.monotonic()
            stack.cluster.until(lambda: node.pid is None, "the broker ends by itself", WITHIN_S)
            stack.receipts_come(load, since=filled)
            disk.replace()
            stack.whole()
            stack.receipts_come(load, since=time.monotonic())
            seen = load.finish()
    except BaseException:
        node.kill()
        disk.replace()
        raise
    stack.check(seen)
