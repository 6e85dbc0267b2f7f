"""A service gives way to those that people wait for sooner, while processors are scarce.

Where Linux shares processors out by sessions first (`/proc/sys/kernel/sched_autogroup_enabled`), a process's own priority counts among
the processes of its session alone, and the session has one of its own; each service is a session. In a container neither counts;
there the weights of the containers do.
"""

import asyncio
import os
from pathlib import Path

import structlog

NOBODY_WAITS = 15
"""How far a service gives way that nobody waits for (its niceness, in Linux's word): a thirtieth of another's share, while there is one."""
_SESSION = Path("/proc/self/autogroup")
_AGAIN_S = 0.15
"""Linux lets one session be changed in 0.1 s, whoever asks."""
_TRIES = 20

log = structlog.get_logger(__name__)


def give_way(nice: int) -> None:
    """This thread, and those that it starts from now on. To be called before any of them works."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, max(nice, os.getpriority(os.PRIO_PROCESS, 0)))
    except OSError as error:
        log.info("priority kept", why=error.strerror)


async def session_gives_way(nice: int, session: Path = _SESSION) -> None:
    """The session, if this process leads it; a shell from which it was started by hand keeps its share. Where it cannot be changed
    all goes on as it is."""
    if os.getsid(0) != os.getpid():
        return
    for _ in range(_TRIES):
        if _settled(session, nice):
            return
        await asyncio.sleep(_AGAIN_S)


def _settled(session: Path, nice: int) -> bool:
    """Whether the session gives way now, or never will; else another one was changed a moment ago."""
    try:
        session.write_text(str(nice), encoding="ascii")
    except BlockingIOError:
        return False
    except OSError:  # no Linux, or one that does not share by sessions
        pass
    return True
