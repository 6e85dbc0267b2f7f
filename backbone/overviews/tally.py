"""The exact counts of a closed period. They stay inside: what may leave is `backbone.overviews.shown`'s to say. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from backbone.overviews.incident import UNKNOWN, Incident, Words
from backbone.overviews.periods import Period
from backbone.overviews.several import Several, several
from backbone.overviews.tables import INCIDENTS, LATE, TABLES, By

Tally = dict[str, dict[str, dict[str, int]]]
"""By table, row and word. What has no word in a table counts there as `unknown`."""


def tally(incidents: Iterable[tuple[str, Incident]], rows: Sequence[str], by: By) -> Tally:
    """Counts of the tables that are made by the month, or by the quarter. incidents: each with the row that it counts in."""
    by_row: dict[str, list[Incident]] = {row: [] for row in rows}
    for row, incident in incidents:
        by_row[row].append(incident)
    counts: Tally = {INCIDENTS.id: {row: {"all": len(mine)} if mine else {} for row, mine in by_row.items()}}
    of_by = [table.id for table in TABLES.values() if table.by is by]
    if LATE in of_by:
        counts[LATE] = {row: _months(mine) for row, mine in by_row.items()}
    groups = several(tuple(table for table in of_by if table != LATE))
    for row, mine in by_row.items():
        every = [one.words for one in mine]
        for table, words in chain.from_iterable(_words(some, every) for some in groups):
            counts.setdefault(table, {})[row] = words
    return counts


def _months(incidents: Sequence[Incident]) -> dict[str, int]:
    months: Counter[str] = Counter()
    for day, count in Counter([one.reported_on for one in incidents]).items():
        months[Period.month_of(day).name] += count
    return dict(months)


def _words(some: Several, every: Sequence[Words]) -> Iterator[tuple[str, dict[str, int]]]:
    """How often each word of these tables. Many incidents have the same few: those are counted first, and taken apart then."""
    together = Counter(some.of(every))
    for at, table in enumerate(some.tables):
        found: Counter[str] = Counter()
        for said, count in together.items():
            for word in (said[at] or UNKNOWN).split():
                found[word] += count
        yield table, dict(found)


def added(tallies: Iterable[Mapping[str, Mapping[str, Mapping[str, int]]]]) -> Tally:
    """Several periods together."""
    sums: dict[str, dict[str, Counter[str]]] = {}
    for one in tallies:
        for name, rows in one.items():
            for row, words in rows.items():
                sums.setdefault(name, {}).setdefault(row, Counter()).update(words)
    return {name: {row: dict(sorted(words.items())) for row, words in rows.items()} for name, rows in sums.items()}
