"""Ending a command that looks after processes: by Ctrl-C, or as a process manager does it."""

import signal
from types import FrameType, TracebackType


class StoppingOnSignals:
    """While it is entered, SIGTERM and SIGHUP end as Ctrl-C does: one KeyboardInterrupt. Once that has come, further signals wait
    until the clean end is done. For the main thread."""

    def __init__(self) -> None:
        self._ending = False

    def __enter__(self) -> None:
        self._before = {each: signal.signal(each, self._end) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _end(self, signum: int, frame: FrameType | None) -> None:
        if not self._ending:
            self._ending = True
            raise KeyboardInterrupt
