"""CloudEvents 1.0 in Kafka's binary mode: attributes as headers (`ce_*`), the event itself as the value.

Only attributes that hold no personal data exist. On an `in` topic a partner sets id, source, type, time, and for an existing case the
subject; everything else is the backbone's to set.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

import msgspec

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
_REQUIRED = {
    "ce_specversion": "1.0 (CloudEvents, Kafka binary mode)",
    "ce_type": "nl.schakel.<name>.v1",
    "ce_id": "1 to 72 letters, digits, '.', '_', ':' or '-'",
    "ce_source": "urn:nld:oin:<20 digits>",
    "ce_time": "an RFC 3339 time with zone, for example 2026-03-28T12:00:00+01:00",
}
_EXPECTED = _REQUIRED | {
    "ce_logtime": _REQUIRED["ce_time"],
    "ce_subject": "a case id (UUID)",
    "ce_causationid": "an event id",
    "ce_actor": "a pseudonym: a-z, 0-9 and '-'",
    "traceparent": "a W3C traceparent",
    "ce_drill": "true or false",
    "ce_partner": "a partner id",
    "ce_inposition": "the position of a record",
    "ce_indigest": "a digest",
}
_MOMENTS = frozenset({"ce_time", "ce_logtime"})
_REMEMBERED = 20_000
"""Of the newest attributes what they mean: a case's events repeat its id, their causes and their moments."""
_UNIQUE = frozenset({"ce_id", "ce_inposition", "ce_indigest"})
"""What no two events share: not worth remembering."""


FIRST = ("schakel_first", b"danger")
"""A header that a partner may set on a report of somebody in danger, on its `in` topic only: intake finds it where a list stands in front.
No attribute of the event: it opens nothing, the report itself has to say the same, and on the ledger it does not stand."""


class Envelope(msgspec.Struct, frozen=True):
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
            ("ce_type", _type_bytes(self.type)),
            ("ce_time", _utc(self.time)),
            ("content-type", CONTENT_TYPE),
        ]
        for name, text in (
            ("ce_subject", self.case),
            ("ce_causationid", self.causation),
            ("ce_actor", self.actor),
            ("traceparent", self.traceparent),
            ("ce_drill", "true" if self.drill else None),
        ):
            if text:
                pairs.append((name, text.encode()))
        if self.logtime:
            pairs.append(("ce_logtime", _utc(self.logtime)))
        for name, text in (
            ("ce_partner", self.partner),
            ("ce_inposition", self.position),
            ("ce_indigest", self.digest),
        ):
            if text:
                pairs.append((name, text.encode()))
        return tuple(pairs)


def read_headers(headers: Iterable[tuple[str, bytes]]) -> Envelope:
    """The envelope of a record; headers that are not ours are ignored. Raises Unreadable naming the header at fault."""
    found = _known(headers)
    if not found.keys() >= _REQUIRED.keys():
        name = next(name for name in _REQUIRED if name not in found)
        raise _bad(name, None, _REQUIRED[name])
    given = found.get
    return Envelope(
        found["ce_id"],
        found["ce_source"],
        found["ce_type"],
        found["ce_time"],
        given("ce_subject"),
        given("ce_causationid"),
        given("ce_actor"),
        given("traceparent"),
        given("ce_drill") == "true",
        given("ce_logtime"),
        given("ce_partner"),
        given("ce_inposition"),
        given("ce_indigest"),
    )


def _known(headers: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    """What our attributes say. Tracing agents add headers of their own, some binary: they count for the size and no more."""
    found: dict[str, Any] = {}
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
        read = _READERS.get(header)
        if read is None:
            continue
        if header in found:  # readers differ in whether the first or the last counts
            raise _bad(header, "the header twice", "each header once")
        found[header] = read(raw or b"")
    return found


def _reader(name: str) -> Callable[[bytes], Any]:
    """Of one attribute: what it says, a text, for times a moment in UTC. It raises Unreadable."""
    expected = _EXPECTED[name]
    understood = _understanding(name, expected)

    def read(raw: bytes) -> Any:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise _bad(name, "bytes that are not UTF-8", "UTF-8 text") from None
        if not text and name in _REQUIRED:
            raise _bad(name, None, expected)
        if not text:  # some systems send an empty text for what they do not have
            raise _bad(name, "an empty text", f"{expected}, or no such header")
        return understood(text)

    return read if name in _UNIQUE else lru_cache(maxsize=_REMEMBERED)(read)


def _understanding(name: str, expected: str) -> Callable[[str], Any]:
    if name == "ce_specversion":
        return partial(_version, expected)
    if name == "ce_type":
        return partial(_type_named, expected)
    if name in _MOMENTS:
        return partial(_moment, name, expected)
    fits = _COMPILED[name].fullmatch

    def fitting(text: str) -> str:
        if not fits(text):
            raise _bad(name, f"{len(text)} characters that do not fit", expected)
        return text

    return fitting


def _version(expected: str, text: str) -> str:
    if text != "1.0":
        raise _bad("ce_specversion", "another version", expected)
    return text


def _type_named(expected: str, text: str) -> str:
    name = catalogue_name(text)
    if name is None:
        raise _bad("ce_type", "a type outside the catalogue", f"{expected}, see docs/asyncapi.yaml")
    return name


def _moment(name: str, expected: str, text: str) -> datetime:
    """The moment in UTC. Some libraries write nanoseconds: finer than a microsecond is cut off."""
    if not _COMPILED["ce_time"].fullmatch(text):
        raise _bad(name, "a text that is no time with zone", expected)
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _bad(name, "a time that does not exist", expected) from None


def _utc(moment: datetime) -> bytes:
    if moment.tzinfo is None:
        raise ValueError("an envelope's time needs a time zone; give one, for example datetime.now(UTC)")
    return _written(moment)


@lru_cache(maxsize=_REMEMBERED)
def _written(moment: datetime) -> bytes:
    return moment.astimezone(UTC).isoformat().encode()


@lru_cache(maxsize=1_000)
def _type_bytes(name: str) -> bytes:
    return ce_type(name).encode()


_READERS = {name: _reader(name) for name in ("ce_specversion", "ce_type", "ce_logtime", *PATTERNS)}


def _bad(name: str, found: str | None, expected: str) -> Unreadable:
    return Unreadable(
        "header.invalid" if found else "header.missing",
        field=name,
        found=found or None,
        expected=expected,
        remedy=f"send the header {name} as docs/partners.md says",
    )
