"""A command that is told to end puts back what it has to put back, as it does at Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Within it SIGTERM, and a terminal that is closed, raise SystemExit instead of ending the process where it stands. Both may come: the
    second one ends nothing of what is put back at the first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _end) for number in _ENDS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    for one in _ENDS:
        signal.signal(one, signal.SIG_IGN)
    raise SystemExit(128 + number)
