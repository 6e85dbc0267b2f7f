"""Every command where there is little: a broker that is away, no terminal, no colour, 80 columns."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backbone.cli.main import app
from backbone.evidence import replacing
from backbone.evidence.signing import SigningKeys
from backbone.keys import open_keys
from tests.cli.test_help import ALL, COLUMNS

ROOT = Path(__file__).parents[2]
PASSWORD = "geheim-van-de-beheerder"
CASE = "5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e"
LOOPS = "ends only when it is told to, or starts everything"
NO_BROKER = {
    ("demo",): LOOPS,
    ("serve",): LOOPS,
    ("up",): "has an own test",
    ("import",): "connects as a partner, by its profile",
    **{("consultation", name): "asks the service cases" for name in ("agenda", "list")},
    **{("deploy", name): "files only" for name in ("handout", "keys", "write")},
    **{("keys", name): "the database of keys only" for name in ("grants", "retire", "rotate", "status")},
    **{("park", name): "a service's database" for name in ("drop", "list", "retry")},
    **{("protocol", name): "files only" for name in ("adopt", "check", "draw", "explain", "try")},
    **{(name,): "this machine only" for name in ("down", "status")},
    ("door", "check"): "files only",
    ("partner", "token"): "the partner's profile only",
    ("topics", "show"): "files only",
}
"""Commands that ask no broker, and why."""
ASKS_THE_BROKER = {
    ("deploy", "apply"): (),
    ("erasure", "declaration"): (),
    ("keys", "rotate-door"): (),
    ("partner", "add"): ("coc-amsterdam",),
    ("partner", "remove"): ("coc-amsterdam",),
    ("partner", "restore"): ("coc-amsterdam",),
    ("partner", "rotate"): ("coc-amsterdam",),
    ("partner", "suspend"): ("coc-amsterdam", "--reason", "leaves"),
    ("person", "export"): (CASE, "--to", "copy", "--motive", "her_request"),
    ("protocol", "move"): (CASE, "--to", "amsterdam-handelingskader@2023.1", "--reason", "corrected_term"),
    ("topics", "create"): (),
    ("topics", "verify"): (),
}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings that name a broker which does not answer; the directory of state, with its keys."""
    for name in [name for name in os.environ if name.startswith("SCHAKEL_")]:
        monkeypatch.delenv(name)
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    var_dir = tmp_path / "var"
    open_keys(None, var_dir).close()
    settings = {
        "VAR_DIR": var_dir,
        "PROTOCOLS_DIR": ROOT / "protocols",
        "CHAINS_DIR": ROOT / "chains",
        "BOOTSTRAP": "127.0.0.1:1",
        "SASL_USERNAME": "admin",
        "SASL_PASSWORD_FILE": password,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"SCHAKEL_{name}", str(value))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    monkeypatch.chdir(tmp_path)
    return var_dir


def test_every_command_is_looked_at() -> None:
    mine = {
        path for path in ALL if path[0] in {*(path[0] for path in NO_BROKER), *(path[0] for path in ASKS_THE_BROKER)}
    }
    assert mine == NO_BROKER.keys() | ASKS_THE_BROKER.keys()


@pytest.mark.parametrize("path", ASKS_THE_BROKER, ids=" ".join)
def test_a_broker_that_is_away_is_one_sentence(path: tuple[str, ...], away: Path) -> None:
    result: Result = CliRunner().invoke(app, [*path, *ASKS_THE_BROKER[path]])
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.output
    assert lines[0].startswith(
        "backbone: no Kafka broker answers at 127.0.0.1:1 (the connection was refused); is it running"
    )
    assert PASSWORD not in result.output
    assert not COLOUR.search(result.output)
    assert not (away / "log" / "cli.log").exists(), "it is no fault of ours"


def test_a_key_that_could_not_be_published_is_not_there(away: Path) -> None:
    """Else the next try finds two keys, and the way on from there is to take out the one that the heads so far were signed with."""
    keys = SigningKeys(away / "keys" / "log.json")
    replacing.make(keys)
    before = keys.path.read_bytes()
    for _ in range(2):
        result = CliRunner().invoke(app, ["ledger", "rotate-key"])
        assert result.stderr.startswith("backbone: no Kafka broker answers"), result.output
    assert keys.path.read_bytes() == before


@pytest.mark.parametrize(
    "words", [("topics", "show"), ("status",), ("keys", "status"), ("protocol", "check"), ("door", "check", "--all")]
)
def test_what_is_shown_fits_the_page(words: tuple[str, ...], away: Path) -> None:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code in (0, 1), result.output
    assert result.stdout
    assert not COLOUR.search(result.output)
    if words[1:2] != ("check",):  # whose lines begin with paths, and are not folded
        assert max(map(len, result.stdout.splitlines())) <= COLUMNS


def test_in_a_terminal_of_eighty_columns_without_colour(away: Path) -> None:
    """A real terminal (a pty): the table is as wide as that, and NO_COLOR is kept to."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "backbone.cli.main", "topics", "show"],
            stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm-256color"}, cwd=ROOT,
        )  # fmt: skip
        said = _read(ours, process)
    finally:
        os.close(theirs)
        os.close(ours)
    lines = said.replace("\r\n", "\n").splitlines()
    assert process.returncode == 0, said
    assert any(line.startswith("schakel.ledger") for line in lines)
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines) <= COLUMNS
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", said), "bold is no colour; a colour is"


def _read(terminal: int, process: "subprocess.Popen[bytes]") -> str:
    said, deadline = b"", time.monotonic() + 250
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            said += os.read(terminal, 4096)
        elif process.poll() is not None:
            return said.decode()
    process.kill()
    raise AssertionError(f"it did not end: {said!r}")
