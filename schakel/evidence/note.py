"""Signed heads: C2SP checkpoints in signed notes, and the cosignatures of witnesses. The exact bytes: docs/evidence.md.

Pure, but for the arithmetic of Ed25519: who holds which key, and when a head is signed, is for others.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from schakel.errors import SchakelError

LOG, WITNESS = 1, 4
"""Kinds of signature: Ed25519 over the text; Ed25519 over the text and a moment (cosignature/v1)."""
_MOST_BYTES, _MOST_SIGNATURES = 20_000, 100
_DASH = "— "


class NotANote(SchakelError):
    """These are not the bytes of a signed head; the message says what was found."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A line of a note: who says to have signed, and with what. blob: what follows the key's hash."""

    name: str
    key_hash: bytes
    blob: bytes

    def line(self) -> str:
        return f"{_DASH}{self.name} {b64encode(self.key_hash + self.blob).decode()}\n"


@dataclass(frozen=True, slots=True)
class Head:
    """A head of one log: size leaves hash to root (32 bytes). signatures: as they stand, checked by nobody yet."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[Signature, ...] = ()

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    def note(self) -> str:
        """The whole note."""
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)

    @classmethod
    def parse(cls, note: str | bytes) -> Self:
        """Raises NotANote. Other ways to write the same head are not accepted: what was read is what `note` gives."""
        text = _decoded(note)
        body, gap, lines = text.rpartition("\n\n")
        parts = body.split("\n")
        if not gap or len(parts) != 3 or not lines.endswith("\n"):
            raise NotANote("a signed head has three lines, an empty line, and signatures; see docs/evidence.md")
        origin, digits, encoded = parts
        root = _unbase64(encoded)
        if not origin or not digits.isdecimal() or not digits.isascii() or len(digits) > 19 or len(root) != 32:
            raise NotANote("the lines of a head are its origin, a number of leaves, and 32 bytes in base64")
        head = cls(origin, int(digits), root, tuple(_signature(line) for line in lines[:-1].split("\n")))
        if len(head.signatures) > _MOST_SIGNATURES or head.note() != text:
            raise NotANote("the head is not written in the one way that docs/evidence.md gives")
        return head

    def signed(self, private: Ed25519PrivateKey) -> Self:
        """With the log's signature added. The same key and head give the same bytes."""
        key_hash = hash_of_key(self.origin, LOG, private.public_key())
        return self._with(Signature(self.origin, key_hash, private.sign(self.text.encode())))

    def witnessed(self, private: Ed25519PrivateKey, name: str, at_s: int) -> Self:
        """With a witness's cosignature added: `name` saw this head `at_s` seconds after 1970."""
        stamp = at_s.to_bytes(8, "big")
        key_hash = hash_of_key(name, WITNESS, private.public_key())
        return self._with(Signature(name, key_hash, stamp + private.sign(_cosigned(self.text, at_s))))

    def joined(self, other: Self) -> Self:
        """With the signatures that another note over the same head bears besides. Raises NotANote where that would be too many."""
        both = replace(self, signatures=tuple(dict.fromkeys((*self.signatures, *other.signatures))))
        if len(both.signatures) > _MOST_SIGNATURES or len(both.note().encode()) > _MOST_BYTES:
            raise NotANote(
                f"a head with {len(both.signatures)} signatures is longer than any; expected at most {_MOST_SIGNATURES} of them and "
                f"{_MOST_BYTES} bytes"
            )
        return both

    def signed_by(self, public: Ed25519PublicKey) -> bool:
        """Whether the log's key signed it."""
        return any(_verifies(public, one.blob, self.text.encode()) for one in self._by(self.origin, LOG, public))

    def witnessed_by(self, public: Ed25519PublicKey, name: str) -> int | None:
        """When the witness says to have seen it (seconds since 1970); None where its signature is not there or not good."""
        for one in self._by(name, WITNESS, public):
            at_s = int.from_bytes(one.blob[:8], "big")
            if len(one.blob) == 72 and _verifies(public, one.blob[8:], _cosigned(self.text, at_s)):
                return at_s
        return None

    def _by(self, name: str, kind: int, public: Ed25519PublicKey) -> Iterable[Signature]:
        key_hash = hash_of_key(name, kind, public)
        return (one for one in self.signatures if one.name == name and one.key_hash == key_hash)

    def _with(self, signature: Signature) -> Self:
        return replace(self, signatures=(*self.signatures, signature))


def origin_of(topic: str, partition: int) -> str:
    """The name of a partition's log."""
    return f"schakel/{topic}/{partition}"


def hash_of_key(name: str, kind: int, public: Ed25519PublicKey) -> bytes:
    """The four bytes that stand for a key in a note."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public.public_bytes_raw()).digest()[:4]


def kid_of(public: Ed25519PublicKey) -> str:
    """The name of a key: 16 hexadecimal digits."""
    return sha256(public.public_bytes_raw()).hexdigest()[:16]


def _cosigned(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


def _verifies(public: Ed25519PublicKey, signature: bytes, text: bytes) -> bool:
    try:
        public.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _decoded(note: str | bytes) -> str:
    if (size := len(note if isinstance(note, bytes) else note.encode(errors="replace"))) > _MOST_BYTES:
        raise NotANote(f"a signed head of {size} bytes is longer than any; expected at most {_MOST_BYTES}")
    try:
        return note if isinstance(note, str) else note.decode()
    except UnicodeDecodeError:
        raise NotANote("a signed head is text in UTF-8") from None


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    blob = _unbase64(encoded)
    if not line.startswith(_DASH) or not name or "+" in name or len(blob) < 5:
        raise NotANote("a line of signature is an em dash, a name, and base64, with a space between them")
    return Signature(name, blob[:4], blob[4:])


def _unbase64(text: str) -> bytes:
    try:
        return b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise NotANote("what should be base64 in a signed head is not") from None
