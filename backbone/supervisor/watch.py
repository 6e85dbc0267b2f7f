"""The supervisor's loop: keeps every service running, stops them all in an orderly way."""

import time
from collections.abc import Callable, Sequence

from backbone.supervisor.keeper import Keeper, Service, State
from backbone.supervisor.launch import Launch, afresh

STOP_GRACE_S = 10.0
_POLL_S = 0.05


class Supervisor:
    """Keeps services running. Call `step` often from one thread; `stop` once.

    tell: called with one sentence whenever a service ends or is started again. clock: monotonic seconds.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        launch: Launch = afresh,
    ) -> None:
        self.keepers = [Keeper(service, launch) for service in services]
        self._tell = tell
        self._clock = clock

    def start(self) -> None:
        """Start every service; returns without waiting for any to be ready."""
        for keeper in self.keepers:
            keeper.start(self._clock())

    def step(self) -> bool:
        """Look after every service once. Returns whether something changed."""
        changed = False
        for keeper in self.keepers:
            if keeper.step(self._clock()):
                changed = True
                self._tell(self._sentence(keeper))
        return changed

    def stopped(self) -> list[Keeper]:
        """The services that will not be started again until a person has looked."""
        return [keeper for keeper in self.keepers if keeper.state is State.STOPPED]

    def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """End every service: ask first, end those that have not ended after `grace_s`."""
        for keeper in self.keepers:
            keeper.terminate()
        deadline = self._clock() + grace_s
        while not all(keeper.gone() for keeper in self.keepers) and self._clock() < deadline:
            time.sleep(_POLL_S)
        for keeper in self.keepers:
            if not keeper.gone():
                self._tell(f"{keeper.service.label} did not end within {grace_s:.0f} s of SIGTERM; ending it")
                keeper.kill()
            keeper.let_go()

    def _sentence(self, keeper: Keeper) -> str:
        label = keeper.service.label
        if keeper.state is State.RUNNING:
            return f"{label} is started again (process {keeper.pid})"
        if keeper.state is State.STOPPED:
            return f"{label} stopped and is not started again: {keeper.sentence} (log: {keeper.service.log})"
        wait_s = max(keeper.again_at - self._clock(), 0.0)
        return f"{label}: {keeper.sentence}; started again in {wait_s:.1f} s (log: {keeper.service.log})"
