"""A case as a partner may see it: its own part, nothing of what happened, nothing of others, and as if it did not exist to a stranger."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from backbone.cli.standing import records
from backbone.engine.errors import BrokerAway
from backbone.gateway.tokens import Tokens
from schakel.case_party import CaseSeen
from schakel.events.chain import PartnerSuspended
from schakel.events.contact import ActionAgreed
from schakel.events.data import ErasureRequested
from schakel.events.referral import ReferralAccepted, ReferralCompleted, ReferralDeclined
from schakel.ids import new_event_id
from services.gateway import door
from services.gateway.party import Party
from services.gateway.problems import Problem
from tests.support.minicluster import PARTITIONS, START, MiniCluster
from tests.support.readers import DOOR, HELP, PHONE, STORY, STRANGER, Reading

COOLED_OFF = timedelta(days=16)


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return Reading(MiniCluster(tmp_path))


@pytest.fixture
def party(read: Reading) -> Party:
    store = next(one.store for one in read.cluster.services if one.processor.name == "gateway")
    return Party(read.cluster.watch, read._ends, store.reading)


def tell(read: Reading, by: str, event: object, case: str) -> str:
    event_id = read.cluster.send(by, event, case=case)  # type: ignore[arg-type]
    read.cluster.settle()
    return event_id


async def code(party: Party, partner: str, case: str) -> tuple[int, str, object]:
    with pytest.raises(Problem) as no:
        await party.look(partner, case)
    return no.value.status, no.value.code, (no.value.more or {}).get("reason")


async def test_the_receiver_sees_its_own_part(read: Reading, party: Party) -> None:
    offer = read.offered()
    seen = await party.look(HELP, offer.case)
    assert [(one.referral, one.state, one.purpose) for one in seen.referrals] == [
        (offer.referral, "delivered", "referral")
    ]
    assert (seen.case, seen.chain, seen.closed, seen.looks_after_it) == (offer.case, "amsterdam", False, False)
    tell(read, HELP, ReferralAccepted(referral=offer.referral), offer.case)
    agreed = tell(read, HELP, ActionAgreed(action="letter", owner=HELP, due_on=START.date()), offer.case)
    seen = await party.look(HELP, offer.case)
    assert seen.referrals[0].accepted_at is not None
    assert [(one.agreed, one.action, one.done) for one in seen.actions] == [(agreed, "letter", False)]
    tell(read, HELP, ReferralCompleted(referral=offer.referral, helped="yes"), offer.case)
    assert (await party.look(HELP, offer.case)).referrals[0].state == "completed"


async def test_of_others_and_of_what_happened_nothing_stands_in_it(read: Reading, party: Party) -> None:
    offer = read.offered()
    tell(read, HELP, ActionAgreed(action="letter", owner=HELP, due_on=START.date()), offer.case)
    for partner in (DOOR, HELP):
        text = (await party.look(partner, offer.case)).model_dump_json()
        for hidden in (PHONE, STORY, "assault", "oost", *({HELP, DOOR} - {partner})):
            assert hidden not in text, (partner, hidden)
    assert (await party.look(DOOR, offer.case)).actions == ()
    assert (await party.look(DOOR, offer.case)).referrals == ()


async def test_to_a_stranger_a_case_is_as_if_it_did_not_exist(read: Reading, party: Party) -> None:
    offer = read.offered()
    nobodys = await code(party, HELP, "00000000-0000-4000-8000-000000000000")
    assert await code(party, STRANGER, offer.case) == nobodys == (404, "case.not_yours", None)


async def test_whoever_was_told_to_stop_sees_no_more(read: Reading, party: Party) -> None:
    """She withdrew. Not why, not what became of her; her door goes on."""
    offer = read.offered()
    read.withdraw(offer.case)  # it stands in the ledger, and the gateway has not read it yet
    assert await code(party, HELP, offer.case) == (403, "read.refused", "withdrawn")
    assert (await party.look(DOOR, offer.case)).closed is False


async def test_whoever_declined_sees_no_more_and_is_not_told_that_she_withdrew(read: Reading, party: Party) -> None:
    offer = read.offered()
    tell(read, HELP, ReferralDeclined(referral=offer.referral, reason="no_capacity"), offer.case)
    assert await code(party, HELP, offer.case) == (403, "read.refused", "unknown")


async def test_once_she_asks_to_be_forgotten_nobody_sees_anything(read: Reading, party: Party) -> None:
    offer = read.offered()
    read.ask_to_forget(offer.case)
    assert await code(party, HELP, offer.case) == (403, "read.refused", "erasure_requested")
    assert await code(party, DOOR, offer.case) == (403, "read.refused", "erasure_requested")


async def test_once_she_is_erased_it_is_gone(read: Reading, party: Party) -> None:
    offer = read.offered()
    for proof in (None, "called_back"):
        tell(read, DOOR, ErasureRequested(subject="victim", requested_by="victim", second_proof=proof), offer.case)
    read.cluster.advance(COOLED_OFF)
    for partner in (DOOR, HELP):
        assert await code(party, partner, offer.case) == (410, "subject.erased", "erased")
    assert (await code(party, STRANGER, offer.case))[0] == 404


async def test_a_suspended_partner_sees_nothing(read: Reading, party: Party) -> None:
    offer = read.offered()
    event = PartnerSuspended(partner=HELP, reason="data_breach")
    for record in records(event, new_event_id(), read.cluster.time.now(), PARTITIONS):
        read.cluster.append(record)
    read.cluster.settle()
    assert await code(party, HELP, offer.case) == (404, "case.not_yours", None)


async def test_what_is_away_gives_nothing(read: Reading) -> None:
    async def away(topics: tuple[str, ...]) -> dict[tuple[str, int], int]:
        raise BrokerAway("Kafka does not answer")

    store = next(one.store for one in read.cluster.services if one.processor.name == "gateway")
    assert await code(Party(read.cluster.watch, away, store.reading), HELP, "x") == (503, "backbone.away", None)


async def test_a_defect_is_a_problem_and_quotes_nobody(read: Reading) -> None:
    async def broken(topics: tuple[str, ...]) -> dict[tuple[str, int], int]:
        raise RuntimeError(STORY)

    store = next(one.store for one in read.cluster.services if one.processor.name == "gateway")
    with capture_logs() as lines:
        assert await code(Party(read.cluster.watch, broken, store.reading), HELP, "x") == (500, "backbone.fault", None)
    assert STORY not in str(lines)


def test_over_http_it_needs_a_token_and_is_not_kept(tmp_path: Path) -> None:
    class Sees:
        async def look(self, partner: str, case: str) -> CaseSeen:
            return CaseSeen(
                case=case, as_of=START, drill=False, chain="amsterdam", protocols=(), reported_at=START, closed=False,
                looks_after_it=partner == HELP, referrals=(), clocks=(), actions=(),
            )  # fmt: skip

    tokens = Tokens(tmp_path)
    app = door.build(None, tokens, Sees())  # type: ignore[arg-type]
    with TestClient(app) as http:
        assert http.get("/cases/c").status_code == 401
        answer = http.get("/cases/c", headers={"Authorization": f"Bearer {tokens.issue(HELP)}"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert CaseSeen.model_validate_json(answer.content).looks_after_it
