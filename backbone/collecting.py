"""When Python looks for objects that only hold each other. By itself it does so every 700 new objects, and every time through more of
all that lives: a fifth of a service's time, a quarter of that of a program that reads a year.
"""

import gc


def collect_seldom() -> None:
    """For a service, once it is loaded. A batch makes tens of thousands of objects that die together, without being looked for."""
    gc.collect()
    gc.freeze()
    gc.enable()  # off while we were loaded (backbone.supervisor.leash)
    gc.set_threshold(100_000, 50, 100)


def collect_never() -> None:
    """For a program that reads, answers and ends. Of 3,000 cases read for an evaluation nothing was ever found to collect."""
    gc.freeze()
    gc.disable()
