"""A broker's settings past one machine: those of the embedded broker, and what differs because others connect to it over a network.

`embedded` is what `backbone up` gives its broker, so that nothing has to be said twice; `networked` is a broker in a container of its
own, as in `deploy/compose.yaml`; strimzi takes what concerns a cluster.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from backbone.kafka.credentials import Credentials
from backbone.kafka.properties import Seat, server_properties


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates of the listener for clients, all PEM. keystore: private key and certificate in one file. authority: who signed it."""

    keystore: PurePath
    authority: PurePath


KEYSTORE = "listener.name.client.ssl.keystore.location"
TRUSTSTORE = "listener.name.client.ssl.truststore.location"
"""Told one of these settings anew, also with the same value, a broker reads the file again; see `certificates.reload`."""


def embedded(
    admin: Credentials | None = None, *, port: int = 9092, controller_port: int = 9093, brokers: int = 1
) -> dict[str, str]:
    """The embedded broker's settings, by name. brokers: how many there are; the settings are those of the first."""
    seats = [Seat(number, port, controller_port) for number in range(1, brokers + 1)]
    text = server_properties(seats[0], seats, admin)
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def with_tls(settings: Mapping[str, str], tls: Tls) -> dict[str, str]:
    """The same, with what clients say and hear encrypted. The controller's listener stays on the loopback, as it is."""
    client, controller = settings["listener.security.protocol.map"].split(",")
    encrypted = client.replace("PLAINTEXT", "SSL")
    return {
        **settings,
        "listener.security.protocol.map": f"{encrypted},{controller}",
        "listener.name.client.ssl.keystore.type": "PEM",
        KEYSTORE: str(tls.keystore),
        # The broker is a client of itself, and looks at its own certificate before it takes a new one.
        "listener.name.client.ssl.truststore.type": "PEM",
        TRUSTSTORE: str(tls.authority),
    }


def networked(admin: Credentials, inside: str, outside: str, tls: Tls, *, data: str) -> dict[str, str]:
    """A broker in a container of its own, over TLS. data: the directory of its log.

    inside, outside: `host:port` as the services and as the partners know it; two listeners, since a broker tells each client how to
    reach it.
    """
    settings = with_tls(embedded(admin), tls)
    port, partners = inside.rpartition(":")[2], outside.rpartition(":")[2]
    client, controller = settings["listener.security.protocol.map"].split(",")
    same = {
        name.replace("listener.name.client.", "listener.name.partners."): value
        for name, value in settings.items()
        if name.startswith("listener.name.client.")
    }
    return {
        **settings,
        **same,
        "listeners": f"CLIENT://0.0.0.0:{port},PARTNERS://0.0.0.0:{partners},CONTROLLER://127.0.0.1:9093",
        "advertised.listeners": f"CLIENT://{inside},PARTNERS://{outside}",
        "listener.security.protocol.map": f"{client},{client.replace('CLIENT', 'PARTNERS')},{controller}",
        "log.dirs": data,
    }


def properties_text(settings: Mapping[str, str]) -> str:
    """As Kafka reads them."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())
