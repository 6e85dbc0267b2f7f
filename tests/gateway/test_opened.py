"""An auditor reads what it opened: with a motive, until its end, the fields that it named, and nothing of anybody else (docs/adr/0042)."""

from datetime import timedelta
from pathlib import Path

import pytest

from schakel.events.consent import BasisInvoked
from schakel.events.data import StatementRetracted
from schakel.events.vocab import Basis, Purpose, Scope
from schakel.ids import new_event_id
from services.gateway.reading import NotForYou, Refused
from tests.support.minicluster import MiniCluster
from tests.support.readers import AUDITOR, DOOR, HELP, PHONE, STEPS, STORY, STRANGER, Reading


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return Reading(MiniCluster(tmp_path))


def opens(read: Reading, case: str, *scopes: Scope, by: str = AUDITOR, hours: int = 24) -> str:
    """An auditor says what it opens; the id under which it then reads."""
    event_id = new_event_id()
    event = BasisInvoked(
        basis=Basis.LEGAL_DUTY,
        recipient=by,
        purpose=Purpose.AUDIT,
        scopes=scopes,
        motive="complaint_about_handling",
        until=read.cluster.time.now() + timedelta(hours=hours),
    )
    read.cluster.send(by, event, case=case, event_id=event_id)
    read.cluster.settle()
    return event_id


async def test_an_auditor_reads_what_it_named_of_the_person_and_no_more(read: Reading) -> None:
    """Also after her withdrawal: a duty by law stands beside it."""
    case = read.offered().case
    read.withdraw(case)
    opening = opens(read, case, Scope.STORY)
    given = await read.read(AUDITOR, opening)
    assert (given.personal, given.scopes) == ({"story": STORY}, ("story",))
    with pytest.raises(Refused) as no:
        await read.read(AUDITOR, opening, Scope.CONTACT_DETAILS)
    assert no.value.reason == "too_narrow"
    assert read.effects(case) == [
        *("disclosure.requested", "disclosure.permitted"),
        *("disclosure.requested", "disclosure.denied"),
    ]
    assert AUDITOR not in read.cluster.replay(case).parties


async def test_all_that_can_be_opened_is_hers_alone(read: Reading) -> None:
    """Of the accused, of the door's own words and of its dossier number nothing."""
    case = read.offered().case
    everything = (Scope.CONTACT_DETAILS, Scope.CONTACT_PREFERENCE, Scope.STORY, Scope.LABEL)
    given = await read.read(AUDITOR, opens(read, case, *everything))
    assert given.personal == {"contact_details": {"phone": PHONE}, "contact_preference": "not at home", "story": STORY}


async def test_when_its_time_is_over_an_auditor_hears_that_it_has_ended(read: Reading) -> None:
    opening = opens(read, read.offered().case, Scope.STORY, hours=1)
    read.cluster.advance(timedelta(minutes=61))
    with pytest.raises(Refused) as no:
        await read.read(AUDITOR, opening)
    assert no.value.reason == "ended"


async def reads_unless_it_came_before_the_end(read: Reading, opening: str, step: str, reason: str) -> None:
    """What closes an opening counts at every step of a read but the last, when all has been opened."""
    if step == "opened":
        assert (await read.read(AUDITOR, opening)).personal
    else:
        with pytest.raises(Refused) as no:
            await read.read(AUDITOR, opening)
        assert no.value.reason == reason


@pytest.mark.parametrize("step", STEPS)
async def test_taken_back_by_its_author_an_opening_is_closed_at_every_moment(read: Reading, step: str) -> None:
    case = read.offered().case
    opening = opens(read, case, Scope.STORY)

    def take_back() -> None:
        read.cluster.send(AUDITOR, StatementRetracted(event=opening, reason="mistake"), case=case)
        read.cluster.work(read.cluster.services[0], 500)

    read.before[step] = take_back
    await reads_unless_it_came_before_the_end(read, opening, step, "ended")


@pytest.mark.parametrize("step", STEPS)
async def test_a_request_to_be_forgotten_closes_it_to_an_auditor_too(read: Reading, step: str) -> None:
    case = read.offered().case
    opening = opens(read, case, Scope.STORY)
    read.before[step] = lambda: read.ask_to_forget(case)
    await reads_unless_it_came_before_the_end(read, opening, step, "erasure_requested")


async def test_of_a_destroyed_key_an_auditor_opens_nothing(read: Reading) -> None:
    case = read.offered().case
    opening = opens(read, case, Scope.STORY)
    read.cluster.keys.destroy(case, "victim")
    with pytest.raises(Refused) as no:
        await read.read(AUDITOR, opening)
    assert no.value.reason == "erased"


async def test_nobody_else_reads_under_an_auditors_opening(read: Reading) -> None:
    opening = opens(read, read.offered().case, Scope.STORY)
    for partner in (HELP, DOOR, STRANGER):
        with pytest.raises(NotForYou):
            await read.read(partner, opening)


@pytest.mark.parametrize("by", [HELP, DOOR, STRANGER, "dmg"])
async def test_whose_role_is_no_auditors_opens_nothing(read: Reading, by: str) -> None:
    """Its receiver, its door, another partner of the chain, one of another chain: refused, and there is nothing to read under."""
    opening = opens(read, read.offered().case, Scope.STORY, by=by)
    refused = read.cluster.receipts(by)[opening].refusal
    assert refused is not None
    assert refused.code == {DOOR: "basis.not_allowed", HELP: "right.missing"}.get(by, "case.not_yours")
    with pytest.raises(NotForYou):
        await read.read(by, opening)


async def test_a_rebuilt_gateway_knows_what_an_auditor_opened(read: Reading) -> None:
    opening = opens(read, read.offered().case, Scope.STORY)
    read.cluster.rebuild("gateway")
    assert (await Reading(read.cluster).read(AUDITOR, opening)).personal == {"story": STORY}
