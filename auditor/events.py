"""From a record to what it says, and who may say it.

The value is Avro: a byte 0, the number of a schema in 4 bytes, the body. The attributes stand in the headers (CloudEvents, `ce_*`). The
table of owners below is the auditor's own: what a partner tells is appended for a partner, and every conclusion has one service that
may draw it.
"""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import fastavro

from auditor.formats import Bundle, Record

OWNERS = {
    "audit": "checkpoint.published",
    "consent": "consent.expired consent.needed contact.preference_told disclosure.denied disclosure.permitted erasure.refused "
    "erasure.scheduled nonconformance.found referral.delivered referral.held referral.released referral.revoked subject.erased",
    "followup": "aftercare.due case.closed case.escalated case.reopened clock.breached clock.corrected clock.reminded clock.resumed "
    "clock.started clock.stopped clock.suspended rhythm.due rhythm.missed trend.unanswered",
    "gateway": "disclosure.requested",
    "intake": "watermark.passed",
    "operator": "access.given event.voided protocol.move_requested",
    "routing": "case.opened category.suggested chain.loaded party.informed protocol.attached protocol.loaded protocol.moved "
    "referral.exhausted referral.proposed referral.reported",
}
OWNER = {event_type: owner for owner, types in OWNERS.items() for event_type in types.split()}
"""Which service alone may append a type. What is not here is told: a partner said it, and intake appended it."""
OBSERVED = {"disclosure.requested", "access.given", "protocol.move_requested", "event.voided"}
"""Owned, and no conclusion: they rest on nothing, and their ids are those of told events."""
STANDING = {"partner.suspended", "partner.restored", "agreement.signed", "agreement.ended"}
"""Told events that an operator may say for the chain."""
_TYPE = re.compile(r"nl\.schakel\.([a-z_.]+)\.v1")


@dataclass(slots=True)
class Event:
    """One record, understood. `at` is its log time; `author` the partner that told it, empty for the backbone's own."""

    id: str
    type: str
    source: str
    author: str
    case: str | None
    at: datetime
    cause: str | None
    partition: int
    offset: int
    body: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.body.get(name, default)

    @property
    def place(self) -> str:
        return f"{self.partition}/{self.offset}"

    @property
    def premises(self) -> list[str]:
        """The ids of the events that a conclusion rests on."""
        found: list[str] = self.body.get("premises", [])
        return found

    @property
    def concluded(self) -> bool:
        return self.type in OWNER and self.type not in OBSERVED

    @property
    def key(self) -> tuple[str, str]:
        """What is said twice in a case under one key counts once. Told and concluded ids do not meet."""
        return self.id, self.source if self.concluded else ""


class Unread(ValueError):
    """A record that cannot be read; the message says why. For the backbone too it has no effect."""


class Schemas:
    """The schemas of a bundle, by the number that a value begins with."""

    def __init__(self, bundle: Bundle) -> None:
        self.faults: list[str] = []
        """What is wrong with the schemas themselves: the meaning of every record hangs on them."""
        self._raw: dict[int, tuple[str, bytes]] = {}
        self._parsed: dict[int, tuple[str, Any]] = {}
        lock = bundle.json("schemas/lock.json") or {"schemas": []}
        for entry in lock["schemas"]:
            raw = bundle.files.read(name) if (name := f"schemas/{entry['file']}") in bundle.files else b""
            if sha256(raw).hexdigest() != entry["sha256"]:
                self.faults.append(f"schema {entry['id']} ({entry['file']}) is not what the lock says")
            else:
                self._raw[entry["id"]] = (entry["name"], raw)

    def _schema(self, number: int) -> tuple[str, Any]:
        """(name, schema). Raises Unread for a number that the lock does not have."""
        if number not in self._parsed:
            if number not in self._raw:
                raise Unread(f"schema {number} is not in the bundle")
            name, raw = self._raw[number]
            self._parsed[number] = (name, fastavro.parse_schema(json.loads(raw)))
        return self._parsed[number]

    def read(self, record: Record) -> Event:
        """Raises Unread."""
        head = _attributes(record)
        value = record.value
        if value is None or len(value) < 5 or value[0] != 0:
            raise Unread("its value is not in the wire format")
        name, schema = self._schema(int.from_bytes(value[1:5], "big"))
        stream = io.BytesIO(value)
        stream.seek(5)
        try:
            body = fastavro.schemaless_reader(stream, schema, None)
        except Exception as error:  # fastavro raises whatever the bytes provoke
            raise Unread(f"its value is no {name} ({type(error).__name__})") from None
        if stream.tell() != len(value) or not isinstance(body, dict):
            raise Unread(f"its value is longer than a {name}")
        return _event(record, head, name, body)


def _event(record: Record, head: Mapping[str, str], name: str, body: dict[str, Any]) -> Event:
    found = _TYPE.fullmatch(head.get("ce_type", ""))
    if found is None or found[1] != name.removeprefix("message."):
        raise Unread("its type is not that of its schema")
    case = head.get("ce_subject")
    if case is not None and record.key != case.encode() and record.topic == "schakel.ledger":
        raise Unread("its key is not its case")
    try:
        at = _moment(head.get("ce_logtime") or head["ce_time"])
        event_id, source = head["ce_id"], head["ce_source"]
    except (KeyError, ValueError):
        raise Unread("its id, source or time is missing or misspelt") from None
    author, cause = head.get("ce_partner", ""), head.get("ce_causationid")
    return Event(event_id, name, source, author, case, at, cause, record.partition, record.offset, body)


def _attributes(record: Record) -> dict[str, str]:
    found: dict[str, str] = {}
    for header, value in record.headers:
        if header.startswith("ce_"):
            if header in found:
                raise Unread(f"the header {header} stands there twice")
            try:
                found[header] = value.decode()
            except UnicodeDecodeError:
                raise Unread(f"the header {header} is no text") from None
    return found


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC)


def said_by_another(event: Event, partners: Mapping[str, Any]) -> str | None:
    """Why this event is not its author's to say, or None. partners: id -> what the definitions say of it."""
    owner = OWNER.get(event.type)
    if owner is not None:
        return (
            None
            if event.source == f"urn:schakel:{owner}"
            else f"{event.type} is {owner}'s to say, found {event.source}"
        )
    if event.type in STANDING and event.source == "urn:schakel:operator":
        return None
    if not event.source.startswith("urn:nld:oin:") or not event.author:
        return f"{event.type} is a partner's to say, found {event.source}"
    known = partners.get(event.author)
    if known and event.source != f"urn:nld:oin:{known.get('oin')}":
        return f"{event.author} told it under the number of somebody else"
    return None
