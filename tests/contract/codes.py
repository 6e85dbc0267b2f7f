"""Every code that a receipt may carry, found in the code that refuses."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("schakel/codec.py", "schakel/envelope.py", "schakel/sealing.py", "services/intake", "backbone/keys")
"""Where messages of partners are read, judged and re-sealed."""
_RAISES = {"Unreadable": 0, "UnknownSchema": 0}
_PREFIXED = {"schakel/sealing.py": "sealed."}


def refusal_codes() -> dict[str, str]:
    """Code -> the file that gives it."""
    found: dict[str, str] = {}
    for path in _files():
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found.update(dict.fromkeys(_codes(node, name), name))
    return found


def _files() -> Iterator[Path]:
    for place in PLACES:
        path = ROOT / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _codes(call: ast.Call, file: str) -> Iterator[str]:
    called = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if called in _RAISES and call.args:
        yield from _texts(call.args[0])
    elif called == "_bad" and file in _PREFIXED:
        yield from (_PREFIXED[file] + text for text in _texts(call.args[0]))
    elif called == "Refusal":
        yield from (text for keyword in call.keywords if keyword.arg == "code" for text in _texts(keyword.value))


def _texts(node: ast.expr) -> Iterator[str]:
    """The texts an argument may be: one, or one of two. A code that is passed on is found where it is made."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
