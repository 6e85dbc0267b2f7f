"""Chance that can be repeated: it depends on the seed and on what is asked, never on the order of asking."""

import random
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")

_NAMESPACE = uuid.UUID("0f4d8c1e-5f7b-5d0e-9a3f-7a1f6a2b9c41")


class Dice:
    """Throws for one seed. `about` says what a throw is for: the same words give the same throw."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def rolls(self, *about: object) -> random.Random:
        """A generator of its own for these words."""
        return random.Random("|".join(map(str, (self.seed, *about))))

    def happens(self, chance: float, *about: object) -> bool:
        """True with probability `chance`."""
        return self.rolls(*about).random() < chance

    def pick(self, weights: Mapping[T, float], *about: object) -> T:
        """One of the keys, by weight."""
        return pick(self.rolls(*about), weights)

    def hours(self, low: float, high: float, *about: object) -> timedelta:
        """Between `low` and `high` hours."""
        return timedelta(hours=self.rolls(*about).uniform(low, high))

    def event_id(self, *about: object) -> str:
        """A UUID for the event that these words describe."""
        return str(uuid.uuid5(_NAMESPACE, "|".join(map(str, (self.seed, *about)))))


def pick(rolls: random.Random, weights: Mapping[T, float]) -> T:
    """One of the keys, by weight."""
    return rolls.choices(list(weights), weights=list(weights.values()))[0]
