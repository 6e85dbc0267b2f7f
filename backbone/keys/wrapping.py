"""The key-encryption keys: in a file of their own, never in the database whose keys they wrap.

The file is JSON, mode 0600: `{"current": id, "keys": {id: base64}}`. Wrapping is AES-256-GCM with the row that the key belongs to as
associated data, so that keys cannot be exchanged between rows. A KMS would take this module's place.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schakel.errors import SchakelError

_NONCE_BYTES = 12


class KeysUnusable(SchakelError):
    """The keys cannot be used as they are: file missing, unsafe, or not the one that belongs to the database."""


class KeyEncryptionKeys:
    """The keys that wrap other keys. `current` wraps what is new; older ones still unwrap. Does not show itself."""

    def __init__(self, current: str, keys: Mapping[str, bytes], source: str) -> None:
        """source: where they come from, for messages."""
        self.current = current
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._source = source

    @classmethod
    def load(cls, path: Path) -> Self:
        """The keys in the file. Raises KeysUnusable when it is missing, readable by others, or not such a file."""
        try:
            mode = path.stat().st_mode & 0o777
            text = path.read_text(encoding="ascii")
        except FileNotFoundError:
            raise KeysUnusable(f"the key-encryption key {path} is missing; bring it back from its own backup") from None
        except OSError as error:
            raise KeysUnusable(f"the key-encryption key {path} cannot be read ({error.strerror})") from None
        if mode & 0o077:
            raise KeysUnusable(f"{path} has mode {mode:04o}, so others may read it; run: chmod 600 {path}")
        keys: dict[str, bytes] | None
        try:
            held = json.loads(text)
            current, keys = str(held["current"]), {name: b64decode(key) for name, key in held["keys"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            keys = None  # raised below: this error quotes the file
        if not keys or current not in keys or any(len(key) != 32 for key in keys.values()):
            raise KeysUnusable(f"{path} holds no usable key-encryption keys; bring it back from its own backup")
        return cls(current, keys, str(path))

    @classmethod
    def load_or_make(cls, path: Path) -> Self:
        """As `load`; makes the file with one random key when there is none. Whoever comes second gets the first one's."""
        if not path.exists():
            name = secrets.token_hex(4)
            made = {"current": name, "keys": {name: b64encode(secrets.token_bytes(32)).decode("ascii")}}
            _write_once(path, json.dumps(made))
        return cls.load(path)

    def holds(self, name: str) -> bool:
        """Whether keys wrapped under `name` can be unwrapped."""
        return name in self._ciphers

    def wrap(self, key: bytes, row: str) -> bytes:
        """The key, wrapped under the current one for this row."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._ciphers[self.current].encrypt(nonce, key, row.encode())

    def unwrap(self, wrapped: bytes, name: str, row: str) -> bytes:
        """The key that was wrapped under `name` for this row. Raises KeysUnusable."""
        if name not in self._ciphers:
            raise KeysUnusable(
                f"the key of {row} is wrapped under key-encryption key {name}, which {self._source} does not hold; bring back "
                f"the file that belongs to this database"
            )
        try:
            return self._ciphers[name].decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], row.encode())
        except InvalidTag:
            raise KeysUnusable(
                f"the key of {row} does not unwrap under key-encryption key {name}: the row was changed or moved; restore the "
                f"database of keys"
            ) from None

    def __repr__(self) -> str:
        return f"KeyEncryptionKeys(current={self.current!r}, source={self._source!r})"


def _write_once(path: Path, text: str) -> None:
    """The whole file or none, durable, and never over another one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, text.encode("ascii"))
        os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(scratch, path)
        directory = os.open(path.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
    finally:
        os.close(descriptor)
        scratch.unlink()
