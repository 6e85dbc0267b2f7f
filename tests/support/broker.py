"""What a test gets to work with a broker: connections as anybody, partners with names of their own, waiting on conditions."""

import secrets
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from kafka import KafkaAdminClient

from backbone.kafka.access import add_partner, ensure_services
from backbone.kafka.connection import connection
from backbone.kafka.credentials import Credentials
from backbone.kafka.embedded import EmbeddedKafka
from backbone.kafka.rights import service_user
from backbone.kafka.topics import core_topics, ensure_topics

T = TypeVar("T")

# Jars are shared by all test runs; everything else of a test run is its own.
CACHE = Path(__file__).parents[2] / "var" / "cache"


def wait_until(condition: Callable[[], T], within_s: float = 20.0, *, every_s: float = 0.02) -> T:
    """The first true value of `condition`; AssertionError when there is none in time."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not so after {within_s} s: {condition}"
        time.sleep(every_s)
    return value


class Broker:
    """The embedded broker of a test session, with the core topics and the services' users."""

    def __init__(self, embedded: EmbeddedKafka) -> None:
        self.embedded = embedded
        self.bootstrap = embedded.bootstrap
        self.secrets = embedded.secrets
        self.var_dir = embedded.home.parent
        ensure_topics(self.admin, core_topics())
        self._services = ensure_services(self.admin, self.secrets, [])

    @property
    def admin_user(self) -> Credentials:
        assert self.embedded.admin
        return self.embedded.admin

    @cached_property
    def admin(self) -> KafkaAdminClient:
        """The super user's admin client, shared by the session."""
        return KafkaAdminClient(**connection(self.bootstrap, self.admin_user))

    def service(self, name: str) -> Credentials:
        """A service's user, such as `intake`."""
        assert self._services[name].username == service_user(name)
        return self._services[name]

    def partner(self, like: str = "partner") -> Credentials:
        """A new partner with its topics and rights; its name begins with `like` and is used nowhere else."""
        return add_partner(self.admin, self.secrets, unique(like))

    def connect(self, who: Credentials | None = None) -> dict[str, Any]:
        """Arguments for a client of kafka-python or aiokafka, as `who` (default: the admin)."""
        return connection(self.bootstrap, who or self.admin_user)

    def close(self) -> None:
        if "admin" in self.__dict__:
            self.admin.close()


def unique(like: str) -> str:
    """A name for a partner or topic that no other test uses."""
    return f"{like}-{secrets.token_hex(4)}"
