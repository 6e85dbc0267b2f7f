"""Corrections of figures that themselves stay as they were issued: of how many incidents it became known later that they count otherwise.

Each issue remembers how its incidents counted, as check numbers: they tell that a word changed, and not at a glance which it was. A later
issue counts of how many that is different by then, and remembers it anew: no correction is counted twice, and none comes back. What may
be shown of it, and why: docs/adr/0040. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, reduce
from operator import add
from typing import TYPE_CHECKING
from zlib import crc32

from msgspec import UNSET

from backbone.overviews.incident import Incident
from backbone.overviews.incident import Words as Every
from backbone.overviews.periods import Period
from backbone.overviews.several import Said as Words
from backbone.overviews.several import Several, several
from backbone.overviews.shown import ALL, REST
from backbone.overviews.tables import CORRECTED, INCIDENTS, TABLES, By

if TYPE_CHECKING:
    from backbone.overviews.issues import Issue

ONE = "all"
Said = dict[str, dict[str, int]]
"""By incident and table, a check number of the words in which it counts: of the table of incidents its district and month."""
NO_MORE = 0
"""In the table of incidents: no report any more, or counted with another one."""
_MONTHS = {By.MONTH: 1, By.QUARTER: 3}
_TABLES = {by: [one for one in CORRECTED.words if one in TABLES and TABLES[one].by is by] for by in By}


def as_counted(told: Sequence[tuple[str, Incident]], by: By) -> Said:
    """How these incidents count now in the tables that are made by the month, or by the quarter; each with what it was counted by."""
    words = [one.words for _, one in told]
    spelt = reduce(_beside, (spelling.of(words) for spelling in _SPELT[by]))
    begun = [crc32(f"{case} ".encode()) for case, _ in told]
    found = {
        case: {table: crc32(said, start) for table, said in mine}
        for (case, _), start, mine in zip(told, begun, spelt, strict=True)
    }
    if by is By.MONTH:
        for (case, one), start in zip(told, begun, strict=True):
            found[case][INCIDENTS.id] = crc32(_place(one.district, one.reported_on), start) or 1
    return found


def _beside(some: "list[_Spelling]", others: "list[_Spelling]") -> "list[_Spelling]":
    return list(map(add, some, others))


@lru_cache(maxsize=10_000)
def _place(district: str, day: date) -> bytes:
    return f"{district} {Period.month_of(day).name}".encode()


_Spelling = tuple[tuple[str, bytes], ...]
"""Tables, each with the words in it as they are checked."""


class _Spelt(dict[Words, _Spelling]):
    """The words of a few tables as they are checked. Many incidents count in the same ones."""

    def __init__(self, some: Several) -> None:
        super().__init__()
        self._some = some

    def of(self, every: Sequence[Every]) -> list[_Spelling]:
        if len(self) >= _SPELT_AT_MOST:
            self.clear()
        return list(map(self.__getitem__, self._some.of(every)))

    def __missing__(self, said: Words) -> _Spelling:
        found = self[said] = tuple(
            (table, f"{table} {' '.join(sorted(words.split()))}".encode())
            for table, words in zip(self._some.tables, said, strict=True)
            if words is not None
        )
        return found


_SPELT_AT_MOST = 10_000
_SPELT = {by: list(map(_Spelt, several(tuple(tables)))) for by, tables in _TABLES.items()}


@dataclass
class Before:
    """The issues so far that a table of this kind was made in. whole: how many incidents they showed; largest: how many of one word."""

    said: Said = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    """Incidents of periods whose number was shown: of others not even a change is told."""
    of_word: dict[tuple[str, str], int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    """By incident, the number of the first issue in which it counted."""

    @classmethod
    def of(cls, issues: Iterable["Issue"], by: By) -> "Before":
        found = cls()
        for issue in sorted(_remembering(issues, by), key=lambda issue: issue.number):
            assert issue.said is not UNSET
            shown = issue.shown[INCIDENTS.id][ALL][ONE] is not None
            for case, words in issue.said.items():
                if shown and case not in found.said:
                    found.open.add(case)
                found.first.setdefault(case, issue.number)
                earlier = found.said.get(case)
                found.said[case] = words if earlier is None else earlier | words
            if shown:
                found._count(issue, by)
        return found

    def _count(self, issue: "Issue", by: By) -> None:
        cells = [(table, word, n) for table in _TABLES[by] for word, n in issue.shown[table][ALL].items()]
        rows = issue.shown[INCIDENTS.id].items()
        cells += [(INCIDENTS.id, row, words[ONE]) for row, words in rows if row not in (ALL, REST)]
        for table, word, count in cells:
            self.of_word[table, word] = self.of_word.get((table, word), 0) + (count or 0)

    def largest(self, table: str) -> int:
        return max((count for (of, _), count in self.of_word.items() if of == table), default=0)


def changes(before: Before, by_case: Mapping[str, Incident], by: By) -> Said:
    """Of every incident that was counted: the tables in which it counts otherwise by now. What has nothing to say any more says nothing.

    by_case: the incidents as they stand, by each of their cases. An erased person's incident has no word left in most tables: that is
    no correction.
    """
    goes_on = {
        case: one for case in before.said if (one := by_case.get(case)) is not None and _goes_on(one, before) == case
    }
    as_now = as_counted(list(goes_on.items()), by)
    no_more = {INCIDENTS.id: NO_MORE} if by is By.MONTH else {}
    found: Said = {}
    for case, last in before.said.items():
        now = as_now.get(case, no_more)
        if new := {table: word for table, word in now.items() if last.get(table, word) != word}:
            found[case] = new
    return found


def _goes_on(one: Incident, before: Before) -> str:
    """Of those that were counted and are one incident by now: the one that was counted first, in one issue the one reported first."""
    if len(one.cases) == 1:
        return one.cases[0]
    return min((case for case in one.cases if case in before.first), key=before.first.__getitem__)


def nothing(issues: Iterable["Issue"], by: By) -> dict[str, int]:
    """As `counted`, where nothing changed since the last of these issues."""
    return dict.fromkeys(tables_of(by), 0) if any(issue.said for issue in _remembering(issues, by)) else {}


def _remembering(issues: Iterable["Issue"], by: By) -> Iterator["Issue"]:
    """Those of this kind; not what was issued before issues remembered how they counted."""
    for issue in issues:
        if issue.said is not UNSET and Period.parse(issue.period).months == _MONTHS[by]:
            yield issue


def may_be_shown(count: int, whole: int, largest: int, k: int) -> bool:
    """Whether it may be told that `count` of `whole` incidents changed, `largest` of them having been of one word that was shown.

    Not below k, and not when fewer than k are left that did not: so what is not told may be none, or all. And not when it is more than
    all others together: then some of that word would be known to have changed.
    """
    return k <= count <= whole - max(k, largest)


def counted(before: Before, changed: Said, by: By) -> dict[str, int]:
    """By table, how many incidents count otherwise than was last said: exact, so for inside only. Nothing before: empty."""
    if not before.said:
        return {}
    return {
        table: sum(table in words for case, words in changed.items() if case in before.open) for table in tables_of(by)
    }


def shown(before: Before, counts: Mapping[str, int], k: int) -> dict[str, int | None]:
    """The same, as far as it may be shown."""
    whole = len(before.open)
    return {
        table: count if may_be_shown(count, whole, before.largest(table), k) else None
        for table, count in counts.items()
    }


def tables_of(by: By) -> list[str]:
    """The tables that are made by the month, with that of the incidents; or by the quarter."""
    return [*((INCIDENTS.id,) if by is By.MONTH else ()), *_TABLES[by]]


def summed(parts: Iterable["Issue"]) -> tuple[dict[str, int | None], dict[str, int]]:
    """A longer period: what anybody can add up, and where a part shows nothing at least so many. Nothing of its own is told.

    parts: its months, and of a year its quarters too, of which only the tables count that are made by the quarter.
    """
    shown: dict[str, int | None] = {}
    least: dict[str, int] = {}
    cells: dict[str, list[int | None]] = {}
    for issue in parts:
        by = By.MONTH if Period.parse(issue.period).months == 1 else By.QUARTER
        there = issue.shown.get(CORRECTED.id, {}).get(ALL, {})
        for table in tables_of(by):
            if table in there:
                cells.setdefault(table, []).append(there[table])
    for table, counts in cells.items():
        known = [count for count in counts if count is not None]
        shown[table] = sum(known) if len(known) == len(counts) else None
        if shown[table] is None and known:
            least[table] = sum(known)
    return shown, least
