"""The words of the trade make the right events. No broker needed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schakel.client import CannotTell, Incoming
from schakel.client.verbs import Verbs
from schakel.errors import Unreadable
from schakel.events import Told
from schakel.messages import Position, Receipt, ReceiptStatus
from tests.client.fakes import CASE, FACTS, NOW, referral

RECEIPT = Receipt(
    about="x", status=ReceiptStatus.ACCEPTED, case=CASE, position=Position(partition=0, offset=1), in_offset=1
)
MESSAGE = Incoming("m", CASE, "referral", NOW, False, 3, referral())
UNTIL = datetime(2026, 6, 1, tzinfo=UTC)


class Recorder(Verbs):
    """Keeps what would have been told."""

    def __init__(self) -> None:
        self.told: list[tuple[Told, dict[str, Any]]] = []

    def tell(self, event: Told, **options: Any) -> Receipt:
        self.told.append((event, options))
        return RECEIPT


@pytest.fixture
def verbs() -> Recorder:
    return Recorder()


def said(verbs: Recorder) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The last event: its type, what is not at its default, and the options it was told with."""
    event, options = verbs.told[-1]
    return event.TYPE, event.model_dump(mode="json", exclude_defaults=True), options


def test_report(verbs: Recorder) -> None:
    consent = {"recipient": "slachtofferhulp", "purpose": "referral", "scopes": ["contact_details"]}
    verbs.report(
        {"identity": "by_name", "natures": ["threat"]},
        reported_at=NOW,
        story="een verhaal",
        own_reference="D-12",
        subject="reporter",
        others={"accused": {"free_text": "iets"}},
        consents=[consent],
        event_id="x",
        drill=True,
    )

    name, event, options = said(verbs)
    assert name == "report.received"
    assert event["facts"] == {"identity": "by_name", "natures": ["threat"]}
    assert event["consents"][0]["recipient"] == "slachtofferhulp"
    assert options == {
        "personal": {"accused": {"free_text": "iets"}, "reporter": {"story": "een verhaal", "own_reference": "D-12"}},
        "event_id": "x",
        "drill": True,
    }


def test_a_report_without_anything_personal(verbs: Recorder) -> None:
    verbs.report(FACTS, reported_at=NOW)

    assert said(verbs)[2] == {"personal": {}}


def test_one_person_in_one_place(verbs: Recorder) -> None:
    with pytest.raises(CannotTell, match="'victim' stands in 'others'"):
        verbs.report(FACTS, reported_at=NOW, story="x", others={"victim": {"free_text": "y"}})


def test_consent(verbs: Recorder) -> None:
    terms = {"recipient": "slachtofferhulp", "purpose": "referral", "scopes": ["story", "contact_details"]}
    verbs.ask(CASE, needed="n-1", **terms)
    assert said(verbs)[:2] == ("consent.asked", {"terms": terms, "needed": "n-1"})
    verbs.grant(RECEIPT, until=UNTIL, way="written", asked="a-1", supersedes="w-1", **terms)
    assert said(verbs) == (
        "consent.granted",
        {
            "terms": terms | {"until": "2026-06-01T00:00:00Z", "way": "written"},
            "asked": "a-1",
            "supersedes": "w-1",
        },
        {"case": CASE},
    )
    verbs.refuse(MESSAGE, recipient="om", purpose="complaint")
    assert said(verbs) == ("consent.refused", {"recipient": "om", "purpose": "complaint"}, {"case": CASE})
    verbs.withdraw(CASE)
    assert said(verbs) == ("consent.withdrawn", {}, {"case": CASE})
    verbs.withdraw(CASE, recipient="om", event_id="e")
    assert said(verbs) == ("consent.withdrawn", {"recipient": "om"}, {"case": CASE, "event_id": "e"})


def test_referrals(verbs: Recorder) -> None:
    number = referral().referral
    verbs.accept(MESSAGE, actor="medewerker-7")
    assert said(verbs) == ("referral.accepted", {"referral": number}, {"case": CASE, "actor": "medewerker-7"})
    verbs.decline(referral(), "not_ours")
    assert said(verbs) == ("referral.declined", {"referral": number, "reason": "not_ours"}, {"case": CASE})
    verbs.complete(MESSAGE, "unknown")
    assert said(verbs) == ("referral.completed", {"referral": number}, {"case": CASE})


def test_contact(verbs: Recorder) -> None:
    verbs.contact_made(CASE, whom="bystander", at=NOW, channel="telephone", listening_ear=True)
    assert said(verbs)[:2] == (
        "contact.made",
        {"whom": "bystander", "at": "2026-03-28T12:00:00Z", "channel": "telephone", "listening_ear": True},
    )
    verbs.contact_attempted(CASE, whom="victim", at=NOW, channel="telephone", outcome="no_answer")
    assert said(verbs)[0] == "contact.attempted"


def test_a_wrong_word_names_its_field_and_not_what_was_said(verbs: Recorder) -> None:
    with pytest.raises(Unreadable) as caught:
        verbs.decline(referral(), "geen zin")
    assert (caught.value.code, caught.value.field) == ("field.invalid", "reason")
    assert "geen zin" not in str(caught.value)
    with pytest.raises(Unreadable, match="identity"):
        verbs.report({"natures": []}, reported_at=NOW)
    assert verbs.told == []


def test_a_message_of_another_kind_is_not_accepted_as_a_referral(verbs: Recorder) -> None:
    reminder = Incoming("m", CASE, "reminder", NOW, False, 3, None)

    with pytest.raises(CannotTell, match="'reminder', expected a referral"):
        verbs.accept(reminder)
    with pytest.raises(CannotTell, match="names no case"):
        verbs.withdraw(RECEIPT.model_copy(update={"case": None}))
