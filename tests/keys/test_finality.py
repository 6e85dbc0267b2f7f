"""When an erasure is final: not while a key lives that could bring back what was destroyed, and late when its term is over by then."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backbone.keys import Rotation, SqlKeyService, open_keys
from backbone.keys.finality import Finality, KeyLife, KeyLives, Lives, Standing, standing
from backbone.keys.lives import read_erased, read_lives
from schakel.timesource import FixedTime
from tests.keys.conftest import report

FIVE_WEEKS = timedelta(weeks=5)


def day(number: int) -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=number)


def lives(*made_and_gone: tuple[int, int | None]) -> KeyLives:
    return KeyLives(KeyLife(day(made), None if gone is None else day(gone)) for made, gone in made_and_gone)


GONE = lives((0, 40), (40, None))


@pytest.mark.parametrize(
    ("keys", "erased", "since"),
    [
        (lives((0, None)), 10, None),
        (lives((0, 40), (40, None)), 10, 40),
        (lives((0, 40), (10, None)), 10, None),  # made in that very moment: it may have wrapped it
        (lives((0, 9), (9, 30), (30, None)), 10, 30),
        (lives((0, 50), (9, 30), (30, None)), 10, 50),  # the older one was destroyed last
        (lives((0, 5), (11, None)), 10, 10),  # nothing lived that could have wrapped it
        (lives((11, 12)), 10, 10),
    ],
)
def test_all_that_lived_then_has_to_be_gone(keys: KeyLives, erased: int, since: int | None) -> None:
    expected = None if since is None else day(since)
    assert keys.gone_at(day(erased)) == expected
    assert Lives(door=keys, data=lives()).finality(day(erased)).since == expected
    assert Lives(door=lives(), data=keys).finality(day(erased)).since == expected


def test_the_later_of_the_two_kinds_counts() -> None:
    assert Lives(lives((0, 40)), lives((0, 33))).finality(day(1)).since == day(40)
    assert Lives(lives((0, 33)), lives((0, 40))).finality(day(1)).since == day(40)
    assert Lives(lives((0, None)), lives((0, 40))).finality(day(1)).since is None


def stands(door: KeyLives, data: KeyLives, *erased: int, now: int) -> Standing:
    return standing([day(one) for one in erased], Lives(door, data), lambda at: at + FIVE_WEEKS, day(now))


def test_one_is_late_from_the_end_of_its_term() -> None:
    data = lives((0, 5), (5, None))
    assert stands(GONE, data, 1, 10, 20, now=44) == Standing(1, 2, 0, 1, day(45), False, False)
    assert stands(GONE, data, 1, 10, 20, now=45) == Standing(1, 2, 1, 0, day(45), False, True)
    assert stands(GONE, data, now=99) == Standing(0, 0, 0, 0, None, False, False)


def test_one_is_due_soon_for_the_last_two_days_of_its_term() -> None:
    """Erased on day 1: to be final by day 36."""
    data = lives((0, None))
    found = [(stands(GONE, data, 1, now=now).soon, stands(GONE, data, 1, now=now).late) for now in (33, 34, 35, 36)]
    assert found == [(0, 0), (1, 0), (1, 0), (0, 1)]


@pytest.mark.parametrize(
    ("door", "data", "since"),
    [
        (lives((0, None)), lives((4, None)), 0),
        (lives((0, 9), (5, None), (8, None)), lives((0, 40), (7, None)), 5),
        (lives((0, 9)), lives((3, None)), 3),
        (lives((0, 9)), lives(), None),
    ],
)
def test_who_was_erased_before_the_oldest_key_that_lives_waits_for_none(
    door: KeyLives, data: KeyLives, since: int | None
) -> None:
    both = Lives(door, data)
    assert both.waited_for_since == (None if since is None else day(since))
    waits = [number for number in range(12) if both.finality(day(number)).since is None]
    assert waits == ([] if since is None else list(range(since, 12)))


def test_what_is_lacking_is_told_apart() -> None:
    alive = lives((0, None))
    assert stands(alive, GONE, 1, now=60) == Standing(0, 1, 1, 0, day(36), True, False)
    assert stands(alive, alive, 1, now=60) == Standing(0, 1, 1, 0, day(36), True, True)


@pytest.fixture
def clocked(home: Path, url: str | None) -> Iterator[tuple[SqlKeyService, FixedTime]]:
    time = FixedTime(day(0))
    keys = open_keys(url, home, time=time)
    yield keys, time
    keys.close()


def test_the_database_of_keys_tells_it(clocked: tuple[SqlKeyService, FixedTime]) -> None:
    """Erased on day 3; the key-encryption key of data is destroyed on day 20, the door key on day 32. That of the door may live."""
    keys, time = clocked
    request = report(keys.door_keys()[0])
    assert isinstance(keys.reseal([request])[0], tuple)
    old, rotation = keys.door_keys()[0].kid, Rotation(keys._engine, keys.files, time)
    time.at = day(3)
    keys.destroy(request.case_id, "victim")
    told = lambda: read_lives(keys._engine).finality(day(3))  # noqa: E731

    time.at = day(4)
    keys.rotate_door()
    rotation.rotate("data")
    assert told() == Finality(None, None)
    time.at = day(20)
    rotation.retire("data")
    assert told() == Finality(None, day(20))
    time.at = day(32)
    keys.retire_door(old)
    assert told() == Finality(day(32), day(20))
    assert told().since == day(32)
    assert read_erased(keys._engine) == [day(3)]
