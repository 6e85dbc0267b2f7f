"""The declaration of destruction: everything that led there, with its places in the ledger, and nothing that points to a person."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import json

from backbone.casework import LEDGER
from backbone.declaration import LANGUAGES, Destruction, declared, text
from backbone.keys import Rotation, open_keys
from backbone.keys.destroying import open_destroyer
from backbone.keys.lives import read_lives
from schakel.events.case import CloseRequested
from schakel.events.data import ErasureRequested, HoldLifted, HoldPlaced
from schakel.events.vocab import CloseReason
from schakel.history import collect
from schakel.timesource import FixedTime
from tests.services.test_erasure import CITY, COOLED_OFF, DOOR, PHONE, reported, tell
from tests.support.minicluster import PARTITIONS, START, MiniCluster


@pytest.fixture
def cluster(tmp_path: Path) -> MiniCluster:
    return MiniCluster(tmp_path)


def drawn_up(cluster: MiniCluster, tmp_path: Path, **days: date) -> list[Destruction]:
    raws = [raw for partition in range(PARTITIONS) for raw in cluster.topics[LEDGER, partition]]
    keys = open_destroyer(None, tmp_path)
    lives = read_lives(keys._engine)
    return declared(
        collect(raws).values(), cluster.chains, keys.destroyed_at, lambda at: lives.finality(at).since, **days
    )


def test_what_was_asked_held_and_done(cluster: MiniCluster, tmp_path: Path) -> None:
    case, _ = reported(cluster), reported(cluster)
    tell(cluster, ErasureRequested(subject="victim"), case)
    hold = tell(cluster, HoldPlaced(legal_ground="criminal_case", until=date(2026, 12, 31)), case)
    tell(cluster, ErasureRequested(subject="victim"), case, by=CITY)
    cluster.advance(COOLED_OFF)
    assert drawn_up(cluster, tmp_path) == []
    tell(cluster, HoldLifted(hold=hold), case)
    (one,) = drawn_up(cluster, tmp_path)
    assert (one.case, one.subject, one.ground, one.term) == (case, "victim", "request", "14 dagen")
    assert [(act.what, act.by, act.detail) for act in one.acts] == [
        ("erasure.requested", DOOR, "victim"),
        ("erasure.refused", "consent", "legal_hold"),
        ("erasure.requested", CITY, "victim"),
        ("erasure.scheduled", "consent", "14 dagen"),
    ]
    places = {f"{entry.partition}/{entry.offset}" for entry in cluster.ledger(case)}
    assert {act.position for act in one.acts} | {one.position} <= places
    assert one.key_destroyed_at is not None
    assert one.final_by is not None
    assert timedelta(days=35) <= one.final_by - one.effective_at <= timedelta(days=40)
    for language in LANGUAGES:
        said = text([one], language, datetime.now(UTC))
        assert case in said
        assert one.position in said
        assert PHONE not in said + json.encode(one).decode()


def test_a_term_for_keeping_says_so_and_days_choose(cluster: MiniCluster, tmp_path: Path) -> None:
    case = reported(cluster)
    tell(cluster, CloseRequested(reason=CloseReason.ENOUGH_HELP), case, by=CITY)
    cluster.advance(timedelta(days=190))
    (one,) = drawn_up(cluster, tmp_path)
    assert (one.subject, one.ground) == ("accused", "retention_term")
    assert [act.what for act in one.acts] == ["case.closed", "erasure.scheduled"]
    assert drawn_up(cluster, tmp_path, until=START.date()) == []
    assert drawn_up(cluster, tmp_path, since=START.date(), until=one.effective_at.date()) == [one]


def test_a_key_that_lives_is_told(cluster: MiniCluster, tmp_path: Path) -> None:
    case = reported(cluster)
    tell(cluster, CloseRequested(reason=CloseReason.ENOUGH_HELP), case, by=CITY)
    cluster.advance(timedelta(days=190))
    raws = [raw for partition in range(PARTITIONS) for raw in cluster.topics[LEDGER, partition]]
    (one,) = declared(collect(raws).values(), cluster.chains, lambda case_id, subject: None, lambda at: at)
    assert one.key_destroyed_at is None
    assert one.final_since is None
    assert "LET OP" in text([one], "nl", datetime.now(UTC))
    assert "Niets is vernietigd" in text([], "nl", datetime.now(UTC))


def test_it_is_final_when_the_keys_were_replaced_and_not_because_time_went_by(
    cluster: MiniCluster, tmp_path: Path
) -> None:
    case = reported(cluster)
    tell(cluster, CloseRequested(reason=CloseReason.ENOUGH_HELP), case, by=CITY)
    cluster.advance(timedelta(days=190))
    (one,) = drawn_up(cluster, tmp_path)
    assert one.final_by is not None
    assert one.final_since is None
    before = text([one], "en", one.final_by - timedelta(minutes=1))
    assert "if the keys are replaced" in before
    assert "NOTE" not in before
    assert not one.is_late(one.final_by - timedelta(minutes=1))
    assert one.is_late(one.final_by)
    assert "LET OP: nog niet definitief" in text([one], "nl", one.final_by)
    assert "Final since" not in text([one], "en", one.final_by)

    later = FixedTime(datetime.now(UTC) + timedelta(minutes=1))
    keys = open_keys(None, tmp_path, time=later)
    old, rotation = keys.door_keys()[0].kid, Rotation(keys._engine, keys.files, later)
    keys.rotate_door()
    keys.retire_door(old)
    rotation.rotate("data")
    rotation.retire("data")
    (done,) = drawn_up(cluster, tmp_path)
    assert done.final_since is not None
    assert done.final_since == later.at.replace(microsecond=0)
    assert not done.is_late(done.final_since + timedelta(days=999))
    said = text([done], "nl", datetime.now(UTC))
    assert f"Definitief sinds {done.final_since:%Y-%m-%d %H:%M}" in said
    assert "LET OP" not in said
