"""One worker from start to end: what each `services/<name>/app.py` calls.

`run` opens the HTTP server first, so that a worker can be seen waiting; then the database and the broker, each waited for with
back-off; then Faust, without its command line (whose level WARN would set the root logger to DEBUG). It ends at SIGTERM or
SIGINT within about 3 s, or by its own decision, and then says why in its last line.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

from backbone.collecting import collect_seldom
from backbone.engine import faust_driver, logs, metrics, rounds
from backbone.engine.broker import Broker
from backbone.engine.errors import Exit, Stop
from backbone.engine.giving_way import give_way, session_gives_way
from backbone.engine.health import Health
from backbone.engine.http import RunFile, Server
from backbone.engine.processor import Offers, Processor, Surroundings
from backbone.engine.shell import Ended, Shell, fault
from backbone.settings import Settings
from backbone.store.store import Store

log = structlog.get_logger(__name__)

ProcessorFactory = Callable[[Surroundings], Processor]
"""Builds the processor; raises ValueError with a sentence when settings or files do not let it."""

_PREDECESSOR_ENDS_S = 5.0
_DRAIN_S = 1.5
_PUBLISH_S = 1.0
_FAUST_STOPS_S = 3.0
_END_WITHIN_S = 10.0


def run(factory: ProcessorFactory, settings: Settings) -> int:
    """Run a worker until it is told to end; returns the exit code (`backbone.engine.errors.Exit`).

    The Kafka group is `service.<name>` after the processor's name; so are the database and the run file. Blocks; to be called
    in the main thread.
    """
    logs.configure(settings)
    stop = asyncio.run(_worker(factory, settings))
    if stop is None:
        log.info("ended as asked")
        return Exit.CLEAN
    log.error(stop.sentence, reason=stop.reason, exit_code=int(stop.code))
    return stop.code


async def _worker(factory: ProcessorFactory, settings: Settings) -> Stop | None:
    """Why it ended; None when it was asked to."""
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    try:
        shell = Shell(settings, Broker(settings), Health())
        processor = factory(shell)
    except ValueError as error:  # of pydantic's too
        return Stop(Exit.SAYS_WHY, "settings", str(error))
    except Exception as error:
        return error if isinstance(error, Stop) else fault(error)
    structlog.contextvars.bind_contextvars(service=processor.name)
    collect_seldom()
    life = _Life(shell, processor)
    stop = await _first(shell, asyncio.create_task(life.live()), asyncio.create_task(asked.wait()))
    await life.end(stop)
    return stop


async def _first(shell: Shell, living: asyncio.Task[None], asked: asyncio.Task[bool]) -> Stop | None:
    """What comes first: a request to end, a reason to, or something that nobody foresaw."""
    possible: set[asyncio.Future[Any]] = {living, asked, shell.ending}
    await asyncio.wait(possible, return_when=asyncio.FIRST_COMPLETED)
    if shell.ending.done():
        stop: Stop | None = shell.ending.result()
    elif asked.done():
        stop = None
    else:
        error = living.exception()
        stop = error if isinstance(error, Stop) else fault(error or RuntimeError("the worker returned"))
    for task in (living, asked):
        task.cancel()
    await asyncio.gather(living, asked, return_exceptions=True)
    return stop


class _Life:
    """The parts of one worker, in the order in which they begin."""

    def __init__(self, shell: Shell, processor: Processor) -> None:
        self.shell = shell
        self.processor = processor
        self.group = f"service.{processor.name}"  # what `backbone.kafka.rights` lets the service's user join
        self.offers = Offers(processor)
        self.file = RunFile(shell.settings, processor.name)
        self.server: Server | None = None
        self.app: faust_driver.App | None = None
        self.tasks: list[asyncio.Task[None]] = []

    async def live(self) -> None:
        """Begin, and return only by an exception or when cancelled."""
        shell, settings, name = self.shell, self.shell.settings, self.processor.name
        store = Store(settings.service_database_url(name), name, self.offers.versions, self.offers.cache_mb)
        shell.equip(store, self.processor, self.offers)
        if nice := self.offers.gives_way:
            give_way(nice)
            self.tasks.append(asyncio.create_task(session_gives_way(nice)))
        await self.file.claim(_PREDECESSOR_ENDS_S)
        await self._listen()
        with suppress(Ended):
            while await shell.attempt(shell.in_worker(self._migrate)) is None:
                await shell.pause()
            for what in self.offers.beside:
                shell.health.solved(what)
            while await shell.attempt(self._connect(), uses="broker") is None:
                await shell.pause()
            await self._start_faust()
        await asyncio.get_running_loop().create_future()

    async def end(self, stop: Stop | None) -> None:
        """End in the reverse order, each part with its time; what takes too long is left, as after kill -9."""
        code = Exit.CLEAN if stop is None else stop.code
        watchdog = threading.Timer(_END_WITHIN_S, os._exit, (code,))
        watchdog.daemon = True
        watchdog.start()
        if stop is not None:
            metrics.STOPS.labels(stop.reason).inc()
        self.shell.health.stopping = "stopping" if stop is None else stop.sentence
        if self.app is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_DRAIN_S):
                    await self.shell.drained()
            await self.shell.settle_outbox(_PUBLISH_S)
        for task in self.tasks:
            task.cancel()
        if self.app is not None:
            with suppress(Exception):
                async with asyncio.timeout(_FAUST_STOPS_S):
                    await self.app.stop()
        with suppress(Exception):
            await self.shell.close()
        if self.server is not None:
            await self.server.stop()
        if stop is None:
            self.file.remove()
        else:
            self.file.write(state="stopped", exit_code=int(stop.code), reason=stop.reason, sentence=stop.sentence)

    async def _listen(self) -> None:
        settings = self.shell.settings
        if settings.http_port < 0:
            self.file.write(state="running", port=None)
            return
        self.server = Server(settings, self.shell.health, self.file.who)
        self.server.add(self.offers.routes(self.shell))
        port = await self.server.start()
        self.file.write(state="running", port=port, url=f"http://{settings.http_host}:{port}")

    def _migrate(self) -> bool:
        self.shell.store.migrate()
        self.offers.begin()
        return True

    async def _connect(self) -> bool:
        broker = self.shell.broker
        await broker.connect()
        await broker.may_join(self.group)
        await broker.has(self.processor.topics())
        return True

    async def _start_faust(self) -> None:
        shell, settings = self.shell, self.shell.settings
        home = settings.var_dir.absolute() / "faust" / self.processor.name
        home.parent.mkdir(parents=True, exist_ok=True)
        app = self.app = faust_driver.make_app(
            shell,
            self.group,
            [*self.processor.topics()],
            shell.deliver,
            bootstrap=settings.bootstrap,
            who=settings.credentials(),
            ca_file=settings.ca_file,
            replica=settings.replica,
            home=home,
            patience=self.offers.patience.at_most(settings.gather_s),
        )
        app.finalize()
        shell.connect(app)
        self.tasks += rounds.start(shell)
        shell.health.solved("start")
        await app.start()
        await app.wait_until_stopped()
        raise Stop(
            Exit.GO_ON_AT_CHECKPOINT,
            "faust",
            f"Faust ended by itself ({type(app.crash_reason).__name__}); the process starts anew",
        )
