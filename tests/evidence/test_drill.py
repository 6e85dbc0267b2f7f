"""The restore drill: a backbone at work is carried off, its broker and databases are lost, and everything comes back as it was: what was
sealed before is read, and whoever was erased stays erased, also when the backup of the keys is older than that."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
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
from backbone.keys import open_destroyer
from backbone.supervisor.prepare import Broker, profile_path
from schakel import codec
from schakel.case_state import State
from schakel.client import Erased, GatewayAway, Incoming, Partner, PersonalData, ReadRefused
from schakel.events.data import ErasureRequested
from schakel.evidence import tree
from schakel.evidence.note import Head, origin_of
from schakel.messages import Receipt, ReferralOffered
from schakel.record import Raw
from tests.support.broker import CACHE
from tests.support.desk import DOOR, Desk
from tests.support.partners import NAME, PHONE, STORY, SUPPORT, Partners
from tests.support.postgres import Postgres
from tests.support.realcluster import BROKER_S, RealCluster
from tests.support.worker import ROOT

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing, pytest.mark.timeout(1800)]
LONG_S = 600.0
COOLED_OFF = timedelta(days=30)
"""Longer than fourteen days whatever day they begin on."""


class OnSqlite:
    """The database of keys as a file, and its backup."""

    url: str | None = None

    def back_up(self, home: Path, kept: Path) -> None:
        with (
            closing(sqlite3.connect(home / "keys" / "keys.db")) as live,
            closing(sqlite3.connect(kept / "keys.db")) as copy,
        ):
            live.backup(copy)

    def lose_and_restore(self, kept: Path, home: Path) -> None:
        shutil.copy(kept / "keys.db", home / "keys" / "keys.db")


class OnPostgres:
    """The same on PostgreSQL."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self.url = server.database()

    def back_up(self, home: Path, kept: Path) -> None:
        self.server.back_up(self.url, kept / "keys.sql")

    def lose_and_restore(self, kept: Path, home: Path) -> None:
        self.server.drop(self.url)
        self.url = self.server.restore(kept / "keys.sql")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def keys(request: pytest.FixtureRequest) -> OnSqlite | OnPostgres:
    return OnSqlite() if request.param == "sqlite" else OnPostgres(request.getfixturevalue("postgres"))


@pytest.fixture
def before(tmp_path: Path, keys: OnSqlite | OnPostgres) -> Iterator[RealCluster]:
    cluster = RealCluster(tmp_path / "before", keys_url=keys.url)
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


def cases(cluster: RealCluster) -> dict[str, dict[str, State]]:
    """What each service knows of each case; how many conclusions it has drawn since it started is its own."""
    return {name: {case: desk.case for case, desk in desks.items()} for name, desks in cluster.all_desks().items()}


def people(cluster: RealCluster, keys: OnSqlite | OnPostgres, kept: Path) -> dict[str, str]:
    """The cases of three people whose referrals can be read: of one before and one after the keys were backed up, and one who is erased
    after it. What the backup holds then goes to `kept`."""
    desk = Desk(cluster, Partners(cluster.wire, cluster.chains, cluster.keys.door_keys()[0], 11, cluster.time.now))
    known, erased = desk.offered(), desk.offered()
    assert isinstance(desk.read(SUPPORT, known), PersonalData)
    shutil.copytree(cluster.var_dir / "keys", kept, ignore=shutil.ignore_patterns("keys.db*"))
    keys.back_up(cluster.var_dir, kept)
    later = desk.offered()
    desk.at_work.tell(DOOR, ErasureRequested(subject="victim"), erased.case)
    desk.at_work.tell(DOOR, ErasureRequested(subject="victim", second_proof="called_back"), erased.case)
    desk.stands(erased.case, "erasure.scheduled")
    cluster.advance(COOLED_OFF)
    desk.stands(erased.case, "subject.erased")
    cluster.until(lambda: ends_of_keys(cluster.var_dir, keys, erased.case), "her key is destroyed", LONG_S)
    assert isinstance(desk.read(SUPPORT, erased), Erased)
    return {"known": known.case, "erased": erased.case, "later": later.case}


def ends_of_keys(home: Path, keys: OnSqlite | OnPostgres, case: str) -> bool:
    destroyer = open_destroyer(keys.url, home)
    try:
        return destroyer.destroyed_at(case, "victim") is not None
    finally:
        destroyer.close()


def put_back(home: Path, keys: OnSqlite | OnPostgres, file: Path, clock: str) -> str:
    """As an operator does it, on the broker that runs there; returns what was said."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SCHAKEL_")}
    said = subprocess.run(
        [sys.executable, "-m", "backbone.cli.main", "ledger", "restore", str(file)],
        cwd=ROOT,
        env=plain | {"SCHAKEL_VAR_DIR": str(home), "SCHAKEL_KEYS_URL": keys.url or "", "SCHAKEL_CLOCK": clock},
        capture_output=True,
        text=True,
        timeout=LONG_S,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    print(said.stdout)
    return said.stdout


def opened(cluster: RealCluster, offer: Incoming) -> PersonalData | ReadRefused:
    """What a partner gets that opens what it was offered; a machine under load may take longer than a read may."""

    def answer() -> PersonalData | ReadRefused | None:
        try:
            return offer.open()
        except ReadRefused as no:
            return no
        except GatewayAway:
            return None

    return cluster.until(answer, "the gateway answers", LONG_S)


def test_all_is_lost_but_the_export_and_an_older_backup_of_the_keys(
    before: RealCluster, keys: OnSqlite | OnPostgres, tmp_path: Path
) -> None:
    kept, file, home = tmp_path / "kept", tmp_path / "export.zip", tmp_path / "after"
    up(before)
    whose = people(before, keys, kept)
    play(before, 7)
    before.until(lambda: covered(before), "all of the ledger is under signed heads", LONG_S)
    before.settle(LONG_S)
    was, stood, signed, ends, now = ledger(before), cases(before), heads(before), before.concluded(), before.time.now()
    assert sum(map(len, was.values())) > 60
    assert before.embedded.admin
    known = connection(before.embedded.bootstrap, before.embedded.admin)
    began = time.monotonic()
    done = export(known, before.settings, file, print)
    count, took_s = sum(done.records.values()), time.monotonic() - began
    print(f"exported {count} records in {took_s:.1f} s, {count / took_s:.0f} a second")
    assert done.findings == []
    with (
        pytest.raises(NotEmpty, match="on an empty broker only"),
        Broker(before.embedded.bootstrap, before.embedded.admin).client() as admin,
    ):
        restore(known, admin, ONE_MACHINE, Opened(file), print)
    before.down()
    before.embedded.stop()
    before.keys.close()
    shutil.copytree(before.var_dir / "kafka" / "secrets", home / "kafka" / "secrets")
    shutil.rmtree(before.var_dir)

    began = time.monotonic()
    shutil.copytree(kept, home / "keys", ignore=shutil.ignore_patterns("keys.db", "keys.sql"))
    keys.lose_and_restore(kept, home)
    assert not ends_of_keys(home, keys, whose["erased"]), "the backup knows nothing of her erasure"
    (home / "clock").write_text(now.isoformat(), encoding="ascii")
    empty = EmbeddedKafka(home, cache_dir=CACHE).start(BROKER_S)
    try:
        assert empty.admin
        said = put_back(home, keys, file, f"file:{home / 'clock'}")
        assert f"{count} records of {len(done.records)} topics" in said
        assert ends_of_keys(home, keys, whose["erased"]), "before any service has started"
        with Broker(empty.bootstrap, empty.admin).client() as admin:
            wanted = {spec.name: dict(spec.settings) for spec in core_topics()}
            assert {name: {**read_settings(admin, [name])[name]} for name in wanted} == wanted
    finally:
        empty.stop()
    after = RealCluster(home, keys_url=keys.url, at=now)
    try:
        up(after)
        after.until(after.quiet, "every service has built itself anew", LONG_S)
        print(f"back at work after {time.monotonic() - began:.1f} s")
        after.wire.catch_up()
        assert ledger(after) == was  # offsets, timestamps, keys, values, headers; and nothing was concluded twice
        assert after.concluded() == ends
        assert cases(after) == stood
        assert heads(after) == signed
        as_the_partner_reads(after, whose)
        goes_on(after, was, signed)
    finally:
        after.close()


def as_the_partner_reads(after: RealCluster, whose: dict[str, str]) -> None:
    """Victim support opens what it was offered before the loss."""
    with Partner.connect(profile=profile_path(after.var_dir, SUPPORT)) as support:
        offers = {one.case: one for one in support.inbox(wait_s=15) if isinstance(one.body, ReferralOffered)}
        found = opened(after, offers[whose["known"]])
        assert isinstance(found, PersonalData), found
        assert (found.contact_details, found.story) == ({"name": NAME, "phone": PHONE}, STORY)
        assert isinstance(opened(after, offers[whose["erased"]]), Erased)
        lost = opened(after, offers[whose["later"]])
        assert isinstance(lost, PersonalData), lost
        assert (lost.contact_details, lost.story) == (None, None), "sealed after the backup: that nothing repairs"


def goes_on(after: RealCluster, was: dict[int, list[Raw]], signed: dict[str, Head]) -> None:
    """New work comes under heads that go on from those of before the loss."""
    play(after, 8)
    after.until(lambda: covered(after), "what came since is under signed heads", LONG_S)
    for origin, head in heads(after).items():
        partition = int(origin.rpartition("/")[2])
        if partition in was and origin in signed and head.size > signed[origin].size:
            proof = after.page("audit-0", f"/proofs/{partition}/consistency?from={signed[origin].size}&to={head.size}")
            path = [bytes.fromhex(step) for step in orjson.loads(proof)["path"]]
            assert tree.goes_on(signed[origin].size, signed[origin].root, head.size, head.root, path)
    messages = [codec.decode_message(raw.value) for raw in after.wire.topic("schakel.out.politie-amsterdam")]
    assert [one for one in messages if isinstance(one, Receipt) and one.head], "receipts bear heads"
