"""Signed heads: a C2SP signed note that says "this log has so many records, and this root", and who signed it.

What the note says is its first three lines; each signature below them is over exactly those bytes. A signature proves that the holder
of a key said so. It does not prove that the holder said the same to everybody: for that somebody else's copy of a head is needed.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_LOG, _WITNESS = b"\x01", b"\x04"
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Head:
    """What a note says, and its signature lines: (name, key hash, the rest). `text` is what is signed."""

    origin: str
    size: int
    root: bytes
    text: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]


class NoHead(ValueError):
    """A text that is no signed head; the message says why."""


def parse(note: str) -> Head:
    """Raises NoHead."""
    text, _, below = note.partition("\n\n")
    lines, signatures = text.split("\n"), below.split("\n")
    if len(lines) != 3 or signatures.pop() != "" or not signatures:
        raise NoHead("a head has three lines, an empty one, and a line for each signature")
    origin, size, root = lines
    if not _SIZE.fullmatch(size) or len(digest := strict_base64(root)) != 32:
        raise NoHead("a head has its size in decimal figures and its root as base64 of 32 bytes")
    return Head(origin, int(size), digest, f"{text}\n".encode(), tuple(map(_signature, signatures)))


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    raw = strict_base64(encoded)
    if dash != "\u2014" or not name or len(raw) < 5:
        raise NoHead("a signature line is an em dash, the key's name, and base64 of key hash and signature")
    return name, raw[:4], raw[4:]


def strict_base64(text: str) -> bytes:
    """Strictly: one spelling for each value, so that no byte of a note can be changed unseen."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoHead("not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise NoHead("base64 in a spelling of its own")
    return raw


def log_keys(head: Head, keys: Mapping[str, bytes]) -> list[str]:
    """The ids of the log keys (id -> 32 bytes) that signed this head. Empty: nobody did whose key is known."""
    found = []
    for kid, public in keys.items():
        wanted = sha256(head.origin.encode() + b"\n" + _LOG + public).digest()[:4]
        for name, key_hash, signature in head.signatures:
            if name == head.origin and key_hash == wanted and _signed(public, signature, head.text):
                found.append(kid)
    return sorted(set(found))


def witnesses(head: Head, keys: Mapping[str, bytes]) -> list[str]:
    """The names of the witnesses (name -> 32 bytes) that cosigned it (C2SP tlog-cosignature, version 1)."""
    found = set()
    for name, key_hash, rest in head.signatures:
        public = keys.get(name, b"")
        wanted = sha256(name.encode() + b"\n" + _WITNESS + public).digest()[:4]
        said = b"cosignature/v1\ntime %d\n" % int.from_bytes(rest[:8], "big") + head.text
        if public and key_hash == wanted and _signed(public, rest[8:], said):
            found.add(name)
    return sorted(found)


def _signed(public: bytes, signature: bytes, said: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, said)
    except (InvalidSignature, ValueError):
        return False
    return True
