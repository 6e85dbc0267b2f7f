"""Looks for invented personal details in everything that was written to disk: topics, databases, logs. None may be readable."""

import re
from collections.abc import Sequence
from pathlib import Path

from backbone.demo.checks import Finding
from backbone.demo.people import MARKS

_AT_ONCE_BYTES = 4 * 1024 * 1024
_NUMBERS_ONLY = frozenset({".index", ".timeindex"})
"""Kafka's indexes: ten megabytes a topic of offsets and zeros."""


def nothing_readable(directory: Path, marks: Sequence[str] = MARKS) -> Finding:
    """No file under `directory` holds one of the words that every invented name, number and story has."""
    wanted = re.compile(b"|".join(re.escape(mark.encode()) for mark in marks))
    longest = max(len(mark.encode()) for mark in marks)
    looked_at, wrong = 0, []
    for path in sorted(path for path in directory.rglob("*") if path.is_file() and path.suffix not in _NUMBERS_ONLY):
        looked_at += 1
        for mark in sorted(_found(path, wanted, longest - 1)):
            wrong.append(f"{path.relative_to(directory)} holds {mark.decode()!r}, which only a sealed part may hold")
    return Finding("sealed", "no name, number or story is readable in any file", looked_at, tuple(wrong))


def _found(path: Path, wanted: re.Pattern[bytes], overlap: int) -> set[bytes]:
    found: set[bytes] = set()
    with path.open("rb") as file:
        before = b""
        while block := file.read(_AT_ONCE_BYTES):
            found.update(wanted.findall(before + block))
            before = block[-overlap:]
    return found
