"""The restore drill: a backbone at work is carried off, its broker and databases are lost, and everything comes back as it was."""

import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
import pytest

from backbone.evidence.archive import Opened
from backbone.evidence.export import export
from backbone.evidence.restore import NotEmpty, restore
from backbone.kafka.connection import connection
from backbone.kafka.embedded import EmbeddedKafka
from backbone.kafka.names import CHECKPOINTS, LEDGER, LEDGER_PARTITIONS
from backbone.kafka.topics import ONE_MACHINE, core_topics, read_settings
from backbone.supervisor.prepare import Broker
from schakel import codec
from schakel.case_state import State
from schakel.evidence import tree
from schakel.evidence.note import Head, origin_of
from schakel.messages import Receipt
from schakel.record import Raw
from tests.support.broker import CACHE
from tests.support.partners import Partners
from tests.support.realcluster import BROKER_S, RealCluster

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing, pytest.mark.timeout(1800)]
LONG_S = 600.0


@pytest.fixture
def before(tmp_path: Path) -> Iterator[RealCluster]:
    cluster = RealCluster(tmp_path / "before")
    yield cluster
    cluster.close()


def up(cluster: RealCluster) -> None:
    began = time.monotonic()
    cluster.start()
    cluster.until(lambda: all(worker.ready() for worker in cluster.workers.values()), "every service is ready", LONG_S)
    print(f"every service is ready {time.monotonic() - began:.1f} s after the start")


def heads(cluster: RealCluster) -> dict[str, Head]:
    """The newest of each log."""
    cluster.wire.catch_up()
    found = [Head.parse(raw.value or b"") for raw in cluster.wire.topic(CHECKPOINTS)]
    return {head.origin: head for head in found}


def covered(cluster: RealCluster) -> bool:
    """Whether all of the ledger stands under a signed head."""
    newest = heads(cluster)
    ends = cluster.wire.ends([LEDGER])
    return all(
        not end or (origin_of(*place) in newest and newest[origin_of(*place)].size == end)
        for place, end in ends.items()
    )


def ledger(cluster: RealCluster) -> dict[int, list[Raw]]:
    return {number: list(cluster.wire.records[LEDGER, number]) for number in range(LEDGER_PARTITIONS)}


def play(cluster: RealCluster, seed: int) -> Partners:
    at_work = Partners(cluster.wire, cluster.chains, cluster.keys.door_keys()[0], seed, cluster.time.now)
    for _ in range(12):
        at_work.report("politie-amsterdam")
    for _ in range(3):
        cluster.settle(LONG_S)
        at_work.play()
    cluster.settle(LONG_S)
    return at_work


def pace(done: str, records: Mapping[str, int], took_s: float) -> str:
    count = sum(records.values())
    return f"{done} {count} records in {took_s:.1f} s, {count / took_s:.0f} a second"


def cases(cluster: RealCluster) -> dict[str, dict[str, State]]:
    """What each service knows of each case; how many conclusions it has drawn since it started is its own."""
    return {name: {case: desk.case for case, desk in desks.items()} for name, desks in cluster.all_desks().items()}


def test_all_is_lost_but_the_export_and_the_keys(before: RealCluster, tmp_path: Path) -> None:
    up(before)
    play(before, 7)
    before.until(lambda: covered(before), "all of the ledger is under signed heads", LONG_S)
    before.settle(LONG_S)
    was, stood, signed = ledger(before), cases(before), heads(before)
    assert sum(map(len, was.values())) > 60
    assert before.embedded.admin
    file = tmp_path / "export.zip"
    began = time.monotonic()
    done = export(connection(before.embedded.bootstrap, before.embedded.admin), before.settings, file, print)
    print(pace("exported", done.records, time.monotonic() - began))
    assert done.findings == []
    with (
        pytest.raises(NotEmpty, match="on an empty broker only"),
        Broker(before.embedded.bootstrap, before.embedded.admin).client() as admin,
    ):
        restore(connection(before.embedded.bootstrap, before.embedded.admin), admin, ONE_MACHINE, Opened(file), print)
    before.down()
    before.embedded.stop()

    home = tmp_path / "after"
    shutil.copytree(before.var_dir / "keys", home / "keys")
    shutil.copytree(before.var_dir / "kafka" / "secrets", home / "kafka" / "secrets")
    began = time.monotonic()
    empty = EmbeddedKafka(home, cache_dir=CACHE).start(BROKER_S)
    try:
        assert empty.admin
        begun = time.monotonic()
        known = connection(empty.bootstrap, empty.admin)
        with Broker(empty.bootstrap, empty.admin).client() as admin:
            counts = restore(known, admin, ONE_MACHINE, Opened(file), print)
            print(pace("put back", counts, time.monotonic() - begun))
            wanted = {spec.name: dict(spec.settings) for spec in core_topics()}
            assert {name: {**read_settings(admin, [name])[name]} for name in wanted} == wanted
    finally:
        empty.stop()
    assert counts == done.records
    after = RealCluster(home)
    try:
        up(after)
        after.until(after.quiet, "every service has built itself anew", LONG_S)
        print(f"back at work after {time.monotonic() - began:.1f} s")
        after.wire.catch_up()
        assert ledger(after) == was  # offsets, timestamps, keys, values, headers; and nothing was concluded twice
        assert cases(after) == stood
        assert heads(after) == signed
        play(after, 8)
        after.until(lambda: covered(after), "what came since is under signed heads", LONG_S)
        for origin, head in heads(after).items():
            partition = int(origin.rpartition("/")[2])
            if partition in was and origin in signed and head.size > signed[origin].size:
                proof = after.page(
                    "audit-0", f"/proofs/{partition}/consistency?from={signed[origin].size}&to={head.size}"
                )
                path = [bytes.fromhex(step) for step in orjson.loads(proof)["path"]]
                assert tree.goes_on(signed[origin].size, signed[origin].root, head.size, head.root, path)
        messages = [codec.decode_message(raw.value) for raw in after.wire.topic("schakel.out.politie-amsterdam")]
        assert [one for one in messages if isinstance(one, Receipt) and one.head], "receipts bear heads"
    finally:
        after.close()
