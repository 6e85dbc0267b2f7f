"""CloudEvents 1.0 in Kafka's binary mode: attributes as headers (`ce_*`), the event itself as the value.

Only attributes that hold no personal data exist. On an `in` topic a partner sets id, source, type, time, and for an existing case the
subject; everything else is the backbone's to set.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from schakel.errors import Unreadable
from schakel.events.base import catalogue_name, ce_type

Headers = tuple[tuple[str, bytes], ...]

CONTENT_TYPE = b"application/avro"
MAX_HEADERS_BYTES = 8 * 1024
PATTERNS = {
    "ce_id": r"[A-Za-z0-9][A-Za-z0-9._:-]{0,71}",
    "ce_source": r"urn:nld:oin:[0-9]{20}|urn:schakel:[a-z]{1,20}",
    "ce_time": r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    "ce_subject": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "ce_causationid": r"[A-Za-z0-9][A-Za-z0-9._:-]{0,71}",
    "ce_actor": r"[a-z0-9][a-z0-9-]{0,63}",
    "traceparent": r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}",
    "ce_drill": r"true|false",
    "ce_partner": r"[a-z0-9][a-z0-9-]{1,40}",
    "ce_inposition": r"[!-~]{1,120}",
    "ce_indigest": r"[!-~]{1,120}",
}
"""What each attribute may look like, as a whole; `ce_logtime` is shaped like `ce_time`. docs/partners.md repeats this table."""
_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
_KNOWN = frozenset({"ce_specversion", "ce_type", "ce_logtime", *PATTERNS})


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
            ("ce_time", _utc(self.time).encode()),
            ("content-type", CONTENT_TYPE),
        ]
        optional = (
            ("ce_subject", self.case),
            ("ce_causationid", self.causation),
            ("ce_actor", self.actor),
            ("traceparent", self.traceparent),
            ("ce_drill", "true" if self.drill else None),
            ("ce_logtime", _utc(self.logtime) if self.logtime else None),
            ("ce_partner", self.partner),
            ("ce_inposition", self.position),
            ("ce_indigest", self.digest),
        )
        pairs.extend((name, text.encode()) for name, text in optional if text)
        return tuple(pairs)


def read_headers(headers: Iterable[tuple[str, bytes]]) -> Envelope:
    """The envelope of a record; headers that are not ours are ignored. Raises Unreadable naming the header at fault."""
    found = _known(headers)
    if found.get("ce_specversion") != "1.0":
        raise _bad(
            "ce_specversion",
            "another version" if found.get("ce_specversion") else None,
            "1.0 (CloudEvents, Kafka binary mode)",
        )
    name = catalogue_name(_need(found, "ce_type", "nl.schakel.<name>.v1"))
    if name is None:
        raise _bad("ce_type", "a type outside the catalogue", "nl.schakel.<name>.v1, see docs/asyncapi.yaml")
    return Envelope(
        id=_match(found, "ce_id", "1 to 72 letters, digits, '.', '_', ':' or '-'"),
        source=_match(found, "ce_source", "urn:nld:oin:<20 digits>"),
        type=name,
        time=_moment(found, "ce_time"),
        case=_maybe(found, "ce_subject", "a case id (UUID)"),
        causation=_maybe(found, "ce_causationid", "an event id"),
        actor=_maybe(found, "ce_actor", "a pseudonym: a-z, 0-9 and '-'"),
        traceparent=_maybe(found, "traceparent", "a W3C traceparent"),
        drill=_maybe(found, "ce_drill", "true or false") == "true",
        logtime=_moment(found, "ce_logtime") if "ce_logtime" in found else None,
        partner=_maybe(found, "ce_partner", "a partner id"),
        position=_maybe(found, "ce_inposition", "the position of a record"),
        digest=_maybe(found, "ce_indigest", "a digest"),
    )


def _known(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Our attributes as text. Tracing agents add headers of their own, some binary: they count for the size and no more."""
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
        if header not in _KNOWN:
            continue
        if header in found:  # readers differ in whether the first or the last counts
            raise _bad(header, "the header twice", "each header once")
        try:
            found[header] = (raw or b"").decode("utf-8")
        except UnicodeDecodeError:
            raise _bad(header, "bytes that are not UTF-8", "UTF-8 text") from None
    return found


def _need(found: dict[str, str], name: str, expected: str) -> str:
    if not found.get(name):
        raise _bad(name, None, expected)
    return found[name]


def _match(found: dict[str, str], name: str, expected: str) -> str:
    text = _need(found, name, expected)
    if not _COMPILED[name].fullmatch(text):
        raise _bad(name, f"{len(text)} characters that do not fit", expected)
    return text


def _maybe(found: dict[str, str], name: str, expected: str) -> str | None:
    return _match(found, name, expected) if name in found else None


def _moment(found: dict[str, str], name: str) -> datetime:
    """The moment in UTC. Some libraries write nanoseconds: finer than a microsecond is cut off."""
    expected = "an RFC 3339 time with zone, for example 2026-03-28T12:00:00+01:00"
    text = _need(found, name, expected)
    if not _COMPILED["ce_time"].fullmatch(text):
        raise _bad(name, "a text that is no time with zone", expected)
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _bad(name, "a time that does not exist", expected) from None


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("an envelope's time needs a time zone; give one, for example datetime.now(UTC)")
    return moment.astimezone(UTC).isoformat()


def _bad(name: str, found: str | None, expected: str) -> Unreadable:
    return Unreadable(
        "header.invalid" if found else "header.missing",
        field=name,
        found=found or None,
        expected=expected,
        remedy=f"send the header {name} as docs/partners.md says",
    )
