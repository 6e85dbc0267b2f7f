"""Looking for words that out a person: the list (`words.yaml`), and every text that a Python file could send out."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("words.yaml")


@dataclass(frozen=True, slots=True)
class MayStand:
    where: str
    text: str
    why: str

    def covers(self, path: str, text: str) -> bool:
        here = path.startswith(self.where) if self.where.endswith("/") else path == self.where
        return here and self.text in text


@cache
def _loaded() -> dict[str, list[dict[str, str]]]:
    read: dict[str, list[dict[str, str]]] = YAML(typ="safe", pure=True).load(LIST.read_text(encoding="utf-8"))
    return read


@cache
def pattern() -> re.Pattern[str]:
    """All words in one."""
    return re.compile("|".join(f"(?:{entry['word']})" for entry in _loaded()["words"]), re.IGNORECASE)


def exceptions() -> list[MayStand]:
    return [MayStand(one["where"], one.get("text", ""), one["why"]) for one in _loaded()["may_stand"]]


def outs(text: str) -> str | None:
    """The first word in a text that outs somebody; None when there is none. Underscores and hyphens part words, as spaces do."""
    found = pattern().search(text) or pattern().search(re.sub(r"[_./-]", " ", text))
    return found.group(0) if found else None


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of every string in a Python file that is no docstring: what it could say, at whatever moment."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(one) for one in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings of modules, classes, functions, and of attributes: a string that stands by itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
