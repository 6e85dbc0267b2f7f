"""Poison on a partner's topic, through a real broker: each answered by its refusal, and everybody alive after."""

import asyncio
import random
from collections.abc import Callable

import pytest
from kafka import KafkaProducer
from kafka.errors import MessageSizeTooLargeError

from backbone.kafka.connection import connection
from schakel import codec
from schakel.messages import Receipt, RefusedRecord
from tests.support import batches
from tests.support.partners import Partners
from tests.support.poison import Poison, Sender, fuzz, poisons
from tests.support.realcluster import RealCluster
from tests.system.conftest import SOAK, check

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
DOOR, STRANGER = "politie-noord", "coc-groningen"
IN, OUT = f"schakel.in.{DOOR}", f"schakel.out.{DOOR}"
FUZZ = round(500 * SOAK)


@pytest.fixture
def sender(cluster: RealCluster, partners: Callable[[int], Partners]) -> Sender:
    """With a case of its own, and one of somebody else's."""
    cluster.up()
    at_work = partners(1)
    sent = [at_work.report(DOOR), at_work.report(STRANGER)]
    cluster.settle()
    at_work.play()
    mine, theirs = (at_work.cases[one.id] for one in sent)
    return Sender(cluster.chains.partners[DOOR].oin, cluster.time.now(), mine, theirs, cluster.keys.door_keys()[0])


def answers(cluster: RealCluster) -> dict[int, list[Receipt]]:
    found: dict[int, list[Receipt]] = {}
    for raw in cluster.wire.topic(OUT):
        message = codec.decode_message(raw.value)
        if isinstance(message, Receipt):
            found.setdefault(message.in_offset, []).append(message)
    return found


def test_each_poison_gets_its_own_refusal(cluster: RealCluster, sender: Sender) -> None:
    sent: list[tuple[Poison, int]] = []
    for poison in poisons(sender):
        sent.append((poison, cluster.wire.put(IN, poison.value, poison.headers).get(10).offset))
    check(cluster)
    found = answers(cluster)
    filed = [codec.decode_message(raw.value) for raw in cluster.wire.topic("schakel.refused")]
    codes = {one.offset: one.refusal.code for one in filed if isinstance(one, RefusedRecord) and one.topic == IN}
    for poison, offset in sent:
        assert [answer.refusal and answer.refusal.code for answer in found[offset]] == [poison.code], poison.name
        assert codes[offset] == poison.code, poison.name


def test_whatever_comes_every_message_is_answered(cluster: RealCluster, sender: Sender) -> None:
    start = cluster.wire.ends([IN])[IN, 0]
    for value, headers in fuzz(random.Random(5), sender, FUZZ):
        cluster.wire.put(IN, value, headers)
    check(cluster)
    assert set(range(start, start + FUZZ)) <= answers(cluster).keys()


def test_batches_of_other_clients_are_read(cluster: RealCluster, sender: Sender) -> None:
    """A Java client may compress with what no Python library here unpacks; a careless one writes a header's name in Latin-1."""
    made, plain = [], [0, batches.GZIP, batches.SNAPPY, batches.LZ4, batches.ZSTD]
    for kind in plain:
        report = sender.report()
        made.append(batches.batch(codec.encode(report), sender.headers(report), kind))
    latin = {"naïef".encode(): b"na\xefef!"}
    for kind in (0, batches.ZSTD):
        report = sender.report()
        headers = [*sender.headers(report), ("naïef", b"1")]
        made.append(batches.batch(codec.encode(report), headers, kind, latin))
    who = connection(cluster.embedded.bootstrap, cluster.embedded.secrets.get(DOOR))
    offsets = asyncio.run(batches.send(who, IN, made))
    check(cluster)
    found = answers(cluster)
    assert [[answer.status.value for answer in found[offset]] for offset in offsets] == [["accepted"]] * len(made)


def test_more_than_a_mebibyte_is_refused_by_the_broker(cluster: RealCluster, sender: Sender) -> None:
    who = connection(cluster.embedded.bootstrap, cluster.embedded.secrets.get(DOOR))
    producer = KafkaProducer(**who, max_request_size=4 * 2**20, retries=0)
    end = cluster.wire.ends([IN])
    with pytest.raises(MessageSizeTooLargeError):
        producer.send(IN, value=random.Random(3).randbytes(2**20 + 1)).get(10)
    producer.close()
    assert cluster.wire.ends([IN]) == end
