"""Whatever arrives: bytes that are cut off, flipped or random, and headers of any kind, raise Unreadable and nothing else.

And what they raise says nothing of what was received: it may hold anything, a name too.
"""

import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from schakel import codec
from schakel.avro import models, read_lock
from schakel.codec import decode, decode_event, decode_message, encode
from schakel.envelope import MAX_HEADERS_BYTES, PATTERNS, Envelope, read_headers
from schakel.errors import UnknownSchema, Unreadable
from schakel.events.report import ReportReceived
from schakel.messages import Receipt
from tests.support.strategies import events

ANY = st.sampled_from(sorted(models())).flatmap(lambda name: events(models()[name]))
IDS = [entry.id for entry in read_lock()]


def only_unreadable(raw: bytes | None) -> BaseModel | None:
    """What decoding gives, or None when it was refused. Any other exception passes, and fails the test."""
    try:
        return decode(raw)
    except Unreadable:
        return None


@settings(max_examples=100, deadline=None)
@given(ANY, st.data())
def test_truncated(value: BaseModel, data: st.DataObject) -> None:
    raw = encode(value)
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]
    assert only_unreadable(cut) is None


@settings(max_examples=100, deadline=None)
@given(ANY, st.data())
def test_flipped_bits(value: BaseModel, data: st.DataObject) -> None:
    raw = bytearray(encode(value))
    for bit in data.draw(st.lists(st.integers(0, len(raw) * 8 - 1), min_size=1, max_size=6)):
        raw[bit // 8] ^= 1 << bit % 8
    found = only_unreadable(bytes(raw))
    if found is not None:
        assert decode(encode(found)) == found  # what was still readable is a proper value


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes(raw: bytes) -> None:
    only_unreadable(raw)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(IDS), st.binary(max_size=300))
def test_random_bytes_under_a_real_schema_id(number: int, body: bytes) -> None:
    only_unreadable(struct.pack(">bI", 0, number) + body)


HUGE = b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"  # the largest long, as a length
NEGATIVE = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"  # the smallest
ENDLESS = b"\xff" * 40


@pytest.mark.parametrize("body", [HUGE, NEGATIVE, ENDLESS, HUGE * 9, NEGATIVE * 9])
def test_lengths_that_lie(body: bytes) -> None:
    """A length of nine quintillion must neither take memory nor time."""
    for number in IDS:
        assert only_unreadable(struct.pack(">bI", 0, number) + body) is None


def refused(raw: bytes | None) -> str:
    with pytest.raises(Unreadable) as caught:
        decode(raw)
    return caught.value.code


def test_each_way_of_being_wrong_has_its_code() -> None:
    good = encode(Receipt(about=None, status="accepted", in_offset=0))
    assert refused(None) == "value.null"
    assert refused(b"") == "value.not_wire_format"
    assert refused(b'{"type": "report"}') == "value.not_wire_format"
    assert refused(good[:-1]) == "value.not_avro"
    assert refused(good + b"\0") == "value.trailing_bytes"
    with pytest.raises(UnknownSchema, match=r"schema id 4000000000"):
        decode(struct.pack(">bI", 0, 4_000_000_000))
    with pytest.raises(Unreadable, match=r"value\.not_an_event"):
        decode_event(good)


def test_an_event_is_no_message() -> None:
    event = ReportReceived.model_validate({"reported_at": "2026-03-28T12:00:00Z", "facts": {"identity": "by_name"}})
    with pytest.raises(Unreadable, match=r"value\.not_a_message"):
        decode_message(encode(event))


def test_a_refusal_does_not_repeat_what_was_found() -> None:
    body = encode(Receipt(about="Jan-Jansen-0612345678", status="accepted", in_offset=0))
    spoiled = body.replace(b"Jan-Jansen-0612345678", b"Jan Jansen 0612345678")
    with pytest.raises(Unreadable) as caught:
        decode(spoiled)
    assert caught.value.field == "about"
    assert "Jansen" not in f"{caught.value}{caught.value.__dict__}"
    with pytest.raises(Unreadable) as caught:
        codec.validate(ReportReceived, {"reported_at": "Jan Jansen", "facts": {"identity": "Jan Jansen"}})
    assert "Jansen" not in f"{caught.value}{caught.value.__dict__}"
    with pytest.raises(ValueError, match="validation error") as plain:
        ReportReceived.model_validate({"reported_at": "Jan Jansen", "facts": {"identity": "Jan Jansen"}})
    assert "Jansen" not in str(plain.value)


# --- headers

GOOD = Envelope(
    id="00000000-0000-7000-8000-000000000001",
    source="urn:nld:oin:00000001000000000000",
    type="report.received",
    time=datetime(2026, 3, 28, tzinfo=UTC),
).headers()
NAMES = st.sampled_from(["ce_specversion", "ce_type", "ce_logtime", *PATTERNS]) | st.text(max_size=10)
TEXTS = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(str.encode),
    st.none(),
    st.sampled_from(
        [b"1.0", b"nl.schakel.report.received.v1", b"2026-03-28T12:00:00Z", b"true", b"2026-W13-6T12:00:00Z"]
    ),
    *(st.from_regex(pattern, fullmatch=True).map(str.encode) for pattern in PATTERNS.values()),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(NAMES, TEXTS), max_size=12), st.booleans(), st.randoms(use_true_random=False))
def test_headers_of_any_kind(extra: list[tuple[str, Any]], with_good: bool, shuffled: Any) -> None:
    headers = [*(GOOD if with_good else ()), *extra]
    shuffled.shuffle(headers)
    try:
        envelope = read_headers(headers)
    except Unreadable:
        return
    assert read_headers(envelope.headers()) == envelope


def with_header(name: str, raw: bytes) -> tuple[tuple[str, bytes], ...]:
    return (*(pair for pair in GOOD if pair[0] != name), (name, raw))


def header_refused(headers: Any) -> tuple[str, str | None]:
    with pytest.raises(Unreadable) as caught:
        read_headers(headers)
    assert "Jansen" not in f"{caught.value}{caught.value.__dict__}"
    return caught.value.code, caught.value.field


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("ce_specversion", b"0.3"),
        ("ce_type", b"nl.schakel.report.received.v2"),
        ("ce_type", b"nl.schakel.report.received.v1\n"),
        ("ce_id", b"Jan Jansen"),
        ("ce_id", b"a" * 73),
        ("ce_source", b"urn:nld:oin:Jan Jansen"),
        ("ce_subject", b"11111111-1111-4111-8111-111111111111\n"),
        ("ce_subject", b"dossier-Jansen"),
        ("ce_time", b"yesterday, said Jansen"),
        ("ce_time", b"2026-03-28T12:00:00"),
        ("ce_time", b"2026-02-30T12:00:00Z"),
        ("ce_time", b"2026-W13-6T12:00:00Z"),
        ("ce_time", b"0001-01-01T00:00:00+14:00"),
        ("ce_drill", b"True"),
        ("ce_actor", b"Jan.Jansen@politie.nl"),
        ("traceparent", b"00-xyz"),
        ("ce_causationid", b"\xff\xfe"),
    ],
)
def test_a_header_that_does_not_fit_is_named_and_never_repeated(name: str, raw: bytes) -> None:
    assert header_refused(with_header(name, raw)) == ("header.invalid", name)


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"])
def test_a_missing_header_is_named(name: str) -> None:
    assert header_refused([pair for pair in GOOD if pair[0] != name]) == ("header.missing", name)
    assert header_refused(with_header(name, b"")) == ("header.missing", name)


@pytest.mark.parametrize("name", ["ce_subject", "ce_actor", "ce_causationid", "traceparent", "ce_drill"])
def test_an_empty_header_that_nobody_needs_is_not_called_missing(name: str) -> None:
    """Who sends an empty `ce_subject` on a report must not be told to send it: the next receipt would say to leave it out."""
    with pytest.raises(Unreadable) as caught:
        read_headers(with_header(name, b""))
    assert (caught.value.code, caught.value.field) == ("header.invalid", name)
    assert caught.value.expected.endswith("or no such header")


def test_a_header_given_twice_is_refused_because_readers_differ_in_which_counts() -> None:
    assert header_refused([*GOOD, ("ce_id", b"another")]) == ("header.invalid", "ce_id")


def test_headers_of_others_are_ignored_even_when_they_are_binary() -> None:
    assert read_headers([*GOOD, ("elasticapmtraceparent", b"\xff\x00\xfe"), ("x", b""), ("x", b"")]) == read_headers(
        GOOD
    )


def test_too_many_headers() -> None:
    assert header_refused([*GOOD, ("x", b"a" * MAX_HEADERS_BYTES)]) == ("headers.too_large", None)


@pytest.mark.parametrize(
    "text", [b"2026-03-28T12:00:00.123456789Z", b"2026-03-28t12:00:00z", b"2026-03-28 13:00:00.5+01:00"]
)
def test_moments_as_java_and_dotnet_write_them(text: bytes) -> None:
    at = read_headers(with_header("ce_time", text)).time
    assert (at.year, at.hour, at.minute, at.utcoffset().total_seconds()) == (2026, 12, 0, 0)  # type: ignore[union-attr]
