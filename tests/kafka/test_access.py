"""Users try what they may and what they may not; the broker decides."""

from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType
from kafka.errors import (
    AuthorizationError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
)

from backbone.kafka.access import add_partner, read_rules, remove_partner
from backbone.kafka.credentials import Credentials
from backbone.kafka.names import CHECKPOINTS, DEFINITIONS, LEDGER, REFUSED, in_topic, out_topic
from backbone.kafka.quotas import NO_QUOTA, PARTNER_QUOTA, Quota, read_quota
from backbone.kafka.rights import SERVICES
from schakel.kafka_errors import WrongCredentials, check_sign_on
from tests.support.broker import Broker, unique, wait_until

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def coc(kafka: Broker) -> Credentials:
    return kafka.partner("coc")


@pytest.fixture(scope="module")
def neighbour(kafka: Broker, coc: Credentials) -> Credentials:
    """A partner whose name begins with the other's."""
    return add_partner(kafka.admin, kafka.secrets, f"{coc.username}-adam")


def send(kafka: Broker, who: Credentials, topic: str, value: bytes = b"x", *, idempotent: bool = True) -> Any:
    """Send one record in the way the partner's client does; the position, or the broker's refusal as an exception."""
    settings = {"acks": "all", "enable_idempotence": idempotent, "max_block_ms": 10_000}
    with KafkaProducer(**kafka.connect(who), **settings) as producer:
        return producer.send(topic, value, partition=0).get(10)


def read(kafka: Broker, who: Credentials, topic: str, group: str | None = None) -> list[bytes]:
    """Read the topic's first partition from its beginning to its end."""
    consumer = KafkaConsumer(
        **kafka.connect(who), group_id=group, auto_offset_reset="earliest", enable_auto_commit=False
    )
    try:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        end = consumer.end_offsets([place])[place]
        values: list[bytes] = []
        while consumer.position(place) < end:
            values += [record.value for records in consumer.poll(1000).values() for record in records]
        if group:
            consumer.commit()
        return values
    finally:
        consumer.close()


def may(kafka: Broker, who: Credentials, topics: list[str]) -> dict[str, set[str]]:
    """What the broker says this user may do: of read and write, by topic."""
    with KafkaAdminClient(**kafka.connect(who)) as client:
        found = {topic["name"]: topic for topic in client.describe_topics(topics)}
        return {
            name: {"READ", "WRITE"} & set(found[name].get("authorized_operations") or ()) if name in found else set()
            for name in topics
        }


def test_a_partner_writes_its_in_and_reads_its_out(kafka: Broker, coc: Credentials) -> None:
    name = coc.username
    send(kafka, coc, in_topic(name), b"a report")
    assert read(kafka, kafka.service("intake"), in_topic(name), "service.intake") == [b"a report"]
    send(kafka, kafka.service("consent"), out_topic(name), b"a referral")
    assert read(kafka, coc, out_topic(name), f"partner.{name}.inbox") == [b"a referral"]
    read(kafka, coc, DEFINITIONS)  # allowed; what stands there is other tests' business


def test_a_partner_is_refused_every_other_topic(kafka: Broker, coc: Credentials, neighbour: Credentials) -> None:
    ours, theirs = coc.username, neighbour.username
    send(kafka, coc, in_topic(ours))  # something to read: of an empty topic nothing is fetched, which nobody refuses
    unwritable = [
        out_topic(ours),
        in_topic(theirs),
        out_topic(theirs),
        LEDGER,
        REFUSED,
        DEFINITIONS,
        CHECKPOINTS,
        "new",
    ]
    for topic in unwritable:
        with pytest.raises(TopicAuthorizationFailedError):
            send(kafka, coc, topic)
    with pytest.raises(TopicAuthorizationFailedError):
        send(kafka, neighbour, in_topic(ours))
    for topic in [in_topic(ours), in_topic(theirs), out_topic(theirs), LEDGER, REFUSED, CHECKPOINTS]:
        with pytest.raises(TopicAuthorizationFailedError):
            read(kafka, coc, topic)
    with pytest.raises(TopicAuthorizationFailedError):
        read(kafka, neighbour, out_topic(ours))


def test_who_tries_anothers_topic_stands_in_the_brokers_file_of_denials(kafka: Broker) -> None:
    who, denials = kafka.partner(), kafka.var_dir / "kafka" / "log" / "denied.log"
    with pytest.raises(TopicAuthorizationFailedError):
        send(kafka, who, LEDGER)
    wait_until(
        lambda: any(f"User:{who.username} " in line and LEDGER in line for line in denials.read_text().splitlines())
    )


def test_a_partner_is_refused_groups_of_others(kafka: Broker, coc: Credentials, neighbour: Credentials) -> None:
    name = coc.username
    for group in [
        f"partner.{neighbour.username}.inbox",
        f"partner.{name}",
        f"partner.{name}-adam.x",
        "service.intake",
        "g",
    ]:
        with pytest.raises(GroupAuthorizationFailedError):
            read(kafka, coc, out_topic(name), group)


def test_a_partner_does_not_learn_who_the_others_are(kafka: Broker, coc: Credentials, neighbour: Credentials) -> None:
    read(kafka, neighbour, out_topic(neighbour.username), f"partner.{neighbour.username}.inbox")
    read(kafka, coc, out_topic(coc.username), f"partner.{coc.username}.inbox")
    with KafkaAdminClient(**kafka.connect(coc)) as client:
        assert set(client.list_topics()) == {in_topic(coc.username), out_topic(coc.username), DEFINITIONS}
        assert {group["group_id"] for group in client.list_groups()} == {f"partner.{coc.username}.inbox"}


def test_a_partner_administers_nothing(kafka: Broker, coc: Credentials, neighbour: Credentials) -> None:
    with KafkaAdminClient(**kafka.connect(coc)) as client:
        with pytest.raises(AuthorizationError):
            client.create_topics({unique("own"): {"num_partitions": 1, "replication_factor": 1}})
        with pytest.raises(AuthorizationError):
            client.delete_topics([in_topic(coc.username)])
        with pytest.raises(ClusterAuthorizationFailedError):
            read_rules(client, neighbour.username)
        with pytest.raises(ClusterAuthorizationFailedError):
            client.describe_user_scram_credentials([neighbour.username])


def test_services_may_what_their_role_says_and_no_more(kafka: Broker, coc: Credentials) -> None:
    core = [LEDGER, REFUSED, DEFINITIONS, CHECKPOINTS]
    theirs = [in_topic(coc.username), out_topic(coc.username)]
    nothing: set[str] = set()
    read_only, write_only, both = {"READ"}, {"WRITE"}, {"READ", "WRITE"}
    expected = {
        "intake": [both, both, read_only, read_only, read_only, write_only],
        "routing": [both, nothing, read_only, nothing, nothing, write_only],
        "consent": [both, nothing, read_only, nothing, nothing, write_only],
        "followup": [both, nothing, read_only, nothing, nothing, write_only],
        "cases": [read_only, nothing, read_only, nothing, nothing, nothing],
        "audit": [read_only, nothing, read_only, both, nothing, nothing],
        "gateway": [both, nothing, nothing, nothing, nothing, nothing],
        "operator": [both, nothing, read_only, nothing, nothing, nothing],
        "auditor": [read_only, read_only, read_only, read_only, nothing, nothing],
    }
    assert {name: list(may(kafka, kafka.service(name), core + theirs).values()) for name in SERVICES} == expected


def test_cases_and_audit_are_refused_when_they_write_the_ledger(kafka: Broker) -> None:
    for service in ("cases", "audit", "auditor"):
        with pytest.raises(TopicAuthorizationFailedError):
            send(kafka, kafka.service(service), LEDGER, idempotent=False)


async def test_an_idempotent_producer_needs_no_right_of_its_own(kafka: Broker, coc: Credentials) -> None:
    producer = AIOKafkaProducer(**kafka.connect(kafka.service("followup")), enable_idempotence=True, acks="all")
    await producer.start()
    try:
        sent = await producer.send_and_wait(out_topic(coc.username), b"a reminder", partition=0)
    finally:
        await producer.stop()
    assert sent.topic == out_topic(coc.username)


def test_adding_a_partner_again_changes_nothing(kafka: Broker) -> None:
    first = kafka.partner()
    rules = read_rules(kafka.admin, first.username)
    again = add_partner(kafka.admin, kafka.secrets, first.username)
    assert again == first
    assert read_rules(kafka.admin, first.username) == rules
    assert len(rules) == 4


def test_adding_a_partner_takes_away_a_right_that_somebody_slipped_in(kafka: Broker) -> None:
    who = kafka.partner()
    user = f"User:{who.username}"
    ledger = ResourcePattern(ResourceType.TOPIC, LEDGER)
    kafka.admin.create_acls([ACL(user, "*", ACLOperation.WRITE, ACLPermissionType.ALLOW, ledger)])
    wait_until(lambda: "WRITE" in may(kafka, who, [LEDGER])[LEDGER])
    add_partner(kafka.admin, kafka.secrets, who.username)
    with pytest.raises(TopicAuthorizationFailedError):
        send(kafka, who, LEDGER)


def test_a_removed_partner_is_cut_off_at_once_also_on_an_open_connection(kafka: Broker) -> None:
    who = kafka.partner()
    topic = in_topic(who.username)
    with KafkaProducer(**kafka.connect(who), enable_idempotence=True) as producer:
        producer.send(topic, b"before").get(10)
        remove_partner(kafka.admin, kafka.secrets, who.username)
        with pytest.raises(TopicAuthorizationFailedError):
            producer.send(topic, b"after").get(10)
    with pytest.raises(WrongCredentials):
        check_sign_on(kafka.bootstrap, who.username, who.password)
    assert read(kafka, kafka.service("intake"), topic) == [b"before"]  # what it sent is still answered for
    assert read_quota(kafka.admin, who.username) == NO_QUOTA
    assert kafka.secrets.get(who.username) is None
    remove_partner(kafka.admin, kafka.secrets, who.username)


def test_a_partner_can_come_back_with_a_new_password(kafka: Broker) -> None:
    who = kafka.partner()
    remove_partner(kafka.admin, kafka.secrets, who.username)
    back = add_partner(kafka.admin, kafka.secrets, who.username)
    assert back.password != who.password
    send(kafka, back, in_topic(who.username))


def test_a_partner_can_be_removed_with_its_topics(kafka: Broker) -> None:
    who = kafka.partner()
    topics = {in_topic(who.username), out_topic(who.username)}
    remove_partner(kafka.admin, kafka.secrets, who.username, delete_topics=True)
    wait_until(lambda: not topics & set(kafka.admin.list_topics()))
    remove_partner(kafka.admin, kafka.secrets, who.username, delete_topics=True)
    assert not [
        rule for rule in read_rules(kafka.admin, "service.intake") if rule.resource_pattern.resource_name in topics
    ]


def test_a_password_restored_from_a_backup_is_the_right_one_again(kafka: Broker) -> None:
    who = kafka.partner()
    kafka.secrets.remove(who.username)
    other = kafka.secrets.get_or_make(who.username)
    with pytest.raises(WrongCredentials):
        check_sign_on(kafka.bootstrap, other.username, other.password)
    add_partner(kafka.admin, kafka.secrets, who.username)
    check_sign_on(kafka.bootstrap, other.username, other.password)


def test_partners_have_byte_rates(kafka: Broker) -> None:
    who = kafka.partner()
    assert read_quota(kafka.admin, who.username) == PARTNER_QUOTA
    slow = Quota(send_bytes=1000)
    add_partner(kafka.admin, kafka.secrets, who.username, quota=slow)
    wait_until(lambda: read_quota(kafka.admin, who.username) == slow)


def test_a_name_that_cannot_be_a_partners_makes_nothing(kafka: Broker) -> None:
    before = set(kafka.admin.list_topics())
    for name in ("admin", "service.intake", "coc.adam"):
        with pytest.raises(ValueError, match="cannot be a partner's name"):
            add_partner(kafka.admin, kafka.secrets, name)
    assert set(kafka.admin.list_topics()) == before
