"""Lag in seconds: how long the oldest record that is not handled has been waiting."""

import pytest
from prometheus_client import REGISTRY

from backbone.engine.behind import Behind
from backbone.engine.health import Health, Standing


def test_nothing_waits_when_all_was_handled() -> None:
    behind = Behind()
    behind.looked(10.0, 5)
    assert behind.seconds(20.0, 5) == 0
    assert Behind().seconds(1.0, 0) == 0


def test_it_counts_from_the_look_that_first_saw_it() -> None:
    behind = Behind()
    behind.looked(10.0, 5)
    behind.looked(11.0, 8)
    behind.looked(12.0, 8)
    behind.looked(13.0, 20)
    assert behind.seconds(14.0, 2) == 4
    assert behind.seconds(14.0, 5) == 3
    assert behind.seconds(14.0, 8) == 1
    assert behind.seconds(14.0, 20) == 0


def test_who_keeps_up_under_steady_load_is_not_behind() -> None:
    """There is always something on its way, and never anything old."""
    behind = Behind()
    for second in range(100):
        behind.looked(second, second * 10 + 10)
        assert behind.seconds(second, second * 10) <= 1


def test_hours_behind_take_little_room_and_lose_no_age() -> None:
    behind = Behind()
    for second in range(10_000):
        behind.looked(second, second + 1)
    assert behind.seconds(10_000, 0) == 10_000
    assert 0 <= 5_000 - behind.seconds(10_000, 5_000) <= 64
    assert len(behind._looks) <= 2_000


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def test_a_worker_shows_what_it_reaches_and_how_long_records_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("backbone.engine.health.time.monotonic", lambda: now[0])
    place, labels = ("schakel.behind", 3), {"topic": "schakel.behind", "partition": "3"}
    health = Health()
    health.solved("database")
    assert shown("schakel_reachable", what="database") == 1
    health.problem("database", "the database is away")
    assert shown("schakel_reachable", what="database") == 0
    health.solved("database")
    assert shown("schakel_reachable", what="database") == 1
    health.assigned({place: Standing(5, 9, 9, verified=True, rebuilding=True)})
    assert shown("schakel_rebuilding_partitions") == 1
    now[0] += 7
    health.noticed(place, 12)
    assert shown("schakel_lag_seconds", **labels) == 7
    health.moved(place, 9, rebuilding=False)
    assert shown("schakel_lag_seconds", **labels) == 0, "what came with the second look has just come"
    assert shown("schakel_rebuilding_partitions") == 0
    health.assigned({})
    assert shown("schakel_lag_seconds", **labels) is None
