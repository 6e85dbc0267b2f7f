"""docs/asyncapi.yaml: the contract as AsyncAPI 3 with Kafka bindings, seen from a partner. Made from the catalogue, never by hand.

Topics and their settings come from `backbone.kafka.topics`, payloads from the schema lock, headers from `backbone.contract.headers`,
examples from the test vectors.
"""

import io
import json
import tomllib
from pathlib import Path
from typing import Any

import fastavro
from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from backbone.contract.fields import described
from backbone.contract.headers import Json, common_headers, own_headers
from backbone.contract.tables import chains, tellable
from backbone.contract.vectors import Example, examples
from backbone.contract.words import first_line, further
from backbone.kafka.credentials import MECHANISM
from backbone.kafka.names import DEFINITIONS, LEDGER, REFUSED
from backbone.kafka.topics import CLUSTER, TopicSpec, core_topics, partner_topics
from schakel import avro, codec
from schakel.events import ce_type
from schakel.events.report import ReportReceived
from schakel.messages import MESSAGES, Message

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "asyncapi.yaml"
AVRO = "application/vnd.apache.avro;version=1.9.0"
BINDING = "0.5.0"
_NAMED = "voorbeeld"
"""A partner's name that stands for all in topic settings."""

INFO = """\
Event-sourced backbone between the partners that follow up hate incidents: what a partner publishes, what it receives, and how.
Every event gets a receipt. Personal fields are sealed by the sender; no topic holds them readable.

`partners.md` beside this file says in words what a schema cannot: sealing, ids and resubmission, receipts and their codes, resuming,
limits. `vectors/` holds every type as JSON, headers and bytes. Each field of a payload says in its `doc` what it is for.

The value of a record is `00`, the schema's id in four bytes (`x-schema-id` of the message), and the datum. The newest version of each
type stands here; older ones the gateway gives by their id."""


def document() -> Json:
    """The whole contract as plain values."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Schakel",
            "version": tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"],
            "description": INFO,
            "license": {
                "name": "EUPL-1.2",
                "url": "https://interoperable-europe.ec.europa.eu/collection/eupl/eupl-text-eupl-12",
            },
        },
        "defaultContentType": "application/avro",
        "servers": _servers(),
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "messages": _messages(),
            "schemas": {"headersIn": common_headers("in"), "headersOut": common_headers("out")},
            "securitySchemes": {
                "scram": {
                    "type": "scramSha512",
                    "description": f"Kafka's {MECHANISM}. The user is the partner's name; the operator hands over the password.",
                }
            },
        },
    }


def _servers() -> Json:
    security = [{"$ref": "#/components/securitySchemes/scram"}]
    bootstrap = "host:port[,host:port], as the operator gives it"
    return {
        "production": {
            "host": "{bootstrap}",
            "protocol": "kafka-secure",
            "description": "SASL_SSL. Three replicas, two of which acknowledge.",
            "security": security,
            "variables": {"bootstrap": {"description": bootstrap, "examples": ["kafka.schakel.example:9093"]}},
        },
        "demo": {
            "host": "{bootstrap}",
            "protocol": "kafka",
            "description": "SASL_PLAINTEXT on the loopback: `backbone up`, `make demo`. `bootstrap` in your profile says where.",
            "security": security,
            "variables": {"bootstrap": {"description": bootstrap, "default": "127.0.0.1:9092"}},
        },
    }


def _channels() -> Json:
    inbound, outbound = partner_topics(_NAMED, CLUSTER)
    core = {spec.name: spec for spec in core_topics(CLUSTER)}
    partner = {"partner": {"description": "The partner's id, as in its user name.", "examples": ["coc-amsterdam"]}}
    told, received = tellable(chains()), [name for name in MESSAGES if name != "refused"]
    return {
        "in": {
            "address": "schakel.in.{partner}",
            "title": "What the partner tells",
            "description": "Written by this partner alone. No key; one partition, so that the order is kept.",
            "parameters": partner,
            "messages": {name: _message_ref(name) for name in told},
            "bindings": _topic_binding(inbound, named=False),
        },
        "out": {
            "address": "schakel.out.{partner}",
            "title": "What the partner receives",
            "description": "Read by this partner alone: receipts, questions, referrals, reminders. Key: the case id, if any.",
            "parameters": partner,
            "messages": {name: _message_ref(f"message.{name}") for name in received},
            "bindings": _topic_binding(outbound, named=False),
        },
        "definitions": {
            "address": DEFINITIONS,
            "title": "What everybody may know",
            "description": "Compacted: the newest word on each key. Keys to seal to (`door-key/<kid>`), partners, protocols, chains.",
            "messages": {"definition": _message_ref("definition")},
            "bindings": _topic_binding(core[DEFINITIONS]),
        },
        "ledger": {
            "address": LEDGER,
            "title": "The ledger",
            "description": "For auditors and the backbone's services, not for partners: every event in the order that counts. "
            "Told events carry what intake adds: ce_logtime, ce_partner, ce_inposition, ce_indigest.",
            "messages": {"ledgerRecord": _message_ref("ledgerRecord")},
            "bindings": _topic_binding(core[LEDGER]),
        },
        "refused": {
            "address": REFUSED,
            "title": "What could not be accepted",
            "description": "For operators; the partner gets a receipt. Where a refused message stands and why, never its content.",
            "messages": {"refused": _message_ref("message.refused")},
            "bindings": _topic_binding(core[REFUSED]),
        },
    }


def _topic_binding(spec: TopicSpec, *, named: bool = True) -> Json:
    settings: Json = {name: int(text) if text.lstrip("-").isdigit() else text for name, text in spec.settings.items()}
    settings["cleanup.policy"] = [settings["cleanup.policy"]]
    binding = {"partitions": spec.partitions, "replicas": spec.replication, "topicConfiguration": settings}
    return {"kafka": {**({"topic": spec.name} if named else {}), **binding, "bindingVersion": BINDING}}


def _operations() -> Json:
    group: Json = {
        "type": "string",
        "description": "Your own groups begin with `partner.<your name>.`; any other is refused.",
        "pattern": r"^partner\.[a-z0-9][a-z0-9-]{1,40}\..+$",
        "examples": ["partner.coc-amsterdam.inbox"],
    }
    consumer = {"kafka": {"groupId": group, "bindingVersion": BINDING}}

    def operation(action: str, channel: str, title: str, summary: str, **more: Any) -> Json:
        return {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel}"},
            "title": title,
            "summary": summary,
            **more,
        }

    return {
        "tell": operation(
            "send",
            "in",
            "Tell what happened",
            "Publish an event with acks=all and an idempotent producer. Its receipt follows on `out`.",
            reply={"channel": {"$ref": "#/channels/out"}, "messages": [{"$ref": "#/channels/out/messages/receipt"}]},
        ),
        "receive": operation(
            "receive", "out", "Read the inbox", "Receipts and messages, at least once, in order.", bindings=consumer
        ),
        "learn": operation(
            "receive",
            "definitions",
            "Learn keys and partners",
            "Read from the beginning at every start, and go on reading: keys to seal to are replaced daily.",
            bindings=consumer,
        ),
    }


def _message_ref(name: str) -> Json:
    return {"$ref": f"#/components/messages/{name}"}


def _messages() -> Json:
    by_schema: dict[str, list[Example]] = {}
    for example in examples():
        by_schema.setdefault(example.schema_name, []).append(example)
    made = {name: _message(name, model, by_schema[name]) for name, model in avro.models().items() if name in by_schema}
    return {**made, "definition": _DEFINITION, "ledgerRecord": _LEDGER_RECORD}


def _message(name: str, model: type[BaseModel], shown: list[Example]) -> Json:
    """One type with its headers, its Avro schema and its examples."""
    locked = {entry.id: entry for entry in avro.read_lock()}[codec.schema_id(model)]
    schema = avro.read_schema(locked)
    out = issubclass(model, Message)
    made: Json = {
        "name": ce_type(name.removeprefix("message.")),
        "title": name.removeprefix("message."),
        "summary": first_line(model),
        "contentType": "application/avro",
        "headers": {
            "allOf": [
                {"$ref": f"#/components/schemas/{'headersOut' if out else 'headersIn'}"},
                own_headers(ce_type(name.removeprefix("message.")), subject=_subject(model)),
            ]
        },
        "payload": {"schemaFormat": AVRO, "schema": Flow(described(schema, model))},
        "bindings": {"kafka": {"key": _KEY_CASE if out else _KEY_NONE, "bindingVersion": BINDING}},
        "examples": [_example(example, schema) for example in shown],
        "x-schema-id": locked.id,
        "x-schema-file": f"schemas/avro/{locked.file}",
    }
    if more := further(model):
        made["description"] = more
    return made


def _subject(model: type[BaseModel]) -> bool | None:
    """Whether ce_subject must be there: by the type on `in`; on `out` it is there where the message knows the case."""
    if issubclass(model, Message):
        case = model.model_fields.get("case")
        return None if case is None or not case.is_required() else True
    return bool(getattr(model, "IN_CASE", True)) and model is not ReportReceived


def _example(example: Example, schema: avro.Schema) -> Json:
    """Payload as Avro's JSON, unions untagged; days and moments are numbers, sealed bytes are text."""
    out = io.StringIO()
    fastavro.json_writer(out, fastavro.parse_schema(schema), [example.value.model_dump()], write_union_type=False)
    return {
        "name": example.name,
        "headers": {name: text.decode() for name, text in example.envelope.headers()},
        "payload": Flow(json.loads(out.getvalue())),
    }


_KEY_NONE = {"type": "null", "description": "No key."}
_KEY_CASE = {
    "type": ["string", "null"],
    "format": "uuid",
    "description": "The case id in ASCII; none where there is no case.",
}
_DEFINITION: Json = {
    "name": "definition",
    "title": "definition",
    "summary": "What stands under one key; a null value takes the key away.",
    "contentType": "application/json",
    "payload": {"type": ["object", "null"]},
    "bindings": {
        "kafka": {
            "key": {"type": "string", "examples": ["door-key/ovId28jI", "partner/coc-amsterdam", "schemas"]},
            "bindingVersion": BINDING,
        }
    },
}
_LEDGER_RECORD: Json = {
    "name": "ledgerRecord",
    "title": "ledger record",
    "summary": "An event, told or concluded; its schema id says which. Personal parts are sealed to the person's own key.",
    "contentType": "application/avro",
    "bindings": {
        "kafka": {"key": {"type": "string", "format": "uuid", "description": "The case id."}, "bindingVersion": BINDING}
    },
}


class Flow:
    """Plain values to be written on few lines: nobody reads an Avro schema down the page."""

    def __init__(self, value: Any) -> None:
        self.value = value


def text() -> str:
    """The document as YAML; the same code gives the same text."""
    writer = YAML()
    writer.width = 140
    writer.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    out.write(
        "# Made by `python -m backbone.contract write` from the catalogue. Do not edit; tests compare it with the code.\n"
    )
    writer.dump(_yaml(document()), out)
    return out.getvalue()


def _yaml(value: Any, *, flow: bool = False) -> Any:
    """For the writer: flows as JSON, since readers of YAML 1.1 (SnakeYAML, for one) take a bare `yes` for a boolean."""
    match value:
        case Flow():
            return _yaml(value.value, flow=True)
        case dict():
            made = CommentedMap({_yaml(key, flow=flow): _yaml(item, flow=flow) for key, item in value.items()})
            return _in_one_line(made) if flow else made
        case list() | tuple():
            listed = CommentedSeq(_yaml(item, flow=flow) for item in value)
            return _in_one_line(listed) if flow else listed
        case str() if flow:
            return DoubleQuotedScalarString(value)
        case str() if "\n" in value:
            return LiteralScalarString(value)
    return value


def _in_one_line(value: Any) -> Any:
    value.fa.set_flow_style()
    return value


def write(file: Path = FILE) -> Path:
    """Write the document. Returns where."""
    file.write_text(text(), encoding="utf-8")
    return file
