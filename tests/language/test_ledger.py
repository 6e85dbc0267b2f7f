"""A record of the ledger is read in one way only: what the services put aside, an auditor's replay does not count either."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from schakel import codec
from schakel.envelope import Envelope
from schakel.errors import Unreadable
from schakel.events.chain import EventVoided
from schakel.events.contact import ContactMade
from schakel.events.vocab import Channel, Person
from schakel.history import collect
from schakel.ids import new_event_id, partner_source, service_source
from schakel.ledger import understand
from schakel.record import Raw

CASE, OTHER = "c0ffee00-0000-4000-8000-000000000001", "c0ffee00-0000-4000-8000-000000000002"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def contact(key: str = CASE, partner: str | None = "politie-amsterdam", named: str = ContactMade.TYPE) -> Raw:
    event = ContactMade(whom=Person.VICTIM, at=NOW, channel=Channel.TELEPHONE)
    envelope = Envelope(new_event_id(), partner_source("0" * 20), named, NOW, CASE, logtime=NOW, partner=partner)
    return Raw("schakel.ledger", 3, 17, 0, key.encode(), codec.encode(event), envelope.headers())


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: contact(key=OTHER), "key.mismatch"),
        (lambda: contact(partner=None), "header.missing"),
        (lambda: contact(named="case.closed"), "type.mismatch"),
    ],
    ids=["another key", "told by nobody", "another type"],
)
def test_what_contradicts_itself_is_in_no_state(make: Callable[[], Raw], code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        understand(make())
    assert caught.value.code == code
    history = collect([make()])[CASE]
    assert [(unread.offset, unread.problem.code) for unread in history.unread] == [(17, code)]
    assert not history.state.events


def test_what_fits_is_read_with_its_place() -> None:
    entry = understand(contact())
    assert (entry.partition, entry.offset, entry.author) == (3, 17, "politie-amsterdam")
    assert collect([contact()])[CASE].state.contacts


def test_an_operator_is_no_partner() -> None:
    event = EventVoided(event=new_event_id(), reason="cannot_be_read")
    envelope = Envelope(new_event_id(), service_source("operator"), event.TYPE, NOW, CASE)
    raw = Raw("schakel.ledger", 3, 18, 0, CASE.encode(), codec.encode(event), envelope.headers())
    assert understand(raw).event == event
