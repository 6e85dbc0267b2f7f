"""`backbone up` in a shell that names no folder of chains, or another: refused before anything is made on the ledger of a region."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backbone.cli import running
from backbone.cli.main import app
from backbone.cli.output import Undoable
from backbone.supervisor.ran import missing, remember

ROOT = Path(__file__).parents[2]
FOLDER = Path("/srv/rivierenland/chains")
STARTED = "it was let through"
Up = Callable[..., Result]


@pytest.fixture
def up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Up:
    """The command with the chains of the demo, on a directory where others ran; a start, or one in the background, is only seen."""
    for name in [name for name in os.environ if name.startswith("SCHAKEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("SCHAKEL_CHAINS_DIR", str(ROOT / "chains"))

    def started(*_: object, **__: object) -> None:
        raise Undoable(STARTED)

    @contextmanager
    def nothing() -> Iterator[None]:
        yield

    monkeypatch.setattr(running, "Backbone", started)
    monkeypatch.setattr(running, "_detach", started)
    monkeypatch.setattr(running, "StoppingOnSignals", nothing)
    return lambda *words: CliRunner().invoke(app, ["up", *words])


def texts(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("more", [(), ("--detach",), ("--without", "groningen")], ids=" ".join)
def test_a_chain_that_ran_and_has_no_file_is_refused(up: Up, tmp_path: Path, more: tuple[str, ...]) -> None:
    remember(tmp_path, ["rivierenland", "amsterdam"], FOLDER)
    before = texts(tmp_path)
    refused = up(*more)
    assert refused.exit_code == 2, refused.output
    assert refused.stderr.strip() == (
        f"backbone: this backbone ran with the chain rivierenland (from {FOLDER}), and {ROOT / 'chains'} has amsterdam, "
        f"groningen; set SCHAKEL_CHAINS_DIR={FOLDER}, or say --without rivierenland when it is to go"
    )
    assert texts(tmp_path) == before, "nor does a log hold the folder"


@pytest.mark.parametrize("ran", [None, ["amsterdam"], ["amsterdam", "groningen"]])
def test_a_first_start_and_a_chain_more_are_no_matter(up: Up, tmp_path: Path, ran: list[str] | None) -> None:
    if ran:
        remember(tmp_path, ran, FOLDER)
    assert STARTED in up().stderr


def test_chains_that_are_to_go_may(up: Up, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the background too: whoever is started there is told the same."""
    remember(tmp_path, ["rivierenland", "oost"], FOLDER)
    words = ("--without", "rivierenland", "--without", "oost")
    assert STARTED in up(*words).stderr
    given: list[list[str]] = []
    monkeypatch.setattr(running, "_detach", lambda settings, options: given.append(options))
    assert up("--detach", "--workers", "routing=2", "--brokers", "3", *words).exit_code == 0
    assert given == [["--workers", "routing=2", *words, "--brokers", "3"]]


def test_what_ran_last_counts(tmp_path: Path) -> None:
    remember(tmp_path, ["rivierenland"], FOLDER)
    remember(tmp_path, ["amsterdam"], ROOT / "chains")
    assert missing(tmp_path, ROOT / "chains") is None
    assert [path.name for path in tmp_path.iterdir()] == ["chains.json"]


def test_a_folder_without_chains_is_left_to_its_reader(tmp_path: Path) -> None:
    remember(tmp_path, ["rivierenland"], FOLDER)
    assert missing(tmp_path, tmp_path / "nowhere") is None
