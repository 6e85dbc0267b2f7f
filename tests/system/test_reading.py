"""Reading by reference on real Kafka: frozen after the permit and woken after a withdrawal, and killed between request and answer."""

from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from backbone.gateway import address
from backbone.kafka.names import LEDGER
from schakel import codec
from schakel.client import ClientError, GatewayAway, NothingToRead, PersonalData, Withdrawn
from tests.support.desk import Desk
from tests.support.partners import NAME, PHONE, STORY, SUPPORT, Partners
from tests.support.realcluster import RealCluster
from tests.system.conftest import check

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing]
STRANGER = "coc-amsterdam"


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


def test_she_withdraws_while_the_gateway_is_down_and_once_it_is_back_nobody_reads(
    cluster: RealCluster, desk: Desk
) -> None:
    """A read was under way, and permitted, when the gateway was killed; its next process knows nothing of that and asks the ledger."""
    consent, gateway = cluster.workers["consent-0"], cluster.workers["gateway-0"]
    offer = desk.offered()
    consent.freeze()
    try:
        asked = desk.reads(offer)
        desk.stands(offer.case, "disclosure.requested")
        gateway.kill()
    finally:
        consent.wake()
    desk.stands(offer.case, "disclosure.permitted")
    desk.withdraw(offer)
    gateway.start()
    with pytest.raises(GatewayAway):
        asked.result(60)
    cluster.until(gateway.ready, "the gateway is ready again")
    assert isinstance(desk.read(SUPPORT, offer), Withdrawn)
    check(cluster, desk.at_work)


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
