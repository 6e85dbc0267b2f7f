"""Avro schemas from the event models, and the append-only lock that gives each its id for life.

`schemas/avro/lock.json` lists every schema ever released: id, name, version, file, digest. A changed model gets a new file and a new
id at the end (`make schemas`); nothing that stands there is changed or removed, because records in the ledger name these ids.
"""

import hashlib
import json
import sys
import types
import typing
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from schakel.avro_compat import IncompatibleSchema, check_compatible
from schakel.events import CATALOGUE
from schakel.messages import MESSAGES

NAMESPACE = "nl.schakel"
Schema = dict[str, Any]


def schema_of(model: type[BaseModel], name: str) -> Schema:
    """The Avro record schema of a model; nested records and enumerations are named once and then referred to."""
    return _record(model, name, set())


def _record(model: type[BaseModel], name: str, known: set[str]) -> Schema:
    return {
        "type": "record",
        "name": name,
        "namespace": NAMESPACE,
        "fields": [_field(key, field, known) for key, field in model.model_fields.items()],
    }


def _field(name: str, field: FieldInfo, known: set[str]) -> Schema:
    entry: Schema = {"name": name, "type": _type(field.annotation, known)}
    if field.default is not PydanticUndefined:
        entry["default"] = _default(field.default)
    return entry


def _default(value: Any) -> Any:
    match value:
        case BaseModel():
            return {key: _default(getattr(value, key)) for key in type(value).model_fields}
        case StrEnum():
            return value.value
        case tuple():
            return [_default(item) for item in value]
    return value


_PRIMITIVES: dict[Any, Any] = {
    str: "string",
    int: "long",
    bool: "boolean",
    bytes: "bytes",
    date: {"type": "int", "logicalType": "date"},
    datetime: {"type": "long", "logicalType": "timestamp-millis"},
}


def _type(annotation: Any, known: set[str]) -> Any:
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type(args[0], known)
    if origin in (types.UnionType, typing.Union):
        inner = [arg for arg in args if arg is not types.NoneType]
        if len(inner) != 1 or len(args) != 2:
            raise TypeError(f"a field may be X or X | None; found {annotation}")
        return ["null", _type(inner[0], known)]
    if origin is tuple:
        return {"type": "array", "items": _type(args[0], known)}
    if annotation in _PRIMITIVES:
        return _PRIMITIVES[annotation]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum | BaseModel):
        if annotation.__name__ in known:
            return f"{NAMESPACE}.{annotation.__name__}"
        known.add(annotation.__name__)
        if issubclass(annotation, BaseModel):
            return _record(annotation, annotation.__name__, known)
        return _enum(annotation)
    raise TypeError(f"no Avro type for {annotation}; add it to schakel/avro.py")


def _enum(words: type[StrEnum]) -> Schema:
    symbols = [word.value for word in words]
    entry: Schema = {"type": "enum", "name": words.__name__, "namespace": NAMESPACE, "symbols": symbols}
    last_resort = next((word for word in ("unknown", "other", "none") if word in symbols), None)
    if last_resort:
        entry["default"] = last_resort  # an older reader meets a newer word
    return entry


def record_name(catalogue_name: str) -> str:
    """`report.received` becomes `report_received_v1`: Avro names have no dots of their own."""
    return catalogue_name.replace(".", "_") + "_v1"


def canonical(schema: Schema) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=True) + "\n"


@dataclass(frozen=True, slots=True)
class Locked:
    """One released schema."""

    id: int
    name: str
    """Name in the catalogue, for example `report.received` or `message.receipt`."""
    version: int
    file: str
    sha256: str


@cache
def directory() -> Path:
    """Where the schemas stand: beside the package in a checkout, inside it in an installed wheel."""
    here = Path(__file__).resolve().parent
    for candidate in (here.parent / "schemas" / "avro", here / "schemas"):
        if (candidate / "lock.json").exists():
            return candidate
    return here.parent / "schemas" / "avro"


def read_lock(where: Path | None = None) -> list[Locked]:
    """Every released schema, in the order of release."""
    path = (where or directory()) / "lock.json"
    if not path.exists():
        return []
    return [Locked(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["schemas"]]


def read_schema(entry: Locked, where: Path | None = None) -> Schema:
    """The schema of a lock entry. Raises ValueError when its file is not what was released."""
    text = ((where or directory()) / entry.file).read_text(encoding="utf-8")
    found = hashlib.sha256(text.encode()).hexdigest()
    if found != entry.sha256:
        raise ValueError(
            f"schema {entry.file}: found digest {found[:12]}, the lock says {entry.sha256[:12]}; a released schema never"
            " changes: restore the file and run `make schemas` for a new version"
        )
    loaded: Schema = json.loads(text)
    return loaded


def models() -> dict[str, type[BaseModel]]:
    """Everything that travels, by the name under which it is locked."""
    return {**CATALOGUE, **{f"message.{name}": model for name, model in MESSAGES.items()}}


def pending(where: Path | None = None) -> list[tuple[str, Schema]]:
    """Models whose newest released schema is not what the code says now."""
    newest = {entry.name: entry for entry in read_lock(where)}
    changed = []
    for name, model in models().items():
        schema = schema_of(model, record_name(name))
        if name not in newest or read_schema(newest[name], where) != schema:
            changed.append((name, schema))
    return changed


def write(where: Path | None = None) -> list[Locked]:
    """Release what is pending: new files, new ids at the end of the lock.

    Raises IncompatibleSchema, before anything is written, when a schema and an earlier version of it could not read each other.
    """
    target = where or directory()
    lock = read_lock(target)
    waiting = pending(target)
    for name, schema in waiting:
        for entry in lock:
            if entry.name == name:
                check_compatible(read_schema(entry, target), schema, f"{name} (against its version {entry.version})")
    added = []
    for name, schema in waiting:
        version = 1 + sum(entry.name == name for entry in lock)
        file, text = f"{name}/{version}.avsc", canonical(schema)
        (target / name).mkdir(parents=True, exist_ok=True)
        (target / file).write_text(text, encoding="utf-8")
        entry = Locked(len(lock) + 1, name, version, file, hashlib.sha256(text.encode()).hexdigest())
        lock.append(entry)
        added.append(entry)
    lines = ",\n  ".join(
        json.dumps({"id": e.id, "name": e.name, "version": e.version, "file": e.file, "sha256": e.sha256}) for e in lock
    )
    (target / "lock.json").write_text(f'{{"schemas": [\n  {lines}\n]}}\n', encoding="utf-8")
    return added


if __name__ == "__main__":
    if sys.argv[1:] != ["write"]:
        sys.exit("usage: python -m schakel.avro write")
    try:
        released = write()
    except IncompatibleSchema as error:
        sys.exit(str(error))
    for new in released:
        sys.stdout.write(f"schema {new.id}: {new.name} version {new.version}\n")
