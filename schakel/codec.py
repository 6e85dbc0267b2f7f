"""Models to bytes and back: Avro in the Confluent wire format (0x00, schema id in 4 bytes, Avro body).

The writer's schema comes from the lock by its id. Later versions of it only add fields with defaults and words
(`schakel.avro_compat`), so an old record needs no resolving against the newest one, which costs as much again as reading: the
model itself fills in today's defaults. Nothing here knows Kafka.
"""

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import fastavro
import fastavro.read
from pydantic import BaseModel, ValidationError

from schakel import avro
from schakel.errors import UnknownSchema, Unreadable
from schakel.events import CATALOGUE, Event
from schakel.messages import MESSAGES, Message
from schakel.wrong_values import expected_of

MAGIC = 0
_HEADER = struct.Struct(">bI")
REMEDY = "encode with a schema of schemas/avro/lock.json in the Confluent wire format (docs/partners.md)"


@dataclass(frozen=True, slots=True)
class _Known:
    locked: avro.Locked
    model: type[BaseModel]
    parsed: Any
    header: bytes
    validated: Callable[[Any], BaseModel]
    """The model of data, as its own `model_validate` makes it, which stands in the way only."""


@cache
def _by_id() -> dict[int, _Known]:
    models = avro.models()
    return {
        entry.id: _Known(
            entry,
            models[entry.name],
            fastavro.parse_schema(avro.read_schema(entry)),
            _HEADER.pack(MAGIC, entry.id),
            models[entry.name].__pydantic_validator__.validate_python,
        )
        for entry in avro.read_lock()
        if entry.name in models
    }


@cache
def _newest() -> dict[type[BaseModel], _Known]:
    return {known.model: known for known in _by_id().values()}  # in the order of release: the last one stays


def schema_id(model: type[BaseModel]) -> int:
    """The id under which this version writes `model`."""
    return _newest()[model].locked.id


def encode(value: BaseModel) -> bytes:
    """An event or message in the wire format."""
    known = _newest()[type(value)]
    out = io.BytesIO()
    out.write(known.header)
    fastavro.schemaless_writer(out, known.parsed, value.model_dump())
    return out.getvalue()


def decode(raw: bytes | None) -> BaseModel:
    """The model that `raw` holds. Raises UnknownSchema for an id outside the lock, Unreadable for everything else that is wrong."""
    if raw is None:
        raise Unreadable(
            "value.null", field="value", found="null", expected="an event", remedy="never send a null value"
        )
    if len(raw) < _HEADER.size or raw[0] != MAGIC:
        raise Unreadable(
            "value.not_wire_format",
            field="value",
            found=f"{len(raw)} bytes" + (f" that begin with 0x{raw[0]:02x}" if raw else ""),
            expected="0x00, a 4-byte schema id, an Avro body",
            remedy=REMEDY,
        )
    number = _HEADER.unpack_from(raw)[1]
    known = _by_id().get(number)
    if known is None:
        raise UnknownSchema(
            "value.unknown_schema",
            field="value",
            found=f"schema id {number}",
            expected=f"an id of the schema lock (1 to {max(_by_id())})",
            remedy=REMEDY,
        )
    body = io.BytesIO(raw)
    body.seek(_HEADER.size)
    name = known.locked.name
    try:
        data = fastavro.schemaless_reader(body, known.parsed, None)
    except (
        Exception
    ) as error:  # fastavro raises whatever the bytes provoke: EOFError, IndexError, UnicodeDecodeError, OverflowError…
        raise Unreadable(
            "value.not_avro",
            field="value",
            found=f"{len(raw)} bytes that are no {name} ({type(error).__name__})",
            expected=f"Avro of schema {number} ({name})",
            remedy=REMEDY,
        ) from None
    if body.tell() != len(raw):
        raise Unreadable(
            "value.trailing_bytes",
            field="value",
            found=f"{len(raw) - body.tell()} bytes after the end",
            expected=f"exactly one {name}",
            remedy=REMEDY,
        )
    return _valid(known.validated, data)


def validate(model: type[BaseModel], data: object) -> BaseModel:
    """`data` as a model; the first thing wrong becomes an Unreadable that names the field, never its value."""
    return _valid(model.model_validate, data)


def _valid(validated: Callable[[Any], BaseModel], data: object) -> BaseModel:
    try:
        return validated(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Unreadable(
            "field.invalid",
            field=".".join(str(part) for part in first["loc"]) or "value",
            found="a value that does not fit",
            expected=expected_of(first),
            remedy="correct the field and send the message again (same id)",
        ) from None


def decode_event(raw: bytes | None) -> Event:
    """As `decode`, for the ledger and `in` topics. Raises Unreadable when it is a message instead."""
    value = decode(raw)
    if not isinstance(value, Event):
        raise Unreadable(
            "value.not_an_event",
            field="value",
            found="a message of an out topic",
            expected="an event of the catalogue",
            remedy=REMEDY,
        )
    return value


def decode_message(raw: bytes | None) -> Message:
    """As `decode`, for `out` topics."""
    value = decode(raw)
    if not isinstance(value, Message):
        raise Unreadable(
            "value.not_a_message", field="value", found="an event", expected="a message of an out topic", remedy=REMEDY
        )
    return value


def event_model(name: str) -> type[Event]:
    """The model of a catalogue name. Raises Unreadable naming the catalogue when there is none."""
    if name not in CATALOGUE:
        raise Unreadable(
            "type.unknown",
            field="ce_type",
            found="a type outside the catalogue",
            expected="one of the types in docs/asyncapi.yaml",
            remedy="correct ce_type; is your schema lock older than the backbone's?",
        )
    return CATALOGUE[name]


__all__ = ["CATALOGUE", "MESSAGES", "decode", "decode_event", "decode_message", "encode", "event_model", "schema_id"]
