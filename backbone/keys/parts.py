"""One sealed field as it stands on the ledger: AES-256-GCM under the person's own data key, bound to its place.

    version (1 byte, 0x01) | nonce (12 bytes, random) | ciphertext and tag

The associated data is the place as a compact JSON array, so that a part moved to another event, type, person, field or schema
does not open. The case is bound by the key itself: each (case, person) has its own.
"""

import os
from dataclasses import dataclass

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schakel.errors import Unreadable
from schakel.events.base import SealedField

VERSION = 1
KEY_BYTES = 32
_NONCE_BYTES, _TAG_BYTES = 12, 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed field stands: what its ciphertext is bound to. schema_id: of the event's value on the ledger."""

    event_id: str
    event_type: str
    subject: str
    field: SealedField
    schema_id: int

    def bytes(self) -> bytes:
        return orjson.dumps([VERSION, self.event_id, self.event_type, self.subject, self.field.value, self.schema_id])


def encrypt(key: bytes, place: Place, plaintext: bytes) -> bytes:
    """The body of the field. key: KEY_BYTES random bytes of this person in this case."""
    nonce = os.urandom(_NONCE_BYTES)
    return bytes((VERSION,)) + nonce + AESGCM(key).encrypt(nonce, plaintext, place.bytes())


def decrypt(key: bytes, place: Place, body: bytes) -> bytes:
    """The plaintext. Raises Unreadable (`part.unknown_version`, `part.cannot_open`) for anything that was not written so."""
    if len(body) < 1 + _NONCE_BYTES + _TAG_BYTES or body[0] != VERSION:
        raise Unreadable(
            "part.unknown_version",
            field=place.field.value,
            found=f"{len(body)} bytes" + (f" of version {body[0]}" if body else ""),
            expected=f"a sealed field of version {VERSION}",
            remedy="was the event written by a newer version of the backbone, or before it was re-sealed?",
        )
    try:
        return AESGCM(key).decrypt(body[1 : 1 + _NONCE_BYTES], body[1 + _NONCE_BYTES :], place.bytes())
    except InvalidTag:
        raise Unreadable(
            "part.cannot_open",
            field=place.field.value,
            found="a sealed field that its key does not open here",
            expected="the field as it was sealed for this event, person and schema",
            remedy="the record was changed or moved: compare it with the audit log",
        ) from None
