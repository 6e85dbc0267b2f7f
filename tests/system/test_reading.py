"""Reading by reference on real Kafka: frozen after the permit and woken after a withdrawal, and killed between request and answer."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from backbone.gateway import address
from backbone.kafka.topics import LEDGER
from backbone.supervisor.prepare import profile_path
from schakel import codec
from schakel.client import (
    ClientError,
    Gateway,
    GatewayAway,
    NothingToRead,
    PersonalData,
    Profile,
    ReadRefused,
    Withdrawn,
)
from schakel.envelope import read_headers
from schakel.events.consent import ConsentWithdrawn
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Identity, Nature
from schakel.ids import new_event_id
from schakel.messages import ReferralOffered
from tests.support.partners import NAME, PHONE, STORY, SUPPORT, Partners
from tests.support.realcluster import RealCluster
from tests.system.conftest import check

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
DOOR, STRANGER = "politie-amsterdam", "coc-amsterdam"


class Desk:
    """Partners who read, on a cluster that is up."""

    def __init__(self, cluster: RealCluster, at_work: Partners) -> None:
        self.cluster, self.at_work = cluster, at_work
        self.threads = ThreadPoolExecutor(4)

    def gateway(self, partner: str) -> Gateway:
        held = Profile.load(profile_path(self.cluster.var_dir, partner))
        return Gateway(held.gateway, held.gateway_token)

    def offered(self) -> ReferralOffered:
        """A person agreed at the door; the referral is on victim support's topic."""
        event_id = new_event_id()
        facts = ReportFacts(
            identity=Identity.BY_NAME, natures=(Nature.ASSAULT,), place=Place(municipality="amsterdam", district="oost")
        )
        event = ReportReceived(
            reported_at=self.cluster.time.now(),
            facts=facts,
            consents=(self.at_work._terms(SUPPORT),),
            sealed=(self.at_work._sealed(event_id),),
        )
        self.at_work.tell(DOOR, event, event_id=event_id)
        return self.cluster.until(lambda: self._offer(event_id), "the referral is delivered")

    def _offer(self, report: str) -> ReferralOffered | None:
        self.cluster.wire.poll()
        cases = [
            read_headers(raw.headers).case
            for raw in self.cluster.wire.topic(LEDGER)
            if read_headers(raw.headers).id == report
        ]
        for raw in self.cluster.wire.topic(f"schakel.out.{SUPPORT}"):
            message = codec.decode_message(raw.value)
            if isinstance(message, ReferralOffered) and message.case in cases:
                return message
        return None

    def reads(self, offer: ReferralOffered) -> "Future[PersonalData]":
        """Victim support asks, and waits in a thread of its own."""
        return self.threads.submit(self.gateway(SUPPORT).open, offer, timeout_s=60)

    def read(self, partner: str, offer: ReferralOffered) -> PersonalData | ClientError:
        """What is given in the end, or why not; a machine under load may take longer than a read may."""

        def answer() -> PersonalData | ClientError | None:
            try:
                return self.gateway(partner).open(offer)
            except GatewayAway:
                return None
            except (ReadRefused, NothingToRead) as no:
                return no

        return self.cluster.until(answer, "the gateway answers")

    def stands(self, case: str, event_type: str, times: int = 1) -> None:
        """Wait until so many events of this type stand in the ledger."""
        self.cluster.until(lambda: self.count(case, event_type) >= times, f"{event_type} stands in the ledger")

    def count(self, case: str, event_type: str) -> int:
        self.cluster.wire.poll()
        envelopes = [read_headers(raw.headers) for raw in self.cluster.wire.topic(LEDGER)]
        return sum((envelope.case, envelope.type) == (case, event_type) for envelope in envelopes)

    def withdraw(self, offer: ReferralOffered) -> None:
        """She withdraws, and it stands in the ledger."""
        self.at_work.tell(DOOR, ConsentWithdrawn(), offer.case)
        self.stands(offer.case, "consent.withdrawn")


@pytest.fixture
def desk(cluster: RealCluster, partners: Callable[[int], Partners]) -> Desk:
    cluster.up()
    return Desk(cluster, partners(71))


def hers(found: PersonalData | ClientError) -> Any:
    assert isinstance(found, PersonalData), found
    return found.contact_details, found.story


def test_it_is_read_until_she_withdraws(cluster: RealCluster, desk: Desk) -> None:
    offer = desk.offered()
    found = desk.read(SUPPORT, offer)
    assert hers(found) == ({"name": NAME, "phone": PHONE}, STORY)
    assert NAME not in repr(found)
    assert isinstance(desk.read(STRANGER, offer), NothingToRead)
    desk.withdraw(offer)
    assert isinstance(desk.read(SUPPORT, offer), Withdrawn)
    check(cluster, desk.at_work)
    asked, permitted, denied = (
        desk.count(offer.case, f"disclosure.{what}") for what in ("requested", "permitted", "denied")
    )
    assert (asked, permitted >= 1, denied >= 2) == (permitted + denied, True, True)


def test_frozen_after_the_permit_and_woken_after_a_withdrawal_it_gives_nothing(
    cluster: RealCluster, desk: Desk
) -> None:
    consent, gateway = cluster.workers["consent-0"], cluster.workers["gateway-0"]
    offer = desk.offered()
    consent.freeze()
    try:
        asked = desk.reads(offer)
        desk.stands(offer.case, "disclosure.requested")
        gateway.freeze()
    finally:
        consent.wake()
    try:
        desk.stands(offer.case, "disclosure.permitted")
        desk.withdraw(offer)
        assert not asked.done()
    finally:
        gateway.wake()
    with pytest.raises((Withdrawn, GatewayAway)):  # away: when the permit's seconds were over as well
        asked.result(60)
    cluster.until(gateway.ready, "the gateway is ready again")
    assert isinstance(desk.read(SUPPORT, offer), Withdrawn)
    check(cluster, desk.at_work)


def test_killed_between_request_and_answer_nobody_gets_the_answer_and_the_next_asks_anew(
    cluster: RealCluster, desk: Desk
) -> None:
    consent, gateway = cluster.workers["consent-0"], cluster.workers["gateway-0"]
    offer = desk.offered()
    consent.freeze()
    try:
        asked = desk.reads(offer)
        desk.stands(offer.case, "disclosure.requested")
        gateway.kill()
        gateway.start()
        with pytest.raises(GatewayAway):
            asked.result(60)
    finally:
        consent.wake()
    desk.stands(offer.case, "disclosure.permitted")
    cluster.until(gateway.ready, "the gateway is ready again")
    assert hers(desk.read(SUPPORT, offer)) == ({"name": NAME, "phone": PHONE}, STORY)
    check(cluster, desk.at_work)
    assert desk.count(offer.case, "disclosure.permitted") >= 2


def test_a_stock_deserializer_reads_the_ledger_with_the_gateway_as_its_registry(
    cluster: RealCluster, desk: Desk
) -> None:
    desk.offered()
    decode = AvroDeserializer(SchemaRegistryClient({"url": address.url(cluster.settings)}))
    context = SerializationContext(LEDGER, MessageField.VALUE)
    cluster.wire.catch_up()
    records = cluster.wire.topic(LEDGER)
    assert len(records) > 3
    for raw in records:
        event = codec.decode_event(raw.value)
        assert type(event).model_validate(decode(raw.value, context)) == event
