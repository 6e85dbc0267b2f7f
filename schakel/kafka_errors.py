"""What is wrong with a connection to Kafka, in words a person can act on: broker away, wrong password, not allowed.

Kafka's clients retry whatever happens: to kafka-python a wrong password looks like a broker that does not answer for 30
seconds. `check_sign_on` asks the broker itself, in milliseconds, before a client is built; `translate` does so afterwards.
For kafka-python and aiokafka alike. Building clients, sending and retrying are not here.
"""

import base64
import hashlib
import hmac
import secrets
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

from schakel.errors import SchakelError

_HASHES = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}
_HANDSHAKE, _AUTHENTICATE = 17, 36  # API keys of the Kafka protocol; version 1 of both
_UNSUPPORTED_MECHANISM, _NO_SASL_HERE, _REFUSED = 33, 34, 58
_MAX_ANSWER_BYTES = 64 * 1024
_NOT_ALLOWED = {
    "TopicAuthorizationFailedError": "topic",
    "GroupAuthorizationFailedError": "consumer group",
    "ClusterAuthorizationFailedError": "cluster",
    "TransactionalIdAuthorizationFailedError": "transactional id",
}


class KafkaProblem(SchakelError):
    """Root of what can be wrong between us and a broker. broker: the `host:port` list that was tried."""

    def __init__(self, message: str, *, broker: str) -> None:
        super().__init__(message)
        self.broker = broker


class BrokerAway(KafkaProblem):
    """Nobody answers at the address: the broker is down, unreachable, or the address is wrong. Worth trying again."""


class WrongListener(KafkaProblem):
    """Something answers, but not a Kafka broker that lets us sign on this way. Trying again does not help."""


class WrongCredentials(KafkaProblem):
    """The broker refused this user with this password. Trying again does not help."""

    def __init__(self, message: str, *, broker: str, user: str) -> None:
        super().__init__(message, broker=broker)
        self.user = user


class NotAllowed(KafkaProblem):
    """The broker knows the user and refused the action. `what` says on which kind of thing."""

    def __init__(self, message: str, *, broker: str, user: str, what: str) -> None:
        super().__init__(message, broker=broker)
        self.user = user
        self.what = what


def check_sign_on(
    bootstrap: str,
    user: str,
    password: str,
    *,
    mechanism: str = "SCRAM-SHA-512",
    tls: ssl.SSLContext | None = None,
    timeout_s: float = 5.0,
) -> None:
    """Sign on to the first broker of `bootstrap` (`host:port[,host:port]`) that answers, and leave again.

    tls: how to check the broker's certificate; None for a plain-text listener. timeout_s: for each broker.
    Raises BrokerAway, WrongListener or WrongCredentials; returns None when the sign-on works.
    """
    away: KafkaProblem | None = None
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        if not host or not port.isdecimal():
            raise WrongListener(
                f"the broker's address is {address.strip()!r}; expected host:port, such as 127.0.0.1:9092",
                broker=bootstrap,
            )
        try:
            with _connect(host.strip("[]"), int(port), tls, timeout_s) as connection:
                _Conversation(connection, bootstrap, time.monotonic() + timeout_s).sign_on(user, password, mechanism)
                return
        except ssl.SSLError as error:
            away = WrongListener(
                f"{address.strip()} answers but no secure connection comes about ({error.reason or error}); is its "
                f"certificate from the authority you trust, and is this the port for TLS?",
                broker=bootstrap,
            )
        except (struct.error, KeyError, ValueError):
            away = WrongListener(
                f"{address.strip()} answers, but not in Kafka's protocol; check the port", broker=bootstrap
            )
        except WrongListener as problem:
            away = problem  # perhaps it was ending just then; another may know better
        except OSError as error:
            reason = "the connection was refused" if isinstance(error, ConnectionRefusedError) else str(error)
            away = away or BrokerAway(
                f"no Kafka broker answers at {bootstrap} ({reason}); is it running, and is the address right?",
                broker=bootstrap,
            )
    assert away is not None
    raise away


def translate(
    error: Exception,
    bootstrap: str,
    user: str,
    password: str,
    *,
    mechanism: str = "SCRAM-SHA-512",
    tls: ssl.SSLContext | None = None,
) -> Exception:
    """What an exception of kafka-python or aiokafka really means: a KafkaProblem, or `error` itself when Kafka is well."""
    if what := _NOT_ALLOWED.get(type(error).__name__):
        return NotAllowed(
            f"the broker at {bootstrap} does not allow user {user!r} this action on the {what} ({error}); ask the operator "
            f"of the backbone which topics and groups this user has",
            broker=bootstrap,
            user=user,
            what=what,
        )
    try:
        check_sign_on(bootstrap, user, password, mechanism=mechanism, tls=tls)
    except KafkaProblem as problem:
        return problem
    return error


@contextmanager
def clear_errors(
    bootstrap: str,
    user: str,
    password: str,
    *,
    mechanism: str = "SCRAM-SHA-512",
    tls: ssl.SSLContext | None = None,
) -> Iterator[None]:
    """Around calls of a Kafka library: its errors leave as KafkaProblem where that is what they mean."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith(("kafka.", "aiokafka.")):
            raise
        clear = translate(error, bootstrap, user, password, mechanism=mechanism, tls=tls)
        if clear is error:
            raise
        raise clear from error


def _connect(host: str, port: int, tls: ssl.SSLContext | None, timeout_s: float) -> socket.socket:
    plain = socket.create_connection((host, port), timeout_s)
    try:
        return tls.wrap_socket(plain, server_hostname=host) if tls else plain
    except BaseException:
        plain.close()
        raise


class _Conversation:
    """The three requests of a SCRAM sign-on (RFC 5802) in Kafka's protocol."""

    def __init__(self, connection: socket.socket, broker: str, deadline: float) -> None:
        self._connection = connection
        self._broker = broker
        self._deadline = deadline

    def sign_on(self, user: str, password: str, mechanism: str) -> None:
        self._handshake(mechanism)
        if mechanism not in _HASHES:
            return  # PLAIN or OAUTHBEARER: the broker speaks it; whether it likes the token is the library's to find out
        hash_name = _HASHES[mechanism]

        def mac(key: bytes, text: bytes) -> bytes:
            return hmac.digest(key, text, hash_name)

        nonce = secrets.token_hex(16)
        opening = f"n={user},r={nonce}"
        challenge = self._authenticate(f"n,,{opening}".encode(), user)
        given = dict(part.split("=", 1) for part in challenge.decode().split(",") if "=" in part)
        if not given.get("r", "").startswith(nonce):
            raise self._not_kafka("it did not repeat our random number")
        salted = hashlib.pbkdf2_hmac(hash_name, password.encode(), base64.b64decode(given["s"]), int(given["i"]))
        closing = f"c=biws,r={given['r']}"
        agreed = f"{opening},{challenge.decode()},{closing}".encode()
        client_key = mac(salted, b"Client Key")
        signature = mac(hashlib.new(hash_name, client_key).digest(), agreed)
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        answer = self._authenticate(f"{closing},p={base64.b64encode(proof).decode()}".encode(), user)
        if answer != b"v=" + base64.b64encode(mac(mac(salted, b"Server Key"), agreed)):
            raise self._not_kafka("it could not prove that it knows the password")

    def _handshake(self, mechanism: str) -> None:
        answer = self._ask(_HANDSHAKE, _string(mechanism))
        (code,) = struct.unpack_from(">h", answer)
        if code == _UNSUPPORTED_MECHANISM:
            raise self._not_kafka(f"this listener takes no {mechanism}")
        if code == _NO_SASL_HERE:
            raise self._not_kafka("this listener takes no sign-on at all")
        if code:
            raise self._not_kafka(f"it answers the handshake with Kafka error {code}")

    def _authenticate(self, token: bytes, user: str) -> bytes:
        answer = self._ask(_AUTHENTICATE, struct.pack(">i", len(token)) + token)
        code, length = struct.unpack_from(">hh", answer)
        if code == _REFUSED:
            raise WrongCredentials(
                f"the broker at {self._broker} refused user {user!r}: unknown user or wrong password; check the password file "
                f"of this user, or ask the operator of the backbone for a new one",
                broker=self._broker,
                user=user,
            )
        if code:
            raise self._not_kafka(f"it answers the sign-on with Kafka error {code}")
        at = 4 + max(length, 0)
        (size,) = struct.unpack_from(">i", answer, at)
        return answer[at + 4 : at + 4 + size]

    def _ask(self, api: int, body: bytes) -> bytes:
        request = struct.pack(">hhi", api, 1, 1) + _string("schakel-check") + body
        self._connection.sendall(struct.pack(">i", len(request)) + request)
        (size,) = struct.unpack(">i", self._read(4))
        if not 6 <= size <= _MAX_ANSWER_BYTES:
            raise self._not_kafka(
                "what it says is not Kafka's protocol; is this the port for TLS, or of another program?"
            )
        return self._read(size)[4:]

    def _read(self, size: int) -> bytes:
        read = b""
        while len(read) < size:
            self._connection.settimeout(max(self._deadline - time.monotonic(), 0.001))
            part = self._connection.recv(size - len(read))
            if not part:
                raise self._not_kafka("it hung up without an answer; is this the port for TLS, or of another program?")
            read += part
        return read

    def _not_kafka(self, reason: str) -> WrongListener:
        return WrongListener(
            f"{self._broker} answers, but one cannot sign on to it: {reason}; check the address and the sign-on settings",
            broker=self._broker,
        )


def _string(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode("ascii")
