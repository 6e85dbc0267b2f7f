"""Erasure on real Kafka: read until she asks, killed between `subject.erased` and the end of her key, and gone after the next start."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from backbone.keys.destroying import open_destroyer
from schakel.client import Erased, ReadRefused
from schakel.events.data import ErasureRequested, SubjectErased
from tests.support.desk import DOOR, Desk
from tests.support.partners import NAME, PHONE, STORY, SUPPORT, Partners
from tests.support.realcluster import RealCluster
from tests.support.worker import ROOT
from tests.system.conftest import check
from tests.system.test_reading import hers

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing]
COOLED_OFF = timedelta(days=30)
"""Longer than fourteen days whatever day they begin on: a term does not end on a Sunday or a holiday."""


@pytest.fixture
def desk(cluster: RealCluster, partners: Callable[[int], Partners]) -> Desk:
    cluster.up()
    return Desk(cluster, partners(83))


@contextmanager
def keys_busy(cluster: RealCluster) -> Iterator[None]:
    """Nobody can write the database of keys: whoever wants to destroy one waits, for a moment that a test can be sure to meet."""
    db = sqlite3.connect(cluster.var_dir / "keys" / "keys.db", timeout=30, isolation_level=None)
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
    finally:
        db.close()


def declared(cluster: RealCluster, case: str) -> tuple[int, list[dict[str, object]]]:
    """What `backbone erasure declaration` says of a case, and its exit code."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SCHAKEL_")}
    said = subprocess.run(
        [sys.executable, "-m", "backbone.cli.main", "erasure", "declaration", "--case", case, "--json"],
        cwd=ROOT,
        env=plain | {"SCHAKEL_VAR_DIR": str(cluster.var_dir), "SCHAKEL_CLOCK": cluster.settings.clock},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert said.stderr == ""
    return said.returncode, json.loads(said.stdout)


def test_killed_between_the_event_and_the_end_of_the_key(cluster: RealCluster, desk: Desk) -> None:
    consent, keys = cluster.workers["consent-0"], open_destroyer(None, cluster.var_dir)
    offer, other = desk.offered(), desk.offered()
    assert hers(desk.read(SUPPORT, offer)) == ({"name": NAME, "phone": PHONE}, STORY)
    desk.at_work.tell(DOOR, ErasureRequested(subject="victim"), offer.case)
    desk.at_work.tell(DOOR, ErasureRequested(subject="victim", second_proof="called_back"), offer.case)
    desk.stands(offer.case, "erasure.scheduled")
    refused = desk.read(SUPPORT, offer)
    assert isinstance(refused, ReadRefused)
    assert refused.reason == "erasure_requested"

    with keys_busy(cluster):
        cluster.advance(COOLED_OFF)
        desk.stands(offer.case, "subject.erased")
        consent.kill()
    assert keys.destroyed_at(offer.case, "victim") is None, "killed before it could"
    code, said = declared(cluster, offer.case)
    assert (code, [one["key_destroyed_at"] for one in said]) == (1, [None]), (
        "erased by the ledger, and the key still lives"
    )
    consent.start()
    cluster.until(lambda: keys.destroyed_at(offer.case, "victim"), "the key is destroyed after the next start")

    assert isinstance(desk.read(SUPPORT, offer), Erased)
    assert hers(desk.read(SUPPORT, other)) == ({"name": NAME, "phone": PHONE}, STORY)
    history = check(cluster, desk.at_work).histories()[offer.case]
    # Published and not yet marked as such when it was killed, it may stand there twice, under one id.
    assert len({entry.id for entry in history if isinstance(entry.event, SubjectErased)}) == 1
    assert keys.destroyed_at(other.case, "victim") is None
    code, said = declared(cluster, offer.case)
    assert (code, len(said)) == (0, 1)
    assert said[0]["key_destroyed_at"]
    assert declared(cluster, other.case) == (0, [])
