"""The private key with which a partner cosigns heads: a file beside its profile, mode 0600. What it holds is never printed.

`{"name": "schakel-witness/<partner>", "seed": base64 of 32 bytes}`.
"""

import json
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schakel.client.errors import ClientError
from schakel.evidence.note import Head
from schakel.evidence.vkey import NotAWitnessKey, WitnessKey, witness_name


class WitnessKeyUnusable(ClientError):
    """The file of the witness's key is missing, open to others, or no such file."""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The key and the name that it signs under. Does not show it."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> WitnessKey:
        return WitnessKey(self.name, self.private.public_key())

    def cosign(self, head: Head, at_s: int) -> Head:
        """With our cosignature, said at so many seconds after 1970; one that bears it already stays as it is."""
        if head.witnessed_by(self.private.public_key(), self.name) is not None:
            return head
        return head.witnessed(self.private, self.name, at_s)


def beside(profile: Path) -> Path:
    """Where a partner with this profile has it."""
    return profile.with_name(f"{profile.stem}.witness")


def make(path: Path, name: str) -> OwnKey:
    """A new key in a file that is not there yet. Raises FileExistsError, OSError; nothing half-written remains."""
    made = OwnKey(witness_name(name), Ed25519PrivateKey.generate())
    said = {"name": name, "seed": b64encode(made.private.private_bytes_raw()).decode("ascii")}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=f".{path.name}.") as scratch:  # mode 0600
        scratch.write(json.dumps(said) + "\n")
        scratch.flush()
        os.fsync(scratch.fileno())
        os.link(scratch.name, path)  # unlike a rename it never takes the place of a key that is there
    return made


def read(path: Path) -> OwnKey:
    """Raises WitnessKeyUnusable."""
    try:
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            raise WitnessKeyUnusable(f"{path} has mode {mode:04o}, so others may cosign with it; run: chmod 600 {path}")
        said = json.loads(path.read_text(encoding="ascii"))
        seed = b64decode(said["seed"], validate=True)
        return OwnKey(witness_name(said["name"]), Ed25519PrivateKey.from_private_bytes(seed))
    except FileNotFoundError:
        raise WitnessKeyUnusable(
            f"there is no key to cosign with at {path}; 'schakel heads key' makes one, or bring it back from its backup"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, NotAWitnessKey) as error:
        raise WitnessKeyUnusable(
            f"{path} holds no key of a witness ({type(error).__name__}); bring it back from its backup, or move it away and make another "
            "with 'schakel heads key --label LABEL'"
        ) from None
