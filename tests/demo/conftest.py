"""One rehearsed month for the tests that look at its outcome."""

import pytest

from backbone.demo.play import Player
from backbone.demo.story import build_story
from tests.demo.rehearsal import Rehearsal


def rehearse(seed: int, days: int = 30) -> tuple[Player, Rehearsal]:
    stage = Rehearsal()
    player = Player(build_story(seed, days), stage)
    while player.step():
        pass
    return player, stage


@pytest.fixture(scope="session")
def month() -> tuple[Player, Rehearsal]:
    """The month that `make demo` plays. Nobody may change it: copy the evidence first."""
    return rehearse(seed=1)
