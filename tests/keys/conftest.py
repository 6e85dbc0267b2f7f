"""A key service on a fresh database for each test (SQLite and PostgreSQL alike), and reports sealed to it."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backbone.keys import ResealRequest, SqlKeyService, open_keys
from schakel.events.base import SealedField
from schakel.sealing import Json, PublicKey, seal
from tests.support.postgres import Postgres

Open = Callable[[], SqlKeyService]

NAME, PHONE, STORY = "Robin Verzonnen", "06-99999999", "het gebeurde in de Voorbeeldstraat"
PARTS: dict[SealedField, Json] = {
    SealedField.CONTACT_DETAILS: {"name": NAME, "phone": PHONE},
    SealedField.STORY: STORY,
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """What `var/` is to a running backbone."""
    return tmp_path / "var"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where the keys are: None is the default, a file under `home`."""
    if request.param == "sqlite":
        return None
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def open_again(home: Path, url: str | None) -> Iterator[Open]:
    """Opens the same keys once more, as another process would."""
    opened: list[SqlKeyService] = []

    def again() -> SqlKeyService:
        opened.append(open_keys(url, home))
        return opened[-1]

    yield again
    for service in opened:
        service.close()


@pytest.fixture
def keys(open_again: Open) -> SqlKeyService:
    return open_again()


def report(key: PublicKey, subject: str = "victim", case_id: str | None = None) -> ResealRequest:
    """A report as intake has it: sealed to the door by a partner."""
    event_id = str(uuid.uuid4())
    sealed = (seal(subject, PARTS, key, about=event_id),)
    return ResealRequest(case_id or str(uuid.uuid4()), event_id, "report.received", 64, sealed)


def with_parts(request: ResealRequest, key: PublicKey, *subjects: str) -> ResealRequest:
    """The same event with a sealed part about each of `subjects`."""
    return replace(request, sealed=tuple(seal(who, PARTS, key, about=request.event_id) for who in subjects))
