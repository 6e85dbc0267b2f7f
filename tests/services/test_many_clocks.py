"""Five times as many open clocks take no more memory, and what is due is worked off in portions, however much it is."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backbone.casework import TIMERS_AT_ONCE
from backbone.desks import AT_HAND
from bench.clocks import BATCH
from tests.support.many_clocks import BURST, NEXT_BURST, WARM_UP

ROOT = Path(__file__).resolve().parents[2]
FEW, MANY = 20_000, 100_000
MORE_MB = 8
"""What the process may hold more when there are more clocks: what two runs of the same differ by, and not the size of its database."""
OF_A_BURST_MB = 48
"""By how much more it may grow over a burst four times as large: what it keeps of bounded length is full by then, and no fuller."""


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    """By the number of open clocks, what working off their bursts took."""
    folder, found = tmp_path_factory.mktemp("clocks"), {}
    for cases in (FEW, MANY):
        database = folder / f"{cases}.db"
        _run("fill", database, cases)
        found[cases] = json.loads(_run("work", database, cases))
        database.unlink()
    return found


def _run(what: str, database: Path, cases: int) -> str:
    command = [sys.executable, "-m", "tests.support.many_clocks", what, str(database), str(cases)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return ran.stdout


def test_memory_is_flat_in_the_number_of_open_clocks(worked: dict[int, dict[str, Any]]) -> None:
    few, many = worked[FEW]["grew_mb"], worked[MANY]["grew_mb"]
    assert many[0] <= few[0] + MORE_MB, (few, many)
    assert many[1] <= few[1] + MORE_MB, (few, many)


@pytest.mark.parametrize("cases", [FEW, MANY])
def test_memory_is_bounded_in_the_number_of_due_clocks(worked: dict[int, dict[str, Any]], cases: int) -> None:
    assert NEXT_BURST > 2 * BURST > 2 * AT_HAND
    one, next_one = worked[cases]["grew_mb"]
    assert next_one <= one + OF_A_BURST_MB


@pytest.mark.parametrize("cases", [FEW, MANY])
def test_a_burst_is_worked_off_in_portions(worked: dict[int, dict[str, Any]], cases: int) -> None:
    """Each loads so many cases at most, and told events between two of them load their own alone."""
    done = worked[cases]
    assert done["breaches"] == [BURST, NEXT_BURST]
    assert done["most"]["watermark"] == done["most"]["tick"] == TIMERS_AT_ONCE
    assert done["times"]["tick"] >= (BURST + NEXT_BURST) // TIMERS_AT_ONCE - 2
    assert done["most"]["told"] == BATCH
    assert done["times"]["told"] == done["times"]["tick"] + WARM_UP
