"""A partner of its own for each test, with a stand-in for the backbone behind it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backbone.kafka.credentials import Credentials
from schakel.client import Partner
from tests.client.fakes import FakeBackbone
from tests.support.broker import Broker

Connect = Callable[..., Partner]


@pytest.fixture
def who(kafka: Broker) -> Credentials:
    return kafka.partner("client")


@pytest.fixture
def backbone(kafka: Broker, who: Credentials) -> Iterator[FakeBackbone]:
    with FakeBackbone(kafka, who.username) as running:
        yield running


@pytest.fixture
def connect(kafka: Broker, who: Credentials, backbone: FakeBackbone) -> Iterator[Connect]:
    """Connects as the partner; whatever is still open at the end is closed."""
    made: list[Partner] = []

    def connect(**options: Any) -> Partner:
        made.append(Partner.connect(who.username, bootstrap=kafka.bootstrap, password=who.password, **options))
        return made[-1]

    yield connect
    for partner in made:
        partner.close()


@pytest.fixture
def partner(connect: Connect) -> Partner:
    return connect()
