"""Where issues are kept: a file each under `var/overviews/<chain>/`, readable by its owner alone, since the exact counts are in it.

A file is written once and never again; each names the digest of the one before it. What was changed by hand is noticed when it is read.
Beside them, a directory a partner, the lists that were held against the ledger (`backbone.overviews.held`): a month of the
chain once, whoever's list it is.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from backbone.overviews.digests import Marked, digest_of
from backbone.overviews.held import Held
from backbone.overviews.issues import Issue
from backbone.overviews.screening import Screening
from schakel.errors import SchakelError

HELD = "held"
_BACK = "put it back from a backup: without it what was shown before is not known"


class Kept(Marked, Protocol):
    """It stands in a file of the name of its period."""

    @property
    def period(self) -> str: ...


K = TypeVar("K", bound=Kept)


class Damaged(SchakelError):
    """An issue is not as it was written, or is missing among the others."""


class Shelf:
    """The issues of one chain."""

    def __init__(self, folder: Path, chain: str) -> None:
        self.folder = folder / chain

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One press of the button at a time: who comes second finds what the first one made."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def issues(self) -> dict[str, Issue]:
        """By period. Raises Damaged naming the file, what was found and what to do."""
        found = [_read(path, Issue) for path in sorted(self.folder.glob("*.json"))]
        before: str | None = None
        for number, issue in enumerate(sorted(found, key=lambda issue: issue.number), 1):
            if issue.number != number or issue.before != before:
                raise Damaged(
                    f"{self.folder}: found issue {issue.number} ({issue.period}) where number {number} was expected; put back "
                    f"the file that "
                    f"is missing from a backup: without it what was shown before is not known, and nothing new can be issued"
                )
            before = issue.digest
        return {issue.period: issue for issue in found}

    def screening(self, period: str) -> Screening | None:
        """What was kept of a quarter's query, if anything. Raises Damaged naming the file."""
        path = self._of_query(period)
        return _read(path, Screening) if path.exists() else None

    def keep_screening(self, made: Screening) -> None:
        """Write it, once. Raises FileExistsError."""
        _once(self._of_query(made.period), msgspec.json.encode(made))

    def _of_query(self, period: str) -> Path:
        return self.folder / f"{period}.query"

    def keep(self, issues: Iterable[Issue]) -> None:
        """Write new issues, in order. Raises FileExistsError for one that is there."""
        for issue in issues:
            _once(self.folder / f"{issue.period}.json", msgspec.json.encode(issue))

    def held(self) -> list[Held]:
        """What was held against the ledger, whoever's list it was. Raises Damaged naming the file."""
        found = []
        for path in sorted((self.folder / HELD).glob("*/*.json")):
            held = _read(path, Held)
            if held.partner != path.parent.name:
                raise Damaged(
                    f"{path}: found the list of {held.partner} here, expected one of {path.parent.name}; {_BACK}"
                )
            found.append(held)
        return found

    def keep_held(self, held: Held) -> None:
        """Write it. Raises FileExistsError for one that is there."""
        folder = self.folder / HELD / held.partner
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _once(folder / f"{held.period}.json", msgspec.json.encode(held))


def _read(path: Path, kind: type[K]) -> K:
    """What was kept there, as it was written."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=kind)
    except msgspec.DecodeError as error:
        raise Damaged(f"{path}: found nothing that can be read ({error}); {_BACK}") from None
    if (mark := digest_of(kept)) != kept.digest or path.stem != kept.period:
        raise Damaged(
            f"{path}: found digest {mark[:12]}, expected {kept.digest[:12]}: it is not as it was written; {_BACK}"
        )
    return kept


def _once(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.stem}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.link(fresh, path)  # a rename would take the place of what is there
    fresh.unlink()
