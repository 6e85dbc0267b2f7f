"""The test vectors: bytes, headers and JSON agree with the codec and with the reference library, and the sealed parts open."""

import copy
import io
import json
import uuid
from typing import Any

import avro.io
import avro.schema
import fastavro
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from backbone.contract import vectors
from backbone.contract.sealed import published_key, sealing_example
from schakel import avro as ours
from schakel import codec
from schakel.envelope import read_headers
from schakel.events import TOLD
from schakel.events.base import SealedField
from schakel.events.report import ReportReceived
from schakel.messages import MESSAGES
from schakel.sealing import open_jwe, seal

FILES = {path.name: path for path in sorted(vectors.FOLDER.glob("*.json"))}
VECTORS = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in FILES.items() if name != "sealing.json"}
BY_ID = {entry.id: entry for entry in ours.read_lock()}
MODELS = ours.models()


def newest(vector: dict[str, Any]) -> bool:
    return codec.schema_id(MODELS[BY_ID[vector["schema"]["id"]].name]) == vector["schema"]["id"]


def test_what_stands_there_is_what_the_code_makes() -> None:
    made = vectors.files()
    assert set(made) - set(FILES) == set(), "run `python -m backbone.contract write`"
    for name, text in made.items():
        assert FILES[name].read_text(encoding="utf-8") == text, f"{name}: run `python -m backbone.contract write`"


def test_every_released_version_of_every_type_has_its_vector() -> None:
    wanted = {*TOLD, *(f"message.{name}" for name in MESSAGES)}
    released = {(entry.name, entry.version) for entry in BY_ID.values() if entry.name in wanted}
    shown = {(BY_ID[vector["schema"]["id"]].name, vector["schema"]["version"]) for vector in VECTORS.values()}
    assert released == shown


@pytest.mark.parametrize("name", VECTORS)
def test_the_codec_gives_exactly_these_bytes_and_reads_them_back(name: str) -> None:
    vector = VECTORS[name]
    model = MODELS[BY_ID[vector["schema"]["id"]].name]
    raw = bytes.fromhex(vector["value_hex"])
    said = model.model_validate_json(json.dumps(vector["event"]))
    assert codec.decode(raw) == said
    if newest(vector):
        assert codec.encode(said) == raw


@pytest.mark.parametrize("name", VECTORS)
def test_the_reference_library_gives_the_same_bytes(name: str) -> None:
    vector = VECTORS[name]
    schema = ours.read_schema(BY_ID[vector["schema"]["id"]])
    raw = bytes.fromhex(vector["value_hex"])
    assert raw[:5] == b"\0" + vector["schema"]["id"].to_bytes(4, "big")
    parsed = avro.schema.make_avsc_object(copy.deepcopy(schema), avro.schema.Names())
    datum = avro.io.DatumReader(parsed, parsed).read(avro.io.BinaryDecoder(io.BytesIO(raw[5:])))
    out = io.BytesIO()
    avro.io.DatumWriter(parsed).write(datum, avro.io.BinaryEncoder(out))
    assert out.getvalue() == raw[5:]
    (again,) = fastavro.json_reader(io.StringIO(json.dumps(vector["avro_json"])), fastavro.parse_schema(schema))
    assert again == datum


@pytest.mark.parametrize("name", VECTORS)
def test_headers_are_exact_and_belong_to_the_value(name: str) -> None:
    vector = VECTORS[name]
    headers = tuple((header, text.encode()) for header, text in vector["headers"].items())
    envelope = read_headers(headers)
    assert envelope.headers() == headers
    assert BY_ID[vector["schema"]["id"]].name.removeprefix("message.") == envelope.type
    if vector["topic"].startswith("schakel.in."):
        assert vector["key"] is None
        assert str(uuid.UUID(envelope.id)) == envelope.id
        model = TOLD[envelope.type]
        assert (envelope.case is not None) == (model.IN_CASE and model is not ReportReceived)
    else:
        assert vector["key"] == envelope.case


def test_every_example_has_an_id_of_its_own() -> None:
    ids = [vector["headers"]["ce_id"] for vector in VECTORS.values() if newest(vector)]
    assert len(set(ids)) == len(ids)


def test_a_spoiled_vector_is_noticed() -> None:
    raw = bytearray.fromhex(VECTORS["contact.made.v1.json"]["value_hex"])
    raw[-3] ^= 1
    model = MODELS["contact.made"]
    assert codec.decode(bytes(raw)) != model.model_validate(VECTORS["contact.made.v1.json"]["event"])


PARTS = [
    pytest.param(name, part, id=f"{name}-{part['subject']}")
    for name, parts in sealing_example()["parts"].items()
    for part in parts
]


@pytest.mark.parametrize(("name", "part"), PARTS)
def test_the_sealed_parts_open_with_the_published_key(name: str, part: dict[str, Any]) -> None:
    event_id = VECTORS[f"{name}.v1.json"]["headers"]["ce_id"]
    fields = [SealedField(field) for field in part["fields"]]
    key = published_key()
    opened = open_jwe(part["jwe"].encode(), {key.public.kid: key}.get, about=event_id, fields=fields)
    assert opened == part["plaintext"]
    sealed = VECTORS[f"{name}.v1.json"]["event"]["sealed"]
    assert [one["subject"] for one in sealed] == [part["subject"]]


def test_a_plain_jose_library_opens_them_too() -> None:
    """Only what joserfc gives by itself: what a partner's own library has to do."""
    example = sealing_example()
    part = example["parts"]["report.received"][0]
    found = jwe.decrypt_compact(
        part["jwe"],
        ECKey.import_key(example["private_jwk"]),
        registry=jwe.JWERegistry(algorithms=["ECDH-ES", "A256GCM"], strict_check_header=False),
    )
    assert json.loads(found.plaintext or b"") == part["plaintext"]
    assert {name: found.protected[name] for name in ("alg", "enc", "kid")} == {
        "alg": "ECDH-ES",
        "enc": "A256GCM",
        "kid": example["private_jwk"]["kid"],
    }
    assert found.protected["eid"] == VECTORS["report.received.v1.json"]["headers"]["ce_id"]


def test_the_published_key_says_that_it_is_for_tests_only() -> None:
    assert "TEST ONLY" in json.loads(FILES["sealing.json"].read_text(encoding="utf-8"))["warning"]
    key = published_key()
    fresh = seal("victim", {SealedField.STORY: "x"}, key.public, about="an-event")
    assert open_jwe(fresh.body, {key.public.kid: key}.get, about="an-event", fields=fresh.fields) == {"story": "x"}
