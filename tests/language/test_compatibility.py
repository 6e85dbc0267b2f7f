"""Every version of a schema reads every other, by the reference library too, and what would break that is refused before its release."""

import copy
import io
import json
import shutil
from collections.abc import Callable
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import avro.errors
import avro.io
import avro.schema
import fastavro
import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from hypothesis import given, settings
from hypothesis import strategies as st

from schakel import avro as ours
from schakel.avro_compat import IncompatibleSchema, check_compatible, objections
from schakel.events.report import ReportReceived
from tests.support.avro_values import values

Schema = dict[str, Any]


def _versions() -> dict[str, list[Schema]]:
    lock = sorted(ours.read_lock(), key=lambda entry: (entry.name, entry.version))
    return {name: [ours.read_schema(e) for e in entries] for name, entries in groupby(lock, key=lambda e: e.name)}


VERSIONS = _versions()
PAIRS = [
    pytest.param(writer, reader, id=f"{name}-{number + 1}-read-as-{other + 1}")
    for name, schemas in VERSIONS.items()
    for number, writer in enumerate(schemas)
    for other, reader in enumerate(schemas)
]
"""Every writer's version beside every reader's, older and newer."""


def _parsed(schema: Schema) -> avro.schema.Schema:
    return _by_reference(json.dumps(schema))


@cache
def _by_reference(text: str) -> avro.schema.Schema:
    """To read a schema takes as long as twenty values: it is read once."""
    return avro.schema.make_avsc_object(json.loads(text), avro.schema.Names())


@cache
def _by_us(text: str) -> Schema:
    return fastavro.parse_schema(json.loads(text))


@pytest.mark.parametrize("name", VERSIONS)
def test_the_reference_library_reads_every_schema(name: str) -> None:
    for schema in VERSIONS[name]:
        assert _parsed(schema).to_json() is not None


@pytest.mark.parametrize("name", VERSIONS)
def test_every_version_could_follow_every_earlier_one(name: str) -> None:
    for number, old in enumerate(VERSIONS[name]):
        for new in VERSIONS[name][number + 1 :]:
            check_compatible(old, new, name)


def written_by_us(schema: Schema, value: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, _by_us(json.dumps(schema)), value)
    return out.getvalue()


def read_by_reference(raw: bytes, writer: Schema, reader: Schema) -> Any:
    return avro.io.DatumReader(_parsed(writer), _parsed(reader)).read(avro.io.BinaryDecoder(io.BytesIO(raw)))


def written_by_reference(schema: Schema, value: Any) -> bytes:
    out = io.BytesIO()
    avro.io.DatumWriter(_parsed(schema)).write(value, avro.io.BinaryEncoder(out))
    return out.getvalue()


def read_by_us(raw: bytes, writer: Schema, reader: Schema) -> Any:
    return fastavro.schemaless_reader(io.BytesIO(raw), _by_us(json.dumps(writer)), _by_us(json.dumps(reader)))


def assert_both_read_the_same(raw: bytes, writer: Schema, reader: Schema, *, older_reader: bool) -> None:
    """Python's reference reader knows no last resort for a word that is newer than itself (Java's does): only there it may give up."""
    found = read_by_us(raw, writer, reader)
    try:
        by_reference = read_by_reference(raw, writer, reader)
    except avro.errors.SchemaResolutionException as error:
        if older_reader and "not present in Reader's Schema" in str(error):
            return
        raise
    assert by_reference == found


@pytest.mark.parametrize(("writer", "reader"), PAIRS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_two_libraries_read_what_the_other_wrote(writer: Schema, reader: Schema, data: st.DataObject) -> None:
    value = data.draw(values(writer))
    ours_wrote, theirs_wrote = written_by_us(writer, value), written_by_reference(writer, value)
    assert ours_wrote == theirs_wrote
    schemas = next(schemas for schemas in VERSIONS.values() if writer in schemas)
    older = schemas.index(reader) < schemas.index(writer)
    assert_both_read_the_same(ours_wrote, writer, reader, older_reader=older)
    if writer is reader:
        assert read_by_us(theirs_wrote, writer, reader) == value


# --- a change that must not be released, and one that may


OLD: Schema = {
    "type": "record",
    "name": "probe_v1",
    "namespace": "nl.schakel",
    "fields": [
        {"name": "who", "type": "string"},
        {
            "name": "word",
            "type": {
                "type": "enum",
                "name": "Word",
                "namespace": "nl.schakel",
                "symbols": ["yes", "other"],
                "default": "other",
            },
        },
        {
            "name": "firm",
            "type": {"type": "enum", "name": "Firm", "namespace": "nl.schakel", "symbols": ["a", "b"]},
        },
        {"name": "again", "type": ["null", "nl.schakel.Word"], "default": None},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    ],
}


def changed(change: Callable[[list[Any]], object]) -> Schema:
    new = copy.deepcopy(OLD)
    change(new["fields"])
    return new


def _set(field: int, key: str, value: Any) -> Callable[[list[Any]], object]:
    return lambda fields: fields[field].__setitem__(key, value)


BREAKS = {
    "a field without default": (lambda f: f.append({"name": "new", "type": "string"}), "new is new and has no default"),
    "a field removed": (lambda f: f.pop(0), "field who is gone"),
    "a field renamed": (_set(0, "name", "whom"), "field who is gone"),
    "a word removed": (lambda f: f[1]["type"]["symbols"].remove("yes"), "word lost the word yes"),
    "a word added where older readers have no last resort": (
        lambda f: f[2]["type"]["symbols"].append("c"),
        "Firm has no last resort",
    ),
    "another type": (_set(0, "type", "long"), "who was string and is now long"),
    "null allowed from now on": (_set(0, "type", ["null", "string"]), "who was string and is now null or string"),
    "null no longer allowed": (_set(3, "type", "nl.schakel.Word"), "again was null or enum and is now enum"),
    "an enumeration of another name": (_set(2, "type", "nl.schakel.Word"), "firm was nl.schakel.Firm"),
    "another unit of time": (
        _set(4, "type", {"type": "long", "logicalType": "timestamp-micros"}),
        "at was long (timestamp-millis) and is now long (timestamp-micros)",
    ),
}
ALLOWED = {
    "nothing": lambda f: None,
    "a field with default": lambda f: f.append({"name": "new", "type": ["null", "string"], "default": None}),
    "a word added that older readers can fall back from": lambda f: f[1]["type"]["symbols"].insert(0, "new"),
    "another order": lambda f: f.append(f.pop(0)),
}


@pytest.mark.parametrize("case", BREAKS)
def test_a_change_that_breaks_is_refused_in_a_sentence(case: str) -> None:
    change, sentence = BREAKS[case]
    with pytest.raises(IncompatibleSchema, match="cannot be released") as refused:
        check_compatible(OLD, changed(change), "probe")
    assert sentence in str(refused.value)


@pytest.mark.parametrize("case", ALLOWED)
def test_a_change_that_breaks_nothing_passes(case: str) -> None:
    assert list(objections(OLD, changed(ALLOWED[case]))) == []


@given(st.lists(st.sampled_from([*BREAKS, *ALLOWED]), max_size=2, unique=True), st.data())
@settings(max_examples=150, deadline=None)
def test_what_we_let_pass_the_reference_library_lets_pass_both_ways(changes: list[str], data: st.DataObject) -> None:
    new = copy.deepcopy(OLD)
    for case in changes:
        change = ALLOWED[case] if case in ALLOWED else BREAKS[case][0]
        try:
            change(new["fields"])
        except (LookupError, TypeError, ValueError, AttributeError):
            return  # the second change does not fit what the first left
    names = [field["name"] for field in new["fields"]]
    if len(set(names)) < len(names) or list(objections(OLD, new)):
        return
    for writer, reader in ((OLD, new), (new, OLD)):
        judged = ReaderWriterCompatibilityChecker().get_compatibility(_parsed(reader), _parsed(writer))
        assert judged.compatibility is SchemaCompatibilityType.compatible, judged.messages
        raw = written_by_us(writer, data.draw(values(writer)))
        assert_both_read_the_same(raw, writer, reader, older_reader=reader is OLD)


def test_nothing_incompatible_is_ever_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make schemas` refuses before it writes a byte."""
    where = tmp_path / "avro"
    shutil.copytree(ours.directory(), where)
    before = {path: path.read_bytes() for path in where.rglob("*") if path.is_file()}
    poorer = ours.schema_of(ReportReceived, ours.record_name("report.received"))
    poorer["fields"] = [field for field in poorer["fields"] if field["name"] != "informed"]
    monkeypatch.setattr(ours, "pending", lambda where=None: [("report.received", poorer)])
    with pytest.raises(IncompatibleSchema, match="field informed is gone"):
        ours.write(where)
    assert {path: path.read_bytes() for path in where.rglob("*") if path.is_file()} == before


def test_a_compatible_change_is_written_as_the_next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = tmp_path / "avro"
    shutil.copytree(ours.directory(), where)
    richer = ours.schema_of(ReportReceived, ours.record_name("report.received"))
    richer["fields"].append({"name": "later", "type": ["null", "string"], "default": None})
    monkeypatch.setattr(ours, "pending", lambda where=None: [("report.received", richer)])
    locked = ours.read_lock(where)
    latest = max(entry.version for entry in locked if entry.name == "report.received")
    (added,) = ours.write(where)
    assert (added.id, added.name, added.version) == (len(locked) + 1, "report.received", latest + 1)
    assert ours.read_schema(added, where) == richer
