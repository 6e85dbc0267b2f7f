"""Test vectors: an event as JSON, its headers, and its bytes, for every told type and every message; and one for sealing.

Avro is canonical for our types (no maps, no floats, one way to write each), so a partner's serializer must give exactly these bytes.
A vector belongs to a version of a schema and stands as long as the schema does: `report.received.v1.json` is never removed.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import fastavro
from pydantic import BaseModel

from backbone.contract.examples_out import out_example, out_names
from backbone.contract.examples_told import CASE, DOOR, example_id, told_example
from backbone.contract.sealed import sealing_example
from schakel import avro, codec
from schakel.envelope import Envelope
from schakel.events import TOLD
from schakel.events.report import ReportReceived
from schakel.ids import message_id, partner_source, service_source

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "vectors"
SOURCE = partner_source("99999999100000001000")
AT = datetime.fromisoformat("2026-03-28T12:00:00+01:00")


@dataclass(frozen=True, slots=True)
class Example:
    """One record as it stands on a topic. `name` is the vector's, `schema_name` the one in the lock."""

    name: str
    schema_name: str
    topic: str
    key: str | None
    envelope: Envelope
    value: BaseModel


def examples() -> Iterator[Example]:
    """Every example, told first."""
    for name, model in TOLD.items():
        case = CASE if model.IN_CASE and model is not ReportReceived else None
        envelope = Envelope(example_id(name), SOURCE, name, AT, case)
        yield Example(name, name, f"schakel.in.{DOOR}", None, envelope, told_example(name))
    for name in out_names():
        message, partner, service = out_example(name)
        case = getattr(message, "case", None)
        about = getattr(message, "about", None)
        envelope = Envelope(
            id=message_id(message.TYPE, partner, name),
            source=service_source(service),
            type=message.TYPE,
            time=AT,
            case=case,
            causation=about,
        )
        topic = "schakel.refused" if message.TYPE == "refused" else f"schakel.out.{partner}"
        yield Example(f"message.{name}", f"message.{message.TYPE}", topic, case, envelope, message)


def vector(example: Example) -> dict[str, Any]:
    """An example as other teams read it."""
    raw = codec.encode(example.value)
    locked = {entry.id: entry for entry in avro.read_lock()}[codec.schema_id(type(example.value))]
    return {
        "name": example.name,
        "topic": example.topic,
        "key": example.key,
        "headers": {header: text.decode() for header, text in example.envelope.headers()},
        "schema": {"id": locked.id, "version": locked.version, "file": f"schemas/avro/{locked.file}"},
        "event": json.loads(example.value.model_dump_json()),
        "avro_json": avro_json(example.value, avro.read_schema(locked)),
        "value_hex": raw.hex(),
    }


def avro_json(value: BaseModel, schema: avro.Schema) -> Any:
    """The same in Avro's own JSON encoding, as Java's JsonEncoder writes it: unions are tagged, days and moments are numbers."""
    out = io.StringIO()
    fastavro.json_writer(out, fastavro.parse_schema(schema), [value.model_dump()])
    return json.loads(out.getvalue())


def files() -> dict[str, str]:
    """File name -> content of every vector that the code makes now."""
    made = {}
    for example in examples():
        found = vector(example)
        made[f"{example.name}.v{found['schema']['version']}.json"] = _text(found)
    return made | {"sealing.json": _text(sealing_example())}


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path = FOLDER) -> list[Path]:
    """Write every vector; those of earlier versions stay. Returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in files().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
