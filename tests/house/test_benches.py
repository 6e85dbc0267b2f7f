"""The benchmarks that need no broker still run: a program that nobody calls between two releases stops working unseen."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gate", "auditing", "sealing", "erasure", "clocks"])
def test_a_small_run_gives_figures(name: str, tmp_path: Path) -> None:
    environment = os.environ | {"SCHAKEL_BENCH_DIR": str(tmp_path), "SCHAKEL_BENCH_CLOCKS": "2000"}
    command = [sys.executable, "-m", f"bench.{name}", "quick"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    figures = json.loads((tmp_path / f"{name}.json").read_text())
    assert figures["quick"] is True
