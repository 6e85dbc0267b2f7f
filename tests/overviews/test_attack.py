"""Whoever holds every issue of a year beside each other learns of no number from 1 to 4, nor that there is one."""

from collections.abc import Mapping

import pytest

from backbone.overviews.incident import Incident
from backbone.overviews.issues import Issue, press
from backbone.overviews.periods import Period
from backbone.overviews.tables import TABLES, K
from backbone.overviews.tally import added
from tests.overviews.attacker import Attacker
from tests.overviews.made import AFTER, amsterdam, incidents

TABLES_ATTACKED = ("place_type", "ground", "nature", "late")
"""One word an incident, and several; by the month, and by the quarter; and what came in late."""


def issued(told: list[Incident], *periods: str, kept: Mapping[str, Issue] | None = None) -> dict[str, Issue]:
    have = dict(kept or {})
    for period in periods:
        have |= {issue.period: issue for issue in press(amsterdam(), Period.parse(period), told, have, AFTER)}
    return have


def learned(issues: Mapping[str, Issue], tables: tuple[str, ...] = TABLES_ATTACKED) -> list[str]:
    """What the attacker learns and may not: a small number that cannot be 0, or cannot be 5 or more."""
    attacker = Attacker(issues, tables)
    attacker.subtract()
    found = []
    for issue in issues.values():
        for table, rows in issue.counts.items():
            if table not in attacker.tables:
                continue
            whole = added([{table: {"all": words}} for words in rows.values()])[table]
            for row, words in (rows | whole).items() if table != "late" else whole.items():
                for word, count in words.items():
                    name = (table, row, word, issue.period)
                    if 0 < count < K and (attacker.least[name] > 0 or attacker.most[name] < K):
                        found.append(f"{name}: {count}, found {attacker.least[name]} to {attacker.most[name]}")
    return found


@pytest.mark.parametrize(("seed", "many"), [(1, 90), (4, 1200)])
def test_subtracting_issues_districts_and_totals(seed: int, many: int) -> None:
    issues = issued(incidents(seed, many), "2026")
    assert len(issues) == 17
    assert learned(issues) == []


def test_what_comes_in_late_cannot_be_had_by_subtracting() -> None:
    """March is issued before forty reports of it come in; April counts them, the quarter is the sum of what was issued."""
    told = incidents(5, 900)
    late = [one for one in told if one.reported_on.month == 3][:40]
    early = [one for one in told if one not in late and one.reported_on.month <= 3]
    issues = issued(early, "2026-01", "2026-02", "2026-03")
    frozen = {name: issue.digest for name, issue in issues.items()}
    issues = issued(told, "2026-04", "2026-Q1", "2026-Q2", "2026", kept=issues)
    assert {name: issues[name].digest for name in frozen} == frozen
    assert issues["2026-04"].shown["late"]["all"]["2026-03"] == 40
    assert learned(issues) == []


def test_the_attacker_would_notice() -> None:
    """One number more than may be shown, and it is found: the attack is not for show."""
    issues = issued(incidents(2, 260), "2026-Q1")
    march = issues["2026-03"]
    district = next(row for row in march.rows if row not in march.apart and march.counts["incidents"][row].get("all"))
    others = [row for row in march.rows if row not in march.apart and row != district]
    for row in others:
        march.shown["incidents"][row] = {"all": march.counts["incidents"][row].get("all", 0)}
    assert any(f"'{district}'" in line for line in learned(issues))


def test_something_is_shown() -> None:
    """Hiding everything would be safe too. Of a city's year the whole is there, and most of the common words of each large district."""
    issues = issued(incidents(4, 1500), "2026")
    assert issues["2026"].shown["incidents"]["all"]["all"] == 1500
    assert len(issues["2026-Q2"].apart) >= 4
    for table in TABLES:
        if table != "late":
            assert any(issues["2026-Q2"].shown[table]["all"].values()), table
    ground = issues["2026-Q2"].shown["ground"]
    assert sum(any(ground[row].values()) for row in issues["2026-Q2"].apart) >= 3
