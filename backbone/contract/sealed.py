"""The sealed parts of the examples: real JWEs, made once, with the key that opens them.

The private key is published so that other teams can test their sealing against it. Nothing real may ever be sealed to it, and no
backbone has it among its keys.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from schakel.events.base import Sealed
from schakel.sealing import PrivateKey, PublicKey

_FILE = Path(__file__).with_name("sealed.json")


@cache
def sealing_example() -> dict[str, Any]:
    """`private_jwk`, and under `parts` for each type that has them: subject, fields, plaintext, jwe (compact)."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def published_key() -> PrivateKey:
    """The published key."""
    jwk = sealing_example()["private_jwk"]
    return PrivateKey(PublicKey.from_jwk(jwk), jwk["d"])


def sealed_parts(event_type: str) -> tuple[Sealed, ...]:
    """The sealed parts of a type's example; most have none."""
    parts = sealing_example()["parts"].get(event_type, ())
    return tuple(
        Sealed(subject=part["subject"], fields=tuple(part["fields"]), body=part["jwe"].encode("ascii"))
        for part in parts
    )
