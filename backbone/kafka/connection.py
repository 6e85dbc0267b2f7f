"""How to connect as somebody: the settings of kafka-python and aiokafka (which share them), and of Faust on top of aiokafka.

Whether a connection works, and if not why, is found out by `schakel.kafka_errors`: `connected` asks it before a client is built.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backbone.kafka.credentials import MECHANISM, Credentials, SecretStore
from schakel.kafka_errors import check_sign_on, clear_errors


def credentials(var_dir: Path | str, user: str) -> Credentials | None:
    """What the embedded broker of `var_dir` knows this user by; None when it has no such user."""
    return SecretStore(Path(var_dir) / "kafka" / "secrets").get(user)


def connection(bootstrap: str, who: Credentials | None, *, ca_file: Path | None = None) -> dict[str, Any]:
    """Keyword arguments for any client of kafka-python or aiokafka.

    bootstrap: `host:port[,host:port]`. who: None for a broker without sign-on. ca_file: the authority that signed the
    broker's certificate; None for a plain-text listener, such as the embedded broker's on the loopback.
    """
    settings: dict[str, Any] = {"bootstrap_servers": bootstrap.split(",")}
    security = "SSL" if ca_file else "PLAINTEXT"
    if who:
        security = f"SASL_{security}"
        settings |= {
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": who.username,
            "sasl_plain_password": who.password,
        }
    if ca_file:
        settings["ssl_context"] = ssl.create_default_context(cafile=ca_file)
    return settings | {"security_protocol": security}


@contextmanager
def connected(bootstrap: str, who: Credentials, *, ca_file: Path | None = None) -> Iterator[dict[str, Any]]:
    """What `connection` gives, once the broker has let `who` sign on: by themselves kafka-python's clients try for half a minute.

    Errors of Kafka's libraries within it leave as KafkaProblem. Raises BrokerAway, WrongCredentials or WrongListener at once.
    """
    how = connection(bootstrap, who, ca_file=ca_file)
    tls = how.get("ssl_context")
    check_sign_on(bootstrap, who.username, who.password, tls=tls)
    with clear_errors(bootstrap, who.username, who.password, tls=tls):
        yield how


def faust_connection(bootstrap: str, who: Credentials | None, *, ca_file: Path | None = None) -> dict[str, Any]:
    """The same as keyword arguments for `faust.App`."""
    import faust  # here, since whoever needs only a client should not wait for it

    context = ssl.create_default_context(cafile=ca_file) if ca_file else None
    signed_on = who and faust.SASLCredentials(
        username=who.username, password=who.password, mechanism=MECHANISM, ssl_context=context
    )
    return {
        "broker": [f"kafka://{address}" for address in bootstrap.split(",")],
        "broker_credentials": signed_on or (faust.SSLCredentials(context) if context else None),
    }
