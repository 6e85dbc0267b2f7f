"""How the demo ends when somebody stops it."""

import os
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backbone.cli.main import app
from backbone.demo import run


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A demo that is stopped by this signal as soon as it plays."""
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    monkeypatch.setattr(run, "_demo", lambda *_: os.kill(os.getpid(), request.param))


@pytest.mark.parametrize("stopped", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], indirect=True, ids=str)
@pytest.mark.parametrize(("words", "code"), [(["--once"], 130), ([], 0)], ids=["once", "until Ctrl-C"])
def test_stopped_before_its_end(stopped: None, words: list[str], code: int) -> None:
    """`make demo ONCE=1` passes only when it was played and checked to the end; without ONCE a Ctrl-C is its end."""
    result = CliRunner().invoke(app, ["demo", *words])
    assert result.exit_code == code, result.output
    assert "everything is ended" in result.stdout
