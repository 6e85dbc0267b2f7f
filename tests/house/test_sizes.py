"""A file stays under 400 lines and a function on one screen (CONTRIBUTING.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("schakel", "backbone", "services", "auditor", "bench", "tests")
LINES_A_FILE, LINES_A_FUNCTION = 400, 60
FILES = tuple(sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")))


def too_long(text: str) -> Iterator[str]:
    """What has more lines than it may. What a command may be given, one option a line, does not count."""
    lines = len(text.splitlines())
    if lines >= LINES_A_FILE:
        yield f"{lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0].lineno
            length = (node.end_lineno or first) - first + 1
            if length > LINES_A_FUNCTION:
                yield f"{node.name} has {length} lines"


@pytest.mark.parametrize("folder", FOLDERS)
def test_files_and_functions_are_short(folder: str) -> None:
    files = [path for path in FILES if path.relative_to(ROOT).parts[0] == folder]
    assert files
    found = {str(path.relative_to(ROOT)): list(too_long(path.read_text(encoding="utf-8"))) for path in files}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_what_is_too_long_is_noticed() -> None:
    long = "def f():\n" + "    pass\n" * (LINES_A_FUNCTION + 1)
    assert list(too_long(long)) == ["f has 61 lines"]
    assert list(too_long("x = 1\n" * LINES_A_FILE)) == ["400 lines"]
    assert list(too_long("x = 1\n" * (LINES_A_FILE - 1))) == []
