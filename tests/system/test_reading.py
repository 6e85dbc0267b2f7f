"""Reading by reference on real Kafka: frozen after the permit and woken after a withdrawal, and killed between request and answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from backbone.gateway import address
from backbone.kafka.names import LEDGER
from schakel import codec
from schakel.client import ClientError, GatewayAway, NothingToRead, PersonalData, Withdrawn
from services.gateway.deadline import boot_time_s
from services.gateway.reading import PERMIT_S
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


@dataclass(frozen=True, slots=True)
class Frozen:
    """A read whose gateway stood still from before the permit until after the withdrawal, and when, by the clock of the gateway's own
    deadline: it was asked after `asked_s`, stood in the ledger by `stood_s`, was woken at `woken_s`, answered by `ended_s`."""

    answer: PersonalData | ClientError
    asked_s: float
    stood_s: float
    woken_s: float
    ended_s: float


def frozen_over_a_withdrawal(cluster: RealCluster, desk: Desk, *, too_long: bool) -> Frozen:
    """too_long: wait until the seconds that a read may take are over before the gateway is woken."""
    consent, gateway = cluster.workers["consent-0"], cluster.workers["gateway-0"]
    offer = desk.offered()
    asked_s = boot_time_s()
    consent.freeze()
    try:
        asked = desk.reads(offer)
        desk.stands(offer.case, "disclosure.requested")
        stood_s = boot_time_s()
        gateway.freeze()
    finally:
        consent.wake()
    try:
        desk.stands(offer.case, "disclosure.permitted")
        desk.withdraw(offer)
        assert not asked.done()
        if too_long:
            cluster.until(lambda: boot_time_s() > stood_s + PERMIT_S, "the seconds of the permit are over")
        woken_s = boot_time_s()
    finally:
        gateway.wake()
    answer = asked.exception(60) or asked.result()
    ended_s = boot_time_s()
    assert isinstance(answer, PersonalData | ClientError), answer
    cluster.until(gateway.ready, "the gateway is ready again")
    assert isinstance(desk.read(SUPPORT, offer), Withdrawn)
    return Frozen(answer, asked_s, stood_s, woken_s, ended_s)


def given(cluster: RealCluster) -> float:
    """How many reads the gateway's process has given."""
    return cluster.metric("gateway-0", "schakel_reads_total").get('{outcome="given"}', 0.0)


def test_frozen_after_the_permit_and_woken_within_its_seconds_it_says_that_she_withdrew(
    cluster: RealCluster, desk: Desk
) -> None:
    """A machine with much other work may take longer than a read may: then it is another situation, with the other answer, and is played
    again; one that never gets there in time shows nothing, and that is a failure."""
    before = given(cluster)
    for _ in range(5):
        found = frozen_over_a_withdrawal(cluster, desk, too_long=False)
        assert type(found.answer) in (Withdrawn, GatewayAway)
        assert given(cluster) == before
        if type(found.answer) is Withdrawn:
            assert found.woken_s < found.stood_s + PERMIT_S, (
                "who is woken after the permit's seconds says no more than that"
            )
            break
        assert found.ended_s > found.asked_s + PERMIT_S, "there was time to say it"
    else:
        pytest.fail(
            f"in five plays never woken within the {PERMIT_S:.0f} s of a permit, the last {found.woken_s - found.stood_s:.1f} s after the "
            "request stood: this machine has too much other work"
        )
    check(cluster, desk.at_work)


def test_frozen_after_the_permit_and_woken_after_its_seconds_nobody_gets_an_answer(
    cluster: RealCluster, desk: Desk
) -> None:
    """Not that she withdrew either: the read is over. Who asks anew hears it."""
    before = given(cluster)
    found = frozen_over_a_withdrawal(cluster, desk, too_long=True)
    assert type(found.answer) is GatewayAway
    assert "read.too_late" in str(found.answer)
    assert given(cluster) == before
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
