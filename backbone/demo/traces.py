"""Looks for invented personal details in everything that was written to disk: topics, databases, logs. None may be readable."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from backbone.demo.checks import Finding
from backbone.demo.people import MARKS

_AT_ONCE_BYTES = 4 * 1024 * 1024


def nothing_readable(directory: Path, marks: Sequence[str] = MARKS) -> Finding:
    """No file under `directory` holds one of the words that every invented name, number and story has."""
    wanted = [mark.encode() for mark in marks]
    looked_at, wrong = 0, []
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        looked_at += 1
        for mark in _found(path, wanted):
            wrong.append(f"{path.relative_to(directory)} holds {mark.decode()!r}, which only a sealed part may hold")
    return Finding("sealed", "no name, number or story is readable in any file", looked_at, tuple(wrong))


def _found(path: Path, marks: Sequence[bytes]) -> Iterator[bytes]:
    overlap = max(map(len, marks)) - 1
    left = set(marks)
    with path.open("rb") as file:
        before = b""
        while left and (block := file.read(_AT_ONCE_BYTES)):
            block = before + block
            for mark in [mark for mark in left if mark in block]:
                left.discard(mark)
                yield mark
            before = block[-overlap:]
