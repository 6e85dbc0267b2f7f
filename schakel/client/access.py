"""How to reach the broker and as whom: given in the call, or read from a profile file.

    {"partner": "coc-amsterdam", "bootstrap": "kafka.example:9093", "password_file": "coc-amsterdam.password"}

More members: `username` (default: the partner), `oin` (default: as published), `ca_file`, `tls` (default: on, except on the loopback);
`gateway` (its address), `gateway_token` and `gateway_ca_file` for reading what a referral points to.
A relative path is meant from the profile's directory. Both files are private (mode 0600). A profile without `partner` is that of an
operator or auditor.
"""

import json
import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from kafka.errors import KafkaError

from schakel.client.errors import ProfileProblem
from schakel.kafka_errors import BrokerAway, KafkaProblem, check_sign_on, translate
from schakel.secret import Secret

MECHANISM = "SCRAM-SHA-512"
FAILING_OVER: Mapping[str, Any] = {
    "request_timeout_ms": 10_000,
    "metadata_max_age_ms": 10_000,
    "reconnect_backoff_max_ms": 250,
}
"""For a client of several brokers, of which one may be gone or stand still. A broker that says nothing for so long is taken for gone, and
whoever leads now is asked; kafka-python's own half minute would be a half minute without receipts. At a broker that is gone it tries so
often: only when an attempt fails is it asked again who leads; with two seconds a partner found out up to 1.5 s after the backbone had."""
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

_NONE = Secret("")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a profile file says."""

    bootstrap: str
    partner: str | None = None
    oin: str | None = None
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    tls: bool | None = None
    gateway: str | None = None
    gateway_token: Secret | None = None
    gateway_ca_file: Path | None = None

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Raises ProfileProblem that names the file and what to do."""
        path = Path(path)
        said = _object(path, _private_text(path, "profile"))
        names = [field.name for field in fields(cls)]
        if unknown := sorted(set(said) - set(names)):
            raise ProfileProblem(f"profile {path}: found {', '.join(unknown)}, expected only {', '.join(names)}")
        for name, value in said.items():
            if value is not None and not isinstance(value, bool if name == "tls" else str):
                raise ProfileProblem(f"profile {path}: {name} must be {'true or false' if name == 'tls' else 'a text'}")
        if not said.get("bootstrap"):
            raise ProfileProblem(f"profile {path}: no 'bootstrap'; say where the broker is, for example 127.0.0.1:9092")
        for name in ("password_file", "ca_file", "gateway_ca_file"):
            if said.get(name):
                said[name] = path.parent / said[name]
        if said.get("gateway_token"):
            said["gateway_token"] = Secret(said["gateway_token"])
        return cls(**said)

    def save(self, path: Path | str) -> None:
        """Write it, private, in place of what stood there. Paths are written as they are."""
        path = Path(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        text = json.dumps(
            {
                name: value if isinstance(value, bool) else str(value)
                for name, value in said.items()
                if value is not None
            }
        )
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        scratch.touch(mode=0o600)
        scratch.write_text(text + "\n", encoding="utf-8")
        scratch.replace(path)

    def access(self) -> "Access":
        """With the password read. Raises ProfileProblem."""
        if self.password_file is None:
            return Access(self.bootstrap, tls=_tls(self.bootstrap, self.tls, self.ca_file))
        user = self.username or self.partner
        if not user:
            raise ProfileProblem(
                "the profile has a password_file but neither 'username' nor 'partner'; add whose password it is"
            )
        password = _private_text(self.password_file, "password file").strip()
        return Access(self.bootstrap, user, Secret(password), _tls(self.bootstrap, self.tls, self.ca_file))


@dataclass(frozen=True, slots=True)
class Access:
    """A broker and who to be there. user None: a broker without sign-on. tls None: plain text."""

    bootstrap: str
    user: str | None = None
    password: Secret = _NONE
    tls: ssl.SSLContext | None = None

    @classmethod
    def given(
        cls, bootstrap: str, user: str | None, password: str | None, ca_file: Path | None, tls: bool | None
    ) -> Self:
        """From arguments; without a password there is no sign-on."""
        context = _tls(bootstrap, tls, ca_file)
        return cls(bootstrap, user, Secret(password), context) if user and password else cls(bootstrap, tls=context)

    def kafka(self) -> dict[str, Any]:
        """Keyword arguments for a client of kafka-python."""
        security = "SSL" if self.tls else "PLAINTEXT"
        settings: dict[str, Any] = {"bootstrap_servers": self.bootstrap.split(",")}
        if self.user:
            security = f"SASL_{security}"
            settings |= {
                "sasl_mechanism": MECHANISM,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        return settings | {"security_protocol": security} | ({"ssl_context": self.tls} if self.tls else {})

    def check(self) -> None:
        """Sign on and leave again, in milliseconds. Raises BrokerAway, WrongCredentials, WrongListener."""
        if self.user:
            check_sign_on(self.bootstrap, self.user, self.password, mechanism=MECHANISM, tls=self.tls)
            return
        for address in self.bootstrap.split(","):
            host, _, port = address.strip().rpartition(":")
            try:
                socket.create_connection((host.strip("[]"), int(port)), 5).close()
                return
            except (OSError, ValueError):
                continue
        raise BrokerAway(
            f"no Kafka broker answers at {self.bootstrap}; is it running, and is the address right?",
            broker=self.bootstrap,
        )

    @contextmanager
    def clear_errors(self) -> Iterator[None]:
        """Around calls of kafka-python: what it raises leaves as what it means (a KafkaProblem, where it is one)."""
        try:
            yield
        except KafkaError as error:
            meaning = self.meaning(error)
            if meaning is error:
                raise
            raise meaning from error

    def meaning(self, error: Exception) -> Exception:
        """What an exception of kafka-python comes from; itself when nothing is wrong between us and the broker."""
        if self.user:
            return translate(error, self.bootstrap, self.user, self.password, mechanism=MECHANISM, tls=self.tls)
        try:
            self.check()
        except KafkaProblem as problem:
            return problem
        return error


def _tls(bootstrap: str, wanted: bool | None, ca_file: Path | None) -> ssl.SSLContext | None:
    local = all(address.strip().rpartition(":")[0] in _LOOPBACK for address in bootstrap.split(","))
    if wanted or ca_file or (wanted is None and not local):
        try:
            return ssl.create_default_context(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ProfileProblem(f"the certificate authority's file {ca_file} cannot be used ({error})") from None
    return None


def _private_text(path: Path, what: str) -> str:
    try:
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            raise ProfileProblem(f"the {what} {path} has mode {mode:04o}, so others may use it; run: chmod 600 {path}")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ProfileProblem(f"there is no {what} {path}; ask the operator of the backbone for it") from None
    except OSError as error:
        raise ProfileProblem(f"the {what} {path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ProfileProblem(f"the {what} {path} is no text in UTF-8") from None


def _object(path: Path, text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise ProfileProblem(
            f'profile {path} is no JSON ({error}); expected an object such as {{"bootstrap": …}}'
        ) from None
    if not isinstance(said, Mapping):
        raise ProfileProblem(f'profile {path} holds no JSON object; expected one such as {{"bootstrap": …}}')
    return dict(said)
