"""What no backbone can take in gets an answer each, with the right code, and nothing stops: over lists, so that many can be tried."""

import random
from dataclasses import replace

import pytest

from schakel import codec
from schakel.envelope import read_headers
from schakel.ids import new_event_id
from schakel.messages import Receipt, ReceiptStatus, RefusedRecord
from schakel.sealing import PublicKey
from services.intake.processor import IntakeProcessor
from tests.support.minicluster import MiniCluster
from tests.support.poison import Poison, Sender, fuzz, poisons, sealed_story
from tests.support.truths import Evidence, all_faults

DOOR, STRANGER = "politie-noord", "coc-groningen"


@pytest.fixture
def sender(cluster: MiniCluster) -> Sender:
    """With a case of its own, and one of somebody else's that it has nothing to do with."""
    oin = cluster.chains.partners[DOOR].oin
    plain = Sender(oin, cluster.time.now(), "", "", cluster.keys.door_keys()[0])
    mine, theirs = cluster.send(DOOR, plain.report()), cluster.send(STRANGER, plain.report())
    cluster.settle()
    cases = [cluster.receipts(who)[event].case for who, event in ((DOOR, mine), (STRANGER, theirs))]
    assert all(cases)
    return Sender(oin, plain.now, str(cases[0]), str(cases[1]), plain.key)


def receipts(cluster: MiniCluster) -> dict[int, list[tuple[str, Receipt]]]:
    """The receipts of the door by the offset that they answer, each with its id."""
    found: dict[int, list[tuple[str, Receipt]]] = {}
    for raw in cluster.topics[f"schakel.out.{DOOR}", 0]:
        message = codec.decode_message(raw.value)
        if isinstance(message, Receipt):
            found.setdefault(message.in_offset, []).append((read_headers(raw.headers).id, message))
    return found


def refused(cluster: MiniCluster) -> dict[int, RefusedRecord]:
    """What the operators find of the door's messages, by offset."""
    messages = [codec.decode_message(raw.value) for raw in cluster.topics["schakel.refused", 0]]
    return {one.offset: one for one in messages if isinstance(one, RefusedRecord) and one.topic == f"schakel.in.{DOOR}"}


def test_each_poison_gets_its_own_refusal(cluster: MiniCluster, sender: Sender) -> None:
    before = len(cluster.ledger())
    sent: dict[int, Poison] = {}
    for poison in poisons(sender):
        sent[len(cluster.topics[f"schakel.in.{DOOR}", 0])] = poison
        cluster.put(DOOR, poison.value, poison.headers)
    cluster.settle()
    assert len(sent) > 60
    answers, filed = receipts(cluster), refused(cluster)
    for offset, poison in sent.items():
        ((_, receipt),) = answers[offset]
        assert receipt.status is ReceiptStatus.REFUSED, poison.name
        assert receipt.refusal is not None
        assert receipt.refusal.code == poison.code, poison.name
        assert filed[offset].refusal == receipt.refusal.model_copy(update={"found": None}), "nothing of what was found"
    assert len(cluster.ledger()) == before, "nothing of it stands in the ledger"


def test_a_topic_of_nobody_in_the_register(cluster: MiniCluster, sender: Sender) -> None:
    """A partner that was taken out of the register after it had sent something: refused for the operators, and nothing else stops."""
    intake = cluster.services[0].processor
    assert isinstance(intake, IntakeProcessor)
    before = len(cluster.ledger())
    known = {name: partner for name, partner in cluster.chains.partners.items() if name != STRANGER}
    intake.chains = replace(cluster.chains, partners=known)
    cluster.send(STRANGER, sender.report())
    cluster.settle()
    filed = [codec.decode_message(raw.value) for raw in cluster.topics["schakel.refused", 0]]
    assert [(one.topic, one.refusal.code) for one in filed if isinstance(one, RefusedRecord)] == [
        (f"schakel.in.{STRANGER}", "partner.unknown")
    ]
    assert len(cluster.ledger()) == before
    good = cluster.send(DOOR, sender.report())
    cluster.settle()
    assert cluster.receipts(DOOR)[good].status is ReceiptStatus.ACCEPTED


def test_good_messages_between_the_poison_are_taken_in(cluster: MiniCluster, sender: Sender) -> None:
    good = []
    for poison in poisons(sender):
        cluster.put(DOOR, poison.value, poison.headers)
        good.append(cluster.send(DOOR, sender.report()))
    cluster.settle()
    answers = cluster.receipts(DOOR)
    assert {answers[event].status for event in good} == {ReceiptStatus.ACCEPTED}
    assert len({answers[event].case for event in good}) == len(good)


def test_an_id_stands_for_one_content(cluster: MiniCluster, sender: Sender) -> None:
    first = cluster.send(DOOR, sender.report())
    cluster.send(DOOR, sender.report(acute=True), event_id=first)  # in the same batch
    cluster.settle()
    cluster.send(DOOR, sender.report(high_profile=True), event_id=first)  # long after
    again = cluster.send(DOOR, sender.report(), event_id=first)
    cluster.settle()
    answers = [receipt for found in receipts(cluster).values() for _, receipt in found if receipt.about == again]
    codes = [answer.refusal.code for answer in answers if answer.refusal]
    assert codes == ["id.already_used"] * 2
    accepted = [answer for answer in answers if not answer.refusal]
    assert len({(answer.case, answer.position) for answer in accepted}) == 1
    assert len(accepted) == 2


def test_sealed_anew_behind_what_could_not_be_opened(cluster: MiniCluster, sender: Sender) -> None:
    """The refusal says: seal it again and send it with the same id. The sender may do so before we have read the first one."""
    event_id = new_event_id()
    lost_key = PublicKey("a-key-of-last-year", sender.key.x, sender.key.y)
    for key in (lost_key, lost_key, sender.key):
        cluster.send(DOOR, sender.report(sealed=(sealed_story(key, event_id),)), event_id=event_id)
    cluster.settle()
    found = [receipt for answers in receipts(cluster).values() for _, receipt in answers if receipt.about == event_id]
    codes = [receipt.refusal.code if receipt.refusal else receipt.status.value for receipt in found]
    assert codes == ["sealed.unknown_key", "sealed.unknown_key", "accepted"]


def test_what_only_intake_may_say_is_not_believed(cluster: MiniCluster, sender: Sender) -> None:
    claimed = {
        "ce_partner": b"gemeente-groningen",
        "ce_logtime": b"2020-01-01T00:00:00+00:00",
        "ce_inposition": b"schakel.in.gemeente-groningen/0/0",
        "ce_indigest": b"0" * 64,
        "ce_causationid": b"an-event-of-somebody-else",
    }
    headers = sender.headers(sender.report(), **claimed)
    cluster.put(DOOR, codec.encode(sender.report()), headers)
    cluster.settle()
    entry = next(entry for entry in cluster.ledger() if entry.id == dict(headers)["ce_id"].decode())
    assert entry.envelope.partner == DOOR
    assert entry.envelope.logtime == cluster.time.now()
    assert entry.envelope.position == f"schakel.in.{DOOR}/0/{len(cluster.topics[f'schakel.in.{DOOR}', 0]) - 1}"
    assert entry.envelope.digest != "0" * 64
    assert entry.envelope.causation is None


@pytest.mark.parametrize("seed", range(3))
def test_whatever_comes_every_message_is_answered(cluster: MiniCluster, sender: Sender, seed: int) -> None:
    rng = random.Random(seed)
    start = len(cluster.topics[f"schakel.in.{DOOR}", 0])
    for value, headers in fuzz(rng, sender, 800):
        cluster.put(DOOR, value, headers)
    cluster.settle(batch=rng.choice((7, 500)), rounds=10_000)
    answers = receipts(cluster)
    assert set(answers) == set(range(start + 800))
    assert all(len({receipt_id for receipt_id, _ in found}) == 1 for found in answers.values())
    outcomes = {receipt.status for found in answers.values() for _, receipt in found}
    assert outcomes == {ReceiptStatus.ACCEPTED, ReceiptStatus.REFUSED}, "some of it was good"
    assert all_faults(Evidence.read(cluster.topics), cluster.desks()) == []
