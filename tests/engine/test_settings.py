"""What an operator sets, and what is said when it cannot be."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from backbone.settings import Settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SCHAKEL_"):
            monkeypatch.delenv(name)


def test_the_broker_is_the_one_that_is_set_else_the_embedded_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    assert Settings().bootstrap == "127.0.0.1:9092"
    (tmp_path / "kafka").mkdir()
    (tmp_path / "kafka" / "bootstrap").write_text("127.0.0.1:23456\n")
    assert Settings().bootstrap == "127.0.0.1:23456"
    monkeypatch.setenv("SCHAKEL_BOOTSTRAP", "kafka-1:9094,kafka-2:9094")
    assert Settings().bootstrap == "kafka-1:9094,kafka-2:9094"


def test_a_password_comes_from_its_file_and_does_not_show(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    settings = Settings(sasl_username="service.intake", sasl_password_file=secret)
    who = settings.credentials()
    assert who is not None
    assert (who.username, str(who.password)) == ("service.intake", "s3cret")
    assert "s3cret" not in repr(who)
    assert "s3cret" not in repr(Settings(sasl_username="a", sasl_password="s3cret"))  # type: ignore[arg-type]
    assert Settings().credentials() is None


def test_half_a_sign_on_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs both a user and a password"):
        Settings(sasl_username="service.intake")


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = Settings(sasl_username="service.intake", sasl_password_file=tmp_path / "none")
    with pytest.raises(ValueError, match=r"cannot read .*none"):
        settings.credentials()


def test_each_service_has_a_database_of_its_own(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path)
    assert settings.service_database_url("intake") == f"sqlite:///{tmp_path}/db/intake.db"
    shared = "postgresql+psycopg://schakel@db/schakel"
    assert Settings(database_url=shared).service_database_url("intake") == shared


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHAKEL_DATABASE_URL", "")
    assert Settings().database_url is None
