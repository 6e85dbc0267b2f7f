"""The exact counts of a closed period. They stay inside: what may leave is `backbone.overviews.shown`'s to say. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from backbone.overviews.incident import UNKNOWN, Incident
from backbone.overviews.periods import Period
from backbone.overviews.tables import INCIDENTS, LATE, TABLES, By

Tally = dict[str, dict[str, dict[str, int]]]
"""By table, row and word. What has no word in a table counts there as `unknown`."""


_NO_WORD = (UNKNOWN,)


def tally(incidents: Iterable[tuple[str, Incident]], rows: Sequence[str], by: By) -> Tally:
    """Counts of the tables that are made by the month, or by the quarter. incidents: each with the row that it counts in."""
    tables = [table for table in TABLES.values() if table.by is by]
    counts: Tally = {name: {row: {} for row in rows} for name in (INCIDENTS.id, *(table.id for table in tables))}
    for row, incident in incidents:
        mine = counts[INCIDENTS.id][row]
        mine["all"] = mine.get("all", 0) + 1
        for table in tables:
            if table.id == LATE:
                words: tuple[str, ...] = (Period.month_of(incident.reported_on).name,)
            else:
                words = incident.words.get(table.id) or _NO_WORD
            mine = counts[table.id][row]
            for word in words:
                mine[word] = mine.get(word, 0) + 1
    return counts


def added(tallies: Iterable[Mapping[str, Mapping[str, Mapping[str, int]]]]) -> Tally:
    """Several periods together."""
    sums: dict[str, dict[str, Counter[str]]] = {}
    for one in tallies:
        for name, rows in one.items():
            for row, words in rows.items():
                sums.setdefault(name, {}).setdefault(row, Counter()).update(words)
    return {name: {row: dict(sorted(words.items())) for row, words in rows.items()} for name, rows in sums.items()}
