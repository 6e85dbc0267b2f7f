"""The id that a row has every time it is imported, and the mark by which a changed row is noticed.

Both are made with a secret that stays with the partner. Without it anybody who reads the ledger could try out dossier numbers
until one gives an id that stands there; a partner's own reference must not be recognisable (design §3). The same secret has to
be there the next time, or every row counts as new: keep the file with the partner's other credentials.
"""

import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid5

import orjson

from backbone.lists.problems import ListError

_BYTES = 32


class ImportKey:
    """A partner's secret for its lists."""

    def __init__(self, secret: bytes, partner: str) -> None:
        self._secret = secret
        self._namespace = UUID(bytes=hmac.digest(secret, b"event ids of " + partner.encode(), sha256)[:16])

    def event_id(self, identity: Sequence[str]) -> str:
        """The event id of the row with this identity: a UUIDv5 under a namespace that only this partner can work out."""
        return str(uuid5(self._namespace, orjson.dumps(list(identity)).decode()))

    def mark(self, content: object) -> str:
        """What changes when the content (JSON-like) changes, and says nothing about it: 64 hexadecimal digits."""
        canonical = orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        return hmac.new(self._secret, b"content" + canonical, sha256).hexdigest()


def passing_key(partner: str) -> ImportKey:
    """A key for one run: its ids are never sent, nor looked for in the ledger."""
    return ImportKey(secrets.token_bytes(_BYTES), partner)


def make_key(path: Path, partner: str) -> ImportKey:
    """A new key, written to `path` with rights for its owner only. Raises FileExistsError rather than replace one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = secrets.token_bytes(_BYTES)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return ImportKey(secret, partner)


def read_key(path: Path, partner: str) -> ImportKey:
    """The key in `path`. Raises FileNotFoundError; ListError when others can read it or it is none."""
    mode = path.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ListError(f"{path} can be read by others (mode {stat.S_IMODE(mode):o}); run: chmod 600 {path}")
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        secret = b""
    if len(secret) != _BYTES:
        raise ListError(f"{path} is no import key ({_BYTES} bytes in hexadecimal); put back the one it had")
    return ImportKey(secret, partner)
