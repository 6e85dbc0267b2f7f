"""`backbone consultation` asks the service `cases` that runs here, and says what it answered."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backbone.cli.main import app
from tests.support.cases_api import answering

asked: list[str] = []


def answer(path: str) -> tuple[int, bytes]:
    """The agenda of one consultation; a partner that is no member gets the service's own sentence."""
    if "for=rita" in path:
        return 403, b'{"error": "rita may not see the cases of overleg: not_a_member"}'
    return 200, b'{"consultation": "overleg", "lines": []}'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    with answering(tmp_path, asked, answer):
        yield tmp_path


def test_an_agenda_and_a_list(here: Path) -> None:
    agenda = CliRunner().invoke(app, ["consultation", "agenda", "proef", "overleg", "--for", "politie"])
    assert (agenda.exit_code, json.loads(agenda.output)["consultation"]) == (0, "overleg")
    assert CliRunner().invoke(app, ["consultation", "list", "proef", "lijst/../x"]).exit_code == 0
    assert asked == ["/consultations/proef/overleg?for=politie", "/overviews/proef/lijst%2F..%2Fx"]


def test_a_no_is_said_in_the_services_own_words(here: Path) -> None:
    found = CliRunner().invoke(app, ["consultation", "agenda", "proef", "overleg", "--for", "rita"])
    assert found.exit_code != 0
    assert "rita may not see the cases of overleg" in found.output


def test_nothing_runs_here(here: Path) -> None:
    (here / "run" / "cases-0.json").unlink()
    found = CliRunner().invoke(app, ["consultation", "agenda", "proef", "overleg"])
    assert found.exit_code != 0
    assert "backbone up" in found.output
