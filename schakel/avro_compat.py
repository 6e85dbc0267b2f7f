"""May this schema follow that one? Every version of a schema reads every other: new code reads the ledger's oldest record, and a
partner that has not yet upgraded reads our newest.

So a field is only ever added, with a default; a word is only ever added, to an enumeration that has a last resort; nothing else
changes. Stricter than Avro's own resolution, which would let meaning disappear in silence.
"""

from collections.abc import Iterator
from typing import Any

from schakel.errors import SchakelError

Schema = Any
"""An Avro schema as JSON: a name, a list (union), or an object."""


class IncompatibleSchema(SchakelError):
    """A schema that must not be released. `objections` holds one sentence for each thing that is wrong with it."""

    def __init__(self, name: str, objections: list[str]) -> None:
        self.name = name
        self.objections = objections
        listed = "; ".join(objections)
        super().__init__(
            f"schema {name} cannot be released: {listed}; change the model so that every version reads every other"
            " (docs/partners.md, 'When a schema changes'), or give the new shape a new name"
        )


def check_compatible(old: Schema, new: Schema, name: str = "") -> None:
    """Raises IncompatibleSchema when a reader of either schema could not read, in full, what the other wrote."""
    found = list(objections(old, new))
    if found:
        raise IncompatibleSchema(name or str(new.get("name", "?")), found)


def objections(old: Schema, new: Schema) -> Iterator[str]:
    """One sentence for each thing in `new` that breaks with `old`; none when they agree."""
    yield from _differ(old, new, "", _named(old, {}), _named(new, {}))


def _named(schema: Schema, found: dict[str, Schema]) -> dict[str, Schema]:
    """Every record and enumeration of a schema by its name, so that a later mention can be looked up."""
    if isinstance(schema, list):
        for member in schema:
            _named(member, found)
    elif isinstance(schema, dict):
        if "name" in schema:
            found[_full_name(schema)] = schema
        for field in schema.get("fields", ()):
            _named(field["type"], found)
        _named(schema.get("items"), found)
    return found


def _full_name(schema: dict[str, Any]) -> str:
    return f"{schema['namespace']}.{schema['name']}" if "namespace" in schema else str(schema["name"])


def _differ(old: Schema, new: Schema, at: str, olds: dict[str, Schema], news: dict[str, Schema]) -> Iterator[str]:
    old, new = _resolved(old, olds), _resolved(new, news)
    before, after = _kind(old, olds), _kind(new, news)
    if before != after:
        yield f"{at or 'it'} was {before} and is now {after}"
    elif before == "record":
        yield from _records(old, new, at, olds, news)
    elif before == "enum":
        yield from _words(old, new, at)
    elif before == "array":
        yield from _differ(old["items"], new["items"], f"{at}[]", olds, news)
    elif isinstance(old, list):
        for one, other in zip(old, new, strict=True):
            yield from _differ(one, other, at, olds, news)


def _resolved(schema: Schema, names: dict[str, Schema]) -> Schema:
    return names.get(schema, schema) if isinstance(schema, str) else schema


def _kind(schema: Schema, names: dict[str, Schema]) -> str:
    """`record`, `enum`, `array`, a primitive with its logical type, or a union with its members."""
    if isinstance(schema, list):
        return " or ".join(_kind(_resolved(member, names), names) for member in schema)
    if isinstance(schema, str):
        return schema
    return f"{schema['type']} ({schema['logicalType']})" if "logicalType" in schema else str(schema["type"])


def _records(old: Schema, new: Schema, at: str, olds: dict[str, Schema], news: dict[str, Schema]) -> Iterator[str]:
    if _full_name(old) != _full_name(new):
        yield f"{at or 'the record'} was {_full_name(old)} and is now {_full_name(new)}"
    before = {field["name"]: field for field in old["fields"]}
    after = {field["name"]: field for field in new["fields"]}
    for name in before.keys() - after.keys():
        yield f"field {_join(at, name)} is gone; what stands in the ledger would lose it"
    for name, field in after.items():
        if name in before:
            yield from _differ(before[name]["type"], field["type"], _join(at, name), olds, news)
        elif "default" not in field:
            yield f"field {_join(at, name)} is new and has no default; records without it could not be read"


def _words(old: Schema, new: Schema, at: str) -> Iterator[str]:
    if _full_name(old) != _full_name(new):
        yield f"{at} was {_full_name(old)} and is now {_full_name(new)}"
    before, after = list(old["symbols"]), list(new["symbols"])
    gone = [word for word in before if word not in after]
    added = [word for word in after if word not in before]
    if gone:
        yield f"{at} lost the word {', '.join(gone)} of {old['name']}; records that hold it could not be read"
    if added and "default" not in old:
        yield f"{at} gained the word {', '.join(added)}, but {old['name']} has no last resort for older readers"


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
