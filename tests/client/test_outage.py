"""The broker goes away and comes back: the client says so, waits, and loses nothing. A broker of its own."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backbone.kafka.embedded import EmbeddedKafka
from schakel.client import BrokerAway, NoReceipt, Partner
from schakel.client import inbox as module
from schakel.events.contact import ContactMade
from schakel.events.vocab import Channel, Person
from tests.client.fakes import CASE, NOW, FakeBackbone, referral
from tests.support.broker import CACHE, Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing]
CONTACT = ContactMade(whom=Person.VICTIM, at=NOW, channel=Channel.TELEPHONE)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka(tmp_path / "var", cache_dir=CACHE) as embedded:
        yield embedded


def test_an_outage_loses_nothing(
    own: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_SILENT_S", 0.5)
    caplog.set_level(logging.INFO, "schakel.client")
    kafka = Broker(own)
    who = kafka.partner()
    with (
        FakeBackbone(kafka, who.username) as backbone,
        Partner.connect(who.username, bootstrap=own.bootstrap, password=who.password) as partner,
    ):
        said = [backbone.say(referral(1))]
        inbox = partner.inbox(wait_s=60)
        shown = [next(inbox).id]
        own.kill()
        during = [partner.send(CONTACT, case=CASE) for _ in range(20)]
        with pytest.raises((BrokerAway, NoReceipt), match=r"no Kafka broker answers|not known"):
            during[0].receipt(timeout_s=1.5)
        back = threading.Timer(1.0, own.start)
        back.start()
        receipts = [pending.accepted(timeout_s=60) for pending in during]
        back.join()
        said.append(backbone.say(referral(2)))
        shown.append(next(inbox).id)

    assert [receipt.about for receipt in receipts] == [pending.id for pending in during]
    order = list(dict.fromkeys(envelope.id for envelope, _, _ in backbone.received))
    assert order == [pending.id for pending in during]
    assert shown == said
    assert "is away; waiting for it, nothing is lost" in caplog.text
    kafka.close()


def test_connecting_waits_for_a_broker_that_is_about_to_start(own: EmbeddedKafka) -> None:
    kafka = Broker(own)
    who = kafka.partner()
    with FakeBackbone(kafka, who.username):
        pass
    kafka.close()
    own.kill()
    back = threading.Timer(0.5, own.start)
    back.start()
    with Partner.connect(who.username, bootstrap=own.bootstrap, password=who.password, wait_s=60) as partner:
        assert partner.oin
    back.join()
