"""One read, in every order with a withdrawal: what stands before the request wins, and nothing leaves that was taken back since."""

import asyncio
from contextlib import suppress
from dataclasses import replace as replace_look
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from backbone.casework import ledger_record
from backbone.cli.standing import records
from schakel.case import conclude
from schakel.entry import Entry
from schakel.events.base import SealedField
from schakel.events.chain import PartnerSuspended
from schakel.events.data import DisclosurePermitted, ErasureRequested
from schakel.events.report import ReportCorrected
from schakel.events.vocab import Scope
from schakel.ids import new_event_id, service_source
from schakel.sealing import seal
from services.consent import disclosures
from services.gateway import reading
from services.gateway.reading import FRESH_S, PERMIT_S, NotForYou, Refused, TooLate
from tests.services.test_given_up import GARBAGE
from tests.services.test_parked import contact, record
from tests.support.minicluster import PARTITIONS, MiniCluster
from tests.support.readers import DOOR, HELP, PHONE, STEPS, STORY, STRANGER, Reading


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return Reading(MiniCluster(tmp_path))


# --- what is given


async def test_it_gives_just_the_permitted_fields_of_the_person(read: Reading) -> None:
    offer = read.offered()
    given = await read.read(HELP, read.referral(offer))
    assert given.personal == {"contact_details": {"phone": PHONE}, "contact_preference": "not at home", "story": STORY}
    assert given.scopes == ("contact_details", "story")
    assert given.may_leave()
    assert PHONE not in repr(given)
    assert read.effects(offer.case) == ["disclosure.requested", "disclosure.permitted"]


async def test_asked_for_less_it_opens_less(read: Reading) -> None:
    offer = read.offered()
    given = await read.read(HELP, offer.referral, Scope.STORY)
    assert given.personal == {"story": STORY}


async def test_the_newest_word_is_given(read: Reading) -> None:
    offer = read.offered()
    event_id, key = new_event_id(), read.cluster.keys.door_keys()[0]
    newer = seal("victim", {SealedField.CONTACT_DETAILS: {"phone": "06-55501111"}}, key, about=event_id)
    corrected = ReportCorrected(replaces=("natures",), facts=offer.facts, sealed=(newer,))
    read.cluster.send(DOOR, corrected, case=offer.case, event_id=event_id)
    read.cluster.settle()
    given = await read.read(HELP, offer.referral)
    assert given.personal["contact_details"] == {"phone": "06-55501111"}
    assert given.personal["story"] == STORY


async def test_a_person_whose_key_was_destroyed_is_read_by_nobody(read: Reading) -> None:
    offer = read.offered()
    read.cluster.keys.destroy(offer.case, "victim")
    with pytest.raises(Refused) as no:
        await read.read(HELP, offer.referral)
    assert no.value.reason == "erased"


@pytest.mark.parametrize("step", STEPS)
async def test_a_request_to_be_forgotten_wins_as_a_withdrawal_does(read: Reading, step: str) -> None:
    offer = read.offered()
    read.before[step] = lambda: read.ask_to_forget(offer.case)
    if step == "opened":
        assert (await read.read(HELP, offer.referral)).personal
    else:
        with pytest.raises(Refused) as no:
            await read.read(HELP, offer.referral)
        assert no.value.reason == "erasure_requested"


@pytest.mark.parametrize("step", STEPS)
async def test_a_suspension_wins_as_a_withdrawal_does(read: Reading, step: str) -> None:
    """It stands in every partition, so that the last look meets it whatever the gate said before."""
    offer = read.offered()

    def suspend() -> None:
        event = PartnerSuspended(partner=HELP, reason="agreement_ended")
        for made in records(event, new_event_id(), read.cluster.time.now(), PARTITIONS):
            read.cluster.append(made)

    read.before[step] = suspend
    if step == "opened":
        assert (await read.read(HELP, offer.referral)).personal
    else:
        with pytest.raises(Refused):
            await read.read(HELP, offer.referral)
    with pytest.raises(Refused):
        await read.read(HELP, offer.referral)


async def test_erased_she_is_read_by_nobody_and_it_says_so(read: Reading) -> None:
    offer = read.offered()
    for proof in (None, "called_back"):
        read.cluster.send(DOOR, ErasureRequested(subject="victim", second_proof=proof), case=offer.case)
        read.cluster.settle()
    read.cluster.advance(timedelta(days=16))
    with pytest.raises(Refused) as no:
        await read.read(HELP, offer.referral)
    assert no.value.reason == "erased"
    with pytest.raises(NotForYou):
        await read.read(STRANGER, offer.referral)
    assert read.effects(offer.case) == ["disclosure.requested", "disclosure.denied"] * 2


async def test_a_rebuilt_gateway_gives_the_same(read: Reading) -> None:
    offer = read.offered()
    read.cluster.rebuild("gateway")
    given = await Reading(read.cluster).read(HELP, offer.referral)
    assert given.personal["story"] == STORY


async def test_a_referral_that_is_younger_than_our_fold_is_found(read: Reading) -> None:
    """The message goes out before the ledger says so, and a partner may be quicker than we are."""
    gateway = read.cluster.services.pop()
    offer = read.offered()
    read.before["end asked"] = lambda: read.cluster.services.append(gateway)
    assert (await read.read(HELP, offer.referral)).personal["story"] == STORY


# --- who gets nothing


async def test_anothers_reference_is_as_if_it_did_not_exist_and_stands_in_the_ledger(read: Reading) -> None:
    offer = read.offered()
    for partner in (STRANGER, DOOR):
        with pytest.raises(NotForYou):
            await read.read(partner, offer.referral)
    assert read.effects(offer.case) == ["disclosure.requested", "disclosure.denied"] * 2
    assert {by: (r.permitted, r.denied) for by, r in read.cluster.replay(offer.case).reads.items()} == {
        STRANGER: (0, 1),
        DOOR: (0, 1),
    }


@pytest.mark.parametrize("name", ["0" * 36, "referrals", "", "a'; drop table referral; --"])
async def test_what_does_not_exist_is_asked_of_nobody(read: Reading, name: str) -> None:
    offer = read.offered()
    length = len(read.cluster.ledger())
    with pytest.raises(NotForYou):
        await read.read(HELP, name)
    with pytest.raises(NotForYou):
        await read.read(HELP, offer.case)
    assert len(read.cluster.ledger()) == length


async def test_a_referral_that_waits_is_not_known_to_its_receiver(read: Reading) -> None:
    offer = read.offered()
    held = [one for one in read.cluster.replay(offer.case).referrals.values() if one.to != HELP]
    assert held
    with pytest.raises(NotForYou):
        await read.read(held[0].to, held[0].id)


# --- withdrawn, in every order


@pytest.mark.parametrize("step", STEPS)
async def test_a_withdrawal_wins_wherever_it_stands_before_the_last_look(read: Reading, step: str) -> None:
    """Behind that, at `opened`, the request was the earlier of the two."""
    offer = read.offered()
    read.before[step] = lambda: read.withdraw(offer.case)
    if step == "opened":
        assert (await read.read(HELP, offer.referral)).personal
        return
    with pytest.raises(Refused) as no:
        await read.read(HELP, offer.referral)
    assert no.value.reason == "withdrawn"


@pytest.mark.parametrize("step", STEPS)
async def test_after_a_withdrawal_the_next_read_is_refused(read: Reading, step: str) -> None:
    offer = read.offered()
    read.before[step] = lambda: read.withdraw(offer.case)
    with suppress(Refused):
        await read.read(HELP, offer.referral)
    with pytest.raises(Refused):
        await read.read(HELP, offer.referral)


@pytest.mark.parametrize("step", STEPS[1:])
async def test_nothing_is_given_while_a_withdrawal_waits_behind_what_nobody_can_read(
    read: Reading, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case is parked where the gate permitted it a moment before: what the gateway has folded of it is not all that was said."""
    monkeypatch.setattr(reading, "PERMIT_S", 0.5)
    offer = read.offered()

    def hinder() -> None:
        read.cluster.append(record(read.cluster, offer.case, contact(read.cluster), GARBAGE))
        read.withdraw(offer.case)

    read.before[step] = hinder
    if step == "opened":
        assert (await read.read(HELP, offer.referral)).personal
        return
    with pytest.raises(TooLate):
        await read.read(HELP, offer.referral)


async def test_withdrawn_long_ago(read: Reading) -> None:
    offer = read.offered()
    read.withdraw(offer.case)
    read.cluster.settle()
    with pytest.raises(Refused) as no:
        await read.read(HELP, offer.referral)
    assert no.value.reason == "withdrawn"
    assert read.effects(offer.case) == ["disclosure.requested", "disclosure.denied"]


# --- the last look


async def test_the_end_is_asked_while_the_answer_is_folded(read: Reading) -> None:
    offer, asked = read.offered(), []
    read.before["answered"] = lambda: asked.extend(read.reader._looks.values())
    await read.read(HELP, offer.referral)
    (look,) = asked
    answer = max(e.offset for e in read.cluster.ledger(offer.case) if isinstance(e.event, DisclosurePermitted))
    assert look.behind == answer, "begun before the read was told"
    assert [*read.reader._looks.values()] == [look], "and not again"


async def test_a_look_that_was_begun_before_the_answer_stood_there_is_not_the_last(read: Reading) -> None:
    """Another's answer came in before, the end was found for that, and a withdrawal stands behind it."""
    offer = read.offered()

    def earlier() -> None:
        look, found = read.reader._looks[partition], asyncio.get_running_loop().create_future()
        found.set_result(look.behind + 1)
        read.reader._looks[partition] = replace_look(look, behind=look.behind - 1, end=found)
        read.withdraw(offer.case)

    (partition,) = {e.partition for e in read.cluster.ledger(offer.case)}
    read.before["answered"] = earlier
    with pytest.raises(Refused) as no:
        await read.read(HELP, offer.referral)
    assert no.value.reason == "withdrawn"


async def test_what_was_found_is_as_old_as_the_question(read: Reading) -> None:
    offer = read.offered()
    read.before["end asked"] = lambda: _freeze(read, FRESH_S)
    assert not (await read.read(HELP, offer.referral)).may_leave()


# --- a permit is for one request and for seconds


def _freeze(read: Reading, for_s: float) -> None:
    read.clock.now_s += for_s


@pytest.mark.parametrize("step", ["asked", "appended", "answered", "end asked", "opened"])
async def test_frozen_for_longer_than_a_permit_lasts_it_gives_nothing(read: Reading, step: str) -> None:
    offer = read.offered()
    read.before[step] = lambda: _freeze(read, PERMIT_S)
    with pytest.raises(TooLate):
        await read.read(HELP, offer.referral)


async def test_frozen_behind_the_last_look_it_lets_nothing_leave(read: Reading) -> None:
    offer = read.offered()
    given = await read.read(HELP, offer.referral)
    assert given.may_leave()
    _freeze(read, FRESH_S)
    assert not given.may_leave()


async def test_frozen_while_it_opens_it_lets_nothing_leave(read: Reading) -> None:
    offer = read.offered()
    read.before["opened"] = lambda: _freeze(read, FRESH_S)
    assert not (await read.read(HELP, offer.referral)).may_leave()


async def test_an_answer_that_comes_when_nobody_waits_is_given_to_nobody(
    read: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = read.offered()
    read.settles = False
    monkeypatch.setattr(reading, "PERMIT_S", 0.5)
    with pytest.raises(TooLate):
        await read.read(HELP, offer.referral)
    read.cluster.settle()
    assert read.effects(offer.case) == ["disclosure.requested", "disclosure.permitted"]
    assert read.cluster.watch._askers == {}


async def test_a_permit_said_again_is_no_permit(read: Reading) -> None:
    """The old permit under its old request, and one that somebody forges for the new request behind a withdrawal."""
    offer = read.offered()
    await read.read(HELP, offer.referral)
    (old,) = [e for e in read.cluster.ledger(offer.case) if isinstance(e.event, DisclosurePermitted)]
    case = read.cluster.replay(offer.case)
    read.withdraw(offer.case)

    def replay() -> None:
        request = next(iter(read.cluster.replay(offer.case).reading))
        forged = conclude(case, old.event.model_copy(update={"request": request}))
        for entry in (old, forged):
            read.cluster.append(ledger_record(entry, old.partition, offer.case))

    read.before["appended"] = replay
    with pytest.raises(Refused):
        await read.read(HELP, offer.referral)
    assert read.cluster.replay(offer.case).reads[HELP].permitted == 1


@pytest.mark.parametrize("source", ["intake", "routing", "followup", "gateway", "operator", "cases"])
async def test_a_permit_of_another_service_opens_nothing(
    read: Reading, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """Her words would allow it, and whoever has that service's password may write to the ledger: only the gate permits."""
    offer = read.offered()
    gate = next(one for one in read.cluster.services if one.processor.name == "consent")
    read.cluster.services.remove(gate)
    monkeypatch.setattr(reading, "PERMIT_S", 0.5)

    def forge() -> None:
        case = read.cluster.replay(offer.case)
        (permit,) = disclosures.answers(case)
        forged = conclude(case, permit)
        envelope = replace(forged.envelope, source=service_source(source))
        read.cluster.append(ledger_record(Entry(envelope, permit), None, offer.case))

    read.before["appended"] = forge
    with pytest.raises(TooLate):
        await read.read(HELP, offer.referral)
    assert read.effects(offer.case) == ["disclosure.requested", "disclosure.permitted"]
    assert "permitted" not in str(read.cluster.replay(offer.case).reads)
    read.cluster.services.append(gate)
    read.cluster.settle()
    assert read.cluster.replay(offer.case).reads[HELP].permitted == 1, "the gate's own answer still counts"
