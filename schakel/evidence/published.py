"""The public keys that heads are checked with, as they stand on `schakel.definitions` (docs/evidence.md)."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from schakel.definitions import Definitions
from schakel.evidence.note import Head, kid_of
from schakel.evidence.vkey import PREFIX, WitnessKey
from schakel.sealing import Json

LOG_KEY, WITNESS_KEY = "log-key/", "witness-key/"


def public_entry(public: Ed25519PublicKey) -> dict[str, Json]:
    """What stands there of a key."""
    return {
        "kid": kid_of(public),
        "alg": "Ed25519",
        "public": b64encode(public.public_bytes_raw()).decode("ascii"),
    }


def witness_entry(key: WitnessKey) -> dict[str, dict[str, Json]]:
    """A witness's key as it stands there, under its own name on the topic."""
    return {WITNESS_KEY + key.name.removeprefix(PREFIX): {**public_entry(key.public), "name": key.name}}


def key_in(entry: Mapping[str, Json]) -> Ed25519PublicKey | None:
    """The key that an entry holds; None for one of a kind that a newer version uses."""
    with suppress(ValueError, TypeError):
        if entry.get("alg") == "Ed25519":
            return Ed25519PublicKey.from_public_bytes(b64decode(str(entry.get("public")), validate=True))
    return None


def log_keys(definitions: Definitions) -> list[Ed25519PublicKey]:
    """The keys of the log, those that were replaced among them."""
    return [key for entry in _named(definitions, LOG_KEY) if (key := key_in(entry))]


def witness_keys(definitions: Definitions) -> dict[str, Ed25519PublicKey]:
    """The keys of witnesses, by the name that they sign under."""
    return {str(entry.get("name")): key for entry in _named(definitions, WITNESS_KEY) if (key := key_in(entry))}


def signed_by_any(head: Head, keys: Iterable[Ed25519PublicKey]) -> bool:
    """Whether one of the log's keys signed this head."""
    return any(head.signed_by(key) for key in keys)


def _named(definitions: Definitions, prefix: str) -> list[Mapping[str, Json]]:
    return [entry for name, entry in sorted(definitions.entries.items()) if name.startswith(prefix)]
