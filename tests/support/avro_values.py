"""Hypothesis strategy for values of any Avro schema of ours, whatever its version: what a writer of that version may have written."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st

_FIRST, _LAST = datetime.fromisoformat("0001-01-02"), datetime.fromisoformat("9999-12-30")
_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "string": st.text(max_size=12),
    "long": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "bytes": st.binary(max_size=12),
    "date": st.dates(),
    "timestamp-millis": st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)).map(
        lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
    ),
}


def values(schema: Any) -> st.SearchStrategy[Any]:
    """Values of `schema`, as fastavro and the reference library take and give them."""
    return _made(json.dumps(schema))


@cache
def _made(schema: str) -> st.SearchStrategy[Any]:
    """Made once: that takes longer than to draw from it."""
    return _of(json.loads(schema), {})


def _of(schema: Any, named: dict[str, Any]) -> st.SearchStrategy[Any]:
    if isinstance(schema, list):
        return st.one_of([_of(member, named) for member in schema])
    if isinstance(schema, str):
        return _PLAIN[schema] if schema in _PLAIN else _of(named[schema], named)
    if "name" in schema:
        named[f"{schema['namespace']}.{schema['name']}"] = schema
    match schema["type"]:
        case "record":
            return st.fixed_dictionaries({field["name"]: _of(field["type"], named) for field in schema["fields"]})
        case "enum":
            return st.sampled_from(schema["symbols"])
        case "array":
            return st.lists(_of(schema["items"], named), max_size=3)
    return _PLAIN[schema["logicalType"]]
