"""Topics are what `backbone.kafka.topics` says, on a real broker, and stay so."""

import time

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from backbone.kafka.names import LEDGER, in_topic, out_topic
from backbone.kafka.topics import (
    CLUSTER,
    TopicProblem,
    TopicSpec,
    core_topics,
    ensure_topics,
    partner_topics,
    read_settings,
)
from tests.support.broker import Broker, unique, wait_until

pytestmark = pytest.mark.kafka
DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def specs() -> tuple[TopicSpec, ...]:
    """All kinds of topics; the partner's are new."""
    return (*core_topics(), *partner_topics(unique("topics")))


def change(kafka: Broker, topic: str, setting: str, value: str) -> None:
    kafka.admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {setting: value})])
    wait_until(lambda: read_settings(kafka.admin, [topic])[topic].get(setting) == value)


def test_every_setting_is_as_the_specs_say(kafka: Broker, specs: tuple[TopicSpec, ...]) -> None:
    ensure_topics(kafka.admin, specs)
    names = [spec.name for spec in specs]
    assert read_settings(kafka.admin, names) == {spec.name: dict(spec.settings) for spec in specs}
    found = {topic["name"]: topic["partitions"] for topic in kafka.admin.describe_topics(names)}
    assert {name: len(parts) for name, parts in found.items()} == {spec.name: spec.partitions for spec in specs}


def test_doing_it_again_changes_nothing(kafka: Broker, specs: tuple[TopicSpec, ...]) -> None:
    assert ensure_topics(kafka.admin, specs).created == [specs[-2].name, specs[-1].name]
    again = ensure_topics(kafka.admin, specs)
    assert not again
    assert not again.repaired


def test_the_ledger_never_expires(kafka: Broker) -> None:
    settings = read_settings(kafka.admin, [LEDGER])[LEDGER]
    assert settings["retention.ms"] == "-1"
    assert settings["retention.bytes"] == "-1"
    assert settings["cleanup.policy"] == "delete"


def test_a_partners_messages_stay_thirty_days(kafka: Broker) -> None:
    who = kafka.partner()
    for topic in (in_topic(who.username), out_topic(who.username)):
        assert read_settings(kafka.admin, [topic])[topic]["retention.ms"] == str(30 * DAY_MS)


def test_time_is_the_brokers_whatever_the_sender_says(kafka: Broker) -> None:
    who = kafka.partner()
    with KafkaProducer(**kafka.connect(who)) as producer:
        sent = producer.send(in_topic(who.username), b"from 1970", timestamp_ms=1).get(10)
    consumer = KafkaConsumer(**kafka.connect(), auto_offset_reset="earliest")
    consumer.assign([TopicPartition(sent.topic, 0)])
    record = wait_until(lambda: [record for records in consumer.poll(1000).values() for record in records])[0]
    consumer.close()
    assert abs(record.timestamp / 1000 - time.time()) < 60


def test_a_setting_that_somebody_changed_is_put_right(kafka: Broker) -> None:
    spec = partner_topics(unique("drift"))[0]
    ensure_topics(kafka.admin, [spec])
    change(kafka, spec.name, "message.timestamp.type", "CreateTime")
    changes = ensure_topics(kafka.admin, [spec])
    assert changes.repaired == [f"{spec.name}: message.timestamp.type CreateTime -> LogAppendTime"]
    assert read_settings(kafka.admin, [spec.name])[spec.name] == spec.settings


def test_a_setting_we_say_nothing_about_is_left_alone(kafka: Broker) -> None:
    spec = partner_topics(unique("other"))[0]
    ensure_topics(kafka.admin, [spec])
    change(kafka, spec.name, "flush.messages", "1000")
    assert not ensure_topics(kafka.admin, [spec])


def test_another_partition_count_for_the_ledger_is_refused(kafka: Broker) -> None:
    with pytest.raises(TopicProblem, match=r"schakel\.ledger has 6 partitions and 8 are asked for"):
        ensure_topics(kafka.admin, core_topics(ledger_partitions=8))


def test_fewer_copies_than_asked_for_are_refused(kafka: Broker) -> None:
    with pytest.raises(TopicProblem, match="keeps 1 copies of a record and 3 are asked for"):
        ensure_topics(kafka.admin, core_topics(CLUSTER))


def test_a_cluster_keeps_three_copies_and_acknowledges_two() -> None:
    for spec in (*core_topics(CLUSTER), *partner_topics("coc", CLUSTER)):
        assert (spec.replication, spec.settings["min.insync.replicas"]) == (3, "2")
        assert spec.settings["unclean.leader.election.enable"] == "false"


@pytest.mark.parametrize(
    "name", ["", "c", "Coc", "-coc", "coc.adam", "coc_adam", "coc adam", "c" * 42, "admin", "coc\n"]
)
def test_what_cannot_be_a_partners_name(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a partner's name"):
        in_topic(name)
