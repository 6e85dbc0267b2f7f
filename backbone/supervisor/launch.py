"""How a service becomes a process: afresh, or forked from one that has loaded it (`forkserver`)."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Protocol


class Running(Protocol):
    """A process, as subprocess.Popen is one."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def terminate(self) -> None: ...


Launch = Callable[[str, Sequence[str], Mapping[str, str], int, IO[bytes]], Running]
"""Runs a module as a program, in a session of its own: its arguments, its whole environment, its input, where what it says goes. The
input is its leash: see `leash`. Raises OSError when the system cannot."""


def afresh(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], stdin: int, log: IO[bytes]
) -> Running:
    """In a Python that loads it now."""
    return subprocess.Popen(
        [sys.executable, "-m", "backbone.supervisor.leash", module, *arguments],
        env=environment,
        stdin=stdin,
        stdout=log,
        stderr=log,
        start_new_session=True,  # Ctrl-C in a terminal reaches the supervisor alone
    )
