"""docs/writing-a-protocol.md, done as written: every edit made, every command given, every line of output there."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backbone.cli.main import app
from tests.protocols.samples import ROOT

GUIDE = ROOT / "docs" / "writing-a-protocol.md"
BLOCK = re.compile(
    r"(?:<!-- edit (?P<file>\S+): (?P<how>.*?) -->\n)?```(?P<kind>console|yaml)\n(?P<text>.*?)```", re.DOTALL
)


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """(command, the lines that must be in its output, in that order)."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *lines = part.splitlines()
        yield command, [line for line in lines if line]


def edit(path: Path, how: str, text: str) -> None:
    if how == "a new file":
        path.write_text(text, encoding="utf-8")
        return
    told = re.fullmatch(r"(replace|above) the line `(.*)`", how)
    assert told, how
    before, line = path.read_text(encoding="utf-8"), f"\n{told[2]}\n"
    assert before.count(line) == 1, f"{told[2]!r} stands {before.count(line)} times in {path}"
    path.write_text(before.replace(line, f"\n{text}" + ("" if told[1] == "replace" else line[1:])), encoding="utf-8")


def test_the_worked_change_goes_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("protocols", "chains"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    for name in ("SCHAKEL_PROTOCOLS_DIR", "SCHAKEL_CHAINS_DIR"):
        monkeypatch.delenv(name, raising=False)
    done = 0
    for block in BLOCK.finditer(GUIDE.read_text(encoding="utf-8")):
        if block["kind"] == "yaml":
            assert block["file"], f"what is edited? {block['text'][:60]}"
            edit(tmp_path / block["file"], block["how"], block["text"])
            continue
        for command, expected in commands(block["text"]):
            run(shlex.split(command), expected)
            done += 1
    assert done >= 10


def run(words: list[str], expected: list[str]) -> None:
    if words[0] == "cp":
        shutil.copyfile(words[1], words[2])
        return
    assert words[0] == "backbone"
    result = CliRunner().invoke(app, words[1:])
    assert result.exit_code == 0, result.output
    shown = iter(result.stdout.splitlines())
    missing = [line for line in expected if line not in shown]
    assert missing == [], result.stdout
