"""A service that nobody waits for takes less of scarce processors, by itself and as a session, and nobody else is touched."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backbone.engine import giving_way
from backbone.engine.giving_way import session_gives_way

NICE = 7
SESSION = Path("/proc/self/autogroup")
ITSELF = [str(max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))] * 2
"""A process and its thread: whoever gives way further already stays there."""
SHOWS = f"""
import asyncio, os
from pathlib import Path
from concurrent.futures import ThreadPoolExecutor
from backbone.engine.giving_way import give_way, session_gives_way
give_way({NICE})
asyncio.run(session_gives_way({NICE}))
nice = lambda: os.getpriority(os.PRIO_PROCESS, 0)
session = Path("/proc/self/autogroup")
print(nice(), ThreadPoolExecutor(1).submit(nice).result(), *(session.read_text().split()[-1:] if session.exists() else []))
"""


def shown(*, leads: bool) -> list[str]:
    """What a process that gives way is, a thread of it, and its session where processors are shared by sessions."""
    return subprocess.run(
        [sys.executable, "-c", SHOWS], start_new_session=leads, capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()


def its_own() -> list[str]:
    """What our session is, where there is such a thing: the file is empty for who was started in no session of its own."""
    return SESSION.read_text().split()[-1:] if SESSION.exists() else []


def test_a_service_is_a_session_and_both_give_way() -> None:
    assert shown(leads=True) == [*ITSELF, *([str(NICE)] if SESSION.exists() else [])]


def test_the_session_of_whoever_started_it_by_hand_does_not() -> None:
    before = its_own()
    assert shown(leads=False) == [*ITSELF, *before]
    assert its_own() == before


class Refusing:
    """A session that cannot be changed at first, since another one just was."""

    def __init__(self, *answers: OSError | None) -> None:
        self.answers = list(answers)
        self.written: list[str] = []

    def write_text(self, text: str, **_: Any) -> None:
        answer = self.answers.pop(0)
        if answer is not None:
            raise answer
        self.written.append(text)


@pytest.fixture
def leader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that leads its session."""
    monkeypatch.setattr(giving_way.os, "getsid", lambda _: giving_way.os.getpid())
    monkeypatch.setattr(giving_way, "_AGAIN_S", 0.0)


@pytest.mark.usefixtures("leader")
@pytest.mark.parametrize(
    ("answers", "written"),
    [
        ((BlockingIOError(), BlockingIOError(), None), [str(NICE)]),
        ((PermissionError(), None), []),
        ((FileNotFoundError(), None), []),
        ((BlockingIOError(),) * 20, []),
    ],
)
def test_it_tries_while_another_is_being_changed_and_else_goes_on(
    answers: tuple[OSError | None, ...], written: list[str]
) -> None:
    session = Refusing(*answers)
    asyncio.run(session_gives_way(NICE, session))  # type: ignore[arg-type]
    assert session.written == written
