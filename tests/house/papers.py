"""Reading the house's papers: what they name in code, which files and commands they point to. What must hold is in the tests."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAPERS = tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]))
NAMES = tuple(str(path.relative_to(ROOT)) for path in PAPERS)

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PLACE = re.compile(r"(?P<path>[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*/?)(::(?P<name>[A-Za-z_][A-Za-z0-9_.]*))?")
_MAKE = re.compile(r"\bmake ([a-z]+)\b")
_COMMAND = re.compile(r"(?<![\w.-])(backbone|schakel) ([a-z]+)(?![\w.:/])")


def spans(text: str) -> list[str]:
    """What stands between single backticks, outside fenced blocks."""
    return _SPAN.findall(_FENCE.sub("", text))


def blocks(text: str) -> list[str]:
    """The fenced blocks, with their fences."""
    return _FENCE.findall(text)


def places(text: str) -> Iterator[tuple[str, str | None]]:
    """(path, name in it or None) of everything in backticks that points into the repository. `var/` is made at run time."""
    for span in spans(text):
        match = _PLACE.fullmatch(span)
        if not match:
            continue
        path, name = match["path"], match["name"]
        first = path.partition("/")[0]
        if name or ("/" in path and first != "var" and (ROOT / first).exists()):
            yield path, name


def links(text: str) -> list[str]:
    """Targets of links to files of the repository, without their anchors."""
    targets = (target.partition("#")[0] for target in _LINK.findall(_FENCE.sub("", text)))
    return [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]


def make_targets(text: str) -> set[str]:
    """Every `make <target>` in code."""
    return {target for code in [*spans(text), *blocks(text)] for target in _MAKE.findall(code)}


def commands(text: str) -> set[tuple[str, str]]:
    """Every `backbone <command>` and `schakel <command>` in code."""
    return {found for code in [*spans(text), *blocks(text)] for found in _COMMAND.findall(code)}


def table_rows(text: str) -> list[list[str]]:
    """The cells of every table row, without headings and rules."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = [number for number, row in enumerate(rows) if all(set(cell) <= {"-", ":"} for cell in row)]
    skipped = {*rules, *(number - 1 for number in rules)}
    return [row for number, row in enumerate(rows) if number not in skipped]


@cache
def defined(path: Path) -> frozenset[str]:
    """Names that a Python file defines: functions, classes, constants, and `Class.member` for what stands in a class."""
    return frozenset(_defined(ast.parse(path.read_text(encoding="utf-8")).body, ""))


def _defined(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name
            case ast.ClassDef(name=name, body=inner):
                yield prefix + name
                yield from _defined(inner, f"{prefix}{name}.")
            case ast.Assign(targets=targets):
                yield from (prefix + target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield prefix + name
