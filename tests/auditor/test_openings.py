"""What an auditor opened is re-checked like every other read: permitted only with that duty before it, and held against nobody with it."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from auditor.formats import Record
from schakel.events.data import ErasureRequested
from tests.auditor.material import altered, codes, find, ledger, played, records, verified, with_event, without
from tests.auditor.test_consent import disagreements
from tests.support import telling
from tests.support.casebook import World
from tests.support.telling import AUDITOR, HELP, OPENED, POLICE

CASE = "d0000000-0000-4000-8000-000000000004"


@cache
def looked_into() -> World:
    """Opened for her story, read before and behind her withdrawal, taken back, and asked for once more."""
    return played(
        CASE,
        telling.report(consents=(telling.terms(HELP),)),
        telling.opened("story"),
        telling.looks(),
        telling.withdrawn(),
        telling.looks("story"),
        telling.retracted(OPENED, by=AUDITOR),
        telling.looks(),
    )


def log() -> list[Record]:
    return records(looked_into())


def found(changed: list[Record]) -> set[str]:
    return codes(verified(ledger(changed)), question="consent")


def test_what_was_opened_and_read_is_nobodys_fault() -> None:
    permitted = [entry for entry in looked_into().ledger if entry.envelope.type == "disclosure.permitted"]
    assert len(permitted) == 2
    assert disagreements(looked_into().ledger) == []
    assert found(log()) == set()


def test_a_read_without_the_duty_before_it_is_found() -> None:
    assert found(without(log(), lambda name: name == "basis.invoked")) == {"disclosure_permitted"}


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": "referral"},
        {"basis": "vital_interest"},
        {"basis": "agreement"},
        {"recipient": POLICE},
        {"scopes": ("contact_details",)},
        {"scopes": ()},
        {"until": datetime(2026, 3, 2, 11, 25, tzinfo=UTC)},
    ],
    ids=["another purpose", "danger to life", "an agreement", "for another", "other fields", "no fields", "ended"],
)
def test_a_read_on_another_duty_is_found(changed: dict[str, Any]) -> None:
    assert found(altered(log(), find(log(), "basis.invoked"), **changed)) == {"disclosure_permitted"}


@pytest.mark.parametrize("nth", [0, 1])
def test_a_read_by_another_partner_is_found(nth: int) -> None:
    assert found(altered(log(), find(log(), "disclosure.requested", nth), by=POLICE)) == {"disclosure_permitted"}


def test_a_read_of_more_than_was_named_is_found() -> None:
    wider = altered(log(), find(log(), "disclosure.permitted"), scopes=("contact_details", "story"))
    assert found(wider) == {"disclosure_permitted"}


def test_a_read_after_she_asked_to_be_forgotten_is_found() -> None:
    asked = find(log(), "disclosure.requested")
    wish = with_event(log(), asked.offset, ErasureRequested(subject="victim"), find(log(), "report.received"))
    assert found(wish) == {"disclosure_permitted"}
