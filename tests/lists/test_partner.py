"""An import through the partner client and a real broker, with a stand-in for the backbone that remembers what it was told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backbone.cli.main import app
from backbone.kafka.credentials import Credentials
from schakel.client import Profile
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.messages import Receipt
from tests.client.fakes import FakeBackbone, accepts, silent
from tests.lists.support import LIST, MAPPING, edited
from tests.lists.test_cli import lines
from tests.support.broker import Broker

pytestmark = pytest.mark.kafka


class Memory:
    """Answers an id that it knows with the receipt of the first time, as intake does."""

    def __init__(self) -> None:
        self.receipts: dict[str, Receipt] = {}

    def __call__(self, envelope: Envelope, event: Told, offset: int) -> Receipt:
        return self.receipts.setdefault(envelope.id, accepts(envelope, event, offset))


@pytest.fixture
def who(kafka: Broker) -> Credentials:
    return kafka.partner("lists")


@pytest.fixture
def backbone(kafka: Broker, who: Credentials) -> Iterator[FakeBackbone]:
    with FakeBackbone(kafka, who.username, Memory()) as running:
        yield running


@pytest.fixture
def profile(kafka: Broker, who: Credentials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The partner's profile where the command looks for it."""
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path / "var"))
    path = tmp_path / "var" / "partners" / f"{who.username}.json"
    password = tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text(who.password)
    Profile(bootstrap=kafka.bootstrap, partner=who.username, password_file=password).save(path)
    return path


def run(file: Path, name: str, *options: str) -> Result:
    return CliRunner().invoke(
        app, ["import", str(file), "--mapping", str(MAPPING), "--as", name, "--history", *options]
    )


def test_a_list_arrives_sealed_and_a_second_time_adds_nothing(
    backbone: FakeBackbone, profile: Path, who: Credentials, tmp_path: Path
) -> None:
    file = edited(tmp_path)
    first = run(file, who.username)
    assert first.exit_code == 0, first.output
    assert lines(first) == {"rows": 5, "skipped": 1, "sent": 4, "accepted": 4}
    assert backbone.opened(0)["victim"]["contact_details"] == {"name": "Wies Verzonnen", "telephone": "0600000001"}
    assert backbone.opened(0)["victim"]["own_reference"] == "M-2026-001"
    for _, _, record in backbone.received:
        assert b"Verzonnen" not in (record.value or b"")
        assert b"M-2026" not in (record.value or b"") + repr(record.headers).encode()

    again = run(file, who.username, "--resend")
    assert lines(again) == {"rows": 5, "skipped": 1, "sent": 4, "resubmitted": 4}, again.output
    (tmp_path / "var" / "imports" / f"{who.username}.db").unlink()
    second = run(file, who.username)
    assert lines(second) == {"rows": 5, "skipped": 1, "sent": 4, "accepted": 4}, second.output
    assert len(backbone.received) == 12
    assert {envelope.id for envelope, _, _ in backbone.received[4:]} == {e.id for e, _, _ in backbone.received[:4]}


def test_a_text_that_is_too_long_is_one_rows_error(
    backbone: FakeBackbone, profile: Path, who: Credentials, tmp_path: Path
) -> None:
    result = run(edited(tmp_path, ("Riep het twee keer", "Riep " * 50_000)), who.username)
    assert (result.exit_code, lines(result)["accepted"], lines(result)["errors"]) == (1, 3, 1)
    assert "send.cannot_seal" in (tmp_path / f"{LIST.name}.errors.csv").read_text(encoding="utf-8-sig")


def test_a_silent_backbone(backbone: FakeBackbone, profile: Path, who: Credentials, tmp_path: Path) -> None:
    backbone.answer = silent
    result = run(edited(tmp_path), who.username, "--timeout", "1")
    assert (result.exit_code, lines(result)["no answer"]) == (1, 4)
    assert "nothing is lost" in result.output


def test_a_wrong_password_and_no_profile_are_one_sentence(
    backbone: FakeBackbone, profile: Path, who: Credentials, tmp_path: Path
) -> None:
    Path(json.loads(profile.read_text())["password_file"]).write_text("wrong")
    wrong = run(edited(tmp_path), who.username)
    assert (wrong.exit_code, backbone.received) == (2, [])
    assert "unknown user or wrong password" in wrong.output
    profile.unlink()
    absent = run(edited(tmp_path), who.username)
    assert absent.exit_code == 2
    assert "there is no profile" in absent.output
