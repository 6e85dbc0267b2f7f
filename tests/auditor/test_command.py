"""The program as an expert runs it: alone, on another machine, with the same digest."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

import auditor
from auditor import plainyaml
from auditor.__main__ import main
from auditor.definitions import Definitions
from auditor.formats import open_bundle
from auditor.report import Report
from backbone.protocols.reading import Document, read
from tests.auditor.material import READ, ledger
from tests.auditor.writer import Ledger, in_memory
from tests.support.casebook import repository

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {"auditor", "cryptography", "fastavro", "cffi", "cython_runtime"}
"""Besides what begins with an underline: compiled parts of these."""


def zipped(path: Path, files: Mapping[str, bytes], *, backwards: bool = False) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(files, reverse=backwards):
            file.writestr(name, files[name])
    return path


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    return subprocess.run(
        [sys.executable, "-m", "auditor", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_two_auditors_come_to_the_same_digest(tmp_path: Path) -> None:
    """Another folder, time zone, language and order of sets; even the zip packed in another order."""
    head = tmp_path / "heads.json"
    kept = {"schakel/schakel.ledger/0": {"kept": [ledger().head(size=20), ledger().head()], "doubts": []}}
    head.write_text(json.dumps({"version": 1, "logs": kept}), encoding="utf-8")
    (tmp_path / "there").mkdir()
    here = zipped(tmp_path / "a.zip", ledger().export())
    there = zipped(tmp_path / "there" / "b.zip", ledger().export(), backwards=True)
    one = run("verify", str(here), "--head", str(head), "--json", PYTHONHASHSEED="1", TZ="Europe/Amsterdam")
    two = run("verify", str(there), "--head", str(head), "--json", PYTHONHASHSEED="2", TZ="America/Curacao", LC_ALL="C")
    assert (one.returncode, two.returncode) == (0, 0), one.stdout + one.stderr + two.stderr
    assert json.loads(one.stdout)["digest"] == json.loads(two.stdout)["digest"]
    assert one.stdout == two.stdout


def test_what_it_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = zipped(tmp_path / "case.zip", ledger().case(READ))
    assert main(["verify", str(bundle)]) == 2
    said = capsys.readouterr().out
    assert "CANNOT TELL  Is it the log that others have seen?" in said
    assert "Verdict  CANNOT TELL" in said
    forged = zipped(tmp_path / "forged.zip", {**ledger().case(READ), "keys.json": b"{}"})
    assert main(["verify", str(forged)]) == 1
    assert main(["verify", str(bundle), "--name", "0" * 64]) == 1
    capsys.readouterr()
    assert main(["verify", str(tmp_path / "nothing.zip")]) == 3
    assert "cannot be opened as a zip" in capsys.readouterr().err
    (tmp_path / "heads.txt").write_text("no heads here", encoding="utf-8")
    assert main(["verify", str(bundle), "--head", str(tmp_path / "heads.txt")]) == 3
    assert "found no signed head" in capsys.readouterr().err


def test_it_shares_no_code_with_the_backbone() -> None:
    script = (
        "import sys; before = set(sys.modules); import auditor.audit, auditor.__main__;"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert {name for name in done.stdout.split() if not name.startswith("_")} <= MAY_IMPORT


def test_the_order_of_reading_names_every_module() -> None:
    named = re.findall(r"^    (\w+) ", auditor.__doc__ or "", re.MULTILINE)
    assert sorted(named) == sorted(
        path.stem for path in Path(auditor.__file__).parent.glob("*.py") if path.stem != "__init__"
    )


def test_it_reads_every_protocol_and_chain_as_the_backbone_does() -> None:
    """What it reads has the digest under which the file is in force: so a misreading cannot go unseen."""
    chains, protocols = repository()
    definitions = Definitions(open_bundle(in_memory(Ledger({0: []}).export())), report := Report("", "case"))
    for protocol in protocols:
        rules = definitions.rules(protocol.ref)
        assert rules is not None
        assert set(rules) == {rule.id for rule in protocol.timed}
    for chain in chains:
        mine = definitions.chain(f"{chain.name}@{chain.version}")
        assert mine is not None
        assert mine.calendar.version == chain.calendar().version
        assert mine.roles == {partner: {role.value for role in chain.roles_of(partner)} for partner in mine.roles}
    assert report.findings == set()
    for path in sorted((ROOT / "chains").rglob("*.yaml")):
        document = read(path)
        assert isinstance(document, Document)
        said = json.loads(json.dumps(document.data, default=str))  # a date is a text there
        assert plainyaml.read(path.read_text(encoding="utf-8")) == said


@pytest.mark.parametrize("text", ["a: &x 1", "a: *x", "a: !!str 1", "a: 1\na: 2", "a: [1", 'a: "b', "- a\nb"])
def test_more_than_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises((ValueError, IndexError, AttributeError, KeyError)):
        plainyaml.read(text)
