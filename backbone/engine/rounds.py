"""What goes on beside the records, as long as a worker runs: ticks, looking where the logs end, counting what waits."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from backbone.engine import metrics, takeup
from backbone.engine.errors import BrokerAway, Stop
from backbone.engine.shell import Ended, Shell, fault
from backbone.store.errors import DatabaseAway

log = structlog.get_logger(__name__)

TICK_S = 0.2
WATCH_S = 1.0
_SLOWLY = 5
"""Every so many watches: is it still the same topic, how much waits. Every so many ticks: partitions that have nothing to tick."""
_TICKS_AT_ONCE = 100


def start(shell: Shell) -> list[asyncio.Task[None]]:
    """All of them, as tasks. One that breaks ends the process."""
    rounds: list[Callable[[], Awaitable[None]]] = [
        shell.publisher.run,
        shell.holds.run,
        lambda: _ticks(shell),
        lambda: _watches(shell),
    ]
    if shell.offers.observes:
        rounds.append(lambda: _observations(shell))
    if shell.offers.serves:
        rounds.append(lambda: shell.offers.serve(shell))
    return [asyncio.create_task(_guarded(shell, one)) for one in rounds]


async def _guarded(shell: Shell, round_: Callable[[], Awaitable[None]]) -> None:
    with suppress(Ended):
        try:
            await round_()
        except Stop as stop:
            shell.failed(stop)
        except Exception as error:
            shell.failed(fault(error))


async def _ticks(shell: Shell) -> None:
    """A partition that has more to do is not waited for longer than it takes; the others get their turn in between."""
    number = 0
    while True:
        await asyncio.sleep(TICK_S)
        number += 1
        parked = number % _SLOWLY == 0
        tick = parked or (shell.offers.ticks and await _restless(shell))
        due = {place for place in list(shell.consumer.open) if tick or _has_to_tick(shell, place)}
        for _ in range(_TICKS_AT_ONCE):
            due = {place for place in sorted(due) if await shell.idle(place, parked=parked, tick=tick)}
            if not due:
                break


def _has_to_tick(shell: Shell, place: tuple[str, int]) -> bool:
    standing = shell.health.standings.get(place)
    reading_history = standing is not None and standing.rebuilding
    seq, forgotten = shell.publisher.published(place)
    return reading_history or seq > forgotten


async def _restless(shell: Shell) -> bool:
    return bool(await shell.attempt(shell.in_worker(shell.offers.restless, shell.store)))


async def _observations(shell: Shell) -> None:
    number = 0
    while True:
        await asyncio.sleep(TICK_S)
        number += 1
        if number % _SLOWLY and not await _restless(shell):
            continue
        if await shell.attempt(_observe(shell), uses="broker") is None:
            await shell.pause()


async def _observe(shell: Shell) -> bool:
    await shell.offers.observe(shell)
    return True


async def _watches(shell: Shell) -> None:
    number = 0
    while True:
        await asyncio.sleep(WATCH_S)
        number += 1
        try:
            await _watch(shell, number)
        except BrokerAway as away:
            shell.health.problem("broker", str(away))
        except DatabaseAway as away:
            shell.health.problem("database", str(away))


async def _watch(shell: Shell, number: int) -> None:
    places = list(shell.consumer.open)
    if number % _SLOWLY == 0:
        await _same_topics(shell)
        depths = await shell.in_worker(shell.store.depths)
        metrics.OUTBOX.set(depths["outbox"])
        metrics.PARKED.set(depths["parked"])
        shell.health.solved("database")
    for place, end in (await shell.broker.ends(places)).items():
        shell.health.noticed(place, end)
    shell.health.solved("broker")


async def _same_topics(shell: Shell) -> None:
    """A topic that is deleted while we read it gives no error: we are given no partitions of it and have nothing to do. One
    that is then made anew goes on under offsets that mean something else."""
    points = await shell.in_worker(shell.store.checkpoints)
    topics = await shell.broker.topics(shell.topics)
    if missing := set(shell.topics) - topics.keys():
        shell.health.problem("topic", f"Kafka no longer has topic {', '.join(sorted(missing))}; was it deleted?")
    else:
        shell.health.solved("topic")
    for (topic, _), point in points.items():
        if topic in topics:
            takeup.same_topic(point, topics[topic].id)
