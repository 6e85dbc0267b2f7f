"""The key that signs heads of the ledger: a file of its own, with the key before it while one is being replaced.

`{"keys": [{"kid": …, "seed": base64 of 32 bytes}]}`, oldest first, mode 0600. All of them sign. Making and replacing them is
`backbone.evidence.replacing`'s: whoever signs only reads.
"""

import json
import os
from base64 import b64decode
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backbone.settings import Settings
from schakel.errors import SchakelError
from schakel.evidence.note import Head

SIGNER = "audit"
"""The one service that signs."""
NOTE_HEADERS = (("content-type", b"text/plain"),)
"""What a head bears on `schakel.checkpoints`."""
NOT_GIVEN = Path(os.devnull)
"""What every other process gets in place of the file."""


class LogKeyUnusable(SchakelError):
    """The file of signing keys is missing, open to others, or no such file."""


def key_file(settings: Settings) -> Path:
    """Where the signing keys stand."""
    return settings.log_key_file or settings.var_dir / "keys" / "log.json"


def environment(settings: Settings, service: str) -> dict[str, str]:
    """The setting that gives the file to the one service that signs, and to no other."""
    path = key_file(settings).absolute() if service == SIGNER else NOT_GIVEN
    return {"SCHAKEL_LOG_KEY_FILE": str(path)}


class SigningKeys:
    """The keys in a file, read again when it has changed. Does not show them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: tuple[tuple[int, int, int], Sequence[Ed25519PrivateKey]] | None = None

    def all(self) -> Sequence[Ed25519PrivateKey]:
        """Oldest first. Raises LogKeyUnusable."""
        try:
            stat = self.path.stat()
            mark = stat.st_ino, stat.st_mtime_ns, stat.st_size
            if self._known is None or self._known[0] != mark:
                if stat.st_mode & 0o077:
                    raise LogKeyUnusable(
                        f"{self.path} has mode {stat.st_mode & 0o777:04o}, so others may sign with it; run: chmod 600 {self.path}"
                    )
                self._known = mark, _parsed(self.path.read_text(encoding="ascii"), self.path)
        except FileNotFoundError:
            raise LogKeyUnusable(
                f"the file of signing keys {self.path} is missing; bring it back from its backup, or let 'backbone up' make a new key"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise LogKeyUnusable(
                f"the file of signing keys {self.path} cannot be read ({type(error).__name__})"
            ) from None
        return self._known[1]

    def sign(self, head: Head) -> Head:
        """With a signature by each key. The same keys and head give the same bytes."""
        for private in self.all():
            head = head.signed(private)
        return head


def _parsed(text: str, path: Path) -> Sequence[Ed25519PrivateKey]:
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        seeds = [b64decode(one["seed"], validate=True) for one in json.loads(text)["keys"]]
        if seeds:
            return [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]
    raise LogKeyUnusable(f"{path} holds no signing keys; bring it back from its backup")
