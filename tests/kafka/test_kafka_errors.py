"""A connection that does not work says why, in the time it takes to find out; kafka-python alone takes 30 s and does not."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaTimeoutError

from backbone.kafka.credentials import Credentials
from backbone.kafka.names import LEDGER
from backbone.kafka.ports import pick_free
from schakel.kafka_errors import (
    BrokerAway,
    NotAllowed,
    WrongCredentials,
    WrongListener,
    check_sign_on,
    clear_errors,
    translate,
)
from schakel.secret import Secret
from tests.support.broker import Broker

pytestmark = pytest.mark.kafka


@pytest.fixture
def wrong(kafka: Broker) -> Credentials:
    return Credentials(kafka.admin_user.username, Secret("wrong"))


@pytest.fixture
def closed_port() -> str:
    return f"127.0.0.1:{pick_free()}"


@pytest.fixture(params=[b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\2xx", b"\0\0\0\6\0\0\0\1\0", b""])
def other_program(request: pytest.FixtureRequest) -> Iterator[str]:
    """Listens like a broker and answers something else, or hangs up."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(request.param)

        threading.Thread(target=answer, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_one_of_several_that_hangs_up_is_no_reason(kafka: Broker, other_program: str, closed_port: str) -> None:
    """It may just be ending: another broker of the cluster knows better."""
    several = f"{other_program},{closed_port},{kafka.bootstrap}"
    check_sign_on(several, kafka.admin_user.username, kafka.admin_user.password)


def test_the_right_password_is_accepted(kafka: Broker) -> None:
    check_sign_on(kafka.bootstrap, kafka.admin_user.username, kafka.admin_user.password)


def test_a_wrong_password_names_user_and_broker_and_not_the_password(kafka: Broker, wrong: Credentials) -> None:
    started = time.monotonic()
    with pytest.raises(WrongCredentials) as refused:
        check_sign_on(kafka.bootstrap, wrong.username, wrong.password)
    assert time.monotonic() - started < 5
    assert (refused.value.user, refused.value.broker) == ("admin", kafka.bootstrap)
    assert str(refused.value).startswith(f"the broker at {kafka.bootstrap} refused user 'admin': unknown user or wrong")
    assert "'wrong'" not in str(refused.value)


def test_an_unknown_user_is_told_the_same(kafka: Broker) -> None:
    with pytest.raises(WrongCredentials, match="refused user 'nobody': unknown user or wrong password"):
        check_sign_on(kafka.bootstrap, "nobody", kafka.admin_user.password)


def test_a_broker_that_is_away(closed_port: str) -> None:
    with pytest.raises(BrokerAway, match=rf"no Kafka broker answers at {closed_port} \(the connection was refused\)"):
        check_sign_on(closed_port, "admin", "x")


def test_a_program_that_is_silent_counts_as_away() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server, pytest.raises(BrokerAway, match="timed out"):
        check_sign_on(f"127.0.0.1:{server.getsockname()[1]}", "admin", "x", timeout_s=0.2)


def test_another_program_at_the_address(other_program: str) -> None:
    with pytest.raises(WrongListener, match=f"{other_program} answers, but"):
        check_sign_on(other_program, "admin", "x", timeout_s=2)


def test_one_broker_of_several_is_enough(kafka: Broker, closed_port: str) -> None:
    who = kafka.admin_user
    check_sign_on(f"{closed_port},{kafka.bootstrap}", who.username, who.password)


def test_a_sign_on_the_listener_does_not_take(kafka: Broker) -> None:
    with pytest.raises(WrongListener, match="this listener takes no SCRAM-SHA-256"):
        check_sign_on(kafka.bootstrap, "admin", "x", mechanism="SCRAM-SHA-256")


def test_tls_to_a_listener_without(kafka: Broker) -> None:
    with pytest.raises(WrongListener, match="is this the port for TLS"):
        check_sign_on(kafka.bootstrap, "admin", "x", tls=ssl.create_default_context())


def test_an_address_that_is_none() -> None:
    with pytest.raises(WrongListener, match="'localhost'; expected host:port"):
        check_sign_on("localhost", "admin", "x")


def test_kafka_pythons_time_out_becomes_the_wrong_password(kafka: Broker, wrong: Credentials) -> None:
    with pytest.raises(WrongCredentials), clear_errors(kafka.bootstrap, wrong.username, wrong.password):
        KafkaAdminClient(**kafka.connect(wrong), bootstrap_timeout_ms=300)


async def test_aiokafkas_connection_error_becomes_the_wrong_password(kafka: Broker, wrong: Credentials) -> None:
    producer = AIOKafkaProducer(**kafka.connect(wrong))
    try:
        with pytest.raises(WrongCredentials), clear_errors(kafka.bootstrap, wrong.username, wrong.password):
            await producer.start()
    finally:
        await producer.stop()


def test_a_refusal_names_user_and_kind_of_thing(kafka: Broker) -> None:
    who = kafka.partner()
    with (
        KafkaProducer(**kafka.connect(who)) as producer,
        pytest.raises(NotAllowed, match="does not allow user") as refused,
        clear_errors(kafka.bootstrap, who.username, who.password),
    ):
        producer.send(LEDGER, b"x").get(10)
    assert (refused.value.user, refused.value.what) == (who.username, "topic")


def test_when_kafka_is_well_the_error_stays_what_it_is(kafka: Broker) -> None:
    error = KafkaTimeoutError("slow")
    assert translate(error, kafka.bootstrap, kafka.admin_user.username, kafka.admin_user.password) is error
    with pytest.raises(ZeroDivisionError), clear_errors(kafka.bootstrap, "admin", "x"):
        raise ZeroDivisionError
