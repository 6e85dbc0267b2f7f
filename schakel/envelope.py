"""CloudEvents 1.0 in Kafka's binary mode: attributes as headers (`ce_*`), the event itself as the value.

Only attributes that hold no personal data exist. On an `in` topic a partner sets id, source, type, time, and for an existing case the
subject; everything else is the backbone's to set.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schakel.errors import Unreadable
from schakel.events.base import catalogue_name, ce_type

Headers = tuple[tuple[str, bytes], ...]

CONTENT_TYPE = b"application/avro"
MAX_HEADERS_BYTES = 8 * 1024
_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,71}$")
_CASE = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_ACTOR = re.compile(r"^[a-z0-9][a-z0-9-]{0,63}$")
_TRACE = re.compile(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of one event.

    `time` is when its author logged it, `logtime` when the backbone appended it (told events; a derived event has one time).
    `partner` (who told it, by its id in the chains), `position` and `digest` (the `in` record it came from) are set by intake.
    """

    id: str
    source: str
    type: str
    """Name in the catalogue, for example `report.received`."""
    time: datetime
    case: str | None = None
    causation: str | None = None
    actor: str | None = None
    traceparent: str | None = None
    drill: bool = False
    logtime: datetime | None = None
    partner: str | None = None
    position: str | None = None
    digest: str | None = None

    @property
    def logged_at(self) -> datetime:
        """The moment that counts for case time."""
        return self.logtime or self.time

    def headers(self) -> Headers:
        """As Kafka headers; empty attributes are left out."""
        pairs: list[tuple[str, bytes]] = [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", ce_type(self.type).encode()),
            ("ce_time", self.time.isoformat().encode()),
            ("content-type", CONTENT_TYPE),
        ]
        optional = (
            ("ce_subject", self.case),
            ("ce_causationid", self.causation),
            ("ce_actor", self.actor),
            ("traceparent", self.traceparent),
            ("ce_drill", "true" if self.drill else None),
            ("ce_logtime", self.logtime.isoformat() if self.logtime else None),
            ("ce_partner", self.partner),
            ("ce_inposition", self.position),
            ("ce_indigest", self.digest),
        )
        pairs.extend((name, text.encode()) for name, text in optional if text)
        return tuple(pairs)


def read_headers(headers: Iterable[tuple[str, bytes]]) -> Envelope:
    """The envelope of a record. Raises Unreadable naming the header at fault."""
    found: dict[str, str] = {}
    size = 0
    for header, raw in headers:
        size += len(header) + len(raw or b"")
        if size > MAX_HEADERS_BYTES:
            raise Unreadable(
                "headers.too_large",
                found=f"more than {MAX_HEADERS_BYTES} bytes",
                expected=f"at most {MAX_HEADERS_BYTES} bytes of headers",
                remedy="send only the headers that docs/partners.md lists",
            )
        try:
            found[header] = (raw or b"").decode("utf-8")
        except UnicodeDecodeError:
            raise _bad(header, "bytes that are not UTF-8", "UTF-8 text") from None
    if found.get("ce_specversion") != "1.0":
        raise _bad("ce_specversion", found.get("ce_specversion"), "1.0 (CloudEvents, Kafka binary mode)")
    name = catalogue_name(_need(found, "ce_type", "nl.schakel.<name>.v1"))
    if name is None:
        raise _bad("ce_type", "a type outside the catalogue", "nl.schakel.<name>.v1, see docs/asyncapi.yaml")
    return Envelope(
        id=_match(found, "ce_id", _ID, "1 to 72 letters, digits, '.', '_', ':' or '-'") or "",
        source=_need(found, "ce_source", "urn:nld:oin:<20 digits>")[:128],
        type=name,
        time=_moment(found, "ce_time"),
        case=_match(found, "ce_subject", _CASE, "a case id (UUID)", optional=True),
        causation=_match(found, "ce_causationid", _ID, "an event id", optional=True),
        actor=_match(found, "ce_actor", _ACTOR, "a pseudonym: a-z, 0-9 and '-'", optional=True),
        traceparent=_match(found, "traceparent", _TRACE, "a W3C traceparent", optional=True),
        drill=found.get("ce_drill") == "true",
        logtime=_moment(found, "ce_logtime") if "ce_logtime" in found else None,
        partner=found.get("ce_partner"),
        position=found.get("ce_inposition"),
        digest=found.get("ce_indigest"),
    )


def _need(found: dict[str, str], name: str, expected: str) -> str:
    if not found.get(name):
        raise _bad(name, None, expected)
    return found[name]


def _match(
    found: dict[str, str], name: str, pattern: re.Pattern[str], expected: str, *, optional: bool = False
) -> str | None:
    if optional and name not in found:
        return None
    text = _need(found, name, expected)
    if not pattern.match(text):
        raise _bad(name, f"{len(text)} characters that do not fit", expected)
    return text


def _moment(found: dict[str, str], name: str) -> datetime:
    expected = "an RFC 3339 time with zone, for example 2026-03-28T12:00:00+01:00"
    text = _need(found, name, expected)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _bad(name, "a text that is no time", expected) from None
    if moment.tzinfo is None:
        raise _bad(name, "a time without zone", expected)
    return moment


def _bad(name: str, found: str | None, expected: str) -> Unreadable:
    return Unreadable(
        "header.missing" if found is None else "header.invalid",
        field=name,
        found=None if found is None else found[:60],
        expected=expected,
        remedy=f"send the header {name} as docs/partners.md says",
    )
