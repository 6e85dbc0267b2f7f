"""Invented incidents for overviews: so many, where and when a seed says, unevenly, as they are."""

import random
from datetime import UTC, date, datetime, timedelta

from backbone.chains import Chain
from backbone.overviews.incident import UNKNOWN, Incident
from backbone.overviews.tables import LATE, TABLES
from tests.support.casebook import repository

AFTER = datetime(2027, 1, 3, 12, tzinfo=UTC)


def amsterdam() -> Chain:
    chain = repository()[0].get("amsterdam")
    assert chain is not None
    return chain


def incidents(seed: int, many: int, first: date = date(2026, 1, 1), days: int = 365) -> list[Incident]:
    """Most in the first districts and of the first words; the last ones are rare. Some have no word of a table."""
    dice = random.Random(seed)
    rows = (*amsterdam().districts, UNKNOWN)
    steep = dice.choice((0.3, 0.6, 0.9))

    def one_of(words: tuple[str, ...]) -> str:
        return words[min(int(dice.expovariate(steep)), len(words) - 1)]

    made = []
    for number in range(many):
        words = {}
        for table in TABLES.values():
            if table.id != LATE and dice.random() < 0.93:
                times = 1 + (table.several and dice.random() < 0.3)
                words[table.id] = " ".join({one_of(table.words): None for _ in range(times)})
        name = f"c0ffee00-0000-4000-8000-{number:012d}"
        day = first + timedelta(days=dice.randrange(days))
        made.append(Incident(name, (name,), day, one_of(rows), words))
    return made
