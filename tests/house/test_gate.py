"""What the gate lets pass and what not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_setup import script

ROOT = Path(__file__).resolve().parents[2]
LIST = "shared/data/toronto-hate-crimes-2018-2023.csv"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The gate in a checkout of its own, with a `make` that only writes down what it was asked."""
    home = tmp_path / "checkout"
    (home / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", home / ".ci" / "run")
    script(home / "bin" / "make", '#!/bin/sh\necho "$*" >>asked\n[ "$*" != "${FAILING:-}" ]\n')
    script(home / "bin" / "apt-get", "#!/bin/sh\nexit 0\n")
    script(home / "bin" / "sudo", "#!/bin/sh\nexit 0\n")
    script(home / "var" / "venv" / "bin" / "python", '#!/bin/sh\necho tests/a.py::test_b >>"$3"\nexit "${AGAIN:-0}"\n')
    return home


def gate(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if name not in ("DATA", "SCHAKEL_NO_LIST")}
    path = f"{checkout / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        [checkout / ".ci" / "run"],
        env={**plain, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def asked(checkout: Path) -> list[str]:
    """In order; the checks and the first tests, which run beside each other, as `check + test`."""
    setup, *beside = (checkout / "asked").read_text().splitlines()
    return [setup, " + ".join(sorted(beside[:2])), *beside[2:]]


def test_the_list_beside_the_checkout_is_imported(checkout: Path) -> None:
    (checkout.parent / LIST).parent.mkdir(parents=True)
    (checkout.parent / LIST).touch()
    assert gate(checkout).returncode == 0
    assert asked(checkout) == ["setup", "check + test", "rest", f"acceptance DATA=../{LIST}", "demo ONCE=1"]


def test_without_a_list_it_fails(checkout: Path) -> None:
    done = gate(checkout)
    assert done.returncode != 0
    assert "SCHAKEL_NO_LIST=1" in done.stderr


def test_without_a_list_on_purpose(checkout: Path) -> None:
    done = gate(checkout, SCHAKEL_NO_LIST="1")
    assert done.returncode == 0, done.stderr
    assert asked(checkout) == ["setup", "check + test", "rest", "demo ONCE=1"]


@pytest.mark.parametrize("step", ["check", "demo ONCE=1"])
def test_a_step_that_fails_fails_the_gate(checkout: Path, step: str) -> None:
    assert gate(checkout, SCHAKEL_NO_LIST="1", FAILING=step).returncode != 0


def test_what_the_checks_said_is_shown_when_they_fail(checkout: Path) -> None:
    script(checkout / "bin" / "make", '#!/bin/sh\n[ "$1" != check ] || { echo "line 7 is too long"; exit 2; }\n')
    done = gate(checkout, SCHAKEL_NO_LIST="1")
    assert (done.returncode, "line 7 is too long" in done.stdout) == (1, True)
    assert "make rest" not in done.stdout, "it ends there"


@pytest.mark.parametrize("suite", ["test", "rest"])
def test_what_was_run_again_is_named_at_the_end(checkout: Path, suite: str) -> None:
    done = gate(checkout, SCHAKEL_NO_LIST="1", FAILING=suite)
    assert done.returncode == 0, done.stderr
    assert "failed at first" in done.stdout.splitlines()[-2]
    assert "tests/a.py::test_b" in done.stdout.splitlines()[-1]
    assert gate(checkout, SCHAKEL_NO_LIST="1", FAILING=suite, AGAIN="1").returncode != 0


FLAKY = """
import pathlib
import pytest

@pytest.mark.timing
def test_late():
    runs = pathlib.Path("runs")
    runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
    assert len(runs.read_text()) > 1

def test_steady():
    assert not pathlib.Path("wrong").exists()

def test_fine():
    pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\nmarkers = ["timing: x"]\n')
    (tmp_path / "test_some.py").write_text(FLAKY)
    return tmp_path


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    here = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=project, env=here, capture_output=True, text=True, timeout=60
    )


def test_what_depends_on_timing_gets_a_second_try(project: Path) -> None:
    assert run(project, "pytest").returncode == 1
    again = run(project, "tests.support.again", "var/again.txt")
    assert again.returncode == 0, again.stdout
    assert (project / "var" / "again.txt").read_text() == "test_some.py::test_late\n"


def test_nothing_else_does(project: Path) -> None:
    (project / "wrong").touch()
    assert run(project, "pytest").returncode == 1
    again = run(project, "tests.support.again", "var/again.txt")
    assert again.returncode == 1
    assert "test_some.py::test_steady" in again.stdout
    assert (project / "runs").read_text() == "x", "not even what does, when something else failed too"


def test_tests_that_did_not_come_to_an_end(project: Path) -> None:
    assert run(project, "tests.support.again", "var/again.txt").returncode == 1
