"""The mark of what is kept once and never changed: a digest of everything in it but the mark itself. Pure."""

import hashlib
from typing import Protocol, TypeVar

import msgspec

_encode = msgspec.json.Encoder(order="deterministic").encode


class Marked(Protocol):
    """A msgspec struct with a `digest` of the rest of it."""

    @property
    def digest(self) -> str: ...


M = TypeVar("M", bound=Marked)


def digest_of(kept: Marked) -> str:
    """SHA-256 of everything in it but the digest itself, hexadecimal."""
    return hashlib.sha256(_encode(_with(kept, ""))).hexdigest()


def sealed(made: M) -> M:
    """With its digest."""
    return _with(made, digest_of(made))


def _with(kept: M, digest: str) -> M:
    return msgspec.structs.replace(kept, digest=digest)  # type: ignore[type-var]
