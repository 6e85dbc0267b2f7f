"""`backbone import` as a person meets it: what it prints, what it exits with, and what a kill -9 leaves."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backbone.cli.main import app
from backbone.lists import partner
from schakel.timesource import TimeSource
from tests.lists.support import LIST, MAPPING, FakeBackbone, edited

ROOT = Path(__file__).parents[2]


@pytest.fixture
def backbone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBackbone:
    made = FakeBackbone()

    @contextmanager
    def connect(name: str, profile: Path, clock: TimeSource) -> Iterator[FakeBackbone]:
        assert name == "discriminatie-nl-amsterdam"
        yield made

    monkeypatch.setattr(partner, "connect", connect)
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path / "var"))
    return made


def run(file: Path, *options: str, mapping: Path = MAPPING, name: str = "discriminatie-nl-amsterdam") -> Result:
    return CliRunner().invoke(app, ["import", str(file), "--mapping", str(mapping), "--as", name, *options])


def numbers(output: str) -> dict[str, int]:
    """The numbers at the end of the output, by their name."""
    found = re.findall(r"^ +([0-9]+)  (\S+( \S+)*)", output, re.MULTILINE)
    return {name: int(number) for number, name, _ in found}


def lines(result: Result) -> dict[str, int]:
    return numbers(result.stdout)


def test_a_list_is_imported(backbone: FakeBackbone, tmp_path: Path) -> None:
    file = edited(tmp_path)
    result = run(file, "--history")
    assert result.exit_code == 0, result.output
    assert lines(result) == {"rows": 5, "skipped": 1, "sent": 4, "accepted": 4}
    assert "meldpunt.csv: CSV, utf-8, semicolon · 5 rows · mapping meldpunt 1" in result.output
    assert "New import key in" in result.output.replace("\n", " ")
    assert not file.with_name("meldpunt.csv.errors.csv").exists()
    again = run(file, "--history")
    assert (again.exit_code, lines(again)) == (0, {"rows": 5, "skipped": 1, "known": 4})
    assert "New import key" not in again.output
    resent = run(file, "--history", "--resend")
    assert lines(resent)["resubmitted"] == 4
    assert len(backbone.receipts) == 4


def test_a_dry_run_shows_what_rows_become_and_writes_no_key(backbone: FakeBackbone, tmp_path: Path) -> None:
    result = run(edited(tmp_path), "--dry-run")
    assert result.exit_code == 0, result.output
    assert lines(result) == {"rows": 5, "skipped": 1, "could be sent": 4}
    assert "sexual_orientation 2" in result.output
    assert "4 of 4 rows were reported more than 30 days ago" in result.output
    assert backbone.sent == []
    assert not list((tmp_path / "var").rglob("*.key"))


def test_rows_to_mend_are_listed_and_the_exit_code_says_so(backbone: FakeBackbone, tmp_path: Path) -> None:
    file = edited(tmp_path, (";Oost;straat;", ";Oost;plein;"))
    listing = tmp_path / "mend.csv"
    result = run(file, "--history", "--errors", str(listing))
    assert result.exit_code == 1
    assert lines(result) == {"rows": 5, "skipped": 1, "sent": 3, "accepted": 3, "errors": 1}
    assert "plein" in listing.read_text(encoding="utf-8-sig")
    assert str(listing) in result.output
    assert "Wies" not in result.output + listing.read_text(encoding="utf-8-sig")


def test_no_answer_is_not_zero(backbone: FakeBackbone, tmp_path: Path) -> None:
    backbone.answers = lambda number: False
    result = run(edited(tmp_path), "--history", "--timeout", "1")
    assert result.exit_code == 1
    assert lines(result)["no answer"] == 4
    assert "Stopped early: no receipt within 1 s" in result.output


SENTENCES = {
    "no list": (["nowhere.csv"], "nowhere.csv cannot be read"),
    "no mapping": ([str(LIST), "--mapping", "nowhere.yaml"], "nowhere.yaml:1: error: the file does not exist"),
    "no partner's name": ([str(LIST), "--as", "../../etc"], "expected a partner's id"),
    "not our errors file": ([str(LIST), "--errors", str(MAPPING)], "is no errors file of an import"),
}


@pytest.mark.parametrize("what", SENTENCES)
def test_what_cannot_be_done_is_one_sentence(backbone: FakeBackbone, what: str) -> None:
    options, says = SENTENCES[what]
    words = ["import", "--mapping", str(MAPPING), "--as", "discriminatie-nl-amsterdam", *options]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert says in result.output.replace("\n", " ")
    assert "Traceback" not in result.output
    assert backbone.sent == []


def test_a_list_that_breaks_off_is_not_begun(backbone: FakeBackbone, tmp_path: Path) -> None:
    file = edited(tmp_path, ("Noor;Voorbeeld", 'Noor;"Voorbeeld'))
    result = run(file)
    assert (result.exit_code, backbone.sent) == (2, [])
    assert "is no CSV" in result.output


def test_with_the_other_choice_of_history_it_says_so(backbone: FakeBackbone, tmp_path: Path) -> None:
    file = edited(tmp_path)
    run(file, "--history")
    again = run(file)
    assert (again.exit_code, lines(again)["errors"]) == (1, 4)
    listing = file.with_name("meldpunt.csv.errors.csv").read_text()
    assert listing.count("event.other_history") == 4
    assert "run the command with --history, as then" in listing
    assert "event.changed" not in listing
    assert len(backbone.sent) == 4
    assert lines(run(file, "--history"))["known"] == 4


def test_a_partner_that_nobody_knows_is_said_before_all_seems_well(backbone: FakeBackbone, tmp_path: Path) -> None:
    result = run(edited(tmp_path), "--dry-run", name="discriminatie-nl-amsterdm")
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert "--as 'discriminatie-nl-amsterdm': found no such partner in" in said
    assert "discriminatie-nl-amsterdam," in said


def test_nothing_is_made_for_a_partner_that_nobody_knows(backbone: FakeBackbone, tmp_path: Path) -> None:
    result = run(edited(tmp_path), name="discriminatie-nl-amsterdm")
    assert result.exit_code == 2
    assert "found no such partner in" in " ".join(result.output.split())
    assert not (tmp_path / "var").exists()


def test_a_dry_run_says_what_the_backbone_would_not_take(backbone: FakeBackbone, tmp_path: Path) -> None:
    """A list of Amsterdam as another city's partner, and one with a district that the chain has not."""
    elsewhere = " ".join(run(edited(tmp_path), "--dry-run", name="dmg").output.split())
    assert (
        "4 of 4 rows would be refused: none of this partner's chains covers that municipality; they cover gron"
        in elsewhere
    )
    mapping = edited(tmp_path, ("Noord, Oost,", "Noord, Helpman,"), source=MAPPING)
    file = edited(tmp_path, (";Oost;straat;", ";Helpman;straat;"))
    said = " ".join(run(file, "--dry-run", mapping=mapping).output.split())
    assert "1 of 4 rows would be refused: their district is none of the chain amsterdam; it has centrum," in said
    assert "would be refused" not in run(edited(tmp_path), "--dry-run").output


def test_a_dry_run_where_nobody_has_the_chains(
    backbone: FakeBackbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHAKEL_CHAINS_DIR", str(tmp_path / "none"))
    result = run(edited(tmp_path), "--dry-run", name="dmg")
    assert (result.exit_code, lines(result)["could be sent"]) == (0, 4)
    assert "would be refused" not in result.output


def test_a_lost_key_is_not_replaced(backbone: FakeBackbone, tmp_path: Path) -> None:
    run(edited(tmp_path))
    (tmp_path / "var/imports/discriminatie-nl-amsterdam.key").unlink()
    result = run(tmp_path / LIST.name)
    assert result.exit_code == 2
    assert "put it back" in result.output
    assert len(backbone.sent) == 4


def test_columns_that_nobody_mapped_are_named(backbone: FakeBackbone, tmp_path: Path) -> None:
    words = "\n".join(f"{line};x" if line[:2] in ("Do", "M-") else line for line in LIST.read_text().splitlines())
    file = tmp_path / "more.csv"
    file.write_text(words.replace(";x", ";Adres", 1).replace('"De buren;x', '"De buren').replace('het."', 'het."'))
    result = run(file, "--dry-run")
    assert "left out: Adres" in result.output


def test_after_kill_9_the_same_command_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at the 431st of 600 reports: those answered and written down are not sent again, the rest is, none twice."""
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path / "var"))
    file, accepted, listing = long_list(tmp_path, 600), tmp_path / "accepted", tmp_path / "long.csv.errors.csv"
    command = [sys.executable, "-m", "tests.lists.killed", str(file), str(accepted)]
    killed = subprocess.run([*command, "431"], cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(accepted.read_text().splitlines()) == 430
    assert listing.read_text().count("cell.unmapped") == 1  # each line is there at once

    again = subprocess.run([*command, "0"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 1, again.stderr
    found = numbers(again.stdout)
    assert found == {"rows": 600, "known": 400, "sent": 199, "accepted": 199, "errors": 1}
    assert len(set(accepted.read_text().splitlines())) == 599
    assert listing.read_text().count("cell.unmapped") == 1


def long_list(folder: Path, count: int) -> Path:
    """Rows with a number each; the eleventh is one to mend. The journal is written 200 answers at a time."""
    header, first, *_ = LIST.read_text(encoding="utf-8").splitlines()
    rows = [first.replace("M-2026-001", f"M-2026-{number:04d}") for number in range(count)]
    rows[10] = rows[10].replace(";straat;", ";plein;")
    path = folder / "long.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path
