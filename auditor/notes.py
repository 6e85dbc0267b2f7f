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


def witnesses(head: Head, keys: Mapping[str, bytes]) -> dict[str, int]:
    """Who of these (name -> 32 bytes) cosigned it, and when by their own clock, in seconds since 1970.

    C2SP tlog-cosignature, version 1.
    """
    found = {}
    for name, key_hash, rest in sorted(head.signatures):
        public, at_s = keys.get(name, b""), int.from_bytes(rest[:8], "big")
        said = b"cosignature/v1\ntime %d\n" % at_s + head.text
        if public and key_hash == _witness_hash(name, public) and _signed(public, rest[8:], said):
            found[name] = at_s
    return found


def witness_key(line: str) -> tuple[str, bytes]:
    """Name and public key (32 bytes) in the line that a witness hands over: `name+hash+base64`, a C2SP verifier key. Raises NoHead."""
    name, _, rest = line.strip().partition("+")
    key_hash, _, encoded = rest.partition("+")
    try:
        raw = strict_base64(encoded)
    except NoHead:
        raw = b""
    if not name or len(raw) != 33 or raw[:1] != _WITNESS or _witness_hash(name, raw[1:]).hex() != key_hash:
        raise NoHead(
            f"found {line[:60]!r}, which is no witness's key; expected the line that the witness gave, whole: its name, 8 hexadecimal "
            "digits over name and key, and base64, with + between them"
        )
    return name, raw[1:]


def _witness_hash(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _WITNESS + public).digest()[:4]


def _signed(public: bytes, signature: bytes, said: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, said)
    except (InvalidSignature, ValueError):
        return False
    return True
