"""Somebody who has every issue of a year side by side and subtracts: districts from the municipality, months from the quarter, quarters
from the year, words from the total, what is shown from what is said to be "at least". Knows nothing but what was shown.

Other code than what decides: intervals, tightened by every sum there is until nothing changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from backbone.overviews.incident import UNKNOWN
from backbone.overviews.issues import Issue
from backbone.overviews.periods import Period
from backbone.overviews.tables import APART, CORRECTED, INCIDENTS, LATE, SILENT_WEEKS, TABLES, By

ANY = 10**9
EVERY = (INCIDENTS.id, *TABLES, CORRECTED.id, APART.id)
"""The tables that leave: a new one is attacked as soon as it is among them, and test_attack looks whether a reader gets any other."""
NATURE, SPEECH, CRIME = "nature", "hate_speech", "hate_crime"
Name = tuple[str, str, str, str]
"""Table, row, word, period."""


class Attacker:
    """`least` and `most` of every number that there is. who_is_not_silent: also reckons with where "silent" is not said."""

    def __init__(
        self, issues: Mapping[str, Issue], tables: Iterable[str] = EVERY, *, who_is_not_silent: bool = False
    ) -> None:
        self.least: dict[Name, int] = defaultdict(int)
        self.most: dict[Name, int] = defaultdict(lambda: ANY)
        self.sums: list[tuple[Name, list[Name]]] = []
        self.below: list[tuple[Name, Name]] = []
        self.tables = tuple(dict.fromkeys(("incidents", *tables)))
        for issue in issues.values():
            self._read(issue)
            for table in self.tables:
                self._sums_of(issue, table, issues)
        for issue in issues.values():
            self._silence_of(issue)
            if who_is_not_silent:
                self._heard_of(issue, issues)

    def _read(self, issue: Issue) -> None:
        for table in self.tables:
            for row, words in issue.shown.get(table, {}).items():
                for word, count in words.items():
                    if count is not None:
                        self.least[table, row, word, issue.period] = count
                        self.most[table, row, word, issue.period] = count
            for row, least in issue.least.get(table, {}).items():
                for word, count in least.items():
                    self.least[table, row, word, issue.period] = count

    def _silence_of(self, issue: Issue) -> None:
        """Nothing in the period, nor in the months of the twelve weeks before its end; if the day of the last report is told, then nothing
        since that day, and something in its month."""
        period = Period.parse(issue.period)
        for row, last in issue.silent.items():
            self._at_most(("incidents", row, "all", issue.period), 0)
            since = last or period.last_day - timedelta(weeks=SILENT_WEEKS)
            month = Period.month_of(period.last_day)
            while month.first_day > since:
                name = ("incidents", row, "all", month.name)
                if not self.least[name]:  # late ones are counted after their day
                    self._at_most(name, 0)
                month = Period.month_of(month.first_day - timedelta(days=1))
            if last:
                self._at_least(("incidents", row, "all", Period.month_of(last).name), 1)

    def _heard_of(self, issue: Issue, issues: Mapping[str, Issue]) -> None:
        """A district that is not called silent had a report in one of the months of the twelve weeks before the end, or in the period."""
        period = Period.parse(issue.period)
        since = period.last_day - timedelta(weeks=SILENT_WEEKS)
        for row in issue.rows:
            if row != UNKNOWN and row not in issue.silent:
                heard = ("heard of", row, "all", issue.period)
                self.least[heard] = 1
                months = [name for name in issues if len(name) == 7 and "Q" not in name]
                within = [name for name in sorted(months) if str(since)[:7] <= name <= str(period.last_day)[:7]]
                if period.months > 1:
                    self._at_least(("incidents", row, "all", issue.period), 1)
                elif min(months) <= str(since)[:7]:
                    self.sums.append((heard, [("incidents", row, "all", name) for name in within]))

    def _sums_of(self, issue: Issue, table: str, issues: Mapping[str, Issue]) -> None:
        period, rows = issue.period, issue.rows
        if table == "late":
            self._late(issue, issues)
            return
        if table == "corrected":
            self._corrected(issue, issues)
            return
        if table == APART.id:
            self._apart(issue)
            return
        words = ("all",) if table == "incidents" else (*TABLES[table].words, "unknown")
        parts = [part.name for part in Period.parse(period).parts if part.name in issues]
        for word in words:
            self.sums.append(((table, "all", word, period), [(table, row, word, period) for row in rows]))
            others = [row for row in rows if row not in issue.apart]
            self.sums.append(((table, "rest", word, period), [(table, row, word, period) for row in others]))
            if parts:
                for row in ("all", *rows):
                    whole = (table, row, word, period)
                    self.sums.append((whole, [(table, row, word, part) for part in parts]))
        for row in ("all", "rest", *rows) if table != "incidents" else ():
            total = ("incidents", row, "all", period)
            if TABLES[table].several:
                self.below += [((table, row, word, period), total) for word in words]
            else:
                self.sums.append((total, [(table, row, word, period) for word in words]))

    def _late(self, issue: Issue, issues: Mapping[str, Issue]) -> None:
        """All reports of a month are of that month or of one that was issued before it: nothing else is known of them."""
        before = [other.period for other in issues.values() if other.counted and other.number < issue.number]
        if issue.counted:
            months = [(LATE, "all", name, issue.period) for name in (*before, issue.period)]
            self.sums.append((("incidents", "all", "all", issue.period), months))

    def _apart(self, issue: Issue) -> None:
        """Two figures that are the incidents together, one of them a word of the nature."""
        crime, speech = (APART.id, "all", CRIME, issue.period), (APART.id, "all", SPEECH, issue.period)
        self.sums.append((speech, [(NATURE, "all", SPEECH, issue.period)]))
        self.sums.append((("incidents", "all", "all", issue.period), [crime, speech]))

    def _corrected(self, issue: Issue, issues: Mapping[str, Issue]) -> None:
        """Of each table: no more than the incidents that were issued before; a quarter is the sum of its months, a year of its parts."""
        whole = Period.parse(issue.period)
        for word in CORRECTED.words:
            mine = (CORRECTED.id, "all", word, issue.period)
            shortest = 1 if word == "incidents" or TABLES[word].by is By.MONTH else 3
            if whole.months > shortest:
                parts = [one.name for one in (whole.in_months() if shortest == 1 else whole.parts)]
                self.sums.append((mine, [(CORRECTED.id, "all", word, part) for part in parts if part in issues]))
            elif whole.months == shortest:
                before = [
                    one for one in issues.values() if one.number < issue.number and len(one.period) == len(issue.period)
                ]
                counts = [one.shown["incidents"]["all"]["all"] for one in before]
                self._at_most(mine, sum(4 if count is None else count for count in counts))

    def subtract(self) -> None:
        """Until nothing more comes of it."""
        changed = True
        while changed:
            changed = any([self._tighten(total, parts) for total, parts in self.sums])
            for small, large in self.below:
                changed |= self._at_most(small, self.most[large]) | self._at_least(large, self.least[small])

    def _tighten(self, total: Name, parts: list[Name]) -> bool:
        low, high = sum(self.least[part] for part in parts), sum(self.most[part] for part in parts)
        changed = self._at_least(total, low) | self._at_most(total, high)
        for part in parts:
            changed |= self._at_least(part, self.least[total] - (high - self.most[part]))
            changed |= self._at_most(part, self.most[total] - (low - self.least[part]))
        return changed

    def _at_least(self, name: Name, count: int) -> bool:
        if count > self.least[name]:
            self.least[name] = count
            return True
        return False

    def _at_most(self, name: Name, count: int) -> bool:
        if count < self.most[name]:
            self.most[name] = count
            return True
        return False
