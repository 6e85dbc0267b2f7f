"""Messages that intake has not handled are counted by what its group committed, and waited for; meanwhile the partner may write nothing."""

import threading
import time
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import TopicAuthorizationFailedError
from kafka.structs import OffsetAndMetadata

from backbone.kafka import unread
from backbone.kafka.access import kept_from_writing, read_rules, remove_partner
from backbone.kafka.credentials import Credentials
from backbone.kafka.names import in_topic
from backbone.kafka.rights import service_group
from backbone.kafka.unread import await_handled, unread_between, unread_of_others
from tests.support.broker import Broker, unique

pytestmark = pytest.mark.kafka


def send(kafka: Broker, who: Credentials, count: int = 1) -> None:
    with KafkaProducer(**kafka.connect(who), acks="all", enable_idempotence=True) as producer:
        for _ in range(count):
            producer.send(in_topic(who.username), b"x").get(10)


def handled(kafka: Broker, partner: str, offset: int) -> None:
    """Commit it as intake's worker does."""
    consumer = KafkaConsumer(
        **kafka.connect(kafka.service("intake")), group_id=service_group("intake"), enable_auto_commit=False
    )
    place = TopicPartition(in_topic(partner), 0)
    consumer.assign([place])
    consumer.commit({place: OffsetAndMetadata(offset, "", -1)})
    consumer.close()


@pytest.mark.parametrize(
    ("begin", "end", "committed", "wanted"),
    [
        (0, 0, None, 0),
        (0, 3, None, 3),
        (0, 3, 0, 3),
        (0, 3, 2, 1),
        (0, 3, 3, 0),
        (2, 3, 1, 1),  # one that nobody handled is deleted by now: it is not there to be waited for
        (3, 3, None, 0),
        (0, 3, 9, 3),  # of a topic that was deleted since
    ],
)
def test_how_many_are_unread(begin: int, end: int, committed: int | None, wanted: int) -> None:
    assert unread_between(begin, end, committed) == wanted


def test_what_intake_has_not_committed_is_unread(kafka: Broker) -> None:
    who = kafka.partner()
    admin = kafka.connect()
    assert await_handled(admin, who.username) == 0, "it never sent anything"
    send(kafka, who, 3)
    assert await_handled(admin, who.username, 0) == 3, "nothing was ever committed"
    handled(kafka, who.username, 1)
    assert await_handled(admin, who.username, 0) == 2
    kafka.admin.delete_records({TopicPartition(in_topic(who.username), 0): 2})
    assert await_handled(admin, who.username, 0) == 1, "what retention took is not there to be waited for"
    handled(kafka, who.username, 3)
    assert await_handled(admin, who.username) == 0
    assert await_handled(admin, unique("nobody")) == 0, "it has no topic"


def test_intake_is_waited_for(kafka: Broker) -> None:
    who = kafka.partner()
    send(kafka, who)
    late = threading.Timer(0.5, handled, (kafka, who.username, 1))
    late.start()
    began = time.monotonic()
    assert await_handled(kafka.connect(), who.username, 20) == 0
    assert time.monotonic() - began < 15
    late.join()


def test_one_look_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that another broker let in, or whose copies were not made yet, shows a moment later."""
    looks = [(0, 5), (1, 6), (0, 6), (0, 6), (9, 15)]
    monkeypatch.setattr(unread, "_POLL_S", 0)
    monkeypatch.setattr(
        unread, "_intakes_place", lambda _: nullcontext(SimpleNamespace(topics=lambda: {in_topic("coc")}))
    )
    monkeypatch.setattr(unread, "_look", lambda *_: looks.pop(0))
    assert await_handled({}, "coc") == 0
    assert looks == [(9, 15)]


def test_on_the_topics_of_others(kafka: Broker) -> None:
    known, quiet, gone = kafka.partner("known"), kafka.partner("quiet"), kafka.partner("gone")
    send(kafka, known)
    send(kafka, gone, 2)
    remove_partner(kafka.admin, kafka.secrets, gone.username)
    found = unread_of_others(kafka.connect(), [known.username])
    assert found[gone.username] == 2
    assert found.keys().isdisjoint({known.username, quiet.username})


def test_who_leaves_writes_nothing_meanwhile_and_may_again_when_it_stays(kafka: Broker) -> None:
    who = kafka.partner()
    before = read_rules(kafka.admin, who.username)
    with KafkaProducer(**kafka.connect(who), enable_idempotence=True) as producer:

        def fails() -> None:
            with kept_from_writing(kafka.admin, who.username):
                with pytest.raises(TopicAuthorizationFailedError):
                    producer.send(in_topic(who.username), b"x").get(10)
                raise LookupError

        with pytest.raises(LookupError):
            fails()
    assert await_handled(kafka.connect(), who.username, 0) == 0
    assert read_rules(kafka.admin, who.username) == before
    send(kafka, who)
    with kept_from_writing(kafka.admin, who.username):
        pass
    with pytest.raises(TopicAuthorizationFailedError):
        send(kafka, who)


def test_only_a_partner_is_kept_from_writing(kafka: Broker) -> None:
    with (
        pytest.raises(ValueError, match="cannot be a partner's name"),
        kept_from_writing(kafka.admin, "service.intake"),
    ):
        raise AssertionError
