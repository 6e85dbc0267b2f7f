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
        if rows
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


@pytest.mark.parametrize("what", ["conformance", "leadtimes", "outcomes"])
def test_every_form_says_for_whom_it_was_made(evaluate: Run, what: str):
    outside = ("--for", "outside")
    assert "For readers outside: no count that fewer than five cases" in evaluate(*saved(what, *outside)).stdout
    assert "For readers outside" not in evaluate(*saved(what)).stdout
    for reader in ("inside", "outside"):
        assert json.loads(evaluate(*saved(what, "--for", reader, "--as", "json")).stdout)["reader"] == reader
        table = evaluate(*saved(what, "--for", reader, "--as", "csv")).stdout
        assert table.splitlines()[0].endswith(",reader")
        assert {row["reader"] for row in csv.DictReader(io.StringIO(table))} <= {reader}


def test_what_is_not_shown_is_said(evaluate: Run):
    """Seven cases recorded: behind each step are fewer than five that are done, or that are open."""
    outside = ("--for", "outside")
    steps = json.loads(evaluate(*saved("leadtimes", *outside, "--as", "json")).stdout)
    assert f"{steps['steps_not_shown']} steps are not shown" in evaluate(*saved("leadtimes", *outside)).stdout
    figures = json.loads(evaluate(*saved("outcomes", *outside, "--as", "json")).stdout)
    assert f"{figures['figures_not_shown']} figures are not shown" in evaluate(*saved("outcomes", *outside)).stdout


def test_a_total_for_outside_that_too_few_stand_behind_is_no_zero(evaluate: Run):
    groningen = ("conformance", "groningen", "--period", "all", "--history", RECORDED, "--for", "outside")
    assert "all, step, partner: not shown" in evaluate(*groningen).stdout
    assert json.loads(evaluate(*groningen, "--as", "json").stdout)["shares"] == dict.fromkeys(
        ("all", "step", "partner")
    )
    total = next(csv.DictReader(io.StringIO(evaluate(*groningen, "--as", "csv").stdout)))
    assert (total["name"], total["as_agreed"], total["otherwise"], total["count"]) == ("all", "", "", "")


def test_what_if_says_what_it_leaves_out(evaluate: Run):
    same = saved("whatif", "--protocol", "amsterdam-handelingskader@2023.4")
    found = json.loads(evaluate(*same, "--as", "json").stdout)
    assert found["left_out"] == {"imported": 0, "drills": 0, "erased": 0, "never opened": 0}
    assert found["cases"] > 3
    assert "cases, as the records stand at" in evaluate(*same).stdout


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
