"""What consent shows of erasures: whether they become final in time, how old keys are, and nothing when that cannot be read."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from backbone.definition_files import load_definitions
from backbone.keys import Rotation, SqlKeyService, open_keys
from backbone.settings import Settings
from schakel.timesource import FileTime
from services.consent.shown import ErasuresShown
from tests.keys.test_finality import day
from tests.monitoring.tools import ROOT

CHAINS, _ = load_definitions(ROOT / "protocols", ROOT / "chains")
DAY_S = 86_400


class World:
    """Keys, a clock, and what is shown of them."""

    def __init__(self, home: Path, url: str | None) -> None:
        self.time = FileTime(home / "clock")
        self.time.set(day(0))
        self.keys: SqlKeyService = open_keys(url, home, time=self.time)
        self.shown = ErasuresShown(CHAINS, Settings(var_dir=home, keys_url=url, clock=f"file:{home / 'clock'}"))

    def on(self, number: int) -> None:
        self.time.set(day(number))

    def erase(self, number: int, case: str) -> None:
        self.on(number)
        self.keys.destroy(case, "victim")

    def figures(self) -> dict[tuple[str, ...], float]:
        """By metric and the values of its labels."""
        self.shown.read()
        samples = [sample for family in self.shown.collector.collect() for sample in family.samples]
        return {(one.name, *one.labels.values()): one.value for one in samples}

    def states(self) -> tuple[float, float, float]:
        """(late, due soon, waiting)."""
        found = self.figures()
        return tuple(found["schakel_erasures", state] for state in ("late", "due_soon", "waiting"))  # type: ignore[return-value]


@pytest.fixture
def world(home: Path, url: str | None) -> Iterator[World]:
    made = World(home, url)
    yield made
    made.keys.close()


def test_an_erasure_that_waits_comes_near_its_term_and_passes_it(world: World) -> None:
    assert world.states() == (0, 0, 0)
    world.erase(1, "c-1")
    world.erase(20, "c-2")
    assert world.states() == (0, 0, 2)
    by = CHAINS.final_by(day(1))
    world.time.set(by - timedelta(days=2, seconds=1))
    assert world.states() == (0, 0, 2)
    world.time.set(by - timedelta(days=2))
    assert world.states() == (0, 1, 1)
    world.time.set(by)
    assert world.states() == (1, 0, 1)


def test_it_is_no_longer_shown_once_the_keys_of_then_are_gone(world: World) -> None:
    world.erase(1, "c-1")
    old = world.keys.door_keys()[0].kid
    world.on(30)
    world.keys.rotate_door()
    world.keys.retire_door(old)
    rotation = Rotation(world.keys._engine, world.keys.files, world.time)
    rotation.rotate("data")
    assert world.states() == (0, 0, 1)
    rotation.retire("data")
    assert world.states() == (0, 0, 0)
    world.on(99)
    assert world.states() == (0, 0, 0)


def test_the_oldest_key_that_lives_is_shown_beside_the_term(world: World) -> None:
    """A key that was replaced and not destroyed is as old as it is; the key-encryption key of the door is not waited for."""
    rotation = Rotation(world.keys._engine, world.keys.files, world.time)
    world.on(10)
    world.keys.rotate_door()
    rotation.rotate("data")
    rotation.rotate("door")
    rotation.retire("door")
    world.on(12)
    age = "schakel_oldest_key_age_seconds"
    found = world.figures()
    assert (found[age, "data"], found[age, "door"]) == (12 * DAY_S, 12 * DAY_S)
    assert found["schakel_erasure_term_seconds",] == (CHAINS.final_by(day(12)) - day(12)).total_seconds()
    rotation.retire("data")
    assert (world.figures()[age, "data"], world.figures()[age, "door"]) == (2 * DAY_S, 12 * DAY_S)


def test_what_cannot_be_read_is_not_shown(world: World) -> None:
    """Nothing old is believed, nothing ends; and it is there again."""
    assert world.figures()
    with world.keys._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE door_key RENAME TO elsewhere")
    assert world.figures() == {}
    with world.keys._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO door_key")
    assert world.figures()


def test_no_figure_names_a_person_or_a_case(world: World) -> None:
    world.erase(1, "5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e")
    words = {word for name in world.figures() for word in name[1:]}
    assert words == {"late", "due_soon", "waiting", "door", "data"}
