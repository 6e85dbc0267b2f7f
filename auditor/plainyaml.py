"""Reads the plain part of YAML in which protocol and chain files are written: blocks, `[a, b]`, `{a: b}`, quotes, folded text.

So small that it may misread a file; it cannot do so unseen. What it reads is hashed and held to the digest under which the file is in
force (`definitions`), and where the two differ nothing is judged by that file.
"""

import re
from typing import Any

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{}#&*!|>%@,-][^#]*?|-[^\s#][^#]*?)\s*:(?:\s+(.*))?$"""
)
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/", " ": " "}


def read(text: str) -> Any:
    """The data of one document. Raises ValueError for what is not this plain."""
    reader = _Reader(text)
    found = reader.block(-1)
    if reader.peek() is not None:
        raise ValueError(f"line {reader.at + 1} belongs to nothing")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines = [line.rstrip() for line in text.expandtabs().split("\n")]
        self.at = 0

    def peek(self) -> tuple[int, str] | None:
        """(indentation, text) of the next line that says something."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            text = line.lstrip()
            if text and not text.startswith("#") and line != "---":
                return len(line) - len(text), text
            self.at += 1
        return None

    def block(self, above: int, lists_too: bool = False) -> Any:
        """What stands further to the right than `above`; a list may stand just below its name."""
        ahead = self.peek()
        if ahead is None:
            return None
        indent, text = ahead
        is_list = text == "-" or text.startswith("- ")
        if indent <= above and not (is_list and lists_too and indent == above):
            return None
        if is_list:
            return self._list(indent)
        if _KEY.match(text):
            return self._map(indent)
        self.at += 1
        return self._value(text, above)

    def _list(self, indent: int) -> list[Any]:
        found = []
        while (ahead := self.peek()) and ahead[0] == indent and (ahead[1] == "-" or ahead[1].startswith("- ")):
            rest = ahead[1][1:].lstrip()
            if _KEY.match(rest) or rest.startswith("- "):
                self.lines[self.at] = " " * (indent + len(ahead[1]) - len(rest)) + rest
                found.append(self.block(indent))
            else:
                self.at += 1
                found.append(self._value(rest, indent))
        return found

    def _map(self, indent: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (ahead := self.peek()) and ahead[0] == indent and (match := _KEY.match(ahead[1])):
            key = match[1]
            name = _unquoted(key) if key[0] in "\"'" else key
            if name in found:
                raise ValueError(f"line {self.at + 1}: {name} stands there twice")
            self.at += 1
            found[name] = self._value(match[2] or "", indent, lists_too=True)
        return found

    def _value(self, rest: str, above: int, lists_too: bool = False) -> Any:
        if not rest or rest.startswith("#"):
            return self.block(above, lists_too)
        if rest[0] in "\"'":
            return _unquoted(self._until(rest, _closed))
        if rest[0] in "[{":
            found, end = _flow(text := self._until(rest, _balanced), 0)
            if _bare(text[end:]):
                raise ValueError(f"line {self.at}: something behind the bracket")
            return found
        if rest[0] in "|>":
            return self._folded(rest.split("#")[0].strip(), above)
        if rest[0] in "&*!%@`":
            raise ValueError(f"line {self.at}: more than plain YAML")
        parts = [_bare(rest)]
        while "#" not in rest and (line := self._continues(above)) is not None:
            parts.append(line)
        return _scalar(" ".join(filter(None, parts)))

    def _continues(self, above: int) -> str | None:
        """The next line of a text that goes on over lines."""
        line = self.lines[self.at] if self.at < len(self.lines) else ""
        text = line.lstrip()
        if not text or text.startswith("#") or len(line) - len(text) <= above:
            return None
        self.at += 1
        return _bare(text)

    def _until(self, text: str, done: Any) -> str:
        while not done(text):
            if self.at >= len(self.lines):
                raise ValueError("the file ends in the middle of something")
            line = self.lines[self.at].strip()
            self.at += 1
            if not line and text[0] in "\"'":
                raise ValueError(f"line {self.at}: an empty line between quotes")
            text = f"{text} {line if text[0] in chr(34) + chr(39) else _bare(line)}"
        return text

    def _folded(self, mark: str, above: int) -> str:
        lines: list[str] = []
        while self.at < len(self.lines) and (
            not self.lines[self.at] or len(self.lines[self.at]) - len(self.lines[self.at].lstrip()) > above
        ):
            lines.append(self.lines[self.at])
            self.at += 1
        while lines and not lines[-1]:
            lines.pop()
        indent = min(len(line) - len(line.lstrip()) for line in lines if line)
        lines = [line[indent:] for line in lines]
        if mark[0] == ">" and any(not line or line[0] == " " for line in lines):
            raise ValueError(f"line {self.at}: paragraphs in a folded text")
        return (" " if mark[0] == ">" else "\n").join(lines) + ("" if mark.endswith("-") else "\n")


def _bare(text: str) -> str:
    """Without a comment at its end."""
    found = re.match(r"""((?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|\S#|[^#])*?)(?:(?:^|\s+)#.*)?$""", text)
    return (found[1] if found else text).strip()


def _closed(text: str) -> bool:
    return re.match(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?:#.*)?$""", text) is not None


def _unquoted(text: str) -> str:
    if text[0] == "'":
        return text[1 : text.rindex("'")].replace("''", "'")
    inner = text[1 : re.match(r'"(?:[^"\\]|\\.)*', text).end()]  # type: ignore[union-attr]
    return re.sub(r"\\(.)", lambda found: _ESCAPES[found[1]], inner)


def _balanced(text: str) -> bool:
    plain = re.sub(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""", "", text)
    return '"' not in plain and plain.count("[") + plain.count("{") == plain.count("]") + plain.count("}")


def _flow(text: str, at: int) -> tuple[Any, int]:
    """What begins at `at`, and where it ends."""
    at += len(text[at:]) - len(text[at:].lstrip())
    if text[at] in "[{":
        close, is_map = ("}", True) if text[at] == "{" else ("]", False)
        items: list[tuple[Any, Any]] = []
        at += 1
        while (at := at + len(text[at:]) - len(text[at:].lstrip())) < len(text) and text[at] != close:
            key, at = _flow(text, at)
            value = None
            if is_map:
                at = text.index(":", at) + 1
                value, at = _flow(text, at)
            items.append((key, value))
            at += len(text[at:]) - len(text[at:].lstrip())
            if text[at] == ",":
                at += 1
            elif text[at] != close:
                raise ValueError("a list or map that is not plain")
        found = {str(key): value for key, value in items} if is_map else [key for key, _ in items]
        return found, at + 1
    if text[at] in "\"'":
        end = at + re.match(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""", text[at:]).end()  # type: ignore[union-attr]
        return _unquoted(text[at:end]), end
    end = at + re.match(r"(?:[^,\[\]{}:]|:(?=\S))*", text[at:]).end()  # type: ignore[union-attr]
    return _scalar(text[at:end].strip()), end


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if number := _NUMBER.fullmatch(text):
        return float(text) if number[2] else int(text)
    return text
