"""Runs a service so that it ends when its supervisor does: `python -m backbone.supervisor.leash MODULE [ARGUMENT…]`.

The supervisor holds the other end of the pipe that is our standard input and never writes to it: its end, however it comes
(also kill -9), closes the pipe. Linux' own parent-death signal would do too, but it hangs on the thread that started us.
"""

import gc
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Sequence

GRACE_S = 5.0
"""After this long without an orderly end the service is ended the hard way; its checkpoint stands."""


def hold(grace_s: float = GRACE_S) -> None:
    """From now on this process ends when its standard input does."""
    pipe = os.dup(sys.stdin.fileno())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())  # the service itself, and what it starts, find an empty input
    os.close(nothing)

    def watch() -> None:
        while os.read(pipe, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace_s)
        os._exit(1)

    threading.Thread(target=watch, name="leash", daemon=True).start()


def run(module: str, arguments: Sequence[str]) -> None:
    """Be `python -m module arguments…`, on a leash."""
    sys.argv = [module, *arguments]
    hold()
    gc.disable()  # what is loaded stays: looking through it again and again took a fifth of the start; the engine turns it on
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def main() -> None:
    """Run the module named by the first argument as a program."""
    if len(sys.argv) < 2:
        sys.exit("leash: no module given; expected: python -m backbone.supervisor.leash MODULE")
    run(sys.argv[1], sys.argv[2:])


if __name__ == "__main__":
    main()
