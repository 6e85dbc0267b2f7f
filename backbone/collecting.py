"""When Python looks for objects that only hold each other. By itself it does so every 700 new objects, and every time through more of
all that lives, which took a service a fifth of its time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def collect_seldom() -> None:
    """For a service, once it is loaded. A batch makes tens of thousands of objects that die together, without being looked for."""
    gc.collect()
    gc.freeze()
    gc.enable()  # off while we were loaded (backbone.supervisor.leash)
    gc.set_threshold(100_000, 50, 100)


@contextmanager
def not_collecting() -> Iterator[None]:
    """While a command reads what it answers from, and answers. `bench.conformance` says what that left to be collected."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
