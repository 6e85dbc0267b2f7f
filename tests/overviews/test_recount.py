"""Every figure of every table once more, by other code (`recount`), over cases in which everything was read and appended in any order.

The ledgers are read up to three places: what comes in between one issue and the next is late, or corrects what was counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pytest

from backbone.chains import Chain
from backbone.overviews.incident import contact_clocks, incidents
from backbone.overviews.issues import Issue, press
from backbone.overviews.periods import Period
from backbone.overviews.tables import CORRECTED, INCIDENTS, TABLES, K
from schakel.case import fold
from schakel.entry import Entry
from schakel.events.chain import WatermarkPassed
from tests.overviews import recount
from tests.overviews.made import AFTER
from tests.overviews.walks import case_id, cases
from tests.support.casebook import repository

PARTS = (("2026-01",), ("2026-02", "2026-03", "2026-Q1"), ("2026-04", "2026-05", "2026-06", "2026-Q2"))
"""What is issued after each third of the ledgers; at the end also the year."""
SHORT = {"2026-Q1": ("2026-01", "2026-02", "2026-03"), "2026-Q2": ("2026-04", "2026-05", "2026-06")}
MONTHS = tuple(month for months in SHORT.values() for month in months)
MANY = 420
FLAT = {"amsterdam": {"contact"}, "groningen": set[str]()}
"""By chain, the tables in which every case of which anything is known says the same: in Amsterdam nobody promised when she is spoken to."""
Group = list[recount.Told]
Counts = dict[str, dict[str, Counter[str]]]
"""By table, row and word."""


def until(part: int) -> list[list[Entry]]:
    """What stands in each case's ledger after one, two and three thirds of it."""
    return [list(ledger[: len(ledger) * part // len(PARTS)]) for ledger in cases(MANY)]


def issued(chain: Chain) -> dict[str, Issue]:
    have: dict[str, Issue] = {}
    clocks = contact_clocks(repository()[1])
    for part, periods in enumerate(PARTS, 1):
        states = [
            fold(case_id(number), [entry for entry in ledger if not isinstance(entry.event, WatermarkPassed)])
            for number, ledger in enumerate(until(part))
        ]
        told = list(incidents(chain, states, clocks))
        for period in periods:
            have |= {issue.period: issue for issue in press(chain, Period.parse(period), told, have, AFTER)}
    return have | {issue.period: issue for issue in press(chain, Period.parse("2026"), told, have, AFTER)}


class Recount:
    """The months and quarters of one chain, counted again."""

    def __init__(self, chain: Chain) -> None:
        self.name = chain.name
        self.timed = {
            (str(one.ref), clock.id)
            for one in repository()[1]
            for clock in one.clocks
            if clock.of_the_person and clock.has_limit
        }
        self.rows = {*chain.districts, "unknown"}
        self.row_of: dict[str, str] = {}
        self.counted_in: dict[str, str] = {}
        self.counts: dict[str, Counts] = {}
        self.late: dict[str, Counter[str]] = {}
        self.corrected: dict[str, Counter[str]] = {}
        self.said: dict[str, dict[str, dict[str, object]]] = {"month": {}, "quarter": {}}
        self.since: dict[tuple[str, str], str] = {}
        self.drills: Counter[str] = Counter()
        for part, periods in enumerate(PARTS, 1):
            told = recount.retold(entry for ledger in until(part) for entry in ledger)
            self.drills = Counter(recount.month_of([one]) for one in told if one.drill and one.chain == chain.name)
            groups = recount.incidents(told, chain.name)
            for period in periods:
                self._quarter(period, groups) if period in SHORT else self._month(period, groups)

    def _month(self, month: str, groups: list[Group]) -> None:
        self.counts[month] = {table: {} for table in recount.BY_MONTH}
        self.late[month] = Counter()
        self._correct(month, groups, "month")
        before = set(self.row_of)
        for group in groups:
            if recount.month_of(group) <= month and not before & {one.id for one in group}:
                self.row_of[group[0].id] = row = recount.row_of(group, self.rows)
                self.counted_in[group[0].id] = month
                self.late[month][recount.month_of(group)] += 1
                self._count(month, row, group, recount.BY_MONTH)
                self.said["month"][group[0].id] = self._as_said(group, "month")
                self.since["month", group[0].id] = month

    def _quarter(self, quarter: str, groups: list[Group]) -> None:
        self.counts[quarter] = {table: {} for table in recount.BY_QUARTER}
        self._correct(quarter, groups, "quarter")
        group_of = {one.id: group for group in groups for one in group}
        for case, row in self.row_of.items():
            if self.counted_in[case] in SHORT[quarter]:
                group = group_of.get(case)
                self._count(quarter, row, group, recount.BY_QUARTER)
                if group is not None:
                    self.said["quarter"][case] = self._as_said(group, "quarter")
                    self.since["quarter", case] = quarter

    def _count(self, period: str, row: str, group: Group | None, tables: Sequence[str]) -> None:
        words = recount.words_of(group, self.timed) if group else {table: {"unknown"} for table in tables}
        for table in tables:
            self.counts[period][table].setdefault(row, Counter()).update(words[table])

    def _as_said(self, group: Group, by: str) -> dict[str, object]:
        tables = recount.BY_MONTH if by == "month" else recount.BY_QUARTER
        said: dict[str, object] = {
            table: words for table, words in recount.said_of(group, self.timed).items() if table in tables
        }
        return said | (
            {"incidents": (recount.row_of(group, self.rows), recount.month_of(group))} if by == "month" else {}
        )

    def _correct(self, period: str, groups: list[Group], by: str) -> None:
        """What was counted before and counts otherwise now; of two that are one by now, the one that was counted first goes on, and of
        two in one issue the one reported first.
        """
        self.corrected[period] = Counter()
        goes_on: dict[str, Group] = {}
        for group in groups:
            if counted := [one.id for one in group if one.id in self.said[by]]:
                goes_on[min(counted, key=lambda case: self.since[by, case])] = group
        for case, last in self.said[by].items():
            now: dict[str, object] = {"incidents": None} if by == "month" else {}
            if case in goes_on:
                now = self._as_said(goes_on[case], by)
            changed = {table: words for table, words in now.items() if last.get(table, words) != words}
            last.update(changed)
            self.corrected[period].update(table for table in changed if table not in recount.GO_ON)

    def of(self, period: str, table: str) -> dict[str, Counter[str]]:
        """Also of a longer period: the sum of the shortest that the table is made by."""
        found: dict[str, Counter[str]] = {}
        for one in shortest(period, table):
            for row, words in self.counts[one][table].items():
                found.setdefault(row, Counter()).update(words)
        return found


def shortest(period: str, table: str) -> Iterable[str]:
    if period in MONTHS:
        return [period]
    if table in recount.BY_MONTH:
        return SHORT.get(period, MONTHS)
    return [period] if period in SHORT else SHORT


@pytest.fixture(scope="module", params=["amsterdam", "groningen"])
def both(request: pytest.FixtureRequest) -> tuple[dict[str, Issue], Recount]:
    chain = repository()[0].get(request.param)
    assert chain is not None
    return issued(chain), Recount(chain)


def exact(rows: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {row: dict(words) for row, words in rows.items() if words}


def test_every_exact_count_is_that_of_the_ledger(both: tuple[dict[str, Issue], Recount]) -> None:
    issues, again = both
    met: dict[str, set[str]] = {}
    for period in (*MONTHS, *SHORT):
        for table, rows in issues[period].counts.items():
            if table == "late":
                mine = sum((Counter(words) for words in rows.values()), Counter[str]())
                assert mine == again.late[period], period
                met.setdefault(table, set()).update({*mine} - {period})
            elif table == CORRECTED.id:
                mine = Counter({word: count for word, count in rows["all"].items() if count})
                assert mine == again.corrected[period], period
                met.setdefault(table, set()).update(mine)
            elif period in MONTHS or table in recount.BY_QUARTER:
                assert exact(rows) == exact(again.of(period, table)), (period, table)
                met.setdefault(table, set()).update(word for words in rows.values() for word in words)
    assert met.keys() == {INCIDENTS.id, *TABLES, CORRECTED.id}
    assert met[CORRECTED.id] == set(CORRECTED.words)
    few = {table for table, words in met.items() if len(words - {"unknown"}) < 2} - {INCIDENTS.id}
    assert few == FLAT[again.name], "too little happens in the walks to say anything of these"
    assert again.drills.keys() >= {*SHORT["2026-Q1"]}, "nor anything of drills"


def test_every_figure_that_is_shown_is_that_of_the_ledger(both: tuple[dict[str, Issue], Recount]) -> None:
    issues, again = both
    for issue in (issues[period] for period in (*MONTHS, *SHORT, "2026")):
        for table, rows in issue.shown.items():
            if table == "late":
                assert all(count == again.late[issue.period][month] for month, count in rows["all"].items())
                continue
            if table == CORRECTED.id:
                for name, count in rows["all"].items():
                    truth = sum(again.corrected[part][name] for part in shortest(issue.period, name))
                    assert count in (None, truth), (issue.period, name)
                continue
            mine = again.of(issue.period, table)
            for row, words in rows.items():
                of = {"all": list(mine), "rest": [one for one in mine if one not in issue.apart]}.get(row, [row])
                for word, count in words.items():
                    truth = sum(mine[one][word] for one in of if one in mine)
                    assert issue.least.get(table, {}).get(row, {}).get(word, 0) <= truth
                    assert count is None or (count == truth and (count >= K or count == 0)), (issue.period, table, row)
    assert sum(count is not None for rows in issues["2026-Q1"].shown.values() for count in rows["all"].values()) > 20
