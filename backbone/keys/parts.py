"""One sealed field as it stands on the ledger: AES-256-GCM under a data key of the person, bound to its place.

    version (1 byte, 0x02) | key id (8 bytes) | nonce (12 bytes, random) | ciphertext and tag
    version (1 byte, 0x01) |                    nonce (12 bytes, random) | ciphertext and tag     (read only: one key a person)

The associated data is the place as a compact JSON array, so that a part moved to another event, type, person, field or schema
does not open. The case is bound by the key itself: a data key belongs to one person in one case.
"""

import os
from dataclasses import dataclass
from typing import NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schakel.errors import Unreadable
from schakel.events.base import SealedField

VERSION = 2
KEY_BYTES = 32
KEY_ID_BYTES = 8
_ONE_KEY = 1
"""The version of the time when a person had one key, whose id is empty."""
_NONCE_BYTES, _TAG_BYTES = 12, 16
_NONCE_AT = {_ONE_KEY: 1, VERSION: 1 + KEY_ID_BYTES}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed field stands: what its ciphertext is bound to. schema_id: of the event's value on the ledger."""

    event_id: str
    event_type: str
    subject: str
    field: SealedField
    schema_id: int

    def bytes(self, version: int = VERSION) -> bytes:
        return orjson.dumps([version, self.event_id, self.event_type, self.subject, self.field.value, self.schema_id])


class DataKey(NamedTuple):
    """A data key, ready to use, for the length of one call. Does not show itself. id: KEY_ID_BYTES, none for a version 1 key."""

    id: bytes
    cipher: AESGCM

    @classmethod
    def of(cls, key_id: bytes, key: bytes) -> "DataKey":
        """key: KEY_BYTES random bytes."""
        return cls(key_id, AESGCM(key))


def encrypt(key: DataKey, place: Place, plaintext: bytes) -> bytes:
    """The body of the field."""
    nonce = os.urandom(_NONCE_BYTES)
    return b"\x02" + key.id + nonce + key.cipher.encrypt(nonce, plaintext, place.bytes())


def key_id(body: bytes, field: SealedField) -> str:
    """Which of the person's keys opens it, as `person_key` has it. Raises Unreadable `part.unknown_version`."""
    at = _NONCE_AT.get(body[0]) if body else None
    if at is None or len(body) < at + _NONCE_BYTES + _TAG_BYTES:
        raise Unreadable(
            "part.unknown_version",
            field=field.value,
            found=f"{len(body)} bytes" + (f" of version {body[0]}" if body else ""),
            expected=f"a sealed field of version {VERSION}",
            remedy="was the event written by a newer version of the backbone, or before it was re-sealed?",
        )
    return body[1:at].hex()


def decrypt(key: DataKey, place: Place, body: bytes) -> bytes:
    """The plaintext. Raises Unreadable (`part.unknown_version`, `part.cannot_open`) for anything that was not written so."""
    key_id(body, place.field)
    at = _NONCE_AT[body[0]]
    try:
        return key.cipher.decrypt(body[at : at + _NONCE_BYTES], body[at + _NONCE_BYTES :], place.bytes(body[0]))
    except InvalidTag:
        raise cannot_open(place.field) from None


def cannot_open(field: SealedField) -> Unreadable:
    """Nothing that this person has opens it here."""
    return Unreadable(
        "part.cannot_open",
        field=field.value,
        found="a sealed field that its key does not open here",
        expected="the field as it was sealed for this event, person and schema",
        remedy="the record was changed or moved: compare it with the audit log",
    )
