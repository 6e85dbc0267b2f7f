"""What a service keeps of a case has a shape, and a database of another one is not gone on with: the version of the fold says which."""

import hashlib
import json
from typing import Any

import msgspec

from schakel.case_state import FOLD_VERSION, State
from schakel.chain_state import ChainState

SHAPES = {3: "8d7c2d2e09d3c6bbd083745721c5dbfdc4f5902819cc8bf40252a3e8be057c6f"}
"""By version of the fold: the digest of the shape of what is kept. One that was released stays as it is."""


def test_another_shape_is_another_version() -> None:
    found = digest(State, ChainState)
    assert SHAPES.get(FOLD_VERSION) == found, (
        "what is kept has another shape: raise FOLD_VERSION (docs/adr/0060) and KNOWN_FOLD of the auditor, and write the new digest here"
    )


def test_it_sees_a_field_more_and_another_kind_of_value() -> None:
    kinds = [
        msgspec.defstruct("Kept", fields)
        for fields in ([("a", int)], [("a", int), ("b", int, 0)], [("a", str)], [("a", list[tuple[str, int]])])
    ]
    assert len({digest(kind) for kind in kinds}) == len(kinds)


def digest(*kinds: type) -> str:
    text = json.dumps([_bare(msgspec.json.schema(kind)) for kind in kinds], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _bare(schema: Any) -> Any:
    """Without what is said about it."""
    if isinstance(schema, dict):
        return {
            name: _bare(one)
            for name, one in schema.items()
            if name not in ("title", "description") or isinstance(one, dict)
        }
    return [_bare(one) for one in schema] if isinstance(schema, list) else schema
