"""Between two fetches: while nobody waits, the next one is asked for a little later and brings more.

Every record wakes every service, and a fetch costs a service and the broker about as much for one record as for twenty. So after a fetch in
which nobody waited for anything the next request rests (`Patience.rest_s`), unless somebody begins to wait meanwhile (`hurry`). What is
asked for then is asked for afresh: nothing that came in during the rest has to wait for a fetch of its own.

Rests where aiokafka sends its requests, by a private method of its fetcher; `tests/engine/test_faust_driver.py` watches over it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from aiokafka.consumer import consumer
from aiokafka.consumer.fetcher import Fetcher

from backbone.engine.gathering import MANY
from backbone.engine.processor import Patience


class Rest:
    """Of one consumer. All but `hurry` is called in the thread and loop of aiokafka's consumer."""

    def __init__(self, patience: Patience) -> None:
        self._rest_s = patience.rest_s
        self._waited_for = patience.waited_for
        self._until = 0.0
        self._hurry = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def fetched(self, batches: Iterable[Sequence[Any]]) -> None:
        """These records came; say so before the next request is made."""
        if self._waited_for is None or not self._rest_s:
            return
        self._loop = asyncio.get_running_loop()
        self._hurry.clear()  # before the question, so that whoever begins to wait after it is heard
        brought = list(batches)
        if sum(map(len, brought)) >= MANY:  # there is more to come, so that nothing is gained
            return
        if not any(self._waited_for(record) for batch in brought for record in batch):
            self._until = monotonic() + self._rest_s

    async def over(self) -> None:
        """Return when the rest is over, or somebody is in a hurry."""
        if (left_s := self._until - monotonic()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._hurry.wait()
        self._until = 0.0

    def hurry(self) -> None:
        """Somebody begins to wait. From any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # closed: nothing is fetched any more
                self._loop.call_soon_threadsafe(self._hurry.set)


class RestingFetcher(Fetcher):  # type: ignore[misc]
    """aiokafka's, which rests before it asks. rest: none until it is given one."""

    rest: Rest | None = None

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> Any:
        if self.rest is not None:
            try:
                await self.rest.over()
            except asyncio.CancelledError:
                return False  # as aiokafka's own: nobody wants the answer any more
        return await super()._proc_fetch_request(assignment, node_id, request)


def install() -> None:
    """For this process."""
    consumer.Fetcher = RestingFetcher
