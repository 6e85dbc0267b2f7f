"""A partner's client that reads its inbox again from the beginning, after a person was erased: nothing of her is found in it, and the old
offer opens no more."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backbone.supervisor.prepare import Broker, profile_path
from schakel.client import Erased, GatewayAway, Incoming, Partner, PersonalData, Profile, ReadRefused
from schakel.client.inbox import read
from schakel.events.data import ErasureRequested
from schakel.messages import Erased as ErasedMessage
from schakel.messages import ReferralOffered
from schakel.reading import read_to_end
from schakel.sealing import seal
from tests.support.canaries import WORD, Canaries, found_in
from tests.support.desk import DOOR, Desk
from tests.support.partners import SUPPORT, Partners
from tests.support.realcluster import RealCluster
from tests.system.conftest import check
from tests.system.test_erasure import COOLED_OFF

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing]
GROUP = f"partner.{SUPPORT}.inbox"


@pytest.fixture
def desk(cluster: RealCluster, partners: Callable[[int], Partners]) -> Desk:
    """Whoever reports here tells a canary in every personal field."""
    cluster.up()
    at_work, canaries = partners(89), Canaries()
    key = cluster.keys.door_keys()[0]
    at_work._sealed = lambda event_id: seal("victim", canaries.parts(), key, about=event_id)  # type: ignore[method-assign]
    return Desk(cluster, at_work)


@pytest.fixture
def profile(cluster: RealCluster) -> Path:
    return profile_path(cluster.var_dir, SUPPORT)


def inbox(profile: Path) -> list[Incoming]:
    """All that is new to the partner's client, receipts too; acknowledged."""
    with Partner.connect(profile=profile) as partner:
        return list(partner.inbox(wait_s=3, receipts=True))


def forget_position(cluster: RealCluster) -> None:
    """As for a client that never read, or that lost where it was."""
    assert cluster.embedded.admin
    with Broker(cluster.embedded.bootstrap, cluster.embedded.admin).client() as admin:
        admin.delete_groups([GROUP])


def offered(messages: list[Incoming], case: str) -> Incoming:
    (offer,) = [one for one in messages if one.case == case and isinstance(one.body, ReferralOffered)]
    return offer


def opened(cluster: RealCluster, offer: Incoming) -> PersonalData | ReadRefused:
    """What the client gets in the end; a machine under load may take longer than a read may."""

    def answer() -> PersonalData | ReadRefused | None:
        try:
            return offer.open()
        except GatewayAway:
            return None
        except ReadRefused as no:
            return no

    return cluster.until(answer, "the gateway answers")


def named_in(messages: list[Incoming]) -> list[str]:
    """The ids of messages in which a canary is found, however they are written down."""
    return [
        one.id
        for one in messages
        if found_in(f"{one!r} {one} {one.body!r} {one.problem!r}".encode())
        or (one.body and found_in(one.body.model_dump_json().encode()))
    ]


def test_after_an_erasure_a_client_that_reads_all_again_finds_nothing_of_her(
    cluster: RealCluster, desk: Desk, profile: Path
) -> None:
    case = desk.offered().case
    before = opened(cluster, offered(inbox(profile), case))
    assert isinstance(before, PersonalData)
    assert found_in(f"{before.contact_details} {before.story}".encode()), "it could be read before"

    desk.at_work.tell(DOOR, ErasureRequested(subject="victim"), case)
    desk.at_work.tell(DOOR, ErasureRequested(subject="victim", second_proof="called_back"), case)
    desk.stands(case, "erasure.scheduled")
    cluster.advance(COOLED_OFF)
    desk.stands(case, "subject.erased")
    cluster.settle()

    forget_position(cluster)
    again = inbox(profile)
    offer = offered(again, case)
    refused = opened(cluster, offer)
    assert type(refused) is Erased
    assert refused.reason == "erased"
    assert refused.__context__ is None or not found_in(repr(refused.__context__).encode())
    (told,) = [one for one in again if one.case == case and isinstance(one.body, ErasedMessage)]
    assert told.offset > offer.offset

    records = list(read_to_end(Profile.load(profile).access().kafka(), f"schakel.out.{SUPPORT}"))
    assert {one.id for one in again} >= {read(raw).id for raw in records}
    assert named_in(again) == []
    parts = (part for raw in records for part in (raw.key, raw.value, *(value for _, value in raw.headers)) if part)
    assert not found_in(b"\n".join(parts))
    assert named_in([Incoming(WORD, case, "referral", None, False, 0, None)]) == [WORD], "it would be found"
    check(cluster, desk.at_work)
