"""`schakel case open`: an auditor says what it opens, why and until when; shown is a reference, and nothing of the person."""

import json
from pathlib import Path

import pytest

from schakel.client import Profile
from tests.client.fakes import CASE, OIN, FakeBackbone, refuses
from tests.client.test_cli import NAME, PHONE, Run, online, partner, run

__all__ = ["online", "partner", "run"]  # fixtures

OPEN = ("case", "open", CASE, "--field", "story", "--until", "2026-04-09")


@pytest.mark.kafka
def test_an_auditor_opens_with_a_motive_and_gets_a_reference_to_read(
    online: Run, partner: str, backbone: FakeBackbone
) -> None:
    result = online(*OPEN, "--motive", "complaint_about_handling", "--as", partner, "--json")

    assert result.exit_code == 0, result.output
    ((envelope, told, _),) = backbone.received
    assert (envelope.case, json.loads(result.output)["dataref"]) == (CASE, f"referrals/{envelope.id}")
    assert told.model_dump(mode="json", exclude={"sealed", "agreement"}) == {
        "basis": "legal_duty",
        "recipient": partner,
        "purpose": "audit",
        "scopes": ["story"],
        "motive": "complaint_about_handling",
        "until": "2026-04-09T23:59:59.999000Z",
    }
    assert "opened until 2026-04-09" in online(*OPEN, "--motive", "spot_check", "--as", partner).output


@pytest.mark.kafka
def test_who_may_not_open_hears_why(online: Run, partner: str, backbone: FakeBackbone) -> None:
    backbone.answer = refuses

    result = online(*OPEN, "--motive", "complaint_about_handling", "--as", partner)

    assert (result.exit_code, "refused, chain.unknown" in result.output) == (1, True)


@pytest.mark.parametrize("motive", [(), ("--motive", ""), ("--motive", f"{NAME} asked"), ("--motive", PHONE)])
def test_without_a_motive_nothing_is_opened_and_it_is_not_repeated(
    run: Run, tmp_path: Path, motive: tuple[str]
) -> None:
    Profile("127.0.0.1:1", "somebody", OIN).save(tmp_path / "p.json")

    result = run(*OPEN, *motive, "--profile", tmp_path / "p.json")

    assert result.exit_code == 2
    assert "motive" in result.output
