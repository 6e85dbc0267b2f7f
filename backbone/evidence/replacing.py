"""Making, replacing and publishing the key that signs heads of the ledger: the operator's side of `backbone.evidence.signing`.

The public halves stand on `schakel.definitions` as `log-key/<kid>`, also when their private halves are gone: what they signed is still
checked with them.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backbone.evidence.signing import NOT_GIVEN, LogKeyUnusable, SigningKeys, key_file
from backbone.keys.files import replace_text
from backbone.settings import Settings
from schakel.evidence.note import kid_of
from schakel.evidence.published import LOG_KEY, public_entry
from schakel.sealing import Json


def make(keys: SigningKeys) -> None:
    """A first key, where there is no file yet."""
    if not keys.path.exists():
        _write(keys, [Ed25519PrivateKey.generate()])


def add(keys: SigningKeys, tell: Callable[[Mapping[str, Mapping[str, Json]]], object]) -> str:
    """A new key beside the one that is there; from now on heads bear both. Returns its kid. Raises LogKeyUnusable.

    tell: publishes these entries. Its errors leave the file as it was: nothing is signed with a key that nobody can check it with, and
    it may be done again.
    """
    known = keys.all()
    if len(known) > 1:
        raise LogKeyUnusable(
            f"{keys.path} holds {len(known)} keys already: the last replacement is not done; take the old one out first"
        )
    fresh = Ed25519PrivateKey.generate()
    tell(_entries([fresh]))
    _write(keys, [*known, fresh])
    return kid_of(fresh.public_key())


def retire(keys: SigningKeys) -> Sequence[str]:
    """Take out all but the newest; returns the kids of those. Raises LogKeyUnusable."""
    *old, newest = keys.all()
    if old:
        _write(keys, [newest])
    return [kid_of(private.public_key()) for private in old]


def entries(settings: Settings) -> dict[str, Mapping[str, Json]]:
    """What is published of the keys; makes the first one. Where this process has no file there is nothing to publish."""
    keys = SigningKeys(key_file(settings))
    if keys.path == NOT_GIVEN:
        return {}
    make(keys)
    return _entries(keys.all())


def _entries(held: Sequence[Ed25519PrivateKey]) -> dict[str, Mapping[str, Json]]:
    made = [public_entry(key.public_key()) for key in held]
    return {f"{LOG_KEY}{entry['kid']}": entry for entry in made}


def _write(keys: SigningKeys, held: Sequence[Ed25519PrivateKey]) -> None:
    said = [
        {"kid": kid_of(key.public_key()), "seed": b64encode(key.private_bytes_raw()).decode("ascii")} for key in held
    ]
    replace_text(keys.path, json.dumps({"keys": said}))
