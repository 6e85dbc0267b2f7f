"""Profiles: what is in them, whom they let in, what is said when one cannot be used. No broker needed."""

import json
from pathlib import Path

import pytest

from schakel.client import Access, BrokerAway, Profile, ProfileProblem
from schakel.secret import Secret

PASSWORD = "not-a-real-password"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    secret = tmp_path / "coc.password"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD + "\n", encoding="ascii")
    return tmp_path


def write(home: Path, said: object, mode: int = 0o600) -> Path:
    path = home / "profile.json"
    path.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_profile_says_where_who_and_how(home: Path) -> None:
    said = {"partner": "coc-amsterdam", "bootstrap": "127.0.0.1:9092", "password_file": "coc.password"}

    access = Profile.load(write(home, said)).access()

    assert (access.bootstrap, access.user, access.password, access.tls) == (
        "127.0.0.1:9092",
        "coc-amsterdam",
        PASSWORD,
        None,
    )
    assert access.kafka()["security_protocol"] == "SASL_PLAINTEXT"


def test_what_was_saved_is_loaded_again(home: Path) -> None:
    profile = Profile("127.0.0.1:9092", "coc-amsterdam", "0" * 20, password_file=Path("coc.password"), tls=False)
    path = home / "new" / "profile.json"

    profile.save(path)

    assert path.stat().st_mode & 0o777 == 0o600
    loaded = Profile.load(path)
    assert loaded.password_file == home / "new" / "coc.password"
    assert (loaded.oin, loaded.tls, loaded.partner) == ("0" * 20, False, "coc-amsterdam")


@pytest.mark.parametrize(
    ("bootstrap", "tls", "expected"),
    [
        ("127.0.0.1:9092", None, "SASL_PLAINTEXT"),
        ("localhost:9092,127.0.0.1:9093", None, "SASL_PLAINTEXT"),
        ("kafka.example:9093", None, "SASL_SSL"),
        ("127.0.0.1:9092,kafka.example:9093", None, "SASL_SSL"),
        ("kafka.example:9093", False, "SASL_PLAINTEXT"),
        ("127.0.0.1:9092", True, "SASL_SSL"),
    ],
)
def test_beyond_this_machine_everything_is_encrypted_unless_said_otherwise(
    bootstrap: str, tls: bool | None, expected: str
) -> None:
    access = Access.given(bootstrap, "coc", PASSWORD, None, tls)

    assert access.kafka()["security_protocol"] == expected


def test_a_broker_without_sign_on_is_possible() -> None:
    settings = Access.given("127.0.0.1:9092", "coc", None, None, None).kafka()

    assert settings == {"bootstrap_servers": ["127.0.0.1:9092"], "security_protocol": "PLAINTEXT"}


def test_a_password_does_not_show() -> None:
    access = Access.given("127.0.0.1:9092", "coc", PASSWORD, None, None)

    assert PASSWORD not in repr(access) + repr(access.kafka()) + f"{access!r}"
    assert Secret(PASSWORD) == PASSWORD


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("no json", "no JSON"),
        ("[]", "no JSON object"),
        ({}, "no 'bootstrap'"),
        ({"bootstrap": ""}, "no 'bootstrap'"),
        ({"bootstrap": 9092}, "bootstrap must be a text"),
        ({"bootstrap": "a:1", "tls": "yes"}, "tls must be true or false"),
        ({"bootstrap": "a:1", "pasword_file": "x"}, "found pasword_file, expected only"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said(home: Path, said: object, says: str) -> None:
    with pytest.raises(ProfileProblem, match=says):
        Profile.load(write(home, said))


def test_files_that_others_may_read_are_refused(home: Path) -> None:
    said = {"partner": "coc", "bootstrap": "127.0.0.1:9092", "password_file": "coc.password"}

    with pytest.raises(ProfileProblem, match=r"profile .* mode 0644.* chmod 600"):
        Profile.load(write(home, said, mode=0o644))
    (home / "coc.password").chmod(0o640)
    with pytest.raises(ProfileProblem, match=r"password file .* mode 0640.* chmod 600"):
        Profile.load(write(home, said)).access()


def test_a_missing_file_is_named(home: Path) -> None:
    with pytest.raises(ProfileProblem, match=r"there is no profile .*elsewhere\.json"):
        Profile.load(home / "elsewhere.json")
    profile = Profile("127.0.0.1:1", "coc", password_file=home / "elsewhere", ca_file=home / "ca.pem")
    with pytest.raises(ProfileProblem, match="there is no password file"):
        profile.access()
    with pytest.raises(ProfileProblem, match=r"authority's file .*ca\.pem"):
        Profile("127.0.0.1:1", "coc", ca_file=home / "ca.pem").access()
    with pytest.raises(ProfileProblem, match="neither 'username' nor 'partner'"):
        Profile("127.0.0.1:1", password_file=home / "coc.password").access()


def test_no_broker_is_said_without_sign_on_too() -> None:
    with pytest.raises(BrokerAway, match=r"127\.0\.0\.1:1"):
        Access.given("127.0.0.1:1", None, None, None, None).check()
