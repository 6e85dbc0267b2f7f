"""A service that nobody waits for takes less of scarce processors, by itself and as a session, and nobody else is touched."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backbone.engine import giving_way
from backbone.engine.giving_way import NICE, give_way

SESSION = Path("/proc/self/autogroup")
SHOWS = """
import asyncio, os
from pathlib import Path
from backbone.engine.giving_way import give_way
asyncio.run(give_way())
print(os.getpriority(os.PRIO_PROCESS, 0), Path("/proc/self/autogroup").read_text().split()[-1] if {there} else "")
"""
shares_by_sessions = pytest.mark.skipif(
    not SESSION.exists(), reason="this kernel does not share processors by sessions"
)


def shown(*, leads: bool) -> list[str]:
    """What a process that gives way is, and its session."""
    program = SHOWS.format(there=SESSION.exists())
    return subprocess.run(
        [sys.executable, "-c", program], start_new_session=leads, capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()


@shares_by_sessions
def test_a_service_is_a_session_and_both_give_way() -> None:
    assert shown(leads=True) == [str(NICE), str(NICE)]


@shares_by_sessions
def test_the_session_of_whoever_started_it_by_hand_does_not() -> None:
    before = SESSION.read_text().split()[-1]
    assert shown(leads=False) == [str(NICE), before]
    assert SESSION.read_text().split()[-1] == before


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
    """A process that leads its session, and keeps its own priority."""
    monkeypatch.setattr(giving_way.os, "setpriority", lambda *_: None)
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
    asyncio.run(give_way(session))  # type: ignore[arg-type]
    assert session.written == written
