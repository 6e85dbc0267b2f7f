"""docs/partners.md: the program with our own client does what the page says."""

import pytest

from schakel.client import Partner, PersonalData
from schakel.events.consent import ConsentGranted, ConsentTerms
from schakel.events.referral import ReferralAccepted
from schakel.events.report import ReportReceived
from schakel.events.vocab import Person, Purpose, Scope
from schakel.messages import ConsentQuestion, Position, ReferralOffered
from tests.client.conftest import Connect
from tests.client.fakes import CASE, FakeBackbone, accepts, referral, refuses
from tests.contract.test_partners_page import program_under

TERMS = ConsentTerms(recipient="slachtofferhulp", purpose=Purpose.REFERRAL, scopes=(Scope.CONTACT_DETAILS,))


class _Gateway:
    """Reading goes over HTTP: tests/client/test_opening.py."""

    def open(self, offer: ReferralOffered, *scopes: str) -> PersonalData:
        assert offer == referral()
        return PersonalData("r", CASE, "q", Position(partition=0, offset=1), ("contact_details",))


@pytest.fixture
def program(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    """Runs it as this test's partner, for as long as something comes."""
    partner = connect(gateway=_Gateway())
    monkeypatch.setattr(Partner, "connect", lambda profile: partner)
    text = program_under("With our client, in Python").replace("wait_s=10", "wait_s=1")
    return lambda: exec(compile(text, "docs/partners.md", "exec"), {"__name__": "page"})


@pytest.mark.kafka
def test_it_reports_answers_a_question_and_takes_a_referral_up(program, backbone: FakeBackbone, capsys) -> None:
    backbone.say(ConsentQuestion(needed=CASE, case=CASE, of=Person.VICTIM, terms=TERMS))
    backbone.say(referral())
    program()
    told = [event for _, event, _ in backbone.received]
    assert [type(event) for event in told] == [ReportReceived, ConsentGranted, ReferralAccepted]
    assert told[1].terms == TERMS
    assert backbone.opened(0)["victim"]["story"] == "Invented."
    case = accepts(*backbone.received[0][:2], 0).case
    said = capsys.readouterr().out
    assert f"case {case}" in said
    assert "may be read: contact_details" in said


@pytest.mark.kafka
def test_refused_it_ends_with_what_to_do(program, backbone: FakeBackbone) -> None:
    backbone.answer = refuses
    with pytest.raises(SystemExit) as end:
        program()
    assert "name it" in str(end.value)
    assert "chain.unknown" in str(end.value)
