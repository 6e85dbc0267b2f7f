"""The headers of each kind of record, as JSON Schema: what docs/asyncapi.yaml and the table in docs/partners.md both say."""

from dataclasses import dataclass
from typing import Any

from schakel.envelope import CONTENT_TYPE, FIRST, PATTERNS

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Header:
    """One header. `on_in`, `on_out`: `required`, `optional`, `ignored` (set it or not, it does not count) or `absent`."""

    name: str
    on_in: str
    on_out: str
    means: str
    pattern: str | None = None
    const: str | None = None

    def schema(self) -> Json:
        """As JSON Schema; patterns hold for the whole text."""
        limits: Json = {}
        if self.const is not None:
            limits["const"] = self.const
        elif self.pattern is not None:
            limits["pattern"] = f"^({self.pattern})$"
        return {"type": "string", "description": self.means, **limits}


HEADERS = (
    Header("ce_specversion", "required", "required", "The version of CloudEvents.", const="1.0"),
    Header(
        "ce_id",
        "required",
        "required",
        "The event's id. On `in` a UUID in small letters (version 4 or 7), new for each event, the same when you send that event "
        "again. On `out` the message's id: the same when a message is delivered twice.",
        PATTERNS["ce_id"],
    ),
    Header(
        "ce_source",
        "required",
        "required",
        "Who says it: `urn:nld:oin:` and your 20 digits on `in`; `urn:schakel:` and the service on `out`.",
        PATTERNS["ce_source"],
    ),
    Header(
        "ce_type",
        "required",
        "required",
        "`nl.schakel.<name>.v1`; it belongs to the schema of the value.",
        r"nl\.schakel\.[a-z_.]+\.v1",
    ),
    Header(
        "ce_time",
        "required",
        "required",
        "When it was logged in the system that says it, RFC 3339 with a zone. When it took place is in the value.",
        PATTERNS["ce_time"],
    ),
    Header(
        "ce_subject",
        "optional",
        "optional",
        "The case. On `in`: required for every event about a case, absent for `report.received` and for what stands in no case. "
        "On `out`: absent only where there is no case.",
        PATTERNS["ce_subject"],
    ),
    Header(
        "ce_actor", "optional", "absent", "A pseudonym of who did it at your side; never a name.", PATTERNS["ce_actor"]
    ),
    Header(
        "ce_drill",
        "optional",
        "optional",
        "`true` for an exercise; every message about that case carries it.",
        PATTERNS["ce_drill"],
    ),
    Header(
        "traceparent",
        "optional",
        "absent",
        "W3C trace context. It stands with your event in the ledger; what the backbone concludes from it carries none.",
        PATTERNS["traceparent"],
    ),
    Header(
        FIRST[0],
        "optional",
        "absent",
        "On `report.received` only: its `danger_now` or `rape` is answered with yes, and it does not wait behind a list of yours. "
        "The header alone does nothing.",
        const=FIRST[1].decode(),
    ),
    Header(
        "ce_causationid",
        "ignored",
        "optional",
        "The id of the event that this message follows from; in a receipt your event's own id.",
        PATTERNS["ce_causationid"],
    ),
    Header(
        "content-type",
        "ignored",
        "required",
        "The value is Avro in the Confluent wire format.",
        const=CONTENT_TYPE.decode(),
    ),
)


def common_headers(kind: str) -> Json:
    """What all records on `in`, or all on `out`, have in common. kind: `in` or `out`."""
    said = {header.name: header.on_in if kind == "in" else header.on_out for header in HEADERS}
    return {
        "type": "object",
        "required": [name for name, rule in said.items() if rule == "required"],
        "properties": {header.name: header.schema() for header in HEADERS if said[header.name] in _SHOWN},
    }


_SHOWN = ("required", "optional")


def own_headers(ce_type: str, *, subject: bool | None) -> Json:
    """What one type adds. subject: whether `ce_subject` must be there (True) or must not (False); None: it may."""
    added: Json = {"type": "object", "properties": {"ce_type": {"const": ce_type}}}
    if subject is True:
        added["required"] = ["ce_subject"]
    elif subject is False:
        added["not"] = {"required": ["ce_subject"]}
    return added
