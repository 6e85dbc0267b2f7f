"""`backbone evaluate` from a saved file: as text, JSON and CSV the same figures; for outside without a small cell; faults in a sentence."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backbone.cli.main import app
from tests.evaluation.logs import RECORDED
from tests.support.casebook import ROOT

Run = Callable[..., Result]


@pytest.fixture
def evaluate(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(ROOT)
    return lambda *words: CliRunner().invoke(app, ["evaluate", *map(str, words)])


def saved(what: str, *more: object) -> tuple[object, ...]:
    return (what, "amsterdam", "--period", "all", "--history", RECORDED, *more)


def test_conformance_says_the_same_in_every_form(evaluate: Run):
    text, plain = evaluate(*saved("conformance")), evaluate(*saved("conformance", "--as", "json"))
    table = evaluate(*saved("conformance", "--as", "csv"))
    assert (text.exit_code, plain.exit_code, table.exit_code) == (0, 0, 0)
    found = json.loads(plain.stdout)
    rows = {(row["table"], row["name"]): row for row in csv.DictReader(io.StringIO(table.stdout))}
    for row in found["shares"]["step"]:
        assert int(rows["step", row["name"]]["as_agreed"]) == row["as_agreed"]
        assert row["name"].rpartition(" ")[2] in text.stdout
    assert {one["case"] for one in found["cases"]}
    assert "undecided: not yet due" in text.stdout


def test_for_outside_no_case_no_cross_and_no_small_count(evaluate: Run):
    found = json.loads(evaluate(*saved("conformance", "--for", "outside", "--as", "json")).stdout)
    assert found["cases"] == []
    assert "step and partner" not in found["shares"]
    counts = [
        row[name]
        for rows in found["shares"].values()
        for row in rows
        for name in ("as_agreed", "otherwise", "undecided")
    ]
    assert not [count for count in (*counts, *found["findings"].values()) if 0 < count < 5]


@pytest.mark.parametrize("what", ["leadtimes", "outcomes"])
def test_the_other_figures_in_every_form(evaluate: Run, what: str):
    for form in ("text", "json", "csv"):
        result = evaluate(*saved(what, "--as", form))
        assert result.exit_code == 0, result.output
        assert result.stdout.strip()


def test_an_export_says_what_was_done_to_it(evaluate: Run, tmp_path: Path):
    out = tmp_path / "log.xes"
    result = evaluate(*saved("export", "--format", "xes", "--for", "outside", "--out", out))
    assert result.exit_code == 0, result.output
    assert "the same as at least 4 others" in result.stdout
    assert "the same as at least 4 others" in out.read_text(encoding="utf-8")


def test_what_if_needs_a_version_to_compare_with(evaluate: Run):
    result = evaluate(*saved("whatif", "--protocol", "groningen-protocolkaart@2017.1"))
    assert result.exit_code == 2
    assert "name the version to compare with: --against" in result.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("conformance", "utopia", "--period", "all"), "is no chain here; expected one of amsterdam, groningen"),
        (("conformance", "amsterdam", "--period", "soon"), "is no period; expected a year such as 2026"),
        (("leadtimes", "amsterdam", "--period", "all", "--history", "no-such-file"), "no-such-file cannot be read"),
    ],
)
def test_faults_end_as_one_sentence(evaluate: Run, words: tuple[str, ...], says: str):
    result = evaluate(*words)
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())
