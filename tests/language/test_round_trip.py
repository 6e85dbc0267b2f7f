"""What goes in comes out: every event and message, every field, through the codec and through JSON; every envelope through headers."""

import io
import struct
from datetime import UTC, datetime
from functools import cache
from typing import Any

import fastavro
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from schakel import codec
from schakel.avro import Locked, models, read_lock, read_schema
from schakel.envelope import Envelope, read_headers
from schakel.events import CATALOGUE
from schakel.events.contact import ContactMade
from tests.support.strategies import envelopes, events


@pytest.mark.parametrize("model", models().values(), ids=models().keys())
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_what_was_encoded_is_decoded(model: type[BaseModel], data: st.DataObject) -> None:
    value = data.draw(events(model))
    assert codec.decode(codec.encode(value)) == value
    assert model.model_validate_json(value.model_dump_json()) == value


NEWEST = {entry.name: entry for entry in read_lock()}
OUTGROWN = [entry for entry in read_lock() if NEWEST[entry.name] != entry]


@cache
def schema_of(entry: Locked) -> Any:
    """Read once: that takes longer than to write and read a value of it."""
    return fastavro.parse_schema(read_schema(entry))


@pytest.mark.parametrize("entry", OUTGROWN, ids=lambda entry: entry.file)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_an_old_record_says_what_avro_itself_makes_of_it_under_the_newest_schema(
    entry: Locked, data: st.DataObject
) -> None:
    """The codec leaves defaults to the model; Avro's own resolution takes them from the schema."""
    model = models()[entry.name]
    writer, reader = (schema_of(one) for one in (entry, NEWEST[entry.name]))
    body = io.BytesIO()
    try:
        fastavro.schemaless_writer(body, writer, data.draw(events(model)).model_dump())
    except ValueError:
        reject()  # a word that this version did not have yet
    body.seek(0)
    resolved = fastavro.schemaless_reader(body, writer, reader)
    decoded = codec.decode(struct.pack(">bI", codec.MAGIC, entry.id) + body.getvalue())
    assert decoded == model.model_validate(resolved)


@settings(max_examples=60, deadline=None)
@given(envelopes(st.sampled_from(sorted(CATALOGUE))))
def test_an_envelope_survives_its_headers(envelope: Envelope) -> None:
    assert read_headers(envelope.headers()) == envelope


def test_a_moment_is_kept_to_the_millisecond_in_memory_too() -> None:
    at = datetime(2026, 3, 28, 12, 0, 0, 123_999, tzinfo=UTC)
    made = ContactMade(whom="victim", at=at, channel="telephone")
    assert made.at.microsecond == 123_000
    assert codec.decode(codec.encode(made)) == made


def test_encoding_is_one_and_the_same_wherever_the_moment_was_written_down() -> None:
    here, there = (
        ContactMade.model_validate({"whom": "victim", "at": at, "channel": "telephone"})
        for at in ("2026-03-28T12:00:00+01:00", "2026-03-28T11:00:00Z")
    )
    assert here == there
    assert codec.encode(here) == codec.encode(there)
