"""With a user of its own in PostgreSQL each service does its work in the database of keys, and the server refuses it the rest."""

import secrets
from pathlib import Path

import pytest
import sqlalchemy as sa

from backbone.keys import NoKey, Place, SqlKeyService, open_destroyer, open_reader, open_sealer
from backbone.keys.grants import GRANTS, statements
from backbone.keys.lives import read_erased, read_lives
from tests.keys.conftest import PARTS, report

pytestmark = pytest.mark.postgres
REFUSED = {
    "intake": ("SELECT wrapped FROM person_key", "DELETE FROM person_key", "UPDATE door_key SET wrapped = NULL",
               "UPDATE person SET destroyed_s = NULL", "UPDATE key_encryption_key SET closed_s = NULL"),
    "gateway": ("SELECT wrapped FROM door_key", "INSERT INTO person (case_id, subject, made_s) VALUES ('a', 'b', 1)",
                "DELETE FROM person_key", "DELETE FROM person"),
    "consent": ("SELECT wrapped FROM person_key", "SELECT * FROM door_key", "DELETE FROM person",
                "UPDATE person_key SET kek = ''", "SELECT * FROM key_encryption_key", "SELECT x FROM door_key",
                "SELECT id FROM key_encryption_key"),
}  # fmt: skip


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("postgres").database())


@pytest.fixture
def users(keys: SqlKeyService, url: str) -> dict[str, str]:
    """The address of the database as each service's own user."""
    roles = {service: f"{service}_{secrets.token_hex(4)}" for service in GRANTS}  # a server has one list of them
    with keys._engine.begin() as connection:
        for service, role in roles.items():
            connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
            for statement in statements(service, role) * 2:  # a second time does no harm
                connection.exec_driver_sql(statement)
    return {service: url.replace("postgres@", f"{role}@") for service, role in roles.items()}


def test_each_does_its_work(keys: SqlKeyService, users: dict[str, str], home: Path) -> None:
    sealer, reader = open_sealer(users["intake"], home), open_reader(users["gateway"], home)
    destroyer = open_destroyer(users["consent"], home)
    request = report(keys.door_keys()[0])
    for _ in range(2):
        (answer,) = sealer.reseal([request])
    assert isinstance(answer, tuple)
    fields = [
        ((Place(request.event_id, request.event_type, "victim", part.fields[0], request.schema_id),), part.body)
        for part in answer
    ]
    assert reader.open_all(request.case_id, "victim", fields) == list(PARTS.values())
    assert destroyer.destroy(request.case_id, "victim")
    assert not destroyer.destroy(request.case_id, "victim")
    with pytest.raises(NoKey, match="erased"):
        reader.open_all(request.case_id, "victim", fields)
    (answer,) = sealer.reseal([request])
    assert getattr(answer, "code", None) == "sealed.subject_erased"
    lives = read_lives(destroyer._engine)
    assert lives.waited_for_since
    assert len(read_erased(destroyer._engine, lives.waited_for_since)) == 1
    for one in (sealer, reader, destroyer):
        one.close()


@pytest.mark.parametrize("service", sorted(GRANTS))
def test_the_server_refuses_the_rest(users: dict[str, str], service: str) -> None:
    engine = sa.create_engine(users[service])
    for statement in REFUSED[service]:
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize(("service", "role"), [("routing", "a"), ("intake", "a; DROP TABLE person")])
def test_what_makes_no_sense_is_refused(service: str, role: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        statements(service, role)
