"""Reading: from where it was left, nothing lost, nothing twice within a run."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from backbone.kafka.credentials import Credentials
from schakel.client import Incoming, NotAllowed, Partner, Profile
from schakel.client import inbox as module
from schakel.client.inbox import InboxTaken
from schakel.envelope import Envelope
from schakel.ids import service_source
from schakel.messages import ReferralOffered
from tests.client.conftest import Connect
from tests.client.fakes import CASE, FACTS, NOW, FakeBackbone, referral
from tests.support.broker import Broker, wait_until

pytestmark = pytest.mark.kafka


def shown(partner: Partner, wait_s: float = 0.7, **options: bool) -> list[str]:
    return [message.id for message in partner.inbox(wait_s=wait_s, **options)]


def take(partner: Partner, count: int) -> list[Incoming]:
    inbox = partner.inbox(wait_s=10)
    return [next(inbox) for _ in range(count)]


def test_a_message_says_what_it_is(partner: Partner, backbone: FakeBackbone) -> None:
    said = backbone.say(referral(1))

    (message,) = take(partner, 1)

    assert (message.id, message.case, message.type, message.time) == (said, CASE, "referral", NOW)
    assert message.body == referral(1)


def test_a_new_partner_reads_from_the_beginning_and_a_restart_goes_on(backbone: FakeBackbone, connect: Connect) -> None:
    said = [backbone.say(referral(number)) for number in range(5)]
    with connect() as first:
        assert shown(first) == said
    said.append(backbone.say(referral(9)))
    with connect() as second:
        assert shown(second) == said[-1:]
    with connect() as third:
        assert shown(third) == []


def test_the_message_in_hand_comes_again_after_a_restart_unless_acknowledged(
    backbone: FakeBackbone, connect: Connect
) -> None:
    said = [backbone.say(referral(number)) for number in range(4)]
    with connect() as first:
        assert [message.id for message in take(first, 2)] == said[:2]
    with connect() as second:
        messages = take(second, 2)
        assert [message.id for message in messages] == said[1:3]
        second.ack(messages[-1])
    with connect() as third:
        assert shown(third) == said[3:]


def test_to_look_takes_nothing_away(backbone: FakeBackbone, connect: Connect) -> None:
    said = [backbone.say(referral(number)) for number in range(3)]
    with connect() as first:
        first.report(FACTS, reported_at=NOW)
        assert shown(first, acknowledge=False) == said
    with connect() as second:
        assert shown(second) == said


def test_who_only_sends_leaves_the_inbox_alone(backbone: FakeBackbone, connect: Connect) -> None:
    said = [backbone.say(referral(number)) for number in range(3)]
    with connect() as sender:
        sender.report(FACTS, reported_at=NOW)
    with connect() as reader:
        assert shown(reader) == said


def test_a_message_delivered_twice_is_shown_once(partner: Partner, backbone: FakeBackbone) -> None:
    said = [backbone.say(referral(number), about=f"release-{number}") for number in (1, 2, 1, 3, 2)]

    assert shown(partner) == [said[0], said[1], said[3]]
    assert backbone.say(referral(1), about="release-1") == said[0]
    assert shown(partner) == []


def test_a_message_of_a_newer_version_is_shown_as_such_and_blocks_nothing(
    partner: Partner, backbone: FakeBackbone
) -> None:
    envelope = Envelope("m-1", service_source("consent"), "referral", NOW, CASE)
    backbone.put(b"\x00\x00\x0f\x00\x00new", envelope)
    backbone.put(b"\x00\x00\x0f\x00\x00new", Envelope("m-2", "elsewhere", "referral", NOW, CASE))
    backbone.say(referral(1))

    newer, nobody, known = take(partner, 3)

    assert (newer.id, newer.case, newer.body) == ("m-1", CASE, None)
    assert newer.problem is not None
    assert newer.problem.code == "value.unknown_schema"
    assert nobody.problem is not None
    assert nobody.problem.code == "header.invalid"
    assert isinstance(known.body, ReferralOffered)


def test_more_than_fits_in_memory_is_read_again_later(
    backbone: FakeBackbone, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While receipts are waited for, at the end of a long backlog."""
    monkeypatch.setattr(module, "KEPT", 7)
    said = [backbone.say(referral(number)) for number in range(40)]
    with connect() as partner:
        inbox = partner.inbox(wait_s=1)
        found = [next(inbox).id]
        partner.report(FACTS, reported_at=NOW)
        found.extend(next(inbox).id for _ in range(9))
        said.append(backbone.say(referral(40)))
        partner.report(FACTS, reported_at=NOW)
        found.extend(message.id for message in inbox)
        assert found == said
    with connect() as partner:
        assert shown(partner) == []


def test_lag_is_zero_when_everything_was_handled(
    kafka: Broker, who: Credentials, backbone: FakeBackbone, connect: Connect
) -> None:
    """Receipts at the end count as handled too, for whoever watches the group."""
    with connect() as partner:
        backbone.say(referral(1))
        shown(partner)
        for _ in range(3):
            partner.report(FACTS, reported_at=NOW)
        shown(partner)
    place = TopicPartition(f"schakel.out.{who.username}", 0)
    consumer = KafkaConsumer(**kafka.connect(), group_id=f"partner.{who.username}.inbox")
    try:
        consumer.assign([place])
        assert consumer.committed(place) == consumer.end_offsets([place])[place] == 4
    finally:
        consumer.close()


def test_a_group_member_elsewhere_is_noticed(
    kafka: Broker, who: Credentials, backbone: FakeBackbone, connect: Connect
) -> None:
    backbone.say(referral(1))
    topic, group = f"schakel.out.{who.username}", f"partner.{who.username}.inbox"
    # Subscribed before it has heard of the topic, a member would share out nothing; and when it hears while the group is still being made,
    # it would never look again (KAFKA-3949).
    member = KafkaConsumer(**kafka.connect(who), group_id=group)
    try:
        wait_until(lambda: member.partitions_for_topic(topic))
        member.subscribe([topic])
        wait_until(lambda: member.poll(timeout_ms=100) is not None and member.assignment())
        partner = connect()
        with pytest.raises(InboxTaken, match="another program"):
            partner.ack(take(partner, 1)[0])
    finally:
        member.close()


def test_an_offboarded_partner_is_told_so(kafka: Broker, who: Credentials, partner: Partner) -> None:
    from backbone.kafka.access import remove_partner

    shown(partner)
    remove_partner(kafka.admin, kafka.secrets, who.username)

    with pytest.raises(NotAllowed):
        shown(partner, wait_s=20)


def test_kill_9_loses_nothing(kafka: Broker, who: Credentials, backbone: FakeBackbone, tmp_path: Path) -> None:
    """Killed again and again at random moments: everything is handled at least once, and in order within each run."""
    profile = _profile(kafka, who, tmp_path)
    said = [backbone.say(referral(number)) for number in range(120)]
    rng, handled, kills = random.Random(20260328), [], 0
    while not handled or handled[-1] != said[-1]:
        with (tmp_path / "handled").open("w+") as output:
            reader = subprocess.Popen(
                [sys.executable, "-m", "tests.client.reader", str(profile), "0.01"], stdout=output
            )
            lines = rng.randrange(3, 30)
            path = tmp_path / "handled"
            deadline = time.monotonic() + 30
            while path.read_text().count("\n") < lines and reader.poll() is None and said[-1] not in path.read_text():
                assert time.monotonic() < deadline
            reader.kill()
            reader.wait()
        run = [line for line in path.read_text().split("\n")[:-1]]
        assert run == said[said.index(run[0]) : said.index(run[0]) + len(run)]
        handled += run
        kills += 1

    assert kills >= 4
    assert set(handled) == set(said)
    assert len(handled) < len(said) + kills * 20  # a few come again, not all


def _profile(kafka: Broker, who: Credentials, home: Path) -> Path:
    path, secret = home / "profile.json", home / "password"
    secret.touch(mode=0o600)
    secret.write_text(who.password + "\n", encoding="ascii")
    Profile(kafka.bootstrap, who.username, password_file=Path("password")).save(path)
    return path
