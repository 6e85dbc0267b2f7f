"""Every scenario ends with the checks that hold of all of them."""

from collections.abc import Iterator

import pytest

from tests.scenarios.stories import sound, told_stories


@pytest.fixture(autouse=True)
def _sound() -> Iterator[None]:
    told_stories.clear()
    yield
    for story in told_stories:
        sound(story.world)
