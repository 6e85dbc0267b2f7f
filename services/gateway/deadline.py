"""Time that also passes while this process, or the whole machine, stands still: a permit is for seconds of the world's time."""

import time
from collections.abc import Callable

Clock = Callable[[], float]


def boot_time_s() -> float:
    """Seconds since the machine was started. Goes on during SIGSTOP and, where the system has such a clock, during a suspend."""
    return time.clock_gettime(_CLOCK) if _CLOCK is not None else time.monotonic()


_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", None)


class Deadline:
    """A moment that comes `within_s` from now."""

    def __init__(self, within_s: float, clock: Clock = boot_time_s) -> None:
        self._clock = clock
        self._at = clock() + within_s

    @property
    def left_s(self) -> float:
        """What is left; zero when it has passed."""
        return max(0.0, self._at - self._clock())

    @property
    def passed(self) -> bool:
        return self._clock() >= self._at
