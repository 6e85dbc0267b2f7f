"""`backbone partner list`: who is asked for what, and whether it is at work, in 80 columns; and what is asked wrongly."""

import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backbone.cli.main import app
from tests.support.casebook import ROOT

Run = Callable[..., Result]
LINE = "partner: slachtofferhulp\n    roles: [victim_support]\n    districts: all\n"


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command, with chains of its own: victim support in Amsterdam works in office hours, and is full."""
    shutil.copytree(ROOT / "chains", tmp_path / "chains")
    path = tmp_path / "chains" / "amsterdam.yaml"
    text = path.read_text(encoding="utf-8")
    assert LINE in text
    path.write_text(
        text.replace(LINE, f'{LINE}    hours: ["ma-vr 09:00-17:00"]\n    capacity: full\n'), encoding="utf-8"
    )
    monkeypatch.setenv("SCHAKEL_PROTOCOLS_DIR", str(ROOT / "protocols"))
    monkeypatch.setenv("SCHAKEL_CHAINS_DIR", str(tmp_path / "chains"))
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path / "var"))
    return lambda *words: CliRunner().invoke(app, ["partner", "list", *words])


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-03-06 12:00", "yes, until 17:00, full"),
        ("2026-03-06 18:00", "no, again 2026-03-09 09:00, full"),
        ("2026-04-03 12:00", "no, again 2026-04-07 09:00, full"),  # Good Friday
        ("2026-03-27T17:30+00:00", "no, again 2026-03-30 09:00, full"),  # the clock goes forward in this weekend
    ],
)
def test_it_says_who_is_at_work_and_when_again(listed: Run, at: str, said: str) -> None:
    result = listed("--chain", "amsterdam", "--district", "oost", "--at", at)
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    lines = result.stdout.splitlines()
    (first,) = [number for number, line in enumerate(lines) if line.startswith("victim_support")]
    below = itertools.takewhile(lambda line: line.startswith(" "), lines[first + 1 :])  # a long cell is folded
    assert " ".join([lines[first], *below]).split() == ["victim_support", "oost", "slachtofferhulp", *said.split()]
    assert "hours not said" in result.stdout


def test_without_more_it_lists_every_chain_as_of_now(listed: Run) -> None:
    titles = [line for line in listed().stdout.splitlines() if line.startswith("Keten ")]
    assert [title.split(",")[0] for title in titles] == ["Keten Amsterdam", "Keten Groningen"]
    assert "discriminatie-nl-amsterdam" in listed().stdout, "what the next command is given stands on one line"


def test_as_json(listed: Run) -> None:
    (said,) = json.loads(
        listed("--chain", "amsterdam", "--district", "oost", "--at", "2026-03-06 18:00", "--json").stdout
    )
    assert [one["chain"] for one in json.loads(listed("--json").stdout)] == ["amsterdam", "groningen"]
    (place,) = [one for one in said["directory"] if one["role"] == "victim_support"]
    assert place["holders"][0]["at_work"] == {"now": False, "until": None, "again": "2026-03-09T08:00:00+00:00"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--chain", "utrecht"), "expected one of amsterdam, groningen"),
        (("--district", "noorden"), "no district 'noorden'"),
        (("--at", "morgen"), "is no moment"),
    ],
)
def test_what_is_asked_wrongly_says_what_was_expected(listed: Run, words: tuple[str, ...], found: str) -> None:
    result = listed(*words)
    assert result.exit_code == 2 or result.exception is not None
    assert found in (result.output + str(result.exception))
