"""The registry API over the schema lock: what Confluent's own client and deserializer make of it."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

from backbone.gateway.tokens import Tokens
from schakel import avro, codec
from schakel.codec import schema_id
from schakel.events.consent import ConsentWithdrawn
from schakel.events.report import ReportReceived
from schakel.messages import Receipt
from services.gateway import door
from tests.support.telling import HELP, report, terms


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application on a real port, without a reader: nobody reads referrals here."""
    app = door.build(None, Tokens(tmp_path_factory.mktemp("tokens")), None)  # type: ignore[arg-type]
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, http="h11", lifespan="off", log_config=None, headers=[("Connection", "close")])
    )
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture(scope="module")
def client(url: str) -> SchemaRegistryClient:
    return SchemaRegistryClient({"url": url})


def test_a_stock_deserializer_reads_what_we_write(client: SchemaRegistryClient) -> None:
    decode = AvroDeserializer(client)
    context = SerializationContext("schakel.ledger", MessageField.VALUE)
    told = report(consents=(terms(HELP),)).event
    for value in (told, ConsentWithdrawn(recipient=HELP)):
        raw = codec.encode(value)  # type: ignore[arg-type]
        found = decode(raw, context)
        assert type(value).model_validate(found) == value
    assert found["recipient"] == HELP


def test_every_schema_of_the_lock_is_there(client: SchemaRegistryClient) -> None:
    assert len(client.get_subjects()) == len({locked.name for locked in avro.read_lock()})
    for model in (ReportReceived, Receipt):
        number = schema_id(model)
        held = client.get_schema(number)
        assert (held.schema_type, json.loads(held.schema_str)["type"]) == ("AVRO", "record")


def test_versions_and_the_newest_of_them(client: SchemaRegistryClient) -> None:
    versions: dict[str, list[int]] = {}
    for locked in avro.read_lock():
        versions.setdefault(f"nl.schakel.{avro.record_name(locked.name)}", []).append(locked.version)
    subject = max(versions, key=lambda name: len(versions[name]))
    assert client.get_versions(subject) == versions[subject]
    newest = client.get_latest_version(subject)
    assert (newest.subject, newest.version) == (subject, versions[subject][-1])
    assert client.get_version(subject, versions[subject][0]).version == versions[subject][0]
    assert client.get_compatibility() == "FULL_TRANSITIVE"


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda c: c.get_schema(99_999), 40403),
        (lambda c: c.get_versions("nl.schakel.nothing"), 40401),
        (lambda c: c.get_version("nl.schakel.report_received_v1", 99), 40402),
    ],
)
def test_what_is_not_there_has_the_codes_that_clients_know(client: SchemaRegistryClient, ask, code: int) -> None:
    with pytest.raises(SchemaRegistryError) as problem:
        ask(client)
    assert (problem.value.http_status_code, problem.value.error_code) == (404, code)


def test_nothing_can_be_registered(client: SchemaRegistryClient) -> None:
    held = client.get_schema(1)
    with pytest.raises(SchemaRegistryError) as problem:
        client.register_schema("nl.schakel.report_received_v1", held)
    assert problem.value.http_status_code in (404, 405)
