"""The first run on a machine where something is missing: one sentence that says what to do. And a second run after something changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRETEND = """#!/bin/sh
exec {real} -c 'import sys
{change}
exec(sys.argv[2])' "$@"
"""
"""A Python in which something is different, as far as `python -c` goes."""
MAKES_A_BROKEN_PIP = """#!/bin/sh
[ "$1" = -m ] || exit 0
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "WARNING: Retrying after connection broken"; echo "ERROR: no network" >&2; exit 1\\n' >"$3/bin/pip"
chmod +x "$3/bin/pip"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with what `make` needs, and nothing in `var`."""
    home = tmp_path / "checkout"
    (home / "deploy").mkdir(parents=True)
    (home / "bench").mkdir()
    for name in ("Makefile", "deploy/setup.sh", "bench/run.sh", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, home / name)
    return home


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def environment(checkout: Path, **files: str) -> Path:
    """A virtual environment of stubs that counts as complete."""
    bin_dir = checkout / "var" / "venv" / "bin"
    script(bin_dir / "python", "#!/bin/sh\nexit 0\n")
    script(bin_dir / "pip", f"#!{bin_dir}/python\n")
    for program, text in files.items():
        script(bin_dir / program, text)
    (bin_dir.parent / ".complete").touch()
    return bin_dir


def make(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "UV_"))}
    return subprocess.run(["make", *words], cwd=checkout, env=plain, capture_output=True, text=True, timeout=60)


def run_setup(checkout: Path, python: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "deploy/setup.sh", "var/venv"],
        cwd=checkout,
        env={**os.environ, "PYTHON": str(python)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def set_up(checkout: Path, python: str | Path) -> str:
    """The one line on standard error with which the set-up ends."""
    done = run_setup(checkout, python)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("setup: ")
    assert "connection broken" not in done.stdout
    return lines[0]


def pretend(checkout: Path, change: str) -> Path:
    return script(checkout / "python3", PRETEND.format(real=sys.executable, change=change))


def test_no_python(checkout: Path) -> None:
    assert "no 'python3.99' found; install Python 3.11 or newer" in set_up(checkout, "python3.99")


def test_a_python_that_does_not_start(checkout: Path) -> None:
    broken = script(checkout / "python3", "#!/bin/sh\necho 'not installed' >&2\nexit 127\n")
    assert "does not start; install Python 3.11 or newer" in set_up(checkout, broken)


def test_an_old_python(checkout: Path) -> None:
    old = pretend(checkout, 'sys.version_info = (3, 10, 12, "final", 0)')
    assert "Python 3.10.12 is too old; Schakel needs Python 3.11 or newer" in set_up(checkout, old)


def test_a_python_without_ensurepip(checkout: Path) -> None:
    bare = pretend(checkout, 'sys.modules["ensurepip"] = None')
    assert "apt-get install python3-venv" in set_up(checkout, bare)


def test_no_network(checkout: Path) -> None:
    """What pip says about it stands in a file, and only our sentence on the screen."""
    said = set_up(checkout, script(checkout / "python3", MAKES_A_BROKEN_PIP))
    assert "is the network up?" in said
    assert "var/setup.log" in said
    assert "no network" in (checkout / "var" / "setup.log").read_text()


MAKES_A_PIP_THAT_WORKS = """#!/bin/sh
[ "$1" = -m ] || exit 0
mkdir -p "$3/bin"
printf '#!/bin/sh\\nexit 0\\n' >"$3/bin/pip"
printf '#!/bin/sh\\necho "$@"; exit {code}\\n' >"$3/bin/python"
chmod +x "$3/bin/pip" "$3/bin/python"
"""


@pytest.mark.parametrize("code", [0, 1])
def test_kafka_is_prepared_and_goes_without_where_that_fails(checkout: Path, code: int) -> None:
    python = script(checkout / "python3", MAKES_A_PIP_THAT_WORKS.replace("{code}", str(code)))
    done = run_setup(checkout, python)
    assert (done.returncode, done.stderr) == (0, "")
    assert "backbone.kafka.class_archive" in (checkout / "var" / "setup.log").read_text()
    assert ("could not be prepared for quick starts" in done.stdout) is bool(code)


def test_an_environment_that_works_is_kept(checkout: Path) -> None:
    environment(checkout)
    done = make(checkout, "setup", "PYTHON=python3.99")
    assert (done.returncode, done.stdout.count("setup: "), done.stderr) == (0, 0, "")


@pytest.mark.parametrize("what", ["moved", "removed", "upgraded"])
def test_an_environment_that_no_longer_works_is_made_anew(checkout: Path, what: str) -> None:
    """The checkout was moved; its Python is gone; its Python is a newer one, which does not find the old one's packages."""
    bin_dir = environment(checkout)
    if what == "moved":
        checkout = checkout.rename(checkout.with_name("elsewhere"))
    elif what == "removed":
        script(bin_dir / "python", "#!/no/python/here\n")
    else:
        pretend(checkout, 'sys.modules["pip"] = None').replace(bin_dir / "python")
    done = make(checkout, "setup", "PYTHON=python3.99")
    assert "var/venv was made at another place or with another Python; it is made anew" in done.stdout
    assert "no 'python3.99' found" in done.stderr, "it went on to the set-up"
    assert "bad interpreter" not in done.stderr


def test_uv_keeps_its_cache_here(checkout: Path) -> None:
    says_where = '#!/bin/sh\necho "$UV_CACHE_DIR" >>"${0%/*}/../said"\nexit 1\n'
    environment(checkout, uv=says_where)
    make(checkout, "lock")
    subprocess.run(["sh", "bench/run.sh", "quick"], cwd=checkout, capture_output=True, timeout=60)
    said = (checkout / "var" / "venv" / "said").read_text().splitlines()
    assert said == [str(checkout / "var" / "cache" / "uv")] * 2
