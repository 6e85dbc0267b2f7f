"""How keys are wrapped. Where the wrapping keys are kept is `files`, which rows hold the result is `tables`.

**Door keys** (few, private): AES-256-GCM under a key of `door.json`, with the row as associated data.

**Data keys** (many, one for each person and batch): each is wrapped by AES-256-GCM under a key that is made for one batch, and that key
is locked to the public half of a key of `data.json` by HPKE (RFC 9180: DHKEM X25519, HKDF-SHA256, AES-256-GCM). So whoever seals needs
only the public half, and can open nothing that was sealed before. The row is associated data here too: no wrapped key opens in the
place of another.
"""

import os
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from backbone.keys.databases import KeysAway
from backbone.keys.files import KEY_BYTES, Held, KeyFile, KeysUnusable

_NONCE_BYTES = 12
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def public_half(private: bytes) -> bytes:
    """What locks, of the key that unlocks."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def public_of(held: Held) -> Held:
    """What `data-public.json` says for this `data.json`: the current key alone, since nothing new goes under an older one."""
    return Held(held.current, {held.current: public_half(held.keys[held.current])})


class DoorWrap:
    """Wraps and unwraps the private keys of the door. Does not show itself."""

    def __init__(self, file: KeyFile) -> None:
        self.file = file

    def wrap(self, secret: bytes, row: str) -> tuple[str, bytes]:
        """Under the current key: its id, and the secret wrapped for this row."""
        held = self.file.now()
        return held.current, _wrap(AESGCM(held.keys[held.current]), secret, row)

    def unwrap(self, wrapped: bytes, kek: str, row: str) -> bytes:
        """Raises KeysUnusable, KeysAway (its file is behind the database)."""
        return _unwrap(AESGCM(key_named(self.file, kek, row)), wrapped, kek, row)


class DataLock:
    """One batch's way to wrap data keys: made by whoever has the public half, and forgotten with the batch. Does not show itself."""

    def __init__(self, kek: str, public: bytes) -> None:
        """kek: the id of the public half."""
        key = secrets.token_bytes(KEY_BYTES)
        self.kek = kek
        self.locked = _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(public), info=_info(kek))
        self._cipher = AESGCM(key)

    def wrap(self, data_key: bytes, row: str) -> bytes:
        """The key, wrapped for this row."""
        return _wrap(self._cipher, data_key, row)


class DataUnlock:
    """Unwraps data keys, for one call: locks that were opened are remembered as long as this lives. Does not show itself."""

    def __init__(self, file: KeyFile) -> None:
        self._file = file
        self._opened: dict[bytes, AESGCM] = {}

    def unwrap(self, locked: bytes, wrapped: bytes, kek: str, row: str) -> bytes:
        """Raises KeysUnusable, KeysAway (its file is behind the database)."""
        if locked not in self._opened:
            private = X25519PrivateKey.from_private_bytes(key_named(self._file, kek, row))
            try:
                self._opened[locked] = AESGCM(_SUITE.decrypt(locked, private, info=_info(kek)))
            except InvalidTag:
                raise _changed(kek, row) from None
        return _unwrap(self._opened[locked], wrapped, kek, row)


def key_named(file: KeyFile, kek: str, row: str) -> bytes:
    """A key of the file. Raises KeysAway for one that the file does not hold: it is behind the database, or ahead of it."""
    held = file.now()
    if kek not in held.keys:
        raise KeysAway(
            f"the key of {row} is wrapped under {kek}, which {file.path} does not hold (it holds {held.current}); bring the file "
            "here that belongs to this database. We wait for it"
        )
    return held.keys[kek]


def door_row(kid: str) -> str:
    """What a door key's wrapping is bound to."""
    return f"door {kid}"


def data_row(case_id: str, subject: str, key_id: str) -> str:
    """What a data key's wrapping is bound to."""
    return f"data {case_id} {subject} {key_id}"


def wrap_under(key: bytes, secret: bytes, row: str) -> bytes:
    """AES-256-GCM with the row as associated data: nonce, ciphertext and tag."""
    return _wrap(AESGCM(key), secret, row)


def unwrap_under(key: bytes, wrapped: bytes, kek: str, row: str) -> bytes:
    """The counterpart. Raises KeysUnusable when the row was changed or moved."""
    return _unwrap(AESGCM(key), wrapped, kek, row)


def _info(kek: str) -> bytes:
    return b"schakel data keys 1 " + kek.encode()


def _wrap(cipher: AESGCM, secret: bytes, row: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, secret, row.encode())


def _unwrap(cipher: AESGCM, wrapped: bytes, kek: str, row: str) -> bytes:
    try:
        return cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], row.encode())
    except (InvalidTag, ValueError):
        raise _changed(kek, row) from None


def _changed(kek: str, row: str) -> KeysUnusable:
    return KeysUnusable(
        f"the key of {row} does not unwrap under key-encryption key {kek}: the row was changed or moved; restore the database of keys"
    )


__all__: Sequence[str] = (
    "DataLock",
    "DataUnlock",
    "DoorWrap",
    "data_row",
    "door_row",
    "key_named",
    "public_half",
    "public_of",
    "unwrap_under",
    "wrap_under",
)
