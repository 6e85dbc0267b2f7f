"""A witness's public key as one line to hand over: a verifier key (vkey) of C2SP's signed-note, `name+hash+base64`.

The hash is over name and key, so that a slip of the hand is seen. It says nothing of who sent the line. The bytes: docs/evidence.md.
"""

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from schakel.errors import SchakelError
from schakel.evidence.note import WITNESS, hash_of_key, kid_of

PREFIX = "schakel-witness/"
_NAME = re.compile(rf"{PREFIX}([a-z0-9][a-z0-9-]{{1,40}})(/[a-z0-9][a-z0-9-]{{0,20}})?")
_MOST_CHARACTERS = 500


class NotAWitnessKey(SchakelError):
    """The line is no public key of a witness; the message says what was found."""


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """name: `schakel-witness/<partner>`, or `schakel-witness/<partner>/<label>` for a key that came after the first."""

    name: str
    public: Ed25519PublicKey

    @property
    def partner(self) -> str:
        """Whose it is."""
        return self.name.split("/")[1]

    @property
    def kid(self) -> str:
        return kid_of(self.public)

    def line(self) -> str:
        """Without a newline."""
        key_hash = hash_of_key(self.name, WITNESS, self.public).hex()
        return f"{self.name}+{key_hash}+{b64encode(bytes([WITNESS]) + self.public.public_bytes_raw()).decode()}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Raises NotAWitnessKey."""
        parts = line.strip().split("+", 2)  # base64 may hold a plus too
        if len(line) > _MOST_CHARACTERS or len(parts) != 3:
            raise NotAWitnessKey(
                f"found {line.strip()[:60]!r}, which is no public key of a witness; expected the one line that 'schakel heads key' prints: "
                f"{PREFIX}<partner>+<8 hexadecimal digits>+<base64>"
            )
        name, key_hash, encoded = parts
        try:
            raw = b64decode(encoded.encode("ascii"), validate=True)
        except (binascii.Error, UnicodeEncodeError):
            raw = b""
        if len(raw) != 33 or raw[0] != WITNESS or b64encode(raw).decode() != encoded:
            raise NotAWitnessKey(
                f"the key of {name[:60]!r} is not base64 of 33 bytes that begin with {WITNESS:02}; expected an Ed25519 key for "
                "cosignatures: copy the whole line that 'schakel heads key' prints"
            )
        made = cls(witness_name(name), Ed25519PublicKey.from_public_bytes(raw[1:]))
        if made.line() != f"{name}+{key_hash}+{encoded}":
            raise NotAWitnessKey(
                f"the line of {name!r} was changed on its way: its hash {key_hash[:20]!r} is not that of this name and key; copy it again"
            )
        return made


def witness_name(name: str) -> str:
    """`name` when it can be a witness's. Raises NotAWitnessKey."""
    if not _NAME.fullmatch(name):
        raise NotAWitnessKey(
            f"{name[:60]!r} cannot be a witness's name; expected {PREFIX}<partner>, or {PREFIX}<partner>/<label> for a later key: "
            "lower-case letters, digits and hyphens, a label of at most 21"
        )
    return name
