"""The settings that clients get: the same sign-on for kafka-python, aiokafka and Faust, with and without TLS."""

from pathlib import Path

import certifi
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from backbone.kafka.connection import connection, credentials, faust_connection
from backbone.kafka.credentials import Credentials, SecretStore
from backbone.kafka.properties import Seat, server_properties
from schakel.secret import Secret

WHO = Credentials("service.intake", Secret("geheim"))
BROKERS = "127.0.0.1:9092,127.0.0.1:9093"
AUTHORITY = Path(certifi.where())


def test_sign_on_in_plain_text() -> None:
    assert connection(BROKERS, WHO) == {
        "bootstrap_servers": ["127.0.0.1:9092", "127.0.0.1:9093"],
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "service.intake",
        "sasl_plain_password": "geheim",
    }


def test_with_an_authority_it_is_tls() -> None:
    assert connection(BROKERS, WHO, ca_file=AUTHORITY)["security_protocol"] == "SASL_SSL"
    assert connection(BROKERS, None, ca_file=AUTHORITY)["security_protocol"] == "SSL"


def test_a_broker_without_sign_on() -> None:
    assert connection(BROKERS, None) == {
        "bootstrap_servers": ["127.0.0.1:9092", "127.0.0.1:9093"],
        "security_protocol": "PLAINTEXT",
    }
    settings = server_properties(seat := Seat(1, 9092, 9093), (seat,), None)
    assert "authorizer" not in settings
    assert "SASL" not in settings


def test_faust_signs_on_the_same_way() -> None:
    for authority in (None, AUTHORITY):
        ours = connection(BROKERS, WHO, ca_file=authority)
        app = faust_connection(BROKERS, WHO, ca_file=authority)
        theirs = credentials_to_aiokafka_auth(app["broker_credentials"])
        assert app["broker"] == ["kafka://127.0.0.1:9092", "kafka://127.0.0.1:9093"]
        for name in ("security_protocol", "sasl_mechanism", "sasl_plain_username", "sasl_plain_password"):
            assert theirs[name] == ours[name], name
        assert bool(theirs["ssl_context"]) is bool(authority)
    assert credentials_to_aiokafka_auth(faust_connection(BROKERS, None)["broker_credentials"]) == {
        "security_protocol": "PLAINTEXT"
    }


def test_credentials_of_a_user_the_broker_does_not_have(tmp_path: Path) -> None:
    assert credentials(tmp_path, "coc") is None
    made = SecretStore(tmp_path / "kafka" / "secrets").get_or_make("coc")
    assert credentials(tmp_path, "coc") == made
