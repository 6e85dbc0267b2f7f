"""The scenario lines beside what plays them: `tests/scenarios/lines.md`, for a policy officer and a developer on one page.

Under each line, in the list's own words, stand the tests that are named after it, as they retell it, and what is still to come.
`python -m tests.support.lines` renews what stands under the lines; a line itself nothing here ever writes.
"""

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS / "scenarios" / "lines.md"
TABLE = TESTS / "scenarios" / "README.md"
ROWS = re.compile(r"^\| ([A-Z]+)-([0-9]+) \| ([^|]+) \| (executable|later) \| ([^|]*) \|$", re.MULTILINE)
_NAMED_AFTER = re.compile(r"^(?:async )?def test_([a-z]{1,3})_([0-9]+)_", re.MULTILINE)
_HEADING = re.compile(r"^### ([A-Z]{1,3}-[0-9]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Played:
    """One test: its file below `tests/`, its name, and its docstring in one paragraph; empty when its name says it all."""

    path: str
    name: str
    retold: str

    def __str__(self) -> str:
        words = re.sub(r"^test_[a-z]+_[0-9]+_", "", self.name).replace("_", " ")
        return f"- **{words}** (`{self.path}`)" + (f"\n  {self.retold}" if self.retold else "")


def table() -> dict[str, tuple[str, str]]:
    """State and what is still to come, by line, as README.md has them."""
    rows = ROWS.findall(TABLE.read_text(encoding="utf-8"))
    return {f"{scheme}-{number}": (state, rest.strip()) for scheme, number, _, state, rest in rows}


@cache
def played() -> Mapping[str, tuple[Played, ...]]:
    """The tests by the line that they are named after: those of the scenarios first."""
    found: dict[str, list[Played]] = {}
    paths = sorted(TESTS.rglob("test_*.py"), key=lambda path: (path.parent.name != "scenarios", path))
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if not _NAMED_AFTER.search(text):
            continue
        for one in ast.parse(text).body:
            if not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if named := re.match(r"test_([a-z]{1,3})_([0-9]+)_", one.name):
                line = f"{named[1].upper()}-{named[2]}"
                retold = " ".join((ast.get_docstring(one) or "").split())
                found.setdefault(line, []).append(Played(path.relative_to(TESTS).as_posix(), one.name, retold))
    return {line: tuple(tests) for line, tests in found.items()}


def blocks(page: str) -> Iterator[tuple[str, str, str]]:
    """(line, its text, what stands under it), in the page's order."""
    for found in _HEADING.finditer(page):
        ends = re.compile(r"^##", re.MULTILINE).search(page, found.end())
        body = page[found.end() : ends.start() if ends else len(page)].strip("\n")
        quoted, _, under = body.partition("\n\n")
        yield found[1], " ".join(quoted.removeprefix("> ").split()), under.strip("\n")


def texts() -> dict[str, str]:
    """What the list says, by line."""
    return {line: text for line, text, _ in blocks(PAGE.read_text(encoding="utf-8"))}


def digest() -> str:
    """SHA-256 over every line in its order."""
    said = "".join(f"{line} {text}\n" for line, text in texts().items())
    return hashlib.sha256(said.encode()).hexdigest()


def under(line: str) -> str:
    """What stands under a line: the tests, and what is still to come."""
    said = [*map(str, played().get(line, ()))]
    rest = table().get(line, ("", ""))[1]
    return "\n".join(said) + (f"\n\nElsewhere, or still to come: {rest}" if rest else "")


def renewed(page: str) -> str:
    """The page with what is under each line as it has to be now."""
    for line, text, stands in list(blocks(page)):
        before = f"### {line}\n\n> {text}\n"
        was = f"{before}\n{stands}\n" if stands else before
        assert was in page, f"{line}: a heading, an empty line and the text in one line that begins with '> '"
        page = page.replace(was, f"{before}\n{under(line)}\n", 1)
    return page


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
