"""Telling: sealed, published, answered; and what is said when it does not go well."""

import socket
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from backbone.kafka.credentials import Credentials
from schakel.client import (
    BrokerAway,
    CannotTell,
    NoReceipt,
    NotAllowed,
    NoTopic,
    Partner,
    Refused,
    TooLarge,
    WrongCredentials,
)
from schakel.definitions import DOOR_KEY, NotDefined
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.contact import ContactMade
from schakel.events.report import ReportReceived
from schakel.events.vocab import Channel, Person
from schakel.messages import Position, Receipt, ReceiptStatus, ReferralOffered, Refusal
from schakel.timesource import FixedTime
from tests.client.conftest import Connect
from tests.client.fakes import CASE, DOOR, FACTS, NOW, OIN, FakeBackbone, accepts, referral, refuses, silent
from tests.support.broker import Broker, wait_until

pytestmark = pytest.mark.kafka
NAME = "Robin Verzonnen"
HEAD = f"schakel/schakel.ledger/0\n1\n{'A' * 43}=\n\n— somebody {'A' * 92}\n"
CONTACT = ContactMade(whom=Person.VICTIM, at=NOW, channel=Channel.TELEPHONE)


def event_id() -> str:
    return str(uuid.uuid4())


# --- what is sent --------------------------------------------------------------------------------------------------------


def test_a_report_arrives_sealed_and_its_receipt_names_the_case(partner: Partner, backbone: FakeBackbone) -> None:
    receipt = partner.report(FACTS, reported_at=NOW, contact_details={"name": NAME}, story=f"{NAME} vertelde")

    envelope, event, record = backbone.received[0]
    assert receipt.case == accepts(envelope, event, 0).case
    assert (envelope.source, envelope.type, envelope.case) == (f"urn:nld:oin:{OIN}", "report.received", None)
    assert backbone.opened() == {"victim": {"contact_details": {"name": NAME}, "story": f"{NAME} vertelde"}}
    assert NAME.encode() not in (record.value or b"")
    assert record.key is None


def test_other_people_are_sealed_apart(partner: Partner, backbone: FakeBackbone) -> None:
    partner.report(FACTS, reported_at=NOW, story="een", others={"bystander": {"contact_details": {"name": "twee"}}})

    assert backbone.opened() == {"victim": {"story": "een"}, "bystander": {"contact_details": {"name": "twee"}}}


def test_without_anything_personal_nothing_is_sealed(partner: Partner, backbone: FakeBackbone) -> None:
    partner.report(FACTS, reported_at=NOW)

    assert backbone.received[0][1].sealed == ()


def test_a_later_event_names_its_case(partner: Partner, backbone: FakeBackbone) -> None:
    assert partner.tell(CONTACT, case=CASE, actor="medewerker-7", drill=True).case == CASE
    envelope, event, _ = backbone.received[0]
    assert (envelope.case, envelope.actor, envelope.drill, event) == (CASE, "medewerker-7", True, CONTACT)


def test_time_and_ids_come_from_outside(connect: Connect, backbone: FakeBackbone) -> None:
    mine = event_id()
    partner = connect(time=FixedTime(NOW), new_id=lambda: mine)

    partner.tell(CONTACT, case=CASE)

    assert (backbone.received[0][0].id, backbone.received[0][0].time) == (mine, NOW)


def test_many_may_be_on_their_way_and_keep_their_order(partner: Partner, backbone: FakeBackbone) -> None:
    sent = [partner.send(CONTACT, case=CASE) for _ in range(200)]

    receipts = [pending.accepted() for pending in sent]

    assert [receipt.about for receipt in receipts] == [pending.id for pending in sent]
    assert [envelope.id for envelope, _, _ in backbone.received] == [pending.id for pending in sent]
    assert [pending.offset for pending in sent] == list(range(200))
    assert all(pending.answered for pending in sent)


def test_a_new_key_is_sealed_to_as_soon_as_it_is_published(partner: Partner, backbone: FakeBackbone) -> None:
    from schakel.sealing import PrivateKey

    newer = PrivateKey.generate(made_at_s=DOOR.public.made_at_s + 1)
    backbone.publish(DOOR_KEY + newer.public.kid, newer.public.jwk())
    try:
        for _ in partner.inbox(wait_s=0.5):
            pass
        partner.report(FACTS, reported_at=NOW, story="een")
        header = backbone.received[-1][1].sealed[0].body.partition(b".")[0]
        assert newer.public.kid in __import__("base64").urlsafe_b64decode(header + b"==").decode()
    finally:
        backbone.publish(DOOR_KEY + newer.public.kid, None)


def test_what_was_sealed_to_a_key_that_went_meanwhile_is_sealed_again_once(
    partner: Partner, backbone: FakeBackbone
) -> None:
    from schakel.sealing import PrivateKey

    newer = PrivateKey.generate(made_at_s=DOOR.public.made_at_s + 1)

    def answer(envelope: Envelope, event: Told, offset: int) -> Receipt:
        if len(backbone.received) > 1:
            return accepts(envelope, event, offset)
        backbone.publish(DOOR_KEY + newer.public.kid, newer.public.jwk())
        why = Refusal(code="sealed.unknown_key", remedy="read the keys again")
        return Receipt(about=envelope.id, status=ReceiptStatus.REFUSED, refusal=why, in_offset=offset)

    backbone.answer = answer
    try:
        receipt = partner.report(FACTS, reported_at=NOW, story="een")
    finally:
        backbone.publish(DOOR_KEY + newer.public.kid, None)

    first, second = backbone.received
    assert receipt.status is ReceiptStatus.ACCEPTED
    assert first[0].id == second[0].id == receipt.about
    assert first[1].sealed[0].body != second[1].sealed[0].body


def test_without_another_key_the_refusal_is_the_answer(partner: Partner, backbone: FakeBackbone) -> None:
    why = Refusal(code="sealed.unknown_key", remedy="read the keys again")
    backbone.answer = lambda envelope, event, offset: Receipt(
        about=envelope.id, status=ReceiptStatus.REFUSED, refusal=why, in_offset=offset
    )
    with pytest.raises(Refused, match="read the keys again"):
        partner.tell(ReportReceived(facts=FACTS, reported_at=NOW), personal={"victim": {"story": "een"}}, timeout_s=1)
    assert len(backbone.received) == 1


# --- the answer ----------------------------------------------------------------------------------------------------------


def test_a_refusal_has_a_code_a_field_and_a_remedy(partner: Partner, backbone: FakeBackbone) -> None:
    backbone.answer = refuses

    with pytest.raises(Refused, match=r"chain\.unknown in facts\.place: found utrecht") as caught:
        partner.report(FACTS, reported_at=NOW)
    assert (caught.value.code, caught.value.field, caught.value.remedy) == ("chain.unknown", "facts.place", "name it")
    assert partner.send(CONTACT, case=CASE).receipt().status is ReceiptStatus.REFUSED


def test_no_answer_in_time_says_where_the_event_stands(partner: Partner, backbone: FakeBackbone) -> None:
    backbone.answer = silent

    with pytest.raises(NoReceipt, match="offset 0") as caught:
        partner.tell(CONTACT, case=CASE, timeout_s=0.5)
    assert caught.value.event_id == backbone.received[0][0].id
    assert caught.value.offset == 0


def test_without_a_receipt_it_asks_once_more_under_the_same_id(
    partner: Partner, backbone: FakeBackbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backbone that lost the receipt with its database gives it to whoever sends again, and to nobody else."""
    monkeypatch.setattr("schakel.client.partner.ASK_AGAIN_S", 0.2)
    backbone.answer = lambda envelope, event, offset: accepts(envelope, event, 0) if offset else None
    assert partner.tell(CONTACT, case=CASE, timeout_s=10).status is ReceiptStatus.ACCEPTED
    (first, said, raw), (second, again, sent_again) = backbone.received
    assert (first.id, said, raw.value) == (second.id, again, sent_again.value)


def test_it_asks_once_and_not_for_ever(
    partner: Partner, backbone: FakeBackbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schakel.client.partner.ASK_AGAIN_S", 0.2)
    backbone.answer = silent
    with pytest.raises(NoReceipt, match="offset 1"):
        partner.tell(CONTACT, case=CASE, timeout_s=1.2)
    assert len(backbone.received) == 2


def test_an_answer_that_comes_later_is_found(partner: Partner, backbone: FakeBackbone, connect: Connect) -> None:
    backbone.answer = silent
    with pytest.raises(NoReceipt) as caught:
        partner.tell(CONTACT, case=CASE, timeout_s=0.5)
    envelope, event, _ = backbone.received[0]
    backbone.say(accepts(envelope, event, 0))

    assert partner.await_receipt(caught.value.event_id, timeout_s=10).case == CASE
    assert connect().await_receipt(caught.value.event_id, timeout_s=10).case == CASE  # as after a restart


def test_sent_again_with_the_same_id_it_is_the_same_event(
    partner: Partner, backbone: FakeBackbone, connect: Connect
) -> None:
    mine = event_id()
    first = partner.report(FACTS, reported_at=NOW, story="een", event_id=mine)
    second = partner.report(FACTS, reported_at=NOW, story="een", event_id=mine)
    third = connect().report(FACTS, reported_at=NOW, story="een", event_id=mine)

    assert first.case == second.case == third.case
    assert [envelope.id for envelope, _, _ in backbone.received] == [mine] * 3


def test_what_comes_in_while_waiting_for_a_receipt_is_not_lost(partner: Partner, backbone: FakeBackbone) -> None:
    """Before the inbox was ever asked for, and while it is being read."""
    said = [backbone.say(referral(1))]
    partner.report(FACTS, reported_at=NOW)
    said.append(backbone.say(referral(2)))
    inbox = partner.inbox(wait_s=5)
    shown = [next(inbox).id]

    def referral_first(envelope: object, event: object, offset: int) -> Receipt:
        said.append(backbone.say(referral(len(said) + 1)))
        return accepts(envelope, event, offset)  # type: ignore[arg-type]

    backbone.answer = referral_first
    for _ in range(3):
        partner.tell(CONTACT, case=CASE)
        shown.append(next(inbox).id)
    shown.append(next(inbox).id)

    assert shown == said
    assert len(shown) == 5


def test_a_referral_is_accepted_as_it_came(partner: Partner, backbone: FakeBackbone) -> None:
    backbone.say(referral(7))
    message = next(partner.inbox())
    assert isinstance(message.body, ReferralOffered)

    partner.accept(message)
    partner.decline(message.body, "no_capacity")

    events = [event.model_dump(mode="json", exclude={"sealed"}) for _, event, _ in backbone.received]
    assert events == [
        {"referral": referral(7).referral},
        {"referral": referral(7).referral, "reason": "no_capacity"},
    ]
    assert {envelope.case for envelope, _, _ in backbone.received} == {CASE}


# --- refused before anything is sent ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tell", "says"),
    [
        (lambda p: p.tell(CONTACT), "needs its case"),
        (lambda p: p.tell(ReportReceived(reported_at=NOW, facts=FACTS), case=CASE), "no existing case"),
        (lambda p: p.tell(CONTACT, case=CASE, event_id="dossier 12"), "no UUID"),
        (lambda p: p.tell(CONTACT, case=CASE, personal={"victim": {"naam": 1}}), "'naam' is no field"),
        (lambda p: p.accept(referral().model_copy(update={"case": ""})), "needs its case"),
    ],
)
def test_what_cannot_be_told_is_said_at_once(
    partner: Partner, backbone: FakeBackbone, tell: Callable[[Partner], object], says: str
) -> None:
    with pytest.raises(CannotTell, match=says):
        tell(partner)
    partner.tell(CONTACT, case=CASE)
    assert len(backbone.received) == 1  # only this last one


def test_what_is_too_large_is_refused_before_sending(partner: Partner, backbone: FakeBackbone) -> None:
    long = "x" * 100_000

    with pytest.raises(TooLarge) as caught:
        partner.report(FACTS, reported_at=NOW, story=long, others={"bystander": {"story": long}})
    assert caught.value.size_bytes > caught.value.limit_bytes == 256 * 1024
    partner.report(FACTS, reported_at=NOW, story=long)
    assert len(backbone.received) == 1


def test_without_a_key_nothing_personal_leaves(connect: Connect, backbone: FakeBackbone) -> None:
    partner = connect(time=FixedTime(datetime(2026, 1, 1, tzinfo=UTC)))
    partner.definitions.entries = {
        name: jwk for name, jwk in partner.definitions.entries.items() if not name.startswith(DOOR_KEY)
    }

    with pytest.raises(NotDefined, match="no key to seal to"):
        partner.report(FACTS, reported_at=NOW, story="een")
    partner.report(FACTS, reported_at=NOW)
    assert len(backbone.received) == 1


# --- connecting --------------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_said_to_be_one(kafka: Broker, who: Credentials) -> None:
    with pytest.raises(WrongCredentials, match=who.username):
        Partner.connect(who.username, bootstrap=kafka.bootstrap, password="not it")


def test_a_broker_that_is_away_is_waited_for_as_long_as_was_asked(who: Credentials) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(BrokerAway, match=address):
            Partner.connect(who.username, bootstrap=address, password=who.password, wait_s=0.6)


def test_a_partner_connects_to_its_own_topics_only(kafka: Broker, who: Credentials, backbone: FakeBackbone) -> None:
    other = kafka.partner("client")
    profile_of_another = {"bootstrap": kafka.bootstrap, "password": who.password}

    with pytest.raises(WrongCredentials):
        Partner.connect(other.username, **profile_of_another)  # type: ignore[arg-type]
    from schakel.client.access import Access
    from schakel.ids import new_event_id
    from schakel.timesource import SystemTime

    access = Access.given(kafka.bootstrap, who.username, who.password, None, None)
    with pytest.raises((NoTopic, NotAllowed)):
        Partner(other.username, access, OIN, SystemTime(), new_event_id)


def test_a_partner_without_its_place_in_the_register_is_told_so(kafka: Broker) -> None:
    stranger = kafka.partner("stranger")

    with pytest.raises(NotDefined, match=stranger.username):
        Partner.connect(stranger.username, bootstrap=kafka.bootstrap, password=stranger.password)


def test_no_password_shows_in_what_can_be_printed(partner: Partner, who: Credentials) -> None:
    assert who.password not in repr(partner) + repr(vars(partner)) + repr(partner._access)


def test_connecting_needs_to_know_where_and_who(who: Credentials) -> None:
    with pytest.raises(CannotTell, match="where the broker is"):
        Partner.connect(who.username)
    with pytest.raises(CannotTell, match="which partner"):
        Partner.connect(bootstrap="127.0.0.1:1")


def test_what_was_sent_is_flushed_at_the_end(connect: Connect, backbone: FakeBackbone) -> None:
    with connect() as partner:
        sent = [partner.send(CONTACT, case=CASE).id for _ in range(50)]

    wait_until(lambda: len(backbone.received) == 50)
    assert [envelope.id for envelope, _, _ in backbone.received] == sent


def test_a_receipt_that_nobody_waits_for_can_be_read_in_the_inbox(partner: Partner, backbone: FakeBackbone) -> None:
    sent = [partner.send(CONTACT, case=CASE).id for _ in range(20)]
    assert partner._publisher is not None
    assert len(partner._publisher._pending) == 0  # nobody keeps them, and neither does the client
    partner.tell(CONTACT, case=CASE)

    shown = [message.body for message in partner.inbox(wait_s=1, receipts=True)]

    assert [body.about for body in shown if isinstance(body, Receipt)] == sent


def test_a_receipt_that_comes_while_it_connects_is_taken_in_after_what_it_is_judged_by(
    connect: Connect, backbone: FakeBackbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process of the same partner goes on reporting: its receipts, with their heads, come at any moment."""
    about, looks = event_id(), KafkaConsumer.end_offsets

    def one_comes(consumer: KafkaConsumer, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        ends = looks(consumer, places)
        monkeypatch.undo()
        place = Position(partition=0, offset=0)
        backbone.say(
            Receipt(about=about, status=ReceiptStatus.ACCEPTED, case=CASE, position=place, in_offset=0, head=HEAD)
        )
        return ends

    monkeypatch.setattr(KafkaConsumer, "end_offsets", one_comes)
    partner = connect(heads=tmp_path / "heads")
    assert partner.tell(CONTACT, case=CASE).case == CASE
    assert partner._inbox.receipt(about), "it came after the client looked where its topic ends"
